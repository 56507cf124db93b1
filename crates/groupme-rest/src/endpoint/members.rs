//! Members of groups. The id of a membership is not the id of its user.

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

/// Lists the members who left a group or were removed.
pub fn former(group: impl Into<GroupId>) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/members")
        .segment(group.into())
        .query("filter", "inactive")
        .list(MEMBERS)
}

/// Person to add to a group: a user, or a telephone number or email address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewMember {
    /// Name in the group.
    pub nickname: String,
    /// User.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Telephone number, such as `+1 5555550100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Id of your choice, repeated in the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
}

impl NewMember {
    /// Returns a user with a name in the group.
    pub fn user(user: UserId, nickname: impl Into<String>) -> Self {
        Self {
            nickname: nickname.into(),
            user_id: Some(user),
            ..Self::default()
        }
    }
}

/// Answer to [`add`], for [`add_results`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PendingAdd {
    /// Id of the results.
    pub results_id: String,
}

/// Adds members to a group; the result comes later, see [`add_results`]. GroupMe may allow this to
/// its own apps only, and refuse others as [`Unauthorized`](crate::Error::Unauthorized) with the
/// code 40102.
pub fn add(group: impl Into<GroupId>, members: &[NewMember]) -> Call<PendingAdd> {
    Call::post(Service::V3, "groups/{}/members/add")
        .segment(group.into())
        .body(&NewMembers { members })
        .one(&[])
}

/// Lists the members added by [`add`]. GroupMe answers 503, which is retried, until the list is
/// complete, and [`NotFound`](crate::Error::NotFound) after an hour.
pub fn add_results(group: impl Into<GroupId>, pending: &PendingAdd) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/members/results/{}")
        .segment(group.into())
        .segment(&pending.results_id)
        .list(MEMBERS)
}

/// Removes a member. The creator of the group cannot be removed.
pub fn remove(group: impl Into<GroupId>, member: impl Into<MembershipId>) -> Call<()> {
    Call::post(Service::V3, "groups/{}/members/{}/remove")
        .segment(group.into())
        .segment(member.into())
        .idempotent()
}

/// Bans a member; with your own membership, leaves the group.
pub fn ban_or_leave(group: impl Into<GroupId>, member: impl Into<MembershipId>) -> Call<()> {
    Call::post(Service::V2, "groups/{}/memberships/{}/destroy")
        .segment(group.into())
        .segment(member.into())
        .idempotent()
}

/// Changes the role of a member.
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

/// Lists the requests to join a group.
pub fn pending(group: impl Into<GroupId>) -> Call<Vec<Member>> {
    Call::get(Service::V3, "groups/{}/pending_memberships")
        .segment(group.into())
        .list(MEMBERS)
}

/// Accepts or declines a request to join a group. Only admins may; others are refused as
/// [`Unauthorized`](crate::Error::Unauthorized).
pub fn set_approval(
    group: impl Into<GroupId>,
    member: impl Into<MembershipId>,
    is_approved: bool,
) -> Call<MembershipState> {
    Call::post(Service::V3, "groups/{}/members/{}/approval")
        .segment(group.into())
        .segment(member.into())
        .body(&Approval {
            approval: is_approved,
        })
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

crate::parse::from_value_by_serde!(PendingAdd);
