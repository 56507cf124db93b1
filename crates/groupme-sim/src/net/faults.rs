//! What can be done to clients on purpose.

use core::{sync::atomic::Ordering, time::Duration};

use super::Sim;
use crate::fault::{FaultPlan, Incident};

impl Sim {
    /// Has things go wrong as the plan says, from now on and in place of any plan before. What is
    /// open already stays as it is, until something happens to all at once.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.shared.set_plan(plan);
    }

    /// Ends all faults of a plan, and whatever [`freeze`](Self::freeze) or
    /// [`allow_sockets`](Self::allow_sockets) did.
    pub fn clear_faults(&self) {
        self.shared.set_plan(FaultPlan::default());
        self.thaw();
        self.allow_sockets(true);
        self.allow_polling(true);
        self.configure_rest(|config| config.outage = None);
    }

    /// Has something happen to all clients at once.
    pub fn apply(&self, incident: Incident) {
        self.shared.apply(incident);
    }

    /// Puts the clock of GroupMe on, so that a test need not wait: held connects are answered,
    /// sessions expire, polls end, messages grow too old to be edited. All that is due in between
    /// happens in its time; clients, however, only find it done.
    pub fn advance(&self, time: Duration) {
        self.shared.advance(time);
    }

    /// Breaks all connections without a word. Sessions live on.
    pub fn break_connections(&self) {
        self.shared.kill();
    }

    /// Loses all sessions without a word: sockets stay open and silent, and the next request of
    /// each client is refused with `401:…:Unknown client`.
    pub fn lose_sessions(&self) {
        self.shared
            .act(|simulation, now| simulation.gateway_mut().forget_sessions(now));
    }

    /// Ends one session: its socket is closed, its held poll answered. False if there is none.
    pub fn destroy_session(&self, client_id: &str) -> bool {
        self.shared
            .act(|simulation, now| simulation.gateway_mut().destroy_session(now, client_id))
    }

    /// Ends all sessions as [`destroy_session`](Self::destroy_session) does.
    pub fn destroy_sessions(&self) {
        for client_id in self.sessions() {
            self.destroy_session(&client_id);
        }
    }

    /// What a restart of the server does: all sessions lost, all connections broken.
    pub fn restart(&self) {
        self.lose_sessions();
        self.break_connections();
    }

    /// Stops reading from and writing to all connections, new ones included, as a half-open
    /// network does, until [`thaw`](Self::thaw).
    pub fn freeze(&self) {
        self.shared.pause.pause();
    }

    /// Ends a [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        self.shared.pause.resume();
    }

    /// Whether upgrades to a WebSocket are let through; if not, they are answered with 503, as
    /// from a proxy in the way. Open sockets stay open.
    pub fn allow_sockets(&self, allowed: bool) {
        self.shared
            .sockets_allowed
            .store(allowed, Ordering::Relaxed);
    }

    /// Whether long-polling works; if not, every request to the gateway that is not an upgrade is
    /// answered with 504, as GroupMe's edge was seen to do.
    pub fn allow_polling(&self, allowed: bool) {
        self.shared
            .polling_allowed
            .store(allowed, Ordering::Relaxed);
    }
}
