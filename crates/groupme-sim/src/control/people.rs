//! Users, groups, topics, members and bots.

use serde_json::json;

use super::{Answer, Control, Outcome, Refusal, resolve};
use crate::world::{BotDraft, SimUserId};

impl Control<'_> {
    pub(super) fn add_user(&mut self, _: &[&str]) -> Outcome {
        let name = self.needed_text("name")?;
        let token = self.text("token").map(str::to_owned);
        let world = self.simulation.world_mut();
        if let Some(token) = &token
            && world.user_with_token(token).is_some()
        {
            return Err(Refusal(409, "another user has that token".to_owned()));
        }
        let id = world.add_user(&name);
        if let Some(token) = &token {
            world.use_token(id, token)?;
        }
        let token = world.token(id);
        Self::created(json!({ "id": id.to_string(), "name": name, "token": token }))
    }

    pub(super) fn add_group(&mut self, _: &[&str]) -> Outcome {
        let (name, owner) = (self.needed_text("name")?, self.user("owner")?);
        let members = self.users("members")?;
        let id = self
            .simulation
            .world_mut()
            .add_group(&name, owner, &members)?;
        Self::created(json!({ "id": id.to_string(), "name": name }))
    }

    pub(super) fn add_topic(&mut self, arguments: &[&str]) -> Outcome {
        let group = resolve::group(self.world(), arguments[0])?;
        let (name, by) = (self.needed_text("name")?, self.user("as")?);
        let id = self.simulation.world_mut().add_topic(group, by, &name)?;
        Self::created(json!({ "id": id.to_string(), "name": name, "parent_id": group.to_string() }))
    }

    pub(super) fn add_member(&mut self, arguments: &[&str]) -> Outcome {
        let group = resolve::group(self.world(), arguments[0])?;
        let user = self.user("user")?;
        let by = self.actor_in(group, "as")?;
        self.simulation.world_mut().add_member(group, by, user)?;
        Self::ok(json!({}))
    }

    pub(super) fn remove_member(&mut self, arguments: &[&str]) -> Outcome {
        let group = resolve::group(self.world(), arguments[0])?;
        let user = resolve::user(self.world(), arguments[1])?;
        let by = match self.query.text("as") {
            Some(by) => resolve::user(self.world(), &by)?,
            None => user,
        };
        self.simulation.world_mut().remove_member(group, by, user)?;
        Self::ok(json!({}))
    }

    /// Returns the user whom the body names, or else the owner of the group.
    fn actor_in(&self, group: crate::world::SimGroupId, name: &str) -> Result<SimUserId, Refusal> {
        if self.has(name) {
            return self.user(name);
        }
        let owner = self.world().owner(group);
        owner.ok_or_else(|| Refusal::missing("the group has no owner"))
    }

    pub(super) fn add_bot(&mut self, _: &[&str]) -> Outcome {
        let (name, group) = (self.needed_text("name")?, self.group("group")?);
        let owner = self.actor_in(group, "owner")?;
        let mut draft = BotDraft::new(name, self.text("callback_url"));
        draft.avatar_url = self.text("avatar_url").map(str::to_owned);
        let world = self.simulation.world_mut();
        let id = world.add_bot(group, owner, draft)?;
        let row = world.bot_row(&id);
        Ok(Answer::Json(201, row.unwrap_or_default()))
    }
}
