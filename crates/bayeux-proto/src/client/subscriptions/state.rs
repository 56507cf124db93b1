//! State of a channel on the server.

use alloc::vec::Vec;

use crate::{Instant, SessionEvent, SubscriptionId, client::context::Context};

/// Local subscriptions to a channel, and its state on the server.
#[derive(Debug, Default)]
pub(in crate::client) struct SubscriptionState {
    subscribers: Vec<SubscriptionId>,
    /// Subscriptions that the server is not asked for.
    listeners: Vec<SubscriptionId>,
    wire: WireState,
    /// Whether the command queue holds a synchronisation of this channel.
    queued: bool,
    /// Whether the server has to be asked to unsubscribe, even if there are subscribers again.
    must_leave: bool,
    /// Whether the server may still have the channel although it refused the latest request: a
    /// refused renewal need not end the subscription.
    may_remain: bool,
    /// Former subscribers whose end is not reported yet.
    leaving: Vec<SubscriptionId>,
    /// Time of the first of the consecutive refusals.
    refused_since: Option<Instant>,
    /// Time at which the refused channel is requested again.
    retry_at: Option<Instant>,
}

/// State of a channel in the current session, as far as the client knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WireState {
    #[default]
    Absent,
    Subscribing,
    Active,
    Unsubscribing,
    Refused,
    /// A request was lost, and the server may or may not have processed it.
    Unknown,
}

/// Request needed to bring the server in line with the local subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum PendingRequest {
    Subscribe,
    Unsubscribe,
}

impl SubscriptionState {
    pub(super) fn subscribe(&mut self, id: SubscriptionId) {
        self.subscribers.push(id);
        if self.wire == WireState::Refused {
            // A new subscription asks again for a channel that was refused.
            self.renew();
        }
    }

    pub(super) fn listen(&mut self, id: SubscriptionId) {
        self.listeners.push(id);
    }

    pub(super) fn unsubscribe(&mut self, id: SubscriptionId) {
        self.listeners.retain(|listener| *listener != id);
        let before = self.subscribers.len();
        self.subscribers.retain(|subscriber| *subscriber != id);
        self.leaving.push(id);
        let is_last = self.subscribers.is_empty() && before > 0;
        self.must_leave |= is_last && self.wire == WireState::Active;
    }

    pub(super) fn subscribers(&self) -> &[SubscriptionId] {
        &self.subscribers
    }

    /// Returns all local subscriptions.
    pub(super) fn recipients(&self) -> impl Iterator<Item = SubscriptionId> + '_ {
        self.subscribers.iter().chain(&self.listeners).copied()
    }

    pub(super) fn has_recipients(&self) -> bool {
        !(self.subscribers.is_empty() && self.listeners.is_empty())
    }

    /// Returns whether the server has the channel.
    pub(super) fn is_active(&self) -> bool {
        self.wire == WireState::Active
    }

    /// Returns whether there are no local subscriptions, and the server has the channel neither.
    pub(super) fn is_unused(&self) -> bool {
        !self.has_recipients()
            && !self.may_remain
            && matches!(self.wire, WireState::Absent | WireState::Refused)
    }

    /// Returns whether the server may have the channel although no local subscription asks for it.
    pub(super) fn is_leftover(&self) -> bool {
        let is_absent = matches!(self.wire, WireState::Absent | WireState::Refused);
        self.subscribers.is_empty() && (!is_absent || self.may_remain)
    }

    /// Forgets the session.
    pub(super) fn reset(&mut self) {
        self.wire = WireState::Absent;
        self.queued = !self.subscribers.is_empty();
        (self.must_leave, self.may_remain) = (false, false);
        (self.refused_since, self.retry_at) = (None, None);
    }

    /// Marks a synchronisation as queued. Returns false if one was queued already.
    pub(in crate::client) fn enqueue(&mut self) -> bool {
        !core::mem::replace(&mut self.queued, true)
    }

    pub(super) fn is_queued(&self) -> bool {
        self.queued
    }

    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    pub(super) fn set_retry(&mut self, at: Instant) {
        self.retry_at = Some(at);
    }

    /// Returns whether the server has confirmed the channel, and is to keep it.
    pub(in crate::client) fn is_confirmed(&self) -> bool {
        self.wire == WireState::Active && !self.must_leave
    }

    /// Records that the server accepted the channel.
    pub(super) fn accepted(&mut self) {
        self.wire = WireState::Active;
        self.may_remain = false;
        (self.refused_since, self.retry_at) = (None, None);
    }

    /// Records that the server refused the channel. Returns since when it does.
    pub(super) fn refused(&mut self, now: Instant) -> Instant {
        self.may_remain |= self.wire == WireState::Active;
        self.must_leave = false;
        self.wire = WireState::Refused;
        *self.refused_since.get_or_insert(now)
    }

    /// Takes the request that a queued synchronisation has to send, and counts it as sent.
    pub(in crate::client) fn take_request(&mut self) -> Option<PendingRequest> {
        self.queued = false;
        let request = self.pending_request()?;
        match request {
            PendingRequest::Subscribe => self.wire = WireState::Subscribing,
            PendingRequest::Unsubscribe => {
                self.wire = WireState::Unsubscribing;
                self.must_leave = false;
            }
        }
        Some(request)
    }

    /// Records that a request was lost.
    pub(in crate::client) fn lost(&mut self) {
        self.wire = WireState::Unknown;
    }

    /// Records that the server answered the request to unsubscribe.
    pub(in crate::client) fn left(&mut self) {
        self.wire = WireState::Absent;
        self.may_remain = false;
    }

    /// Makes a request due, unless one is queued or in flight.
    pub(in crate::client) fn renew(&mut self) {
        self.retry_at = None;
        if self.must_leave {
            // The request to unsubscribe comes first, and the new subscription behind it.
            return;
        }
        self.may_remain |= self.wire == WireState::Active;
        self.wire = match self.wire {
            WireState::Active => WireState::Unknown,
            WireState::Refused => WireState::Absent,
            wire => wire,
        };
    }

    /// Reports the end of all former subscribers, because the session is over.
    pub(super) fn report_all_left(&mut self, cx: &mut Context) {
        for id in core::mem::take(&mut self.leaving) {
            cx.emit(SessionEvent::Unsubscribed(id));
        }
    }

    /// Reports the end of former subscribers if it is certain.
    pub(in crate::client) fn report_left(&mut self, cx: &mut Context) {
        let is_over = match self.wire {
            WireState::Absent | WireState::Refused => {
                self.pending_request() != Some(PendingRequest::Unsubscribe)
            }
            WireState::Active => self.pending_request().is_none(),
            WireState::Subscribing | WireState::Unsubscribing | WireState::Unknown => false,
        };
        if is_over {
            self.report_all_left(cx);
        }
    }

    pub(in crate::client) fn pending_request(&self) -> Option<PendingRequest> {
        match (self.wire, self.subscribers.is_empty()) {
            (WireState::Active, _) if self.must_leave => Some(PendingRequest::Unsubscribe),
            // Repeating either request is harmless.
            (WireState::Absent | WireState::Unknown, false) => Some(PendingRequest::Subscribe),
            (WireState::Active | WireState::Unknown, true) => Some(PendingRequest::Unsubscribe),
            (WireState::Absent | WireState::Refused, true) if self.may_remain => {
                Some(PendingRequest::Unsubscribe)
            }
            _ => None,
        }
    }
}
