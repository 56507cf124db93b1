//! Permissions on the recorded servers.

use bayeux_proto::server::{RequestContext, SecurityPolicy};
use serde_json::Value;

/// Permissions of the recorded servers, with a fixed sequence instead of randomness.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) kind: Kind,
    /// Messages of the current payload.
    pub(super) messages: Vec<Value>,
    /// Requests to `/service/echo` with their sessions.
    pub(super) to_echo: Vec<(String, String)>,
    counter: u64,
}

/// Kind of recorded server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Faye,
    CometdJava,
    CometdNode,
}

impl Rules {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            messages: Vec::new(),
            to_echo: Vec::new(),
            counter: 0,
        }
    }

    fn denied(&self, what: &str) -> String {
        match self.kind {
            Kind::CometdJava => format!("403:denied_by_security_policy:{what}"),
            _ => format!("403::{what}"),
        }
    }

    fn ext(&self, context: &RequestContext<'_>) -> Option<&Value> {
        self.messages.get(context.index)?.get("ext")
    }
}

impl SecurityPolicy for Rules {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        self.counter += 1;
        bytes.fill(7);
        bytes[..8].copy_from_slice(
            &self
                .counter
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .to_le_bytes(),
        );
    }

    fn may_handshake(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let denied = self.ext(context).is_some_and(|ext| ext["deny"] == true);
        if denied && self.kind != Kind::Faye {
            return Err("403::handshake_denied".to_owned());
        }
        Ok(())
    }

    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        let guarded = ["/private/", "/user/", "/group/", "/direct_message/"];
        if !guarded.iter().any(|parent| channel.starts_with(parent)) {
            return Ok(());
        }
        let token = self.ext(context).and_then(|ext| ext.get("access_token"));
        let stamp = self
            .ext(context)
            .and_then(|ext| ext.get("timestamp")?.as_u64());
        match (self.kind, token.and_then(Value::as_str)) {
            (Kind::Faye, None) => Err(format!("403:{channel}:Authentication required")),
            (Kind::Faye, Some("good")) if stamp == Some(1) => {
                Err(format!("403:{channel}:Stale timestamp"))
            }
            (_, Some("good")) => Ok(()),
            (Kind::Faye, Some(_)) => Err(format!("403:{channel}:Invalid access token")),
            _ => Err(self.denied("subscribe_denied")),
        }
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let message = self.messages.get(context.index);
        if message.is_none_or(|message| message["data"]["type"] != "deny") {
            return Ok(());
        }
        match self.kind {
            Kind::Faye => Err(format!("403:{}:Denied", context.request.message.channel)),
            _ => Err(self.denied("publish_denied")),
        }
    }

    fn serve(&mut self, context: &RequestContext<'_>) {
        if self.kind == Kind::CometdNode && context.request.message.channel == "/service/echo" {
            let client = context.request.message.client_id.unwrap_or("").to_owned();
            let data = context.request.json("data").unwrap_or("null").to_owned();
            self.to_echo.push((client, data));
        }
    }
}
