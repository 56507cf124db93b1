//! Names that have been seen beside ids.

use std::collections::BTreeMap;

use groupme_model::{EventRef, GroupIdRef, MessageRef, UserIdRef};

/// What ids are called, as far as pushes have told. Bounded: a stranger without a name is shown by
/// the id.
#[derive(Debug, Default)]
pub(super) struct Names {
    users: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn learn(&mut self, event: &EventRef<'_>) {
        if let Some(message) = event.message() {
            self.learn_author(&message);
        }
        if let EventRef::MembershipCreate(push) = event {
            let group = push.group();
            if let Some(name) = group.name() {
                remember(&mut self.groups, group.id().as_str(), name);
            }
        }
    }

    pub(super) fn user(&self, id: Option<UserIdRef<'_>>) -> String {
        match id {
            None => "somebody".to_owned(),
            Some(id) => known(&self.users, id.as_str(), "user"),
        }
    }

    pub(super) fn group(&self, id: GroupIdRef<'_>) -> String {
        known(&self.groups, id.as_str(), "group")
    }

    fn learn_author(&mut self, message: &MessageRef<'_>) {
        if let (Some(id), Some(name)) = (message.user_id(), message.name())
            && !id.is_system()
        {
            remember(&mut self.users, id.as_str(), name);
        }
    }
}

fn known(names: &BTreeMap<String, String>, id: &str, what: &str) -> String {
    names
        .get(id)
        .cloned()
        .unwrap_or_else(|| format!("{what} {id}"))
}

fn remember(names: &mut BTreeMap<String, String>, id: &str, name: &str) {
    if names.len() < MOST || names.contains_key(id) {
        names.insert(id.to_owned(), name.to_owned());
    }
}

const MOST: usize = 10_000;
