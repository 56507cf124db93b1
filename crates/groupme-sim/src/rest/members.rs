//! Members of groups.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{AddResults, SimGroupId, SimUserId};

impl Call<'_> {
    pub(super) fn members(&self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let is_active = match self.query.text("filter").as_deref() {
            None | Some("active") => true,
            Some("inactive") => false,
            _ => return Err(RestResponse::bad("filter must be active or inactive")),
        };
        let rows = self.world.member_states(group, is_active);
        Ok(RestResponse::enveloped(
            200,
            &json!({ "memberships": rows }),
        ))
    }

    /// Adds members, whose rows come later by the id of the results.
    pub(super) fn add_members(&mut self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let body = self.json()?;
        let people = body["members"].as_array();
        let people = people.ok_or_else(|| RestResponse::bad("members are missing"))?;
        let id = self.world.add_members(group, self.user, people)?;
        Ok(RestResponse::enveloped(202, &json!({ "results_id": id })))
    }

    pub(super) fn add_results(&self, group: &str, id: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        match self
            .world
            .add_results(group, id, self.config.processing_time)
        {
            AddResults::Added(rows) => {
                Ok(RestResponse::enveloped(200, &json!({ "members": rows })))
            }
            AddResults::Pending => Err(RestResponse::refusal(503, 503, "not ready")),
            AddResults::Unknown => Err(RestResponse::not_found()),
        }
    }

    pub(super) fn remove_member(&mut self, group: &str, member: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let user = self.member_with_id(group, member)?;
        self.check_removable(group, user)?;
        self.world.remove_member(group, self.user, user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Lets the caller leave, or bans another member.
    pub(super) fn ban_or_leave(&mut self, group: &str, member: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let user = self.member_with_id(group, member)?;
        self.check_removable(group, user)?;
        if user == self.user {
            self.world.remove_member(group, user, user)?;
        } else {
            self.world.ban(group, self.user, user)?;
        }
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Checks that the member is not the owner, who cannot be removed, and that the caller may
    /// remove the member.
    fn check_removable(&self, group: SimGroupId, user: SimUserId) -> Result<(), RestResponse> {
        if self.world.owner(group) == Some(user) {
            return Err(RestResponse::bad(
                "the owner of the group cannot be removed",
            ));
        }
        if user != self.user {
            self.world.check_may_change_group(group, self.user)?;
        }
        Ok(())
    }

    pub(super) fn change_role(&mut self, group: &str, member: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let user = self.member_with_id(group, member)?;
        let body = self.json()?;
        let is_admin = match body["role"].as_str() {
            Some("admin") => true,
            Some("user") => false,
            _ => return Err(RestResponse::bad("role must be admin or user")),
        };
        self.world.set_admin(group, self.user, user, is_admin)?;
        let row = self.world.member_row(group, user);
        Ok(RestResponse::enveloped(200, &json!({ "member": row })))
    }

    pub(super) fn rename_yourself(&mut self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let body = self.json()?;
        let nickname = body["membership"]["nickname"].as_str();
        let nickname = nickname.filter(|nickname| !nickname.is_empty());
        let nickname = nickname.ok_or_else(|| RestResponse::bad("nickname is missing"))?;
        self.world.set_nickname(group, self.user, nickname)?;
        let row = self.world.member_row(group, self.user);
        let mut row = row.ok_or_else(RestResponse::not_found)?;
        row["avatar_url"] = row["image_url"].clone();
        row["app_installed"] = true.into();
        Ok(RestResponse::enveloped(200, &row))
    }

    pub(super) fn mute(&mut self, group: &str) -> Outcome {
        let until = self.end_of_mute()?;
        self.set_mute(group, None, false, Some(until))
    }

    pub(super) fn unmute(&mut self, group: &str) -> Outcome {
        self.set_mute(group, None, false, None)
    }

    pub(super) fn mute_all(&mut self, group: &str) -> Outcome {
        let until = self.end_of_mute()?;
        self.set_mute(group, None, true, Some(until))
    }

    pub(super) fn unmute_all(&mut self, group: &str) -> Outcome {
        self.set_mute(group, None, true, None)
    }

    pub(super) fn mute_topic(&mut self, group: &str, topic: &str) -> Outcome {
        let until = self.end_of_mute()?;
        let topic = self.topic_in(group, topic)?;
        self.set_mute(group, Some(topic), false, Some(until))
    }

    pub(super) fn unmute_topic(&mut self, group: &str, topic: &str) -> Outcome {
        let topic = self.topic_in(group, topic)?;
        self.set_mute(group, Some(topic), false, None)
    }

    fn set_mute(
        &mut self,
        group: &str,
        topic: Option<SimGroupId>,
        topics: bool,
        until: Option<u64>,
    ) -> Outcome {
        let group = self.top_level_group(group)?;
        self.world.mute(group, self.user, topic, topics, until)?;
        let row = self.world.mute_row(group, self.user);
        Ok(RestResponse::enveloped(200, &json!({ "membership": row })))
    }

    /// Returns the end of a mute of the body's `duration`, in minutes; without one it has no end.
    fn end_of_mute(&self) -> Result<u64, RestResponse> {
        let body = match self.body {
            [] => Value::Null,
            _ => self.json()?,
        };
        match &body["duration"] {
            Value::Null => Ok(FOREVER),
            minutes => {
                let minutes = minutes.as_u64();
                let minutes =
                    minutes.ok_or_else(|| RestResponse::bad("duration must be a number"))?;
                Ok(self
                    .world
                    .seconds()
                    .saturating_add(minutes.saturating_mul(60)))
            }
        }
    }

    pub(super) fn member_with_id(
        &self,
        group: SimGroupId,
        member: &str,
    ) -> Result<SimUserId, RestResponse> {
        let user = self.world.user_of_membership(group, member);
        user.ok_or_else(RestResponse::not_found)
    }
}

/// GroupMe's end of a mute without an end: the year 10000.
const FOREVER: u64 = 253_402_300_800;
