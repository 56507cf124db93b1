//! A minimal Bayeux server: the replies that a session needs to connect and subscribe.

use std::collections::VecDeque;

use bayeux_wire::{Decoder, Frame, Value};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::peer::Peer;

/// A request of the client.
#[derive(Debug)]
pub(crate) struct BayeuxRequest {
    pub(crate) channel: String,
    pub(crate) id: String,
    subscription: String,
    /// The whole message.
    pub(crate) json: String,
}

pub(crate) fn read(batch: &str) -> Vec<BayeuxRequest> {
    let mut frame = Frame::from_bytes(batch.as_bytes());
    Decoder::new().decode(&mut frame).unwrap();
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or("").to_owned();
    frame
        .messages()
        .map(|message| BayeuxRequest {
            channel: message.channel().to_owned(),
            id: text(message.value().get("id")),
            subscription: text(message.value().get("subscription")),
            json: message.value().to_string(),
        })
        .collect()
}

impl BayeuxRequest {
    /// Returns the successful reply.
    pub(crate) fn reply(&self) -> String {
        let Self {
            channel,
            id,
            subscription,
            ..
        } = self;
        let more = match channel.as_str() {
            "/meta/handshake" => {
                r#","version":"1.0","supportedConnectionTypes":["websocket","long-polling"]"#
                    .to_owned()
            }
            "/meta/subscribe" => format!(r#","subscription":"{subscription}""#),
            _ => String::new(),
        };
        format!(
            r#"{{"channel":"{channel}","id":"{id}","clientId":"c1","successful":true,"advice":{{"reconnect":"retry","interval":0,"timeout":60000}}{more}}}"#
        )
    }
}

/// A scripted websocket server that answers what a test does not care for.
pub(crate) struct Script<S> {
    pub(crate) peer: Peer<S>,
    waiting: VecDeque<BayeuxRequest>,
    /// `ext` of handshake replies.
    ext: &'static str,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Script<S> {
    pub(crate) fn new(peer: Peer<S>, ext: &'static str) -> Self {
        Self {
            peer,
            waiting: VecDeque::new(),
            ext,
        }
    }

    /// Returns the next message to `channel`, unanswered. Handshakes, subscribes and unsubscribes
    /// before it are answered, connects are not.
    pub(crate) async fn expect(&mut self, channel: &str) -> BayeuxRequest {
        loop {
            while let Some(asked) = self.waiting.pop_front() {
                match asked.channel.as_str() {
                    found if found == channel => return asked,
                    "/meta/handshake" => {
                        let ext = format!(r#"{{"ext":{},"#, self.ext);
                        let reply = asked.reply().replacen('{', &ext, 1);
                        self.send(&[&reply]).await;
                    }
                    "/meta/connect" => {}
                    other if other.starts_with("/meta/") => self.send(&[&asked.reply()]).await,
                    other => panic!("a publish to {other} before one to {channel}"),
                }
            }
            self.waiting.extend(read(&self.peer.read_text().await));
        }
    }

    /// Sends messages in one frame.
    pub(crate) async fn send(&mut self, messages: &[&str]) {
        self.peer.text(&format!("[{}]", messages.join(","))).await;
    }
}

/// Reads batches and answers every request up to the first connect, which is returned unanswered.
pub(crate) async fn answer_until_connect<S>(peer: &mut Peer<S>) -> BayeuxRequest
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let mut connect = None;
        for asked in read(&peer.read_text().await) {
            if asked.channel == "/meta/connect" {
                connect = Some(asked);
            } else {
                peer.text(&format!("[{}]", asked.reply())).await;
            }
        }
        if let Some(connect) = connect {
            return connect;
        }
    }
}
