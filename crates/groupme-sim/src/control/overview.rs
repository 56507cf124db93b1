//! The state of the world, as a person or program looks at it.

use core::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Control, Outcome, Refusal, openapi, resolve};
use crate::{
    journal::Filter,
    world::{Conversation, PageRange, SimMessageId, View, number},
};

impl Control<'_> {
    /// Returns everything that a program needs to start.
    pub(super) fn overview(&mut self, _: &[&str]) -> Outcome {
        let root = format!("http://{}", self.host);
        let world = self.world();
        Self::ok(json!({
            "root_url": root,
            "gateway_url": format!("{root}/faye"),
            "api_url": format!("{root}/v3"),
            "openapi_url": format!("{root}/sim/v1/openapi.json"),
            "user": {
                "id": self.me.to_string(),
                "name": world.name(self.me),
                "token": world.token(self.me),
            },
            "users": self.user_list(),
            "conversations": self.conversation_list(),
            "sessions": self.simulation.gateway().sessions().count(),
            "rest_requests": self.simulation.rest().requests(),
            "time": self.time(),
        }))
    }

    pub(super) fn openapi(&mut self, _: &[&str]) -> Outcome {
        Self::ok(openapi::document(self.host))
    }

    pub(super) fn list_users(&mut self, _: &[&str]) -> Outcome {
        Self::ok(json!({ "users": self.user_list() }))
    }

    pub(super) fn list_conversations(&mut self, _: &[&str]) -> Outcome {
        Self::ok(json!({ "conversations": self.conversation_list() }))
    }

    fn user_list(&self) -> Vec<Value> {
        let world = self.world();
        let users = world.users().map(
            |id| json!({ "id": id.to_string(), "name": world.name(id), "token": world.token(id) }),
        );
        users.collect()
    }

    fn conversation_list(&self) -> Vec<Value> {
        let world = self.world();
        let groups = world.all_groups().map(|id| {
            let members = world.members(id).iter().map(ToString::to_string);
            let members: Vec<String> = members.collect();
            let parent = world.parent(id).map(|parent| parent.to_string());
            let kind = if parent.is_some() { "topic" } else { "group" };
            json!({
                "id": id.to_string(),
                "kind": kind,
                "name": world.group_name(id),
                "parent_id": parent,
                "members": members,
                "newest": newest(world, Conversation::Group(id)),
            })
        });
        let chats = world.all_chats().map(|(low, high)| {
            let name = |id| world.name(id).unwrap_or_default();
            json!({
                "id": Conversation::direct(low, high).id(),
                "kind": "direct",
                "name": format!("{} and {}", name(low), name(high)),
                "parent_id": null,
                "members": [low.to_string(), high.to_string()],
                "newest": newest(world, Conversation::direct(low, high)),
            })
        });
        groups.chain(chats).collect()
    }

    /// Returns the rows of a conversation as a user sees them, newest first.
    pub(super) fn list_messages(&mut self, arguments: &[&str]) -> Outcome {
        let conversation = resolve::conversation(self.world(), arguments[0])?;
        let viewer = match self.query.text("as") {
            Some(user) => resolve::user(self.world(), &user)?,
            None => self.me,
        };
        let limit = self.queried_number("limit")?.unwrap_or(50).min(1_000);
        let range = match self.query.text("before") {
            Some(id) => {
                let id = number(&id).map(SimMessageId::new);
                PageRange::Before(id.ok_or_else(|| Refusal::bad("`before` must be an id"))?)
            }
            None => PageRange::Newest,
        };
        let view = View {
            viewer,
            files: true,
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = self.world().rows(conversation, range, limit, view);
        Self::ok(json!({
            "conversation": conversation.id(),
            "count": self.world().count(conversation),
            "messages": rows,
        }))
    }

    /// Returns the entries of the journal after a number, and waits for one if asked to.
    pub(super) fn journal(&mut self, _: &[&str]) -> Outcome {
        let kinds = self.query.text("kinds").map(|kinds| {
            let kinds = kinds.split(',').map(|kind| kind.trim().to_owned());
            kinds.collect::<Vec<String>>()
        });
        let limit = self.queried_number("limit")?.unwrap_or(500).clamp(1, 5_000);
        let filter = Filter {
            after: self.queried_number("after")?.unwrap_or(0),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            kinds,
        };
        let wait = self.queried_number("wait_ms")?.unwrap_or(0).min(60_000);
        Ok(Answer::Journal(filter, Duration::from_millis(wait)))
    }

    fn queried_number(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        match self.query.text(name).map(|text| text.parse()) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Refusal::bad(format!("`{name}` must be a number"))),
        }
    }

    pub(super) fn clock(&mut self, _: &[&str]) -> Outcome {
        Self::ok(json!({ "time": self.time() }))
    }

    /// Returns the calendar of the simulated GroupMe, in milliseconds since 1970.
    fn time(&self) -> u64 {
        let time = self.world().unix_time().as_millis();
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

fn newest(world: &crate::world::World, conversation: Conversation) -> Option<String> {
    world.newest(conversation).map(|id| id.to_string())
}
