//! Topics of groups, which GroupMe also calls subgroups. For [messages](super::messages), a topic
//! is a conversation of its own, with its own id.

use groupme_model::{GroupId, LikeIcon, Member, Topic, group::GroupType};
use serde::Serialize;

use crate::{Call, Service};

use super::groups::Mute;

/// Lists the topics of a group.
pub fn list(group: impl Into<GroupId>) -> Call<Vec<Topic>> {
    Call::get(Service::V3, "groups/{}/subgroups")
        .segment(group.into())
        .list(&["subgroups"])
}

/// Returns a topic.
pub fn show(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<Topic> {
    Call::get(Service::V3, "groups/{}/subgroups/{}")
        .segment(group.into())
        .segment(topic.into())
        .one(&[])
}

/// Settings of a new or changed topic. `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TopicSettings {
    /// Name of the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// URL of the topic's picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Type of the topic, which decides who can write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_type: Option<GroupType>,
    /// Icon of a like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_icon: Option<LikeIcon>,
}

/// Creates a topic.
pub fn create(group: impl Into<GroupId>, settings: &TopicSettings) -> Call<Topic> {
    Call::post(Service::V3, "groups/{}/subgroups")
        .segment(group.into())
        .body(settings)
        .one(&[])
}

/// Changes a topic.
pub fn update(
    group: impl Into<GroupId>,
    topic: impl Into<GroupId>,
    settings: &TopicSettings,
) -> Call<Topic> {
    Call::put(Service::V3, "groups/{}/subgroups/{}")
        .segment(group.into())
        .segment(topic.into())
        .body(settings)
        .one(&[])
}

/// Deletes a topic for all members. This cannot be undone.
pub fn delete(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<()> {
    Call::delete(Service::V3, "groups/{}/subgroups/{}")
        .segment(group.into())
        .segment(topic.into())
}

/// Mutes a topic, and returns your membership of the group.
pub fn mute(
    group: impl Into<GroupId>,
    topic: impl Into<GroupId>,
    mute: Mute,
) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/subgroups/{}/mute")
        .segment(group.into())
        .segment(topic.into())
        .body(&mute.body())
        .idempotent()
        .maybe(&["membership"])
}

/// Ends [`mute`].
pub fn unmute(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/subgroups/{}/unmute")
        .segment(group.into())
        .segment(topic.into())
        .idempotent()
        .maybe(&["membership"])
}
