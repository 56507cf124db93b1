//! Lane of one client: a websocket, or an exchange.

use bayeux_proto::{
    LaneId,
    server::{LaneKind, ServerEvent},
};
use bayeux_wire::Frame;
use http::{HeaderMap, header::COOKIE, request::Parts};

use crate::{message::Message, server::Server, sockets, verdicts::Verdicts};

/// Lane, which ends when it is dropped.
pub(crate) struct Lane {
    pub(crate) server: Server,
    pub(crate) id: LaneId,
    pub(crate) kind: LaneKind,
    /// Head of the request that began the lane.
    pub(crate) request: Parts,
}

impl Lane {
    /// Reports the lane's cookie, if sessions are tied to cookies.
    pub(crate) fn report_cookie(&self) {
        let shared = &self.server.shared;
        if shared.options.bayeux.cookies
            && let Some(cookie) = session_cookie(&self.request.headers)
        {
            shared.act(|core, now| core.server.handle_cookie(now, self.id, cookie));
        }
    }

    /// Asks the rules about the messages of a payload, and handles them.
    pub(crate) async fn receive(&self, payload: &[u8]) {
        let shared = &self.server.shared;
        let mut frame = Frame::from_bytes(payload);
        let payload = shared.decode(&mut frame);
        let messages: Vec<_> = (0..)
            .map_while(|index| payload.value(index))
            .map(|value| Message::new(value, &self.request, &self.server))
            .collect();
        let mut verdicts = Verdicts::default();
        // A longer batch is refused as a whole.
        if messages.len() <= shared.options.bayeux.limits.batch {
            for message in &messages {
                verdicts.ask(&*shared.rules, message).await;
            }
        }
        let ((), events) = shared.act(|core, now| {
            payload.with(|payload| {
                core.server
                    .handle_payload(now, self.id, payload, &mut verdicts);
            });
        });
        for message in verdicts
            .served
            .iter()
            .filter_map(|index| messages.get(*index))
        {
            shared.rules.serve(message).await;
        }
        for event in &events {
            if let ServerEvent::Subscribed { client, channel } = event
                && let Some(message) = messages.iter().find(|message| {
                    message.client_id() == Some(client)
                        && message.channel() == "/meta/subscribe"
                        && message
                            .subscriptions()
                            .iter()
                            .any(|name| **name == **channel)
                })
            {
                shared.rules.subscribed(message, channel).await;
            }
        }
    }
}

impl sockets::Messages for &Lane {
    async fn receive(&mut self, message: &[u8]) -> bool {
        Lane::receive(self, message).await;
        true
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.server.shared.close(self.id, self.kind);
    }
}

/// Returns the value of the cookie that ties sessions to a browser.
fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let texts = headers.get_all(COOKIE).into_iter();
    let texts = texts.filter_map(|cookies| cookies.to_str().ok());
    let mut cookies = texts.flat_map(|cookies| cookies.split(';'));
    cookies.find_map(|cookie| {
        let (name, value) = cookie.split_once('=')?;
        (name.trim() == sockets::COOKIE).then(|| value.trim())
    })
}
