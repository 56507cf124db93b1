//! The caller's account, profiles of others, directories, and the search.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};

impl Call<'_> {
    pub(super) fn change_profile(&mut self) -> Outcome {
        let body = self.json()?;
        self.world.change_profile(self.user, &body)?;
        self.me()
    }

    pub(super) fn user_profile(&self, user: &str) -> Outcome {
        let user = self.user_with_id(user)?;
        let row = self.world.stranger_row(self.user, user);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &row))
    }

    pub(super) fn change_account(&mut self, user: &str) -> Outcome {
        if user != self.user.to_string() {
            return Err(RestResponse::not_yours());
        }
        let body = self.json()?;
        self.world.change_profile(self.user, &body["user"])?;
        let row = self.world.account_row(self.user);
        Ok(RestResponse::enveloped(200, &json!({ "user": row })))
    }

    pub(super) fn start_sms(&mut self) -> Outcome {
        let body = self.json()?;
        let hours = body["duration"].as_u64();
        let hours = hours.ok_or_else(|| RestResponse::bad("duration must be a number"))?;
        let until = self
            .world
            .seconds()
            .saturating_add(hours.saturating_mul(3600));
        self.world.set_sms_mode(self.user, Some(until));
        Ok(RestResponse::enveloped(201, &Value::Null))
    }

    pub(super) fn end_sms(&mut self) -> RestResponse {
        self.world.set_sms_mode(self.user, None);
        RestResponse::enveloped(200, &Value::Null)
    }

    pub(super) fn share_contact(&mut self) -> Outcome {
        let body = self.json()?;
        match body["status"].as_str() {
            Some("enable") => self.world.share_contact(self.user, true),
            Some("disable") => self.world.share_contact(self.user, false),
            _ => return Err(RestResponse::bad("status must be enable or disable")),
        }
        let link = self.world.contact_url(self.user);
        let link = link.map(|url| json!({ "share_url": url, "share_qr_code_url": null }));
        Ok(RestResponse::enveloped(200, &link.into()))
    }

    pub(super) fn directory(&self) -> RestResponse {
        RestResponse::enveloped(200, &self.world.directory_row(self.user).into())
    }

    pub(super) fn leave_directory(&mut self, directory: &str) -> Outcome {
        if self.world.leave_directory(self.user, directory) {
            Ok(RestResponse::enveloped(200, &json!([])))
        } else {
            Err(RestResponse::not_found())
        }
    }

    pub(super) fn choose_majors(&mut self) -> Outcome {
        let body = self.json()?;
        let codes = body["codes"].as_array();
        let codes = codes.ok_or_else(|| RestResponse::bad("codes are missing"))?;
        let codes = codes.iter().filter_map(Value::as_str).map(str::to_owned);
        let codes: Vec<String> = codes.collect();
        self.world.choose_majors(self.user, codes.clone());
        Ok(RestResponse::enveloped(201, &codes.into()))
    }

    pub(super) fn change_campus_profile(&mut self) -> Outcome {
        let body = self.json()?;
        let row = self.world.change_campus_profile(self.user, &body);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &row))
    }

    /// Searches the groups whose visibility allows to find them.
    pub(super) fn search(&self) -> RestResponse {
        let words = self.query.text("q").unwrap_or_default();
        RestResponse::enveloped(
            200,
            &json!({
                "directories": self.world.found_groups("community", &words),
                "popular": self.world.found_groups("searchable", &words),
                "nearby": [],
                "trending": [],
                "location_name": null,
            }),
        )
    }

    pub(super) fn found(&self, key: &str, visibility: &str) -> RestResponse {
        let rows = self.world.found_groups(visibility, "");
        RestResponse::enveloped(200, &json!({ key: rows }))
    }

    pub(super) fn directory_users(&self) -> RestResponse {
        let rows = self.world.directory_users();
        RestResponse::enveloped(200, &json!({ "users": rows }))
    }
}
