//! What goes wrong in a run.

use groupme_sim::Gateway;

use super::Run;
use crate::{client::Waking, fact::Fact, plan::Fault};

impl Run<'_> {
    pub(super) fn fail(&mut self, fault: Fault) {
        let now = self.now;
        self.checks.see(now, &Fact::Failed(&fault));
        match fault {
            Fault::Restart { .. } => {
                let mut config = self.plan.server.gateway.clone();
                config.seed = self.random.next();
                for (client, lane) in self.network.apply(now, fault) {
                    self.checks.see(now, &Fact::HungUp { client, lane });
                }
                *self.server.gateway_mut() = Gateway::new(config);
            }
            Fault::Forget => self.server.gateway_mut().forget_sessions(now),
            Fault::Reap { session } => {
                let sessions: Vec<_> = self.server.gateway().sessions().collect();
                let count = sessions.len().max(1);
                if let Some(id) = sessions.get(session % count).map(|id| (*id).to_owned()) {
                    self.server.gateway_mut().destroy_session(now, &id);
                    self.drain(self.published);
                }
            }
            Fault::Jump {
                client,
                forward,
                by,
            } => self.clients[client].jump(now, forward, by, &mut self.checks),
            Fault::Sleep {
                client,
                lasts,
                wake,
                timers_first,
            } => {
                let then = Waking {
                    wake,
                    timers_first,
                    begins: false,
                };
                self.clients[client].sleep(now, now + lasts, then, &mut self.checks);
            }
            Fault::Crash { client, down } => {
                if self.clients[client].account().is_some() {
                    let (network, checks) = (&mut self.network, &mut self.checks);
                    self.clients[client].crash(now, down, network, checks);
                }
            }
            Fault::Acknowledge { client } => {
                if self.clients[client].is_idle() {
                    self.clients[client].acknowledge(now, &mut self.checks);
                }
            }
            Fault::Rest {
                outage,
                rate,
                percent,
                lasts,
            } => {
                let config = self.rest.config_mut();
                (config.outage, config.rate) = (outage, rate);
                self.rest_until = Some(now + lasts);
                self.errands.lose(now + lasts, percent);
            }
            fault => {
                self.network.apply(now, fault);
            }
        }
    }
}
