//! In the end every wanted subscription is active, at the server too, and no other one is.

use super::{End, Invariant};
use crate::client::{Client, SubscriptionState};

#[derive(Debug)]
pub(super) struct Subscriptions;

impl Invariant for Subscriptions {
    fn missing(&self, client: &Client, end: &End<'_>) -> Option<String> {
        let gateway = end.server.gateway();
        let sessions = gateway.sessions().count();
        if end.is_over {
            return (sessions > 0).then(|| format!("the server keeps {sessions} sessions"));
        }
        if let Some(channel) = client.channels(SubscriptionState::Pending).first() {
            return Some(format!("{channel} is neither active nor refused"));
        }
        for channel in client.channels(SubscriptionState::Active) {
            let with = |state| {
                let has = |client: &&Client| client.channels(state).contains(channel);
                end.clients.iter().filter(has).count()
            };
            let listeners = gateway.subscribers(channel);
            let wanted = with(SubscriptionState::Active);
            // A user who listened, left the group and asks again is refused, and continues listening.
            let followers = end.clients.iter().filter(|client| client.follows());
            let most = wanted + with(SubscriptionState::Refused) + followers.count();
            // The server keeps sessions that ended without a disconnect for a while, with all their
            // subscriptions.
            let has_others = sessions != end.clients.len();
            if listeners < wanted || (listeners > most && !has_others) {
                return Some(format!(
                    "{wanted} listen to {channel}, and the server has {listeners}"
                ));
            }
        }
        None
    }
}
