//! No request carries the `clientId` of an earlier session, and none goes out without one.

use bayeux_proto::{Instant, Message};

use super::Invariant;
use crate::fact::{ClientFact, Fact};

#[derive(Debug)]
pub(super) struct Sessions(Vec<Option<String>>);

impl Sessions {
    pub(super) fn new(clients: usize) -> Self {
        Self(vec![None; clients])
    }

    fn check(&self, client: usize, message: &Message<'_>, where_: &str) -> Result<(), String> {
        let current = self.0[client].as_deref();
        if message.channel == "/meta/handshake" {
            if message.client_id.is_some() {
                return Err(format!("a handshake of client {client} with a clientId"));
            }
        } else if message.client_id != current || current.is_none() {
            let (channel, id) = (message.channel, message.client_id);
            return Err(format!(
                "client {client} {where_} {channel} as {id:?}, and the session is {current:?}"
            ));
        }
        Ok(())
    }
}

impl Invariant for Sessions {
    fn name(&self) -> &'static str {
        "no stale clientId"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Client(client, ClientFact::Wrote { message, .. }) => {
                if message.channel == "/meta/handshake" {
                    self.0[client] = None;
                }
                self.check(client, message, "writes")
            }
            Fact::Client(client, ClientFact::Replied { message, .. })
                if message.channel == "/meta/handshake" && message.successful == Some(true) =>
            {
                self.0[client] = message.client_id.map(str::to_owned);
                Ok(())
            }
            Fact::Client(client, ClientFact::Crashed) => {
                self.0[client] = None;
                Ok(())
            }
            Fact::Heard {
                client,
                message,
                held: true,
                ..
            } => self.check(client, message, "is heard on"),
            _ => Ok(()),
        }
    }
}
