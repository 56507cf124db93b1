//! Continuation of a session in another process.

use alloc::string::String;

use super::{
    Session,
    saved_session::{Established, SavedSession, Share},
    stage::Stage,
};
use crate::{Cause, Config, Instant, Resume};

impl Session {
    /// Writes the session down, for another process to continue it: see
    /// [`restore`](Self::restore). At any time, and as often as the program likes; the session
    /// itself is not changed.
    ///
    /// The session continues in one process only: this one ends without
    /// [`disconnect`](Self::disconnect). Publishes that have not settled are not part of it, nor
    /// the state of extensions ([`Ack::continuing`](crate::Ack::continuing)).
    pub fn save(&self, now: Instant) -> SavedSession {
        let is_established = matches!(self.stage, Stage::Live) && !self.cx.client_id.is_empty();
        SavedSession {
            at: self.cx.now.max(now),
            gap_since: self.health.gap_since(),
            proved_until: self.health.proved_until(),
            established: is_established.then(|| Established {
                client_id: self.cx.client_id.clone(),
                transport: self.cx.transport,
                has_websocket: !self.choice.is_disabled(),
                last_id: self.cx.last_id(),
                confirmed_at: self.health.confirmed_at(),
                interval_end: self.cx.interval_end(),
                advice: self.cx.advice(),
            }),
            subscriptions: self.requests.subscriptions().shares(),
        }
    }

    /// Continues a saved session at `now`, in its time: [`SavedSession::at`] plus the time since.
    /// [`connect`](Self::connect) is not needed.
    ///
    /// The subscriptions are those of the saved session, with new ids
    /// ([`subscriptions`](Self::subscriptions)), and are requested again, which servers allow and
    /// extensions such as [`Replay`](crate::Replay) need. Once the server has confirmed the
    /// session, [`SessionEvent::Up`](crate::SessionEvent::Up) with `resumed` reports the continuation, and
    /// [`SessionEvent::Gap`](crate::SessionEvent::Gap) from when on events may be missing.
    ///
    /// A session that the server has dropped, that must have expired, or whose transport
    /// [`Config::transports`] leaves out, is replaced by a new one; so is any with
    /// [`Resume::FreshHandshake`]. `config` need not be that of the saved session, and its limits
    /// do not hold for the saved subscriptions.
    pub fn restore(saved: &SavedSession, config: Config, seed: u64, now: Instant) -> Self {
        let mut session = Self::new(config, seed);
        session.cx.advance(now.max(saved.at));
        session
            .health
            .restore(saved.gap_since, saved.proved_until, Cause::Continued);
        let resumed = saved.established.as_ref();
        if resumed.is_none_or(|established| !session.resume(established)) {
            session.start();
        }
        let knows_channels = matches!(session.stage, Stage::Live);
        for (channel, share) in &saved.subscriptions {
            let cx = &mut session.cx;
            match share {
                Share::Subscriber => {
                    session
                        .requests
                        .restore_subscription(cx, channel, knows_channels);
                }
                Share::Listener => {
                    session.requests.listen(channel);
                }
                Share::Leftover if knows_channels => session.requests.restore_leftover(cx, channel),
                Share::Leftover => {}
            }
        }
        session
    }

    /// Enters an established session. Returns false if it cannot be continued.
    fn resume(&mut self, established: &Established) -> bool {
        self.cx.restore_advice(established.advice);
        let is_usable = self.cx.config.transports.contains(&established.transport);
        self.cx.transport = established.transport;
        self.health.restore_confirmation(established.confirmed_at);
        if !is_usable
            || self.cx.config.resume == Resume::FreshHandshake
            || self.health.has_expired_by(&self.cx, self.cx.now)
        {
            return false;
        }
        self.cx.client_id = String::from(&*established.client_id);
        self.cx
            .restore(established.last_id, established.interval_end);
        self.choice.restore(&self.cx, established.has_websocket);
        self.connect.start_session(self.cx.now);
        self.stage = Stage::Live;
        true
    }
}
