//! Groups.

use groupme_model::{
    Group, GroupId, LikeIcon, Member, UserId,
    group::{GroupType, JoinQuestion, MessageDeletionMode, Visibility},
    member::MembershipState,
};
use serde::{Deserialize, Serialize};

use crate::{Call, Service, parse};

use super::Page;

/// Lists your groups, most recent first.
pub fn list(page: Page) -> Call<Vec<Group>> {
    Call::get(Service::V3, "groups")
        .page(page)
        .list(&["groups"])
}

/// Lists your groups without their members, a fraction of the size; `members_count` is 0.
pub fn list_without_members(page: Page) -> Call<Vec<Group>> {
    list(page).query("omit", "memberships")
}

/// Lists the groups that you left, or were removed from, and can rejoin.
pub fn former() -> Call<Vec<Group>> {
    Call::get(Service::V3, "groups/former").list(&["groups"])
}

/// Lists the states of your memberships, former ones included.
pub fn membership_states() -> Call<Vec<MembershipState>> {
    Call::get(Service::V3, "memberships/states").list(&[])
}

/// Returns a group with its members.
pub fn show(group: impl Into<GroupId>) -> Call<Group> {
    Call::get(Service::V3, "groups/{}")
        .segment(group.into())
        .one(&[])
}

/// Returns the public part of a group. A private group needs the token of its share link.
pub fn preview(group: impl Into<GroupId>, share_token: Option<&str>) -> Call<Group> {
    match share_token {
        Some(token) => Call::get(Service::V3, "groups/{}/preview/{}")
            .segment(group.into())
            .secret_segment(token),
        None => Call::get(Service::V3, "groups/{}/preview").segment(group.into()),
    }
    .one(&[])
}

/// Settings of a new or changed group. `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupSettings {
    /// Name of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// URL of the group's picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether the group has a share link, by which anybody can join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<bool>,
    /// Whether notifications are off for all members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_mode: Option<bool>,
    /// Name of the theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme_name: Option<String>,
    /// Whether new members need approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_approval: Option<bool>,
    /// Whether new members answer a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_join_question: Option<bool>,
    /// Question for new members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_question: Option<JoinQuestion>,
    /// Icon of a like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_icon: Option<LikeIcon>,
    /// Visibility in searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Type of the group, which decides who can join and write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_type: Option<GroupType>,
    /// Roles that can delete a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_deletion_mode: Option<Vec<MessageDeletionMode>>,
}

/// Creates a group. GroupMe now allows this to its own apps only, and refuses others as
/// [`Unauthorized`](crate::Error::Unauthorized) with the code 40102.
pub fn create(settings: &GroupSettings) -> Call<Group> {
    Call::post(Service::V3, "groups").body(settings).one(&[])
}

/// Changes a group, and returns all of it.
pub fn update(group: impl Into<GroupId>, settings: &GroupSettings) -> Call<Group> {
    Call::post(Service::V3, "groups/{}/update")
        .segment(group.into())
        .body(settings)
        .idempotent()
        .one(&[])
}

/// Deletes a group for all members. This cannot be undone.
pub fn destroy(group: impl Into<GroupId>) -> Call<()> {
    Call::post(Service::V3, "groups/{}/destroy")
        .segment(group.into())
        .idempotent()
}

/// Joins a group by the token of its share link. Returns `None` if an admin has to approve the
/// request. If the group has a question and `answer` is `None`, GroupMe refuses with the code
/// 40016.
pub fn join(
    group: impl Into<GroupId>,
    share_token: &str,
    answer: Option<&str>,
) -> Call<Option<Group>> {
    Call::post(Service::V3, "groups/{}/join/{}")
        .segment(group.into())
        .secret_segment(share_token)
        .body(&Join {
            answer: answer.map(|response| Answer { response }),
        })
        .idempotent()
        .parsed(&[], |content| {
            let content = content.map(|mut content| {
                content.value = content.value.get("group").unwrap_or(content.value);
                content
            });
            parse::maybe(content.filter(|content| !content.value.is_null()))
        })
}

/// Rejoins a group that you left.
pub fn rejoin(group: impl Into<GroupId>) -> Call<Group> {
    Call::post(Service::V3, "groups/join")
        .body(&Rejoin {
            group_id: group.into(),
        })
        .idempotent()
        .one(&[])
}

/// Result of one change of a group's owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OwnerChange {
    /// The group.
    pub group_id: GroupId,
    /// User who was to be the owner.
    pub owner_id: UserId,
    /// Status like those of HTTP: `200` success, `400` already the owner, `403` you are not the
    /// owner, `404` no such group or member, `405` incomplete request.
    pub status: String,
}

/// Makes other members the owners of your groups. Each change has a result of its own.
pub fn change_owners(changes: &[(GroupId, UserId)]) -> Call<Vec<OwnerChange>> {
    let requests = changes
        .iter()
        .map(|(group_id, owner_id)| NewOwner { group_id, owner_id })
        .collect();
    Call::post(Service::V3, "groups/change_owners")
        .body(&NewOwners { requests })
        .idempotent()
        .list(&["results"])
        .expects_list()
}

/// Duration of a mute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mute {
    /// No end.
    Forever,
    /// Number of minutes.
    Minutes(u32),
}

impl Mute {
    pub(super) fn body(self) -> impl Serialize {
        Duration {
            duration: match self {
                Self::Forever => None,
                Self::Minutes(minutes) => Some(minutes),
            },
        }
    }
}

/// Mutes a group without its topics, and returns your membership.
pub fn mute(group: impl Into<GroupId>, mute: Mute) -> Call<Member> {
    Call::post(Service::V2, "groups/{}/memberships/mute")
        .segment(group.into())
        .body(&mute.body())
        .idempotent()
        .one(&["membership"])
}

/// Ends [`mute`].
pub fn unmute(group: impl Into<GroupId>) -> Call<Member> {
    Call::post(Service::V2, "groups/{}/memberships/unmute")
        .segment(group.into())
        .idempotent()
        .one(&["membership"])
}

/// Mutes a group with its topics.
pub fn mute_all(group: impl Into<GroupId>, mute: Mute) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/memberships/mute_all")
        .segment(group.into())
        .body(&mute.body())
        .idempotent()
        .maybe(&["membership"])
}

/// Ends [`mute_all`].
pub fn unmute_all(group: impl Into<GroupId>) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/memberships/unmute_all")
        .segment(group.into())
        .idempotent()
        .maybe(&["membership"])
}

#[derive(Serialize)]
struct Join<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    response: &'a str,
}

#[derive(Serialize)]
struct Rejoin {
    group_id: GroupId,
}

#[derive(Serialize)]
struct NewOwner<'g> {
    group_id: &'g GroupId,
    owner_id: &'g UserId,
}

#[derive(Serialize)]
struct NewOwners<'g> {
    requests: Vec<NewOwner<'g>>,
}

#[derive(Serialize)]
struct Duration {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u32>,
}

crate::parse::from_value_by_serde!(OwnerChange);
