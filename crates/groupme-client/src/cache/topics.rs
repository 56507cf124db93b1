//! Topics, each with its group.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use groupme_model::{GroupId, Topic};

/// Topics that are known.
#[derive(Default)]
pub(super) struct Topics {
    known: BTreeMap<GroupId, Arc<Topic>>,
    /// Topics of each group.
    by_group: BTreeMap<GroupId, BTreeSet<GroupId>>,
}

impl Topics {
    pub(super) fn get(&self, topic: &GroupId) -> Option<&Arc<Topic>> {
        self.known.get(topic)
    }

    /// Returns the topics of a group, in the order of their ids.
    pub(super) fn of_group(&self, group: &GroupId) -> impl Iterator<Item = &Arc<Topic>> {
        let ids = self.by_group.get(group).into_iter().flatten();
        ids.filter_map(|id| self.known.get(id))
    }

    pub(super) fn put(&mut self, topic: Topic) {
        self.remove(&topic.id);
        if let Some(group) = &topic.parent_id {
            let topics = self.by_group.entry(group.clone()).or_default();
            topics.insert(topic.id.clone());
        }
        self.known.insert(topic.id.clone(), Arc::new(topic));
    }

    pub(super) fn change(&mut self, topic: &GroupId, change: impl FnOnce(&mut Topic)) {
        if let Some(known) = self.known.get_mut(topic) {
            change(Arc::make_mut(known));
        }
    }

    pub(super) fn remove(&mut self, topic: &GroupId) {
        if let Some(known) = self.known.remove(topic) {
            self.forget_place(&known);
        }
    }

    pub(super) fn remove_of_group(&mut self, group: &GroupId) {
        for id in self.by_group.remove(group).into_iter().flatten() {
            self.known.remove(&id);
        }
    }

    /// Forgets the topics with the lowest ids, until at most so many are left.
    pub(super) fn trim(&mut self, most: usize) {
        while self.known.len() > most
            && let Some((_, oldest)) = self.known.pop_first()
        {
            self.forget_place(&oldest);
        }
    }

    fn forget_place(&mut self, topic: &Topic) {
        let Some(group) = &topic.parent_id else {
            return;
        };
        if let Some(topics) = self.by_group.get_mut(group) {
            topics.remove(&topic.id);
            if topics.is_empty() {
                self.by_group.remove(group);
            }
        }
    }
}
