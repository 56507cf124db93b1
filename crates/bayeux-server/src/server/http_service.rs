//! Server as a service for HTTP requests.

use core::{
    convert::Infallible,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use std::sync::Arc;

use bayeux_proto::server::LaneKind;
use bytes::{Buf as _, BufMut as _, Bytes};
use http::{Method, Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Body, upgrade::OnUpgrade};
use tokio::time;

use super::{Server, lane::Lane, phase::Phase};
use crate::sockets::{self, Answer, Batch, Share};

/// Error of any request body.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

type Reply = Response<Full<Bytes>>;

impl Server {
    /// Answers one HTTP request: a poll or a publish, an upgrade to a websocket, or the preflight of
    /// a browser. The path has been matched by the caller. A request that is dropped ends its poll.
    pub async fn call<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let (head, body) = request.into_parts();
        let origin = match self.shared.options.origins.check(&head) {
            Ok(origin) => origin.cloned(),
            Err(_) => return sockets::rejection(403),
        };
        let mut response = if head.method == Method::OPTIONS {
            sockets::preflight()
        } else if let Err(status) = self.shared.rules.admit(&head).await {
            sockets::rejection(status.as_u16())
        } else if head.method == Method::POST {
            self.post(head, body).await
        } else {
            self.get(head).await
        };
        // A page learns why a request was refused, too.
        sockets::allow(&mut response, origin.as_ref());
        response
    }

    /// Answers a request with a body.
    async fn post<B>(&self, head: Parts, body: B) -> Reply
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let max_payload = self.shared.options.max_payload;
        let announced = usize::try_from(body.size_hint().lower());
        if announced.map_or(true, |bytes| bytes > max_payload) {
            return sockets::rejection(413);
        }
        let reading = self.collect(Limited::new(body, max_payload));
        let body = match time::timeout(self.shared.options.request_timeout, reading).await {
            Ok(Ok(body)) => body,
            Ok(Err(status)) => return sockets::rejection(status),
            Err(_) => return sockets::rejection(408),
        };
        match Batch::from_post(&head.headers, body) {
            Some(batch) => self.exchange(head, batch).await,
            None => sockets::rejection(400),
        }
    }

    /// Reads a body within the budget of all clients. Returns the status of its refusal.
    async fn collect<B>(&self, body: Limited<B>) -> Result<Bytes, u16>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let mut body = pin!(body);
        let mut share = Share::of(Some(&self.shared.unfinished));
        let mut collected = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| -> u16 {
                let is_too_large = error.is::<LengthLimitError>();
                if is_too_large { 413 } else { 400 }
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if !share.cover(collected.len().saturating_add(data.remaining())) {
                return Err(503);
            }
            collected.put(data);
        }
        Ok(collected.into())
    }

    /// Answers a request without a body.
    async fn get(&self, head: Parts) -> Reply {
        let mut request = Request::from_parts(head, ());
        if sockets::is_upgrade(&request) {
            let Some(response) =
                sockets::accept(&request).filter(|_| self.shared.options.websocket)
            else {
                return sockets::rejection(400);
            };
            let upgrade = hyper::upgrade::on(&mut request);
            return match self.open_socket(upgrade, request.into_parts().0) {
                Some(()) => response,
                None => sockets::rejection(503),
            };
        }
        if *request.method() != Method::GET {
            return sockets::rejection(405);
        }
        let query = request.uri().query().unwrap_or("");
        match Batch::from_query(query).filter(|_| self.shared.options.callback_polling) {
            Some(batch) => self.exchange(request.into_parts().0, batch).await,
            None => sockets::rejection(400),
        }
    }

    /// Handles a batch, and waits for its answer.
    async fn exchange(&self, head: Parts, batch: Batch) -> Reply {
        let shared = &self.shared;
        let Some((id, answer)) = shared.open_exchange() else {
            return sockets::rejection(503);
        };
        let _task = shared.life.task();
        let lane = Lane {
            server: self.clone(),
            id,
            kind: LaneKind::Exchange,
            request: Arc::new(head),
        };
        lane.report_cookie();
        let answering = async {
            let is_handled = lane.receive(batch.messages()).await;
            if is_handled {
                answer.wait().await
            } else {
                Some(Answer::Rejected(500))
            }
        };
        // A poll that another one replaced may never be answered.
        let limit = shared.options.longest_silence();
        let answer = tokio::select! {
            answer = time::timeout(limit, answering) => answer.ok().flatten(),
            () = shared.life.until(Phase::Stopped) => None,
        };
        let unavailable = Answer::Rejected(StatusCode::SERVICE_UNAVAILABLE.as_u16());
        batch.respond(answer.unwrap_or(unavailable))
    }

    /// Serves the websocket of an upgrade in a task of its own; `None` if there are too many.
    fn open_socket(&self, upgrade: OnUpgrade, head: Parts) -> Option<()> {
        let shared = &self.shared;
        let (id, mut outputs) = shared.open_socket()?;
        let lane = Lane {
            server: self.clone(),
            id,
            kind: LaneKind::Socket,
            request: Arc::new(head),
        };
        lane.report_cookie();
        let task = shared.life.task();
        let socket = shared.options.socket(&shared.unfinished);
        tokio::spawn(async move {
            let _task = task;
            let closed = outputs.closed();
            let serving = async {
                match upgrade.await {
                    Ok(upgraded) => socket.serve(id, upgraded, &lane, outputs, closed).await,
                    Err(error) => tracing::debug!(cause = %error, "upgrade failed"),
                }
            };
            tokio::select! {
                () = serving => {}
                () = lane.server.shared.life.until(Phase::Stopped) => {}
            }
        });
        Some(())
    }
}

impl<B> tower_service::Service<Request<B>> for Server
where
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let server = self.clone();
        Box::pin(async move { Ok(server.call(request).await) })
    }
}
