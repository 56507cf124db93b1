//! Groups: yours, and those of others that can be joined.

use groupme_model::{
    Group, GroupId, LikeIcon, Member, UserId,
    group::{GroupType, JoinQuestion, MessageDeletionMode, Visibility},
    member::MembershipState,
};
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

use super::Page;

/// Lists your groups, the most recent first.
pub fn list(page: Page) -> Call<Vec<Group>> {
    Call::get(Service::V3, "groups")
        .numbered(page)
        .list(&["groups"])
}

/// Lists your groups without their members: a fraction of the size. `members_count` is 0 then.
pub fn list_briefly(page: Page) -> Call<Vec<Group>> {
    list(page).query("omit", "memberships")
}

/// Lists the groups that you left or were removed from, and can go back to.
pub fn former() -> Call<Vec<Group>> {
    Call::get(Service::V3, "groups/former").list(&["groups"])
}

/// Lists what your memberships are, former ones included.
pub fn membership_states() -> Call<Vec<MembershipState>> {
    Call::get(Service::V3, "memberships/states").list(&[])
}

/// Reads a group with its members.
pub fn show(group: impl Into<GroupId>) -> Call<Group> {
    Call::get(Service::V3, "groups/{}")
        .segment(group.into())
        .one(&[])
}

/// Reads what those who are not members may see of a group, if need be with the token of its link.
pub fn preview(group: impl Into<GroupId>, share_token: Option<&str>) -> Call<Group> {
    match share_token {
        Some(token) => Call::get(Service::V3, "groups/{}/preview/{}")
            .segment(group.into())
            .segment(token),
        None => Call::get(Service::V3, "groups/{}/preview").segment(group.into()),
    }
    .one(&[])
}

/// How a group is made or changed; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupSettings {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether it can be joined by a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<bool>,
    /// Whether it disturbs nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_mode: Option<bool>,
    /// The theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme_name: Option<String>,
    /// Whether new members need approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_approval: Option<bool>,
    /// Whether those who want to join are asked something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_join_question: Option<bool>,
    /// What they are asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_question: Option<JoinQuestion>,
    /// What a like looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_icon: Option<LikeIcon>,
    /// Who can find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Who can join it and who can write in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_type: Option<GroupType>,
    /// Who can delete a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_deletion_mode: Option<Vec<MessageDeletionMode>>,
}

/// Makes a group. GroupMe lets only its own apps do that now, and refuses others as
/// [`Unauthorized`](crate::Error::Unauthorized) with the code 40102.
pub fn create(settings: &GroupSettings) -> Call<Group> {
    Call::post(Service::V3, "groups").body(settings).one(&[])
}

/// Changes a group. The answer is the whole group.
pub fn update(group: impl Into<GroupId>, settings: &GroupSettings) -> Call<Group> {
    Call::post(Service::V3, "groups/{}/update")
        .segment(group.into())
        .body(settings)
        .idempotent()
        .one(&[])
}

/// Ends a group, for everybody and for good.
pub fn destroy(group: impl Into<GroupId>) -> Call<()> {
    Call::post(Service::V3, "groups/{}/destroy")
        .segment(group.into())
        .idempotent()
}

/// Joins a group by the token of its link. If an answer to the group's question is needed, GroupMe
/// refuses with the code 40016; without a group in the answer, you are waiting to be let in.
pub fn join(
    group: impl Into<GroupId>,
    share_token: &str,
    answer: Option<&str>,
) -> Call<Option<Group>> {
    Call::post(Service::V3, "groups/{}/join/{}")
        .segment(group.into())
        .segment(share_token)
        .body(&Join {
            answer: answer.map(|response| Answer { response }),
        })
        .idempotent()
        .reading(&[], |content| match content {
            Some(mut content) if content.get("group").is_some() => {
                crate::reading::maybe(content.get_mut("group").map(serde_json::Value::take))
            }
            content => crate::reading::maybe(content),
        })
}

/// Goes back to a group that you left.
pub fn rejoin(group: impl Into<GroupId>) -> Call<Group> {
    Call::post(Service::V3, "groups/join")
        .body(&Rejoin {
            group_id: group.into(),
        })
        .idempotent()
        .one(&[])
}

/// What became of the change of a group's owner: a status like those of HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OwnerChange {
    /// The group.
    pub group_id: GroupId,
    /// Whose it was to be.
    pub owner_id: UserId,
    /// `200` if it is; `400` if it was before, `403` if it is not yours to give, `404` if there is
    /// no such group or member, `405` if something is missing.
    pub status: String,
}

/// Gives groups of yours to others. Each change has an outcome of its own.
pub fn change_owners(changes: &[(GroupId, UserId)]) -> Call<Vec<OwnerChange>> {
    let requests = changes
        .iter()
        .map(|(group_id, owner_id)| NewOwner { group_id, owner_id })
        .collect();
    Call::post(Service::V3, "groups/change_owners")
        .body(&NewOwners { requests })
        .idempotent()
        .list(&["results"])
}

/// How long not to hear of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mute {
    /// Until it is undone.
    ForEver,
    /// For some minutes.
    Minutes(u32),
}

impl Mute {
    pub(super) fn body(self) -> impl Serialize {
        Duration {
            duration: match self {
                Self::ForEver => None,
                Self::Minutes(minutes) => Some(minutes),
            },
        }
    }
}

/// Mutes a group, but not its topics. The answer is your membership.
pub fn mute(group: impl Into<GroupId>, mute: Mute) -> Call<Member> {
    Call::post(Service::V2, "groups/{}/memberships/mute")
        .segment(group.into())
        .body(&mute.body())
        .idempotent()
        .one(&["membership"])
}

/// Undoes [`mute`].
pub fn unmute(group: impl Into<GroupId>) -> Call<Member> {
    Call::post(Service::V2, "groups/{}/memberships/unmute")
        .segment(group.into())
        .idempotent()
        .one(&["membership"])
}

/// Mutes a group and its topics.
pub fn mute_all(group: impl Into<GroupId>, mute: Mute) -> Call<Option<Member>> {
    Call::post(Service::V3, "groups/{}/memberships/mute_all")
        .segment(group.into())
        .body(&mute.body())
        .idempotent()
        .maybe(&["membership"])
}

/// Undoes [`mute_all`].
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
