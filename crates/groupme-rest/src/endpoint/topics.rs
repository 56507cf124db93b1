//! Topics of groups, which GroupMe also calls subgroups. Their messages are read and written as a
//! group's, by the topic's own id.

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

/// Reads a topic.
pub fn show(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<Topic> {
    Call::get(Service::V3, "groups/{}/subgroups/{}")
        .segment(group.into())
        .segment(topic.into())
        .one(&[])
}

/// How a topic is made or changed; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TopicSettings {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Who can write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_type: Option<GroupType>,
    /// What a like looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_icon: Option<LikeIcon>,
}

/// Makes a topic.
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

/// Ends a topic, for everybody and for good.
pub fn delete(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<()> {
    Call::delete(Service::V3, "groups/{}/subgroups/{}")
        .segment(group.into())
        .segment(topic.into())
}

/// Mutes a topic. The answer is your membership of the group.
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

/// Undoes [`mute`].
pub fn unmute(group: impl Into<GroupId>, topic: impl Into<GroupId>) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/subgroups/{}/unmute")
        .segment(group.into())
        .segment(topic.into())
        .idempotent()
        .maybe(&["membership"])
}
