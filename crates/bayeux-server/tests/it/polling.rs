//! Long-polling and callback-polling, without sockets and in virtual time.

use core::{pin::pin, time::Duration};

use bayeux_proto::server::{Config, Profile};
use bayeux_server::{AllowAll, Options, PublishError, Server};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::time::Instant;

use crate::client::{
    ask, body, connect, connect_now, data_of, handshake, open_server, open_session, post, publish,
    subscribe,
};

#[tokio::test(start_paused = true)]
async fn a_held_poll_is_answered_by_an_event() {
    let server = open_server();
    let client = open_session(&server).await;
    ask(&server, &json!([subscribe(&client, "/news")])).await;
    let connecting = json!([connect(&client)]);
    let mut poll = pin!(ask(&server, &connecting));
    assert!(
        futures_now(poll.as_mut()).await.is_none(),
        "the poll is held"
    );
    assert_eq!(server.status().exchanges, 1);
    server.publish("/news", r#"{"text":"hello"}"#).unwrap();
    assert_eq!(data_of(&poll.await, "/news"), [json!({"text": "hello"})]);
    assert_eq!(server.status().exchanges, 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_poll_is_answered_at_the_end_of_its_hold() {
    let server = open_server();
    let client = open_session(&server).await;
    let start = Instant::now();
    let answer = ask(&server, &json!([connect(&client)])).await;
    assert_eq!(start.elapsed(), Duration::from_mins(1));
    assert_eq!(answer[0]["successful"], true);
}

#[tokio::test(start_paused = true)]
async fn a_poll_whose_client_went_away_loses_nothing() {
    let server = open_server();
    let client = open_session(&server).await;
    ask(&server, &json!([subscribe(&client, "/news")])).await;
    {
        let connecting = json!([connect(&client)]);
        let mut poll = pin!(ask(&server, &connecting));
        assert!(futures_now(poll.as_mut()).await.is_none());
    }
    assert_eq!(server.status().exchanges, 0, "the lost poll is noticed");
    server.publish("/news", "1").unwrap();
    let answer = ask(&server, &json!([connect_now(&client)])).await;
    assert_eq!(data_of(&answer, "/news"), [json!(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_polls_loses_its_session() {
    let server = open_server();
    let client = open_session(&server).await;
    assert_eq!(server.clients(), [&*client]);
    tokio::time::sleep(Duration::from_secs(121)).await;
    assert_eq!(server.clients(), [""; 0]);
    assert_eq!(
        server.deliver(&client, "/news", "1"),
        Err(PublishError::UnknownClient)
    );
    let answer = ask(&server, &json!([connect(&client)])).await;
    assert_eq!(answer[0]["advice"]["reconnect"], "handshake");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_another_one_replaced_ends() {
    // Faye answers the second of two connects only.
    let server = open_server();
    let client = open_session(&server).await;
    let batch = json!([connect(&client)]);
    let start = Instant::now();
    let (first, second) = tokio::join!(post(&server, &batch), post(&server, &batch));
    assert_eq!(first.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(second.status(), StatusCode::OK);
    assert_eq!(start.elapsed(), Duration::from_secs(150));
}

#[tokio::test(start_paused = true)]
async fn clients_publish_to_each_other() {
    let server = open_server();
    let (one, two) = (open_session(&server).await, open_session(&server).await);
    ask(&server, &json!([subscribe(&two, "/chat/*")])).await;
    let reply = ask(&server, &json!([publish(&one, "/chat/7", &json!("hi"))])).await;
    assert_eq!(reply[0]["successful"], true);
    let answer = ask(&server, &json!([connect_now(&two)])).await;
    assert_eq!(data_of(&answer, "/chat/7"), [json!("hi")]);
    assert_eq!(server.subscribers("/chat/*"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_in_a_query_is_answered_by_a_script() {
    let server = open_server();
    let get = |query: &str| {
        let request = Request::get(format!("/bayeux?{query}"));
        server.call(request.body(Full::<Bytes>::default()).unwrap())
    };
    let message =
        form_urlencoded::byte_serialize(handshake().to_string().as_bytes()).collect::<String>();
    let response = get(&format!("message={message}&jsonp=cb")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    let script = body(response).await;
    assert!(script.starts_with(b"/**/cb([{"), "{script:?}");
    for bad in ["", "jsonp=cb", "message=[]&jsonp=alert(1)"] {
        assert_eq!(get(bad).await.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_no_bayeux_and_other_methods_are_refused() {
    let server = open_server();
    for text in ["", "1", "[{\"channel\"", "[{\"channel\":\"\\"] {
        let request = Request::post("/")
            .body(Full::new(Bytes::from(text)))
            .unwrap();
        let response = server.call(request).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{text}");
    }
    let request = Request::put("/")
        .body(Full::new(Bytes::from("[]")))
        .unwrap();
    let response = server.call(request).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(server.clients(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_session_tied_to_a_cookie_is_of_no_use_without_it() {
    let mut config = Config::new(Profile::cometd());
    config.cookies = true;
    let server = Server::new(AllowAll, Options::new(config));
    let response = post(&server, &json!([handshake()])).await;
    let cookie = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("BAYEUX_BROWSER="), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
    let answer: serde_json::Value = serde_json::from_slice(&body(response).await).unwrap();
    let client = answer[0]["clientId"].as_str().unwrap();
    let subscribing = json!([subscribe(client, "/news")]);
    for (cookies, is_known) in [
        (None, false),
        (Some("BAYEUX_BROWSER=guessed"), false),
        (
            Some(&*format!("a=b; {}", cookie.split(';').next().unwrap())),
            true,
        ),
    ] {
        let mut request = Request::post("/");
        if let Some(cookies) = cookies {
            request = request.header("cookie", cookies);
        }
        let request = request.body(Full::new(Bytes::from(subscribing.to_string())));
        let response = server.call(request.unwrap()).await;
        let answer: serde_json::Value = serde_json::from_slice(&body(response).await).unwrap();
        assert_eq!(answer[0]["successful"], is_known, "{cookies:?}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_events_that_clients_can_read_are_published() {
    let server = open_server();
    for channel in ["", "news", "/news/*", "/**", "/meta/connect"] {
        let refused = server.publish(channel, "1");
        assert_eq!(refused, Err(PublishError::Channel(channel.to_owned())));
    }
    for json in ["", "{", "1 2", "undefined", "{\"a\":1}]"] {
        assert_eq!(
            server.publish("/news", json),
            Err(PublishError::Json),
            "{json}"
        );
    }
    for json in ["1", "null", "\"text\"", "{\"a\":[1,{}]}", " [] "] {
        assert_eq!(server.publish("/news", json), Ok(()), "{json}");
    }
}

/// Polls a future once; `None` if it waits.
pub(crate) async fn futures_now<F: Future>(
    mut future: core::pin::Pin<&mut F>,
) -> Option<F::Output> {
    core::future::poll_fn(|cx| {
        core::task::Poll::Ready(match future.as_mut().poll(cx) {
            core::task::Poll::Ready(output) => Some(output),
            core::task::Poll::Pending => None,
        })
    })
    .await
}
