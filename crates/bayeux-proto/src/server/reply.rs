//! Replies and events as JSON text, member by member.

use alloc::{collections::BTreeMap, format, string::String, sync::Arc, vec::Vec};
use core::time::Duration;

use super::{
    config::Config,
    profile::Dialect,
    request::{Member, Request},
};
use crate::encode::write_string;

/// Reply being written. A member keeps its position when it is set again.
pub(super) struct Reply(Vec<(&'static str, String)>);

impl Reply {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a member whose `value` is JSON already.
    pub(super) fn put(&mut self, name: &'static str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, current)) => *current = value.into(),
            None => self.0.push((name, value.into())),
        }
    }

    pub(super) fn put_text(&mut self, name: &'static str, text: &str) {
        self.put(name, quoted(text));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| *key != name);
    }

    /// Sets `error`; the last one wins.
    pub(super) fn set_error(&mut self, error: &str) {
        self.put_text("error", error);
    }

    /// Sets `successful` to whether there is no error, and returns it.
    pub(super) fn set_successful(&mut self) -> bool {
        let successful = !self.is_failed();
        self.put("successful", if successful { "true" } else { "false" });
        successful
    }

    pub(super) fn is_failed(&self) -> bool {
        self.0.iter().any(|(name, _)| *name == "error")
    }

    pub(super) fn into_text(self) -> Arc<str> {
        let members = self.0.iter();
        object(members.map(|(name, json)| (*name, json.as_str()))).into()
    }
}

/// Returns the event that a publish produces.
pub(super) fn event_of(request: &Request<'_>, config: &Config) -> Arc<str> {
    let profile = &config.profile;
    // Of duplicate members only the last is kept; otherwise a receiver that reads the first would
    // see another channel than the one that was checked.
    let last: BTreeMap<&str, usize> = request
        .members
        .iter()
        .enumerate()
        .map(|(index, member)| (member.name, index))
        .collect();
    let channel = quoted(request.message.channel);
    let kept = request
        .members
        .iter()
        .enumerate()
        .filter(|(index, member)| {
            last.get(member.name) == Some(index)
                && match member.name {
                    "clientId" => profile.events_carry_client_id,
                    "id" => profile.events_carry_id,
                    "ext" => profile.events_carry_ext,
                    _ => true,
                }
        })
        .map(|(_, member)| match member.name {
            "channel" => ("channel", channel.as_str()),
            name => (name, member.json),
        });
    object(kept).into()
}

/// Returns an event of the embedder's own.
pub(super) fn event(channel: &str, members: &[Member<'_>]) -> Arc<str> {
    let channel = quoted(channel);
    let others = members.iter().map(|member| (member.name, member.json));
    object(core::iter::once(("channel", channel.as_str())).chain(others)).into()
}

fn object<'m>(members: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut text = String::from("{");
    for (index, (name, json)) in members.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&quoted(name));
        text.push(':');
        text.push_str(json);
    }
    text.push('}');
    text
}

/// Returns `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    // Valid UTF-8: only ASCII has been inserted.
    String::from_utf8(out).unwrap_or_default()
}

/// Returns a JSON array of strings.
pub(super) fn list(texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(","))
}

/// Advice for a live session.
pub(super) fn advice(config: &Config) -> String {
    let (interval, hold) = (millis(config.interval), millis(config.hold));
    format!(r#"{{"reconnect":"retry","interval":{interval},"timeout":{hold}}}"#)
}

/// Advice for a client that needs a new handshake.
pub(super) fn advice_to_handshake(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Faye => r#"{"reconnect":"handshake"}"#,
        Dialect::CometD => r#"{"reconnect":"handshake","interval":0}"#,
    }
}

/// Advice for a client that was refused because the server is full.
pub(super) const ADVICE_TO_WAIT: &str = r#"{"reconnect":"handshake","interval":5000}"#;

/// Advice to stop.
pub(super) const ADVICE_TO_STOP: &str = r#"{"reconnect":"none"}"#;

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Error texts of Faye, and further ones in the same form, `code:args:message`.
pub(super) mod error {
    use alloc::{format, string::String};

    pub(in super::super) const TOO_LARGE: &str = "413::Message too large";
    pub(in super::super) const TOO_MANY_SESSIONS: &str = "503::Too many sessions";

    pub(in super::super) fn connection_types_mismatch(asked: &str) -> String {
        format!("301:{asked}:Connection types not supported")
    }

    pub(in super::super) fn unknown_client(client: &str) -> String {
        format!("401:{client}:Unknown client")
    }

    pub(in super::super) fn missing_parameter(name: &str) -> String {
        format!("402:{name}:Missing required parameter")
    }

    pub(in super::super) fn forbidden_channel(channel: &str) -> String {
        format!("403:{channel}:Forbidden channel")
    }

    pub(in super::super) fn too_many_subscriptions(channel: &str) -> String {
        format!("403:{channel}:Too many subscriptions")
    }

    pub(in super::super) fn invalid_channel(channel: &str) -> String {
        format!("405:{channel}:Invalid channel")
    }
}
