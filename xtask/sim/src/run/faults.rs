//! Faults of a run.

use groupme_sim::Gateway;

use super::Run;
use crate::{
    client::SuspendedProcess,
    fact::{ClientFact, Fact},
    plan::Fault,
};

impl Run<'_> {
    pub(super) fn fail(&mut self, fault: Fault) {
        self.cx.see(&Fact::Fault(&fault));
        let (now, cx) = (self.cx.now, &mut self.cx);
        match fault {
            Fault::Restart { .. } => {
                for (client, lane) in cx.network.apply(now, fault) {
                    cx.see(&Fact::Client(client, ClientFact::ServerLostLane(lane)));
                }
                let mut config = self.plan.gateway.clone();
                config.seed = self.random.next();
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
            } => self.clients[client].jump(cx, forward, by),
            Fault::Sleep {
                client,
                lasts,
                wake,
                timers_first,
            } => {
                let asleep = SuspendedProcess {
                    until: now + lasts,
                    wake,
                    timers_first,
                    starts: false,
                };
                self.clients[client].sleep(cx, asleep);
            }
            Fault::Crash { client, down } => self.clients[client].crash(cx, down),
            Fault::Disk { client, lasts } => self.clients[client].fill_disk(now + lasts),
            Fault::Acknowledge { client } => {
                if self.clients[client].is_idle() {
                    self.clients[client].acknowledge(cx);
                }
            }
            Fault::Rest {
                outage,
                rate,
                percent,
                lasts,
            } => {
                let config = self.rest.config_mut();
                (config.outage, config.requests_per_second) = (outage, rate);
                self.rest_until = Some(now + lasts);
                self.requests.lose(now + lasts, percent);
            }
            Fault::Lists { lag, lasts } => {
                self.server.with_world(now, |world| world.set_list_lag(lag));
                self.lists_until = Some(now + lasts);
            }
            fault => {
                cx.network.apply(now, fault);
            }
        }
    }
}
