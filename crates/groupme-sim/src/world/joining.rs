//! Joining groups: by share link, with approval, and by being added.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use serde_json::{Value, json};

use super::{SimGroupId, SimUserId, World, WorldError, message::Departure};
use crate::random::HEX;

/// Request to join a group that an admin has to approve.
#[derive(Clone, Debug)]
pub(super) struct JoinRequest {
    pub(super) user: SimUserId,
    /// Seconds since 1970.
    at: u64,
    /// Question of the group, and the answer of the user.
    reason: Value,
}

/// Outcome of a request to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    Member,
    /// An admin has to approve the request.
    Pending,
    /// The group asks a question first.
    AnswerRequired,
}

/// Batches of members who were added, by the id of their results.
#[derive(Debug, Default)]
pub(super) struct MemberAdds(BTreeMap<String, Batch>);

#[derive(Debug)]
struct Batch {
    group: SimGroupId,
    added: Vec<(SimUserId, Option<String>)>,
    at: Instant,
}

/// Results of [`World::add_members`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AddResults {
    /// The members that were added.
    Added(Vec<Value>),
    /// GroupMe is not ready yet.
    Pending,
    /// Unknown id, or an id whose hour is over.
    Unknown,
}

impl World {
    /// Joins a group, as by its share link.
    pub(crate) fn join(
        &mut self,
        group: SimGroupId,
        user: SimUserId,
        answer: Option<&str>,
    ) -> Result<Joined, WorldError> {
        self.check_not_topic(group)?;
        self.user(user)?;
        let at = self.seconds();
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        if entry.members.contains(&user) {
            return Ok(Joined::Member);
        }
        if matches!(entry.former.get(&user), Some(Departure::Banned)) {
            return Err(WorldError::CannotReturn { user, group });
        }
        let settings = &entry.settings;
        let answer = answer.filter(|answer| !answer.is_empty());
        if settings.show_join_question && answer.is_none() {
            return Ok(Joined::AnswerRequired);
        }
        if settings.requires_approval {
            let reason = json!({
                "type": "join_reason/membership_join_reason",
                "question": settings.join_question,
                "answer": answer.map(|answer| {
                    json!({ "type": "join_reason/answers/text", "response": answer })
                }),
                "method": "share_link",
            });
            entry.pending.retain(|request| request.user != user);
            entry.pending.push(JoinRequest { user, at, reason });
            return Ok(Joined::Pending);
        }
        self.enter(group, user, "membership.announce.joined", "joined")?;
        Ok(Joined::Member)
    }

    /// Accepts or declines a request to join; false if there is none.
    pub(crate) fn decide_request(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        user: SimUserId,
        is_approved: bool,
    ) -> Result<bool, WorldError> {
        self.check_admin(group, by)?;
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        let before = entry.pending.len();
        entry.pending.retain(|request| request.user != user);
        let found = entry.pending.len() < before;
        if found && is_approved {
            self.enter(group, user, "membership.announce.joined", "joined")?;
        }
        Ok(found)
    }

    /// Returns the requests to join a group.
    pub(crate) fn pending_rows(&self, group: SimGroupId) -> Vec<Value> {
        let requests = self.groups.get(&group).into_iter();
        let requests = requests.flat_map(|entry| &entry.pending);
        let rows = requests.filter_map(|request| {
            let user = self.users.get(&request.user)?;
            Some(json!({
                "id": Self::membership_id(group, request.user),
                "user_id": request.user.to_string(),
                "nickname": user.name,
                "image_url": user.avatar_url,
                "reason": request.reason,
                "timestamp": request.at,
                "state": "requested_pending",
            }))
        });
        rows.collect()
    }

    /// Adds members to a group; returns the id of the results. A person who is not known by user
    /// id, telephone number or email address is a new user.
    pub(crate) fn add_members(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        people: &[Value],
    ) -> Result<String, WorldError> {
        self.check_may_change_group(group, by)?;
        let mut added = Vec::with_capacity(people.len());
        for person in people {
            let guid = person["guid"].as_str().map(str::to_owned);
            let Some(user) = self.person(person) else {
                continue;
            };
            if self.is_blocked_between(by, user) {
                continue;
            }
            let is_new = !self.members(group).contains(&user);
            self.add_member(group, by, user)?;
            let nickname = person["nickname"].as_str().filter(|name| !name.is_empty());
            if let Some(nickname) = nickname.filter(|_| is_new) {
                self.membership(group, user)?.nickname = Some(nickname.to_owned());
            }
            added.push((user, guid));
        }
        let id = self.random.word(HEX, 32);
        let at = self.now;
        self.adds.0.insert(id.clone(), Batch { group, added, at });
        Ok(id)
    }

    /// Returns the user whom a body describes.
    fn person(&mut self, person: &Value) -> Option<SimUserId> {
        if let Some(id) = person["user_id"].as_str() {
            let user = super::number(id).map(SimUserId::new);
            return user.filter(|user| self.users.contains_key(user));
        }
        let contact = person["phone_number"]
            .as_str()
            .or(person["email"].as_str())?;
        if let Some(user) = self.user_with_contact(contact) {
            return Some(user);
        }
        let user = self.add_user(person["nickname"].as_str().unwrap_or("Guest"));
        if let Some(entry) = self.users.get_mut(&user) {
            entry.profile.contact = Some(contact.to_owned());
        }
        Some(user)
    }

    pub(super) fn user_with_contact(&self, contact: &str) -> Option<SimUserId> {
        let mut users = self.users.iter();
        let known = users.find(|(_, user)| {
            let profile = &user.profile;
            profile.contact.as_deref() == Some(contact) || profile.email.as_deref() == Some(contact)
        });
        known.map(|(id, _)| *id)
    }

    /// Returns the results of an addition, `ready` after it at the earliest and for an hour.
    pub(crate) fn add_results(&self, group: SimGroupId, id: &str, ready: Duration) -> AddResults {
        let batch = self.adds.0.get(id).filter(|batch| batch.group == group);
        let Some(batch) = batch.filter(|batch| self.now - batch.at < RESULTS_KEPT) else {
            return AddResults::Unknown;
        };
        if self.now - batch.at < ready {
            return AddResults::Pending;
        }
        let rows = batch.added.iter().filter_map(|(user, guid)| {
            let mut row = self.member_row(group, *user)?;
            row["app_installed"] = true.into();
            if let Some(guid) = guid {
                row["guid"] = guid.clone().into();
            }
            Some(row)
        });
        AddResults::Added(rows.collect())
    }
}

/// Time for which the results of an addition are kept.
const RESULTS_KEPT: Duration = Duration::from_hours(1);
