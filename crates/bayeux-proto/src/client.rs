//! The client side of a Bayeux session.

use alloc::vec::Vec;

use crate::{
    Action, Channel, Close, Config, Deadline, Event, Extension, Instant, LaneId, Message, Misuse,
    PublishId, SubscriptionId, Verdict,
};

/// One Bayeux session, seen from the client.
#[derive(Debug)]
pub struct Session {}

#[allow(unused_variables, clippy::todo, missing_docs)]
impl Session {
    pub fn new(config: Config, seed: u64) -> Self { todo!() }
    /// Starts (again, after an end).
    pub fn connect(&mut self) { todo!() }
    pub fn subscribe(&mut self, channel: &Channel) -> Result<SubscriptionId, Misuse> { todo!() }
    pub fn unsubscribe(&mut self, id: SubscriptionId) -> Result<(), Misuse> { todo!() }
    pub fn publish(&mut self, channel: &Channel, json: &str) -> Result<PublishId, Misuse> { todo!() }
    pub fn disconnect(&mut self) { todo!() }
    /// Back-pressure: while held back no new connect is sent.
    pub fn hold_back(&mut self, held: bool) { todo!() }

    pub fn handle_open(&mut self, now: Instant, lane: LaneId) { todo!() }
    pub fn handle_message(&mut self, now: Instant, lane: LaneId, message: &Message<'_>) -> Verdict { todo!() }
    pub fn handle_pong(&mut self, now: Instant, lane: LaneId) { todo!() }
    pub fn handle_close(&mut self, now: Instant, lane: LaneId, why: Close) { todo!() }
    pub fn handle_timeout(&mut self, now: Instant) { todo!() }
    /// The road may have changed (network back, machine woken): look at once instead of waiting.
    pub fn handle_wake(&mut self, now: Instant) { todo!() }

    pub fn poll_action(&mut self, now: Instant, ext: &mut impl Extension, out: &mut Vec<u8>) -> Option<Action> { todo!() }
    pub fn poll_event(&mut self) -> Option<Event> { todo!() }
    pub fn poll_timeout(&self) -> Option<Deadline> { todo!() }

    pub fn channel(&self, id: SubscriptionId) -> Option<&Channel> { todo!() }
    pub fn recipients<'a>(&'a self, channel: &'a str) -> impl Iterator<Item = SubscriptionId> + 'a { core::iter::empty() }
}
