//! Events of the session: their statuses, and their effect on the feed.

use bayeux_proto::{Cause, SessionEvent};
use groupme_delivery::GapCause;
use groupme_model::Timestamp;

use super::{Account, following::conversation_of};
use crate::{ClientEnd, DisconnectCause, Status};

impl Account {
    pub(super) fn take_session_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.take_session_event(event);
        }
    }

    fn take_session_event(&mut self, event: SessionEvent) {
        let liveness = self.liveness(&event);
        // The status comes before the deliveries that the feed makes of it.
        if let Some(status) = self.status(event) {
            self.emit(status);
        }
        match liveness {
            Some(Liveness::Live) => self.go_live(),
            Some(Liveness::Lost) => self.lose(),
            Some(Liveness::Interrupted) => {
                self.lose();
                self.go_live();
            }
            None => {}
        }
    }

    /// Returns the effect of a session event on the feed.
    fn liveness(&mut self, event: &SessionEvent) -> Option<Liveness> {
        match event {
            SessionEvent::Up { .. } => self.is_up = true,
            SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. }
            | SessionEvent::Ended(_) => self.is_up = false,
            _ => {}
        }
        match event {
            SessionEvent::Up { resumed, .. } => {
                if !*resumed {
                    self.following.reset();
                }
                self.own.is_active &= *resumed;
                self.own.is_active.then_some(Liveness::Live)
            }
            // Events from here on are delivered again.
            SessionEvent::Gap { .. } if self.own.is_active => Some(Liveness::Interrupted),
            SessionEvent::Gap { .. }
            | SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. } => Some(Liveness::Lost),
            SessionEvent::Subscribed(id)
                if self.session.channel(*id) == Some(&self.own.channel) =>
            {
                self.own.is_active = true;
                Some(Liveness::Live)
            }
            _ => None,
        }
    }

    /// Tells the feed that pushes flow, unless they are dropped.
    pub(super) fn go_live(&mut self) {
        if let Some(feed) = self.feed.as_mut().filter(|_| !self.overflow.is_dropping()) {
            feed.handle_live(self.latest.now, self.latest.unix_time);
            // The baseline is saved at once, whether or not the program takes anything.
            self.release_feed();
        }
    }

    fn lose(&mut self) {
        if let Some(feed) = &mut self.feed {
            feed.handle_loss(self.latest.now, GapCause::Connection);
        }
    }

    fn status(&mut self, event: SessionEvent) -> Option<Status> {
        Some(match event {
            SessionEvent::Connecting => Status::Connecting,
            SessionEvent::Up { transport, .. } => Status::Connected { transport },
            SessionEvent::Moved { transport } => Status::Moved { transport },
            SessionEvent::Gap { since, cause } => {
                let known = self.disconnect_cause.take();
                let known = known.filter(|known| *known.protocol() == cause);
                let ago = self.latest.now - since;
                let ago = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
                let unix_time = self.latest.unix_time.as_millis().saturating_sub(ago);
                Status::ConnectionGap {
                    since: Timestamp::from_millis(unix_time),
                    cause: known.unwrap_or_else(|| self.cause(cause)),
                }
            }
            SessionEvent::Down { cause, retry_at } => {
                let cause = self.cause(cause);
                self.disconnect_cause = Some(cause.clone());
                self.disconnected(cause, retry_at)
            }
            SessionEvent::AttemptFailed {
                cause, retry_at, ..
            } => {
                let cause = self.cause(cause);
                self.disconnected(cause, retry_at)
            }
            SessionEvent::Subscribed(id) => {
                let name: Box<str> = self.session.channel(id)?.as_str().into();
                if *name == *self.own.channel.as_str() {
                    self.own.confirm();
                }
                self.watch(&name, true);
                if self.following.confirm(&name) {
                    // Reported together.
                    return None;
                }
                Status::Subscribed { channel: name }
            }
            SessionEvent::Refused(id, error) => {
                let name: Box<str> = self.session.channel(id)?.as_str().into();
                self.watch(&name, false);
                if *name == *self.own.channel.as_str() {
                    self.own_channel_refused(&error);
                }
                self.followed_refused(&name, &error);
                Status::Refused {
                    channel: name,
                    error,
                }
            }
            SessionEvent::Ended(end) => {
                self.end_overflow();
                // The answer to a disconnect is such a proof.
                self.pass_proof();
                // Hands out what is held back.
                self.lose();
                if let Some(feed) = &mut self.feed {
                    feed.handle_end(self.latest.now);
                }
                self.has_ended = true;
                let end = ClientEnd::from_session(end);
                Status::Ended(self.end_override.take().unwrap_or(end))
            }
            // A publish is settled.
            _ => return None,
        })
    }

    /// Joins a cause with the error of its lane. Other lanes may end without an error, or with one
    /// that is not the cause.
    fn cause(&mut self, cause: Cause) -> DisconnectCause {
        let error = self
            .lane_error
            .take_if(|(close, _)| cause == Cause::Lane(*close));
        DisconnectCause::new(cause, error.map(|(_, error)| error))
    }

    fn disconnected(&self, cause: DisconnectCause, retry_at: bayeux_proto::Instant) -> Status {
        let retry_in = retry_at - self.latest.now;
        Status::Disconnected { cause, retry_in }
    }

    /// Notes that a channel is subscribed, or no longer.
    pub(super) fn watch(&mut self, channel: &str, is_watched: bool) {
        if let (Some(feed), Some(conversation)) = (&mut self.feed, conversation_of(channel)) {
            feed.watch(&conversation, is_watched);
        }
    }
}

/// Effect of a session event on the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Liveness {
    Live,
    Lost,
    /// Lost, and live again.
    Interrupted,
}
