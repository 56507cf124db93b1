//! Groups and their members, in the order of their last use.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use groupme_model::{Group, GroupId, Member, UserId};

use super::CacheLimits;

/// Groups that are known.
#[derive(Default)]
pub(super) struct Groups {
    known: BTreeMap<GroupId, Known>,
    /// Each group by its last use, so that the oldest is found without a look at the others.
    by_use: BTreeMap<u64, GroupId>,
    /// The same, of the groups that have members.
    with_members: BTreeMap<u64, GroupId>,
    /// Number of members of all groups.
    members: usize,
}

struct Known {
    /// The group without its members.
    group: Arc<Group>,
    /// Members, by user, once they are loaded.
    members: Option<Members>,
    used: u64,
}

pub(super) type Members = BTreeMap<UserId, Arc<Member>>;

impl Known {
    fn member_count(&self) -> usize {
        self.members.as_ref().map_or(0, BTreeMap::len)
    }
}

impl Groups {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn member_count(&self) -> usize {
        self.members
    }

    pub(super) fn contains(&self, group: &GroupId) -> bool {
        self.known.contains_key(group)
    }

    /// Returns all groups, in the order of their ids.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.known.values().map(|known| &known.group)
    }

    /// Returns a group, used at this time.
    pub(super) fn group(&mut self, group: &GroupId, now: u64) -> Option<&Arc<Group>> {
        self.renew(group, now);
        self.known.get(group).map(|known| &known.group)
    }

    /// Returns the members of a group, used at this time; `None` if they are not loaded.
    pub(super) fn members(&mut self, group: &GroupId, now: u64) -> Option<&Members> {
        self.renew(group, now);
        self.known.get(group)?.members.as_ref()
    }

    /// Inserts a group, or the newer state of one. A group without members keeps those known.
    pub(super) fn put(&mut self, mut group: Group, now: u64) {
        let members = group.members.take().map(|members| {
            let members = members.into_iter();
            let by_user =
                members.filter_map(|member| Some((member.user_id.clone()?, Arc::new(member))));
            by_user.collect::<Members>()
        });
        // An empty list is that of an answer without members.
        let members = members.filter(|members| !members.is_empty());
        let id = group.id.clone();
        let before = self.take(&id).and_then(|known| known.members);
        let known = Known {
            group: Arc::new(group),
            members: members.or(before),
            used: now,
        };
        let count = known.member_count();
        self.members = self.members.saturating_add(count);
        self.by_use.insert(now, id.clone());
        if count > 0 {
            self.with_members.insert(now, id.clone());
        }
        self.known.insert(id, known);
    }

    /// Forgets a group with its members.
    pub(super) fn remove(&mut self, group: &GroupId) {
        drop(self.take(group));
    }

    pub(super) fn change(&mut self, group: &GroupId, change: impl FnOnce(&mut Group)) {
        if let Some(known) = self.known.get_mut(group) {
            change(Arc::make_mut(&mut known.group));
        }
    }

    /// Adds a member, unless the user is one already or the members are not loaded: those would be
    /// unknown, not this one alone.
    pub(super) fn add_member(
        &mut self,
        group: &GroupId,
        user: &UserId,
        make: impl FnOnce() -> Member,
    ) {
        let known = self.known.get_mut(group);
        let Some((last_use, members)) =
            known.and_then(|known| Some((known.used, known.members.as_mut()?)))
        else {
            return;
        };
        let was_empty = members.is_empty();
        if let Entry::Vacant(place) = members.entry(user.clone()) {
            place.insert(Arc::new(make()));
            self.members = self.members.saturating_add(1);
        }
        if was_empty {
            self.with_members.insert(last_use, group.clone());
        }
    }

    pub(super) fn remove_member(&mut self, group: &GroupId, user: &UserId) {
        let known = self.known.get_mut(group);
        let Some((last_use, members)) =
            known.and_then(|known| Some((known.used, known.members.as_mut()?)))
        else {
            return;
        };
        if members.remove(user).is_some() {
            self.members = self.members.saturating_sub(1);
        }
        if members.is_empty() {
            self.with_members.remove(&last_use);
        }
    }

    pub(super) fn change_member(
        &mut self,
        group: &GroupId,
        user: &UserId,
        change: impl FnOnce(&mut Member),
    ) {
        let known = self.known.get_mut(group);
        let members = known.and_then(|known| known.members.as_mut());
        if let Some(member) = members.and_then(|members| members.get_mut(user)) {
            change(Arc::make_mut(member));
        }
    }

    /// Forgets the group that was not used for the longest time, while there are more groups or
    /// members than the limits allow, and returns its id. `None` once they allow all.
    pub(super) fn forget_one(&mut self, limits: &CacheLimits) -> Option<GroupId> {
        let oldest = if self.known.len() > limits.groups {
            self.by_use.first_key_value()
        } else if self.members > limits.members {
            self.with_members.first_key_value()
        } else {
            None
        };
        let id = oldest?.1.clone();
        self.remove(&id);
        Some(id)
    }

    fn take(&mut self, group: &GroupId) -> Option<Known> {
        let known = self.known.remove(group)?;
        self.by_use.remove(&known.used);
        self.with_members.remove(&known.used);
        self.members = self.members.saturating_sub(known.member_count());
        Some(known)
    }

    fn renew(&mut self, group: &GroupId, now: u64) {
        let Some(known) = self.known.get_mut(group) else {
            return;
        };
        let before = core::mem::replace(&mut known.used, now);
        for order in [&mut self.by_use, &mut self.with_members] {
            if let Some(id) = order.remove(&before) {
                order.insert(now, id);
            }
        }
    }
}
