//! A server beside an application: on one listener, and as a service of a router.

use core::convert::Infallible;

use bayeux_server::Server;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use crate::client::{Http, Socket, open_server};

#[tokio::test]
async fn an_application_and_a_server_share_a_listener() {
    let server = open_server();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let bayeux = server.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let bayeux = bayeux.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let bayeux = bayeux.clone();
                async move {
                    Ok::<_, Infallible>(match request.uri().path() {
                        "/bayeux" => bayeux.call(request).await,
                        _ => Response::new(Full::new(Bytes::from("the application"))),
                    })
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection.with_upgrades());
        }
    });
    let mut http = Http::open(addr).await;
    http.send("GET", "/", &[], "").await;
    assert_eq!(http.reply().await.unwrap().body, "the application");
    http.post(&json!([])).await;
    assert_eq!(http.answer().await, json!([]));
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    server.publish("/news", "1").unwrap();
    assert_eq!(socket.batch().await[0]["data"], 1);
}

/// Calls a service as axum's `route_service` requires of it.
async fn route<S>(mut service: S, request: Request<Full<Bytes>>) -> S::Response
where
    S: tower_service::Service<Request<Full<Bytes>>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let Ok(response) = service.call(request).await;
    response
}

#[tokio::test]
async fn a_server_is_a_service_for_routers() {
    let server: Server = open_server();
    let request = Request::post("/bayeux")
        .body(Full::new(Bytes::from("[]")))
        .unwrap();
    let response = route(server, request).await;
    assert_eq!(response.status(), 200);
}
