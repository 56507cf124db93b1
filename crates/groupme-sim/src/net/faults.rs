//! Faults on demand.

use core::{sync::atomic::Ordering, time::Duration};

use super::{Sim, control};
use crate::fault::{FaultPlan, Incident};

impl Sim {
    /// Replaces the fault plan, and ends its freeze. Open connections keep their faults, but share
    /// the plan's incidents.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.shared.set_plan(plan);
    }

    /// Ends the fault plan, [`freeze`](Self::freeze), a REST outage, and what
    /// [`allow_sockets`](Self::allow_sockets) and [`allow_polling`](Self::allow_polling) refuse.
    pub fn clear_faults(&self) {
        control::clear_faults(&self.shared);
    }

    /// Applies an incident to all clients at once.
    pub fn apply(&self, incident: Incident) {
        self.shared.apply(incident);
    }

    /// Advances GroupMe's clock, so that a test need not wait: held connects are answered, sessions
    /// expire, polls end, messages become too old for edits. Everything due in between happens in
    /// its order, but clients see it all at once.
    pub fn advance(&self, time: Duration) {
        self.shared.advance(time);
    }

    /// Breaks all connections without a close frame or response. Sessions live on.
    pub fn break_connections(&self) {
        self.shared.kill();
    }

    /// Loses all sessions without notice: sockets stay open and silent, and the next request of
    /// each client is refused with `401:…:Unknown client`.
    pub fn lose_sessions(&self) {
        self.shared
            .act(|simulation, now| simulation.gateway_mut().forget_sessions(now));
    }

    /// Destroys one session: closes its socket and answers its held poll. Returns false if there is
    /// no such session.
    pub fn destroy_session(&self, client_id: &str) -> bool {
        self.shared
            .act(|simulation, now| simulation.gateway_mut().destroy_session(now, client_id))
    }

    /// Destroys all sessions, as [`destroy_session`](Self::destroy_session) does.
    pub fn destroy_sessions(&self) {
        for client_id in self.sessions() {
            self.destroy_session(&client_id);
        }
    }

    /// Restarts the server: loses all sessions and breaks all connections.
    pub fn restart(&self) {
        self.lose_sessions();
        self.break_connections();
    }

    /// Stops reading from and writing to all connections, new ones included, as a half-open network
    /// does, until [`thaw`](Self::thaw).
    pub fn freeze(&self) {
        self.shared.pause.pause();
    }

    /// Ends a [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        self.shared.pause.resume();
    }

    /// Allows upgrades to a WebSocket, or answers them with 503, as a proxy does. Open sockets stay
    /// open.
    pub fn allow_sockets(&self, allowed: bool) {
        self.shared
            .sockets_allowed
            .store(allowed, Ordering::Relaxed);
    }

    /// Allows long-polling, or answers every request to the gateway that is no upgrade with 504, as
    /// GroupMe's edge was seen to do.
    pub fn allow_polling(&self, allowed: bool) {
        self.shared
            .polling_allowed
            .store(allowed, Ordering::Relaxed);
    }
}
