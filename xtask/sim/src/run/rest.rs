//! REST in a run.

use core::time::Duration;

use groupme_sim::RestRequest;

use super::{Run, people::pushes};
use crate::rest_requests::{Call, ReceivedRequest, Reply, RestExchange};

impl Run<'_> {
    /// Moves all REST exchanges on: to the server, and back to the clients.
    pub(super) fn run_rest_requests(&mut self) {
        let now = self.cx.now;
        while let Some(exchange) = self.requests.poll_arrival(now) {
            if let Reply::Pending = exchange.reply {
                self.answer(exchange);
            } else {
                self.clients[exchange.client].handle_response(&mut self.cx, exchange);
            }
        }
        for (client, one) in self.clients.iter_mut().enumerate() {
            while let Some((process, call)) = one.poll_call(now) {
                let exchange = RestExchange {
                    client,
                    process,
                    call,
                    reply: Reply::Pending,
                };
                let network = &mut self.cx.network;
                self.requests.send(now, exchange, Duration::ZERO, network);
            }
        }
    }

    fn answer(&mut self, mut exchange: RestExchange) {
        let now = self.cx.now;
        let user = self.users[exchange.client];
        let token = self.server.world().token(user).map(str::to_owned);
        let called = match &exchange.call {
            Call::Read(_, lookup) => self.http.called(lookup, user, token.as_deref()),
            Call::Send(outgoing) => ReceivedRequest {
                method: "POST",
                path: outgoing.path.clone(),
                query: String::new(),
                body: outgoing.body.clone().into_bytes(),
            },
        };
        let request = RestRequest {
            method: called.method,
            path: &called.path,
            query: &called.query,
            token: token.as_deref(),
            host: None,
            media_type: None,
            body: &called.body,
        };
        let rest = &mut self.rest;
        let (response, pushes) = self.server.with_world(now, |world| {
            let response = rest.handle_request(now, &request, world);
            (response, pushes(world))
        });
        self.publish(&pushes);
        exchange.reply = Reply::Response(response.status, response.body);
        let network = &mut self.cx.network;
        self.requests.send(now, exchange, response.delay, network);
    }
}
