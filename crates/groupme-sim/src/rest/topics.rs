//! Topics of groups. Their messages are read and sent like a group's, by the topic's id.

use serde_json::Value;

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, SimGroupId, TopicDraft, number};

impl Call<'_> {
    pub(super) fn topics(&self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let topics: Vec<Value> = self
            .world
            .topics_of(group)
            .filter_map(|topic| self.world.topic_row(topic, self.user))
            .collect();
        Ok(RestResponse::enveloped(200, &topics.into()))
    }

    pub(super) fn topic(&self, group: &str, topic: &str) -> Outcome {
        let topic = self.topic_in(group, topic)?;
        let row = self.world.topic_row(topic, self.user);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &row))
    }

    pub(super) fn add_topic(&mut self, group: &str) -> Outcome {
        let group = self.top_level_group(group)?;
        let draft = self.topic_draft()?;
        if draft.name.is_none() {
            return Err(RestResponse::bad("topic is missing"));
        }
        let topic = self.world.open_topic(group, self.user, draft)?;
        self.topic_answer(201, topic)
    }

    pub(super) fn change_topic(&mut self, group: &str, topic: &str) -> Outcome {
        let topic = self.topic_in(group, topic)?;
        let draft = self.topic_draft()?;
        self.world.change_topic(topic, self.user, draft)?;
        self.topic_answer(200, topic)
    }

    pub(super) fn remove_topic(&mut self, group: &str, topic: &str) -> Outcome {
        let topic = self.topic_in(group, topic)?;
        self.world.remove_topic(topic, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    fn topic_answer(&self, status: u16, topic: SimGroupId) -> Outcome {
        let row = self.world.topic_core(topic);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(status, &row))
    }

    /// Parses the properties of a topic in the body.
    fn topic_draft(&self) -> Result<TopicDraft, RestResponse> {
        let body = self.json()?;
        let text = |name: &str| match &body[name] {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(RestResponse::bad(&format!("{name} must be text"))),
        };
        Ok(TopicDraft {
            name: text("topic")?.filter(|name| !name.is_empty()),
            description: text("description")?,
            avatar_url: text("avatar_url")?,
            kind: text("group_type")?,
        })
    }

    /// Returns a group of the caller's that is no topic.
    pub(super) fn top_level_group(&self, text: &str) -> Result<SimGroupId, RestResponse> {
        match self.group_conversation(text)? {
            Conversation::Group(group) if self.world.parent(group).is_none() => Ok(group),
            _ => Err(RestResponse::no_conversation()),
        }
    }

    /// Returns a topic of this group of the caller's.
    pub(super) fn topic_in(&self, group: &str, topic: &str) -> Result<SimGroupId, RestResponse> {
        let group = self.top_level_group(group)?;
        number(topic)
            .map(SimGroupId::new)
            .filter(|topic| self.world.parent(*topic) == Some(group))
            .ok_or_else(RestResponse::not_found)
    }
}
