//! Members of groups by their users: adding, finding and removing them.

use groupme_model::{GroupId, Member, MembershipId, UserId};

use crate::{
    Client, Error,
    endpoint::members::{self, NewMember, PendingAdd},
};

/// Outcome of [`Client::add_members`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AddedMembers {
    /// Members who were added.
    pub added: Vec<Member>,
    /// People whom GroupMe did not add, without a word: they have blocked the account, are members
    /// already, or do not exist. Empty while the outcome is pending.
    pub missing: Vec<NewMember>,
    /// Id of the outcome, if GroupMe had none within the deadline; ask again with
    /// [`Client::added_members`] and `asked`.
    pub pending: Option<PendingAdd>,
    /// The people of the request, each with the `guid` by which the outcome names them.
    pub asked: Vec<NewMember>,
}

impl Client {
    /// Adds people to a group, waits for GroupMe's list of those who were added, and reports who is
    /// missing from it. The list is waited for within the deadline of the
    /// [`RetryPolicy`](crate::RetryPolicy); a minute is not unusual.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call). After an error, ask for the members before adding them again.
    pub async fn add_members(
        &self,
        group: impl Into<GroupId>,
        people: &[NewMember],
    ) -> Result<AddedMembers, Error> {
        let group = group.into();
        let mut people = people.to_vec();
        for person in &mut people {
            // The answer names each person by it.
            person
                .guid
                .get_or_insert_with(|| self.source_guid().to_string());
        }
        let pending = self.call(&members::add(&group, &people)).await?;
        self.added_members(group, &pending, &people).await
    }

    /// Waits for the outcome of an addition that was pending, as [`add_members`](Self::add_members)
    /// does. `people` are those of [`AddedMembers::asked`]: without their guids, people without a user
    /// would count as missing.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::NotFound`] an hour after the addition.
    pub async fn added_members(
        &self,
        group: impl Into<GroupId>,
        pending: &PendingAdd,
        people: &[NewMember],
    ) -> Result<AddedMembers, Error> {
        let call = members::add_results(group, pending);
        match self.call(&call).await {
            Ok(added) => {
                let is_missing =
                    |person: &&NewMember| !added.iter().any(|one| is_same(one, person));
                let missing = people.iter().filter(is_missing).cloned().collect();
                Ok(AddedMembers {
                    added,
                    missing,
                    pending: None,
                    asked: people.to_vec(),
                })
            }
            // GroupMe's word for a list that is not complete yet.
            Err(Error::Server(error)) if error.status == 503 => Ok(AddedMembers {
                added: Vec::new(),
                missing: Vec::new(),
                pending: Some(pending.clone()),
                asked: people.to_vec(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Returns the membership of a user in a group, whose id the requests about members want; `None`
    /// if the user is no member. Requests the list of the members.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub async fn membership(
        &self,
        group: impl Into<GroupId>,
        user: impl Into<UserId>,
    ) -> Result<Option<MembershipId>, Error> {
        let user = user.into();
        let members = self.call(&members::list(group)).await?;
        let mut members = members.into_iter();
        let found = members.find(|member| member.user_id.as_ref() == Some(&user));
        Ok(found.and_then(|member| member.id))
    }

    /// Removes a user from a group. Returns false if the user is no member.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call). The creator of a group cannot be removed.
    pub async fn remove_user(
        &self,
        group: impl Into<GroupId>,
        user: impl Into<UserId>,
    ) -> Result<bool, Error> {
        let group = group.into();
        let Some(membership) = self.membership(&group, user).await? else {
            return Ok(false);
        };
        self.call(&members::remove(group, membership)).await?;
        Ok(true)
    }
}

/// Returns whether a member of the answer is a person of the request.
fn is_same(member: &Member, person: &NewMember) -> bool {
    let has_guid = member.guid.is_some() && member.guid == person.guid;
    has_guid || person.user_id.is_some() && member.user_id == person.user_id
}
