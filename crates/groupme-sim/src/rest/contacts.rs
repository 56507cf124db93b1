//! Contacts and blocks.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome, not_a_number},
};
use crate::world::SimUserId;

impl Call<'_> {
    pub(super) fn blocks(&self) -> Outcome {
        self.check_own_name()?;
        let rows = self.world.block_rows(self.user);
        Ok(RestResponse::enveloped(200, &json!({ "blocks": rows })))
    }

    pub(super) fn is_blocked_between(&self) -> Outcome {
        let other = self.other_user()?;
        let between = self.world.is_blocked_between(self.user, other);
        Ok(RestResponse::enveloped(200, &json!({ "between": between })))
    }

    pub(super) fn block(&mut self) -> Outcome {
        let other = self.other_user()?;
        self.world.block(self.user, other)?;
        let row = self.world.block_row(self.user, other);
        Ok(RestResponse::enveloped(201, &json!({ "block": row })))
    }

    pub(super) fn unblock(&mut self) -> Outcome {
        let other = self.other_user()?;
        self.world.unblock(self.user, other);
        Ok(RestResponse::empty(200))
    }

    pub(super) fn contacts(&self) -> Outcome {
        let include_blocked = self.query.text("include_blocked").as_deref() == Some("true");
        let limit = self.query.number("limit").map_err(not_a_number)?;
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        // All contacts fit the first page.
        let mut rows = match self.query.text("page") {
            None => self.world.contact_rows(self.user, include_blocked),
            Some(_) => Vec::new(),
        };
        rows.truncate(limit.unwrap_or(usize::MAX));
        Ok(RestResponse::enveloped(200, &rows.into()))
    }

    /// Adds the owner of a share link to the contacts.
    pub(super) fn add_contact(&mut self) -> Outcome {
        let body = self.json()?;
        let other = self.user_with_id(body["user_id"].as_str().unwrap_or_default())?;
        let token = body["token"].as_str().unwrap_or_default();
        if self.world.contact_url(other).is_none() || self.world.contact_token(other) != token {
            return Err(RestResponse::not_found());
        }
        self.world.add_contact(self.user, other)?;
        Ok(RestResponse::enveloped(200, &json!({})))
    }

    pub(super) fn remove_contact(&mut self, user: &str) -> Outcome {
        let other = self.user_with_id(user)?;
        self.world.remove_contact(self.user, other);
        Ok(RestResponse::enveloped(202, &Value::Null))
    }

    pub(super) fn import_contacts(&mut self) -> Outcome {
        let body = self.json()?;
        let entries = body.as_array();
        let entries = entries.ok_or_else(|| RestResponse::bad("a list is missing"))?;
        let id = self.world.import_contacts(self.user, entries)?;
        Ok(RestResponse::enveloped(202, &json!({ "batch_id": id })))
    }

    pub(super) fn imported_contacts(&self, id: &str) -> Outcome {
        let rows = self.world.imported_rows(self.user, id);
        let rows = rows.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &rows.into()))
    }

    /// Returns the query's `otherUser`.
    fn other_user(&self) -> Result<SimUserId, RestResponse> {
        self.check_own_name()?;
        self.user_with_id(&self.query.text("otherUser").unwrap_or_default())
    }

    /// Checks that the query's `user` is the caller.
    fn check_own_name(&self) -> Result<(), RestResponse> {
        if self.query.text("user") == Some(self.user.to_string()) {
            Ok(())
        } else {
            Err(RestResponse::not_yours())
        }
    }
}
