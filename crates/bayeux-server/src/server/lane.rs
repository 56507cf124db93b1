//! Lane of one client: a websocket, or an exchange.

use std::{collections::BTreeMap, sync::Arc};

use bayeux_proto::{
    LaneId,
    server::{Element, LaneKind, Payload, ServerEvent},
};
use bayeux_wire::Frame;
use http::{HeaderMap, header::COOKIE, request::Parts};

use super::{Server, message::Message, phase::Phase, verdicts::Verdicts};
use crate::sockets;

/// Lane, which ends when it is dropped.
pub(crate) struct Lane {
    pub(crate) server: Server,
    pub(crate) id: LaneId,
    pub(crate) kind: LaneKind,
    /// Head of the request that began the lane.
    pub(crate) request: Arc<Parts>,
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

    /// Asks the rules about the messages of a payload, and handles them. Returns false if the rules
    /// panicked.
    pub(crate) async fn receive(&self, payload: &[u8]) -> bool {
        let (server, lane) = (self.server.clone(), self.id);
        let (request, frame) = (Arc::clone(&self.request), Frame::from_bytes(payload));
        let task = server.shared.life.task();
        // A task of its own: what a message has led to is carried out even if its client has gone.
        let handling = tokio::spawn(async move {
            let _task = task;
            tokio::select! {
                () = handle(&server, lane, &request, frame) => {}
                () = server.shared.life.until(Phase::Stopped) => {}
            }
        });
        handling.await.is_ok()
    }
}

async fn handle(server: &Server, lane: LaneId, request: &Parts, mut frame: Frame) {
    let shared = &server.shared;
    let limits = &shared.options.bayeux.limits;
    let payload = shared.decode(&mut frame);
    let messages: Vec<_> = (0..)
        .map_while(|index| payload.value(index))
        .map(|value| Message::new(value, request, server))
        .collect();
    let mut verdicts = Verdicts::default();
    // A longer batch is refused as a whole.
    if messages.len() <= limits.batch {
        let bytes = payload.with(bytes_of);
        for (message, bytes) in messages.iter().zip(bytes) {
            verdicts.ask(&*shared.rules, message, bytes, limits).await;
        }
    }
    let ((), events) = shared.act(|core, now| {
        payload.with(|payload| {
            core.server
                .handle_payload(now, lane, payload, &mut verdicts);
        });
    });
    let calls = verdicts.served.iter();
    for message in calls.filter_map(|index| messages.get(*index)) {
        shared.rules.serve(message).await;
    }
    let subscribed: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ServerEvent::Subscribed { client, channel } => Some((&**client, &**channel)),
            _ => None,
        })
        .collect();
    if subscribed.is_empty() {
        return;
    }
    let mut by_channel = BTreeMap::new();
    for message in &messages {
        if message.channel() == "/meta/subscribe" {
            for channel in message.subscriptions() {
                by_channel
                    .entry((message.client_id(), channel))
                    .or_insert(message);
            }
        }
    }
    for (client, channel) in subscribed {
        // A timer may have led to events of other clients.
        if let Some(message) = by_channel.get(&(Some(client), channel.to_owned())) {
            shared.rules.subscribed(message, channel).await;
        }
    }
}

/// Returns the sizes of the messages as the server counts them.
fn bytes_of(payload: &Payload<'_>) -> Vec<usize> {
    let Payload::Messages(elements) = payload else {
        return Vec::new();
    };
    let size = |element: &Element<'_>| match element {
        Element::Object(request) => {
            let members = request.members.iter();
            members
                .map(|member| member.name.len() + member.json.len() + 4)
                .sum::<usize>()
                + 2
        }
        _ => 0,
    };
    elements.iter().map(size).collect()
}

impl sockets::Messages for &Lane {
    async fn receive(&mut self, message: &[u8]) -> bool {
        Lane::receive(self, message).await
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
