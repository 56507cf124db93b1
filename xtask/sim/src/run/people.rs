//! People's part of a run.

use std::collections::BTreeSet;

use groupme_sim::{Push, SimGroupId, World};

use super::Run;
use crate::{client::Recipient, fact::Fact, plan::Doing};

impl Run<'_> {
    /// Whom a program writes to: a group, whether its user is in it or not, or somebody else.
    pub(super) fn recipient(&self, client: usize, pick: usize) -> Recipient {
        let others = self
            .users
            .iter()
            .filter(|user| **user != self.users[client]);
        let other = others.cycle().nth(pick).map(ToString::to_string);
        match (self.groups.get(pick % (self.groups.len() + 2)), other) {
            (None, Some(other)) => Recipient::User(other),
            (group, _) => {
                let group = group.unwrap_or(&self.groups[0]);
                Recipient::Group(group.to_string())
            }
        }
    }

    pub(super) fn act(&mut self, doing: Doing) {
        self.checks.see(self.now, &Fact::Did(&doing));
        let (users, groups, said) = (&self.users, &mut self.groups, &mut self.said);
        let pushes = self.server.with_world(self.now, |world| {
            doing.run(world, users, groups, said);
            pushes(world)
        });
        self.see_memberships();
        if self.random.chance(50) {
            self.publish(&pushes);
        } else {
            for push in pushes {
                self.publish(&[push]);
            }
        }
    }

    /// Tells who is in which group, where that has changed.
    pub(super) fn see_memberships(&mut self) {
        for (client, before) in self.memberships.iter_mut().enumerate() {
            if self.clients[client].account().is_none() {
                continue;
            }
            let groups = self.server.world().groups_of(self.users[client]);
            let now: BTreeSet<SimGroupId> = groups.collect();
            for group in now.symmetric_difference(before).copied() {
                let is_member = now.contains(&group);
                let fact = Fact::Membership {
                    client,
                    group,
                    is_member,
                };
                self.checks.see(self.now, &fact);
            }
            *before = now;
        }
    }

    /// Publishes what has happened, all of it at once, with a number in each payload by which it
    /// is known again.
    pub(super) fn publish(&mut self, pushes: &[Push]) {
        self.drain(self.published);
        let before = self.published;
        let (checks, published, now) = (&mut self.checks, &mut self.published, self.now);
        self.server.with_world(now, |world| {
            for push in pushes {
                let tag = *published;
                let data = format!(r#"{{"sim":{tag},{}"#, &push.data[1..]);
                if world.publish_raw(&push.channel, &data).is_ok() {
                    *published += 1;
                    let fact = Fact::Published {
                        tag,
                        channel: &push.channel,
                        data: &push.data,
                    };
                    checks.see(now, &fact);
                }
            }
        });
        self.drain(if pushes.len() == 1 {
            self.published
        } else {
            before
        });
    }
}

/// What is to be published.
pub(super) fn pushes(world: &mut World) -> Vec<Push> {
    core::iter::from_fn(|| world.poll_push()).collect()
}
