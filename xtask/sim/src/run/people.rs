//! Actions of people in a run.

use std::collections::BTreeSet;

use groupme_sim::{Push, SimGroupId, World};

use super::Run;
use crate::{
    client::Recipient,
    fact::{ClientFact, Fact},
    plan::Activity,
};

impl Run<'_> {
    /// Picks the recipient of a program's message: a group, whether its user is in it or not, or
    /// another user.
    pub(super) fn recipient(&self, client: usize, pick: usize) -> Recipient {
        let own = self.users[client];
        let others = self.users.iter().filter(|user| **user != own);
        let other = others.cycle().nth(pick).map(ToString::to_string);
        match (self.groups.get(pick % (self.groups.len() + 2)), other) {
            (None, Some(other)) => Recipient::User(other),
            (group, _) => Recipient::Group(group.unwrap_or(&self.groups[0]).to_string()),
        }
    }

    pub(super) fn act(&mut self, activity: Activity) {
        self.cx.see(&Fact::Activity(&activity));
        let (users, groups, messages) = (&self.users, &mut self.groups, &mut self.messages);
        let pushes = self.server.with_world(self.cx.now, |world| {
            activity.run(world, users, groups, messages);
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

    /// Reports memberships of backfilling users that have changed.
    pub(super) fn see_memberships(&mut self) {
        for (client, before) in self.memberships.iter_mut().enumerate() {
            if self.clients[client].listener().is_none() {
                continue;
            }
            let groups = self.server.world().groups_of(self.users[client]);
            let now: BTreeSet<SimGroupId> = groups.collect();
            for group in now.symmetric_difference(before).copied() {
                let is_member = now.contains(&group);
                let fact = ClientFact::Membership { group, is_member };
                self.cx.see(&Fact::Client(client, fact));
            }
            *before = now;
        }
    }

    /// Publishes events, all at once, with a number in each payload by which it is recognized.
    pub(super) fn publish(&mut self, pushes: &[Push]) {
        let before = self.published;
        self.drain(before);
        let (cx, published) = (&mut self.cx, &mut self.published);
        self.server.with_world(cx.now, |world| {
            for Push { channel, data } in pushes {
                let number = *published;
                let numbered = format!(r#"{{"sim":{number},{}"#, &data[1..]);
                if world.publish_raw(channel, &numbered).is_ok() {
                    *published += 1;
                    cx.see(&Fact::Published {
                        number,
                        channel,
                        data,
                    });
                }
            }
        });
        let is_one = pushes.len() == 1;
        self.drain(if is_one { self.published } else { before });
    }
}

/// Takes everything that the world wants published.
pub(super) fn pushes(world: &mut World) -> Vec<Push> {
    core::iter::from_fn(|| world.poll_push()).collect()
}
