//! Joining groups, and the requests that wait for an admin.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Joined, SimGroupId, World, number};

impl Call<'_> {
    /// Joins a group by the token of its share link, in the path or in the body.
    pub(super) fn join(&mut self, group: &str, token: Option<&str>) -> Outcome {
        let group = self.any_group(group)?;
        let body = match self.body {
            [] => Value::Null,
            _ => self.json()?,
        };
        let token = token.or(body["share_token"].as_str());
        self.check_share_token(group, token.unwrap_or_default())?;
        let answer = body["answer"]["response"].as_str();
        match self.world.join(group, self.user, answer)? {
            Joined::Member => {
                let row = self.world.group_row(group, self.user, true);
                Ok(RestResponse::coded(201, JOINED, &json!({ "group": row })))
            }
            Joined::Pending => Ok(RestResponse::coded(200, PENDING, &Value::Null)),
            Joined::AnswerRequired => Err(RestResponse::answer_required()),
        }
    }

    pub(super) fn rejoin(&mut self) -> Outcome {
        let body = self.json()?;
        let group = self.any_group(body["group_id"].as_str().unwrap_or_default())?;
        self.world.rejoin(group, self.user)?;
        self.group_answer(200, group)
    }

    /// Returns the public part of a group: to its members, and to whoever has its link.
    pub(super) fn preview(&self, group: &str, token: Option<&str>) -> Outcome {
        let group = self.any_group(group)?;
        match token {
            Some(token) => self.check_share_token(group, token)?,
            None if self.world.members(group).contains(&self.user) => {}
            None => return Err(RestResponse::no_conversation()),
        }
        let row = self.world.preview_row(group);
        let row = row.ok_or_else(RestResponse::no_conversation)?;
        Ok(RestResponse::enveloped(200, &row))
    }

    pub(super) fn pending(&self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let rows = self.world.pending_rows(group);
        Ok(RestResponse::enveloped(200, &rows.into()))
    }

    pub(super) fn decide_request(&mut self, group: &str, member: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let user = self.member_with_id(group, member)?;
        let body = self.json()?;
        let is_approved = body["approval"].as_bool();
        let is_approved =
            is_approved.ok_or_else(|| RestResponse::bad("approval must be true or false"))?;
        if !self
            .world
            .decide_request(group, self.user, user, is_approved)?
        {
            return Err(RestResponse::not_found());
        }
        let id: Option<u64> = World::membership_id(group, user).parse().ok();
        let state = if is_approved { "active" } else { "denied" };
        Ok(RestResponse::enveloped(
            200,
            &json!({ "membership_id": id, "state": state }),
        ))
    }

    /// Returns a group, of the caller's or not.
    fn any_group(&self, text: &str) -> Result<SimGroupId, RestResponse> {
        let group = number(text).map(SimGroupId::new);
        group
            .filter(|group| self.world.preview_row(*group).is_some())
            .ok_or_else(RestResponse::no_conversation)
    }

    fn check_share_token(&self, group: SimGroupId, token: &str) -> Result<(), RestResponse> {
        let is_shared = self.world.share_url(group).is_some();
        if is_shared && self.world.share_token(group) == token {
            Ok(())
        } else {
            Err(RestResponse::no_conversation())
        }
    }
}

/// GroupMe's codes of requests to join.
const JOINED: u32 = 20100;
const PENDING: u32 = 20101;
