//! Contacts and blocks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{SimUserId, World, WorldError, rfc3339::rfc3339};
use crate::random::HEX;

/// Contacts and blocks of all users.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    /// Contacts made by a link or an import: the time since 1970, in seconds.
    made: BTreeMap<(SimUserId, SimUserId), u64>,
    /// Contacts removed from the list.
    removed: BTreeSet<(SimUserId, SimUserId)>,
    /// Blocks: who blocked whom, and the time since 1970, in seconds.
    blocks: BTreeMap<(SimUserId, SimUserId), u64>,
    /// Imported address books: the users found, each with the guid of its entry.
    imports: BTreeMap<String, Vec<(SimUserId, Value)>>,
}

impl World {
    /// Blocks a user. Neither of the two can send the other a direct message any more.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::SelfMessage`].
    pub fn block(&mut self, user: SimUserId, other: SimUserId) -> Result<(), WorldError> {
        self.user(user)?;
        self.user(other)?;
        if user == other {
            return Err(WorldError::SelfMessage(user));
        }
        let now = self.seconds();
        self.contacts.blocks.entry((user, other)).or_insert(now);
        Ok(())
    }

    /// Ends a block, if there is one.
    pub fn unblock(&mut self, user: SimUserId, other: SimUserId) {
        self.contacts.blocks.remove(&(user, other));
    }

    /// Returns whether one of two users blocked the other.
    pub fn is_blocked_between(&self, one: SimUserId, other: SimUserId) -> bool {
        let blocks = &self.contacts.blocks;
        blocks.contains_key(&(one, other)) || blocks.contains_key(&(other, one))
    }

    pub(crate) fn block_rows(&self, user: SimUserId) -> Vec<Value> {
        let blocks = self.contacts.blocks.keys();
        let blocks = blocks.filter(|(blocker, _)| *blocker == user);
        blocks
            .filter_map(|(_, other)| self.block_row(user, *other))
            .collect()
    }

    pub(crate) fn block_row(&self, user: SimUserId, other: SimUserId) -> Option<Value> {
        let at = self.contacts.blocks.get(&(user, other))?;
        Some(json!({
            "user_id": user.to_string(),
            "blocked_user_id": other.to_string(),
            "created_at": at,
        }))
    }

    /// Adds a user to the contacts of another.
    pub(crate) fn add_contact(
        &mut self,
        user: SimUserId,
        other: SimUserId,
    ) -> Result<(), WorldError> {
        self.user(user)?;
        self.user(other)?;
        let now = self.seconds();
        self.contacts.removed.remove(&(user, other));
        self.contacts.made.entry((user, other)).or_insert(now);
        Ok(())
    }

    pub(crate) fn remove_contact(&mut self, user: SimUserId, other: SimUserId) {
        self.contacts.made.remove(&(user, other));
        self.contacts.removed.insert((user, other));
    }

    /// Returns the contacts of a user: those made by link or import, the members of their groups
    /// and the people of their chats, without those removed.
    pub(crate) fn contact_rows(&self, user: SimUserId, include_blocked: bool) -> Vec<Value> {
        let made = self.contacts.made.keys();
        let made = made
            .filter(|(owner, _)| *owner == user)
            .map(|(_, other)| *other);
        let groups = self.groups_of(user);
        let members = groups.flat_map(|group| self.members(group).iter().copied());
        let everybody: BTreeSet<SimUserId> =
            made.chain(members).chain(self.peers_of(user)).collect();
        let shown = everybody.into_iter().filter(|other| {
            *other != user
                && !self.contacts.removed.contains(&(user, *other))
                && (include_blocked || !self.is_blocked_between(user, *other))
        });
        shown
            .filter_map(|other| self.contact_row(user, other))
            .collect()
    }

    fn contact_row(&self, user: SimUserId, other: SimUserId) -> Option<Value> {
        let person = self.users.get(&other)?;
        let made = self.contacts.made.get(&(user, other)).copied();
        let at = made.unwrap_or(self.epoch.as_secs());
        let iso = rfc3339(core::time::Duration::from_secs(at));
        let is_blocked = self.contacts.blocks.contains_key(&(user, other));
        Some(json!({
            "id": other.to_string(),
            "user_id": other.to_string(),
            "name": person.name,
            "avatar_url": person.avatar_url,
            "created_at": at,
            "created_at_iso8601": iso,
            "updated_at": at,
            "updated_at_iso8601": iso,
            // The meaning of GroupMe's numbers is not known; these two were recorded.
            "reason": if made.is_some() { 2 } else { 1 },
            "hidden": false,
            "app_installed": true,
            "is_blocked": is_blocked,
        }))
    }

    /// Adds the users in an address book to the contacts; returns the id of the results.
    pub(crate) fn import_contacts(
        &mut self,
        user: SimUserId,
        entries: &[Value],
    ) -> Result<String, WorldError> {
        let mut found = Vec::new();
        for entry in entries {
            let contact = entry["phone_number"].as_str().or(entry["email"].as_str());
            let known = contact.and_then(|contact| self.user_with_contact(contact));
            if let Some(other) = known.filter(|other| *other != user) {
                self.add_contact(user, other)?;
                found.push((other, entry["guid"].clone()));
            }
        }
        let id = self.random.word(HEX, 32);
        self.contacts.imports.insert(id.clone(), found);
        Ok(id)
    }

    /// Returns the contacts added by an import; `None` for an unknown id.
    pub(crate) fn imported_rows(&self, user: SimUserId, id: &str) -> Option<Vec<Value>> {
        let found = self.contacts.imports.get(id)?.iter();
        let rows = found.filter_map(|(other, guid)| {
            let mut row = self.contact_row(user, *other)?;
            row["guid"] = guid.clone();
            Some(row)
        });
        Some(rows.collect())
    }
}
