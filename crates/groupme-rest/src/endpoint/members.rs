//! Members of groups. A membership has an id of its own, which is not the user's.

use groupme_model::{
    GroupId, Member, MembershipId, UserId,
    member::{MembershipState, Role},
};
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Lists the members of a group.
pub fn list(group: impl Into<GroupId>) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/members")
        .segment(group.into())
        .query("filter", "active")
        .list(MEMBERS)
}

/// Lists those who left a group or were removed.
pub fn former(group: impl Into<GroupId>) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/members")
        .segment(group.into())
        .query("filter", "inactive")
        .list(MEMBERS)
}

/// Whom to add to a group: a user, or somebody with a telephone number or an address for mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewMember {
    /// What to call them in the group.
    pub nickname: String,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The telephone number, as in `+1 5555550100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// The address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// An id of your own, by which to find them among the results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
}

impl NewMember {
    /// A user, and what to call them in the group.
    pub fn user(user: UserId, nickname: impl Into<String>) -> Self {
        Self {
            nickname: nickname.into(),
            user_id: Some(user),
            ..Self::default()
        }
    }
}

/// By what to ask for the results of [`add`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Adding {
    /// The id of the results.
    pub results_id: String,
}

/// Adds members to a group, which takes a moment; see [`added`]. GroupMe may let only its own apps
/// do that, and refuse others as [`Unauthorized`](crate::Error::Unauthorized) with the code 40102.
pub fn add(group: impl Into<GroupId>, members: &[NewMember]) -> Call<Adding> {
    Call::post(Service::V3, "groups/{}/members/add")
        .segment(group.into())
        .body(&NewMembers { members })
        .one(&[])
}

/// Lists whom [`add`] added. As long as that is not done, GroupMe answers 503, so the call is
/// tried again; after an hour it is [`NotFound`](crate::Error::NotFound).
pub fn added(group: impl Into<GroupId>, adding: &Adding) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/members/results/{}")
        .segment(group.into())
        .segment(&adding.results_id)
        .list(MEMBERS)
}

/// Removes a member. The one who made the group cannot be removed.
pub fn remove(group: impl Into<GroupId>, member: impl Into<MembershipId>) -> Call<()> {
    Call::post(Service::V3, "groups/{}/members/{}/remove")
        .segment(group.into())
        .segment(member.into())
        .idempotent()
}

/// Removes a member for good; with your own membership, leaves the group.
pub fn ban_or_leave(group: impl Into<GroupId>, member: impl Into<MembershipId>) -> Call<()> {
    Call::post(Service::V2, "groups/{}/memberships/{}/destroy")
        .segment(group.into())
        .segment(member.into())
        .idempotent()
}

/// Makes a member an admin, or no longer one.
pub fn change_role(
    group: impl Into<GroupId>,
    member: impl Into<MembershipId>,
    role: &Role,
) -> Call<Member> {
    Call::post(Service::V3, "groups/{}/members/{}/update")
        .segment(group.into())
        .segment(member.into())
        .body(&NewRole { role })
        .idempotent()
        .one(&["member"])
}

/// Changes your name in a group.
pub fn rename_yourself(group: impl Into<GroupId>, nickname: &str) -> Call<Member> {
    Call::post(Service::V3, "groups/{}/memberships/update")
        .segment(group.into())
        .body(&MembershipBody {
            membership: Nickname { nickname },
        })
        .idempotent()
        .one(&[])
}

/// Lists those who want to be let in.
pub fn pending(group: impl Into<GroupId>) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/pending_memberships")
        .segment(group.into())
        .list(MEMBERS)
}

/// Lets somebody in, or not. Refused as [`Unauthorized`](crate::Error::Unauthorized) to those who
/// are no admins.
pub fn decide(
    group: impl Into<GroupId>,
    member: impl Into<MembershipId>,
    approval: bool,
) -> Call<MembershipState> {
    Call::post(Service::V3, "groups/{}/members/{}/approval")
        .segment(group.into())
        .segment(member.into())
        .body(&Approval { approval })
        .idempotent()
        .one(&[])
}

const MEMBERS: &[&str] = &["memberships", "members"];

#[derive(Serialize)]
struct NewMembers<'m> {
    members: &'m [NewMember],
}

#[derive(Serialize)]
struct NewRole<'r> {
    role: &'r Role,
}

#[derive(Serialize)]
struct MembershipBody<'n> {
    membership: Nickname<'n>,
}

#[derive(Serialize)]
struct Nickname<'n> {
    nickname: &'n str,
}

#[derive(Serialize)]
struct Approval {
    approval: bool,
}
