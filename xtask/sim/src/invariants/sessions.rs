//! No request carries the `clientId` of an earlier session, and only a handshake carries none.

use bayeux_proto::Message;

use super::Invariant;
use crate::fact::ClientFact;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    client_id: Option<String>,
}

impl Invariant for Sessions {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Wrote { message, .. } => {
                if message.channel == "/meta/handshake" {
                    self.client_id = None;
                }
                return self.check(message, "it writes");
            }
            ClientFact::Replied { message, .. }
                if message.channel == "/meta/handshake" && message.successful == Some(true) =>
            {
                self.client_id = message.client_id.map(str::to_owned);
            }
            ClientFact::Crashed => self.client_id = None,
            ClientFact::ServerReceived {
                message,
                is_held: true,
                ..
            } => return self.check(message, "the server receives"),
            _ => {}
        }
        Ok(())
    }
}

impl Sessions {
    fn check(&self, message: &Message<'_>, who: &str) -> Result<(), String> {
        let current = self.client_id.as_deref();
        let (channel, id) = (message.channel, message.client_id);
        match (channel, id) {
            ("/meta/handshake", None) => Ok(()),
            ("/meta/handshake", Some(_)) => Err(format!("{who} a handshake with a clientId")),
            (_, Some(_)) if id == current => Ok(()),
            _ => Err(format!(
                "{who} {channel} as {id:?}, and the session is {current:?}"
            )),
        }
    }
}
