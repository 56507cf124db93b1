//! Timers of a session: a row for each, with its deadline and what happens then.

use super::{
    Session, connect::Overdue, lanes::Lanes, stage::Stage, step::Step, websocket::WebSocket,
};
use crate::{Cause, Deadline, End, Instant, LaneId, Timer};

/// Row of the table of timers. Deadlines are read from the parts whenever they are asked for, so no
/// row can be stale. Of equal deadlines, the first in this order is reported.
#[derive(Clone, Copy, Debug)]
enum Row {
    /// End of disconnecting.
    Disconnect,
    /// Reply to the handshake, or time of the next one.
    Handshake,
    /// Reply to the connect, or time of the next one.
    Connect,
    /// Time from which the queue is written again, after a failure.
    Write,
    /// Time of another request for refused channels.
    Refused,
    /// Replies to the requests in flight.
    Request,
    /// End of waiting in the queue.
    Queue,
    /// Opening of the websocket, its ping, and the pong.
    WebSocket,
    /// Return to the websocket.
    Upgrade,
}

impl Row {
    const ALL: [Self; 9] = [
        Self::Disconnect,
        Self::Handshake,
        Self::Connect,
        Self::Write,
        Self::Refused,
        Self::Request,
        Self::Queue,
        Self::WebSocket,
        Self::Upgrade,
    ];

    /// Order of expiry. A lost websocket comes first, because all that was sent over it fails with
    /// it. The other rows only make something due for the next poll.
    const EXPIRY: [Self; 7] = [
        Self::WebSocket,
        Self::Handshake,
        Self::Request,
        Self::Queue,
        Self::Refused,
        Self::Connect,
        Self::Disconnect,
    ];
}

impl Session {
    /// Returns the earliest deadline.
    pub(super) fn earliest_deadline(&self) -> Option<Deadline> {
        Row::ALL
            .into_iter()
            .filter_map(|row| self.deadline(row))
            .map(|(at, why)| Deadline { at, why })
            .min_by_key(|deadline| deadline.at)
    }

    pub(super) fn expire_timers(&mut self) {
        for row in Row::EXPIRY {
            self.expire(row);
        }
    }

    fn deadline(&self, row: Row) -> Option<(Instant, Timer)> {
        let is_live = self.stage == Stage::Live;
        let retry = |at| (at, Timer::Retry);
        match row {
            Row::Disconnect => match self.stage {
                Stage::Closing { deadline } => Some((deadline, Timer::Disconnect)),
                _ => None,
            },
            Row::Handshake => match self.stage {
                // A websocket that is still opening has its own deadline.
                Stage::Handshake(handshake) if !self.is_opening() => Some(handshake.deadline()),
                _ => None,
            },
            Row::Connect => self.connect_deadline(),
            Row::Write => self.requests.due().filter(|_| self.can_write()).map(retry),
            Row::Refused => self
                .requests
                .subscriptions()
                .next_retry()
                .filter(|_| is_live)
                .map(retry),
            Row::Request => self.requests.answer_deadline(),
            Row::Queue => self.requests.queue_deadline(),
            Row::WebSocket => self.websocket.deadline(&self.cx),
            Row::Upgrade => Some((self.upgrade_due()?, Timer::Upgrade)),
        }
    }

    fn connect_deadline(&self) -> Option<(Instant, Timer)> {
        if let (Stage::Live, Some(deadline)) = (self.stage, self.connect.answer_deadline()) {
            return Some(deadline);
        }
        let why = if self.health.is_up() {
            Timer::NextConnect
        } else {
            Timer::Retry
        };
        Some((self.connect_due()?, why))
    }

    fn expire(&mut self, row: Row) {
        match row {
            Row::WebSocket => {
                if let Some(timer) = self.websocket.overdue(&self.cx) {
                    self.apply(Step::DropSocket(Cause::Silence(timer)));
                }
            }
            Row::Handshake => self.expire_handshake(),
            Row::Request => {
                while let Some((lane, timer)) =
                    self.requests
                        .overdue(&mut self.cx, self.websocket.open_lane(), |lane| {
                            last_bytes(&self.websocket, &self.lanes, lane)
                        })
                {
                    self.request_overdue(lane, timer);
                }
            }
            Row::Queue => self.requests.expire_queue(&mut self.cx),
            Row::Refused if self.stage == Stage::Live => self.requests.retry_refused(&mut self.cx),
            Row::Connect => self.expire_connect(),
            Row::Disconnect => {
                if let Stage::Closing { deadline } = self.stage
                    && deadline <= self.cx.now
                {
                    self.apply(Step::Finish(End::Requested));
                }
            }
            Row::Refused | Row::Write | Row::Upgrade => {}
        }
    }

    fn expire_handshake(&mut self) {
        if let Stage::Handshake(handshake) = &mut self.stage
            && let Some(lane) = handshake.lane()
            && handshake.is_overdue(&self.cx, last_bytes(&self.websocket, &self.lanes, lane))
        {
            self.handshake_overdue();
        }
    }

    fn expire_connect(&mut self) {
        let Some(lane) = self.connect.lane() else {
            return;
        };
        let last_bytes = last_bytes(&self.websocket, &self.lanes, lane);
        if !self.connect.is_overdue(&self.cx, last_bytes) {
            return;
        }
        let silence = Cause::Silence(Timer::Connect);
        let active = self.requests.subscriptions().any_active();
        let last_received = self.websocket.last_received();
        match self.connect.overdue(&self.cx, active, last_received) {
            Overdue::Wait => {}
            Overdue::Ping => self.websocket.suspect(),
            Overdue::Probe(channel) => self.requests.probe(channel),
            Overdue::CloseExchange(sent) => {
                self.lanes.close(sent.lane);
                self.connect_lost(&sent, silence);
            }
            Overdue::CloseSocket => self.apply(Step::DropSocket(silence)),
        }
    }
}

/// Returns when bytes of an incomplete message last arrived on a lane.
pub(super) fn last_bytes(websocket: &WebSocket, lanes: &Lanes, lane: LaneId) -> Option<Instant> {
    websocket
        .last_bytes(lane)
        .or_else(|| lanes.last_bytes(lane))
}
