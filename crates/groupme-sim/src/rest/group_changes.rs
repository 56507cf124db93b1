//! Creation, settings, owners and the end of groups.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{SimGroupId, number};

impl Call<'_> {
    /// Creates a group of the caller. GroupMe now refuses this to programs other than its own apps.
    pub(super) fn create_group(&mut self) -> Outcome {
        let body = self.json()?;
        let name = body["name"].as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| RestResponse::bad("name is missing"))?;
        let group = self.world.add_group(name, self.user, &[])?;
        // A new group has no share link unless one is asked for, and no notices of its settings.
        let mut settings = body.clone();
        settings["share"] = body["share"].as_bool().unwrap_or(false).into();
        self.world.set_up_group(group, &settings);
        self.group_answer(201, group)
    }

    pub(super) fn change_group(&mut self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let body = self.json()?;
        if body.get("name").is_some() && body["name"].as_str().is_none_or(str::is_empty) {
            return Err(RestResponse::bad("name must not be empty"));
        }
        self.world.change_group(group, self.user, &body)?;
        self.group_answer(200, group)
    }

    pub(super) fn destroy_group(&mut self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        self.world.destroy_group(group, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Changes the owners of several groups; each change has a status of its own.
    pub(super) fn change_owners(&mut self) -> Outcome {
        let body = self.json()?;
        let requests = body["requests"].as_array();
        let requests = requests.ok_or_else(|| RestResponse::bad("requests are missing"))?;
        let mut results = Vec::with_capacity(requests.len());
        for request in requests {
            results.push(json!({
                "group_id": request["group_id"],
                "owner_id": request["owner_id"],
                "status": self.change_owner(request).to_string(),
            }));
        }
        Ok(RestResponse::enveloped(200, &json!({ "results": results })))
    }

    fn change_owner(&mut self, request: &Value) -> u16 {
        let (Some(group), Some(owner)) =
            (request["group_id"].as_str(), request["owner_id"].as_str())
        else {
            return 405;
        };
        let group = number(group).map(SimGroupId::new);
        let group = group.filter(|group| self.world.members(*group).contains(&self.user));
        let (Some(group), Ok(owner)) = (group, self.user_with_id(owner)) else {
            return 404;
        };
        if self.world.owner(group) != Some(self.user) {
            return 403;
        }
        if owner == self.user {
            return 400;
        }
        match self.world.change_owner(group, self.user, owner) {
            Ok(()) => 200,
            Err(_) => 404,
        }
    }

    pub(super) fn group_answer(&self, status: u16, group: SimGroupId) -> Outcome {
        let row = self.world.group_row(group, self.user, true);
        let row = row.ok_or_else(RestResponse::no_conversation)?;
        Ok(RestResponse::enveloped(status, &row))
    }
}
