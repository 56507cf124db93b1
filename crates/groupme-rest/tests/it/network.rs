//! Calls over real sockets.

use core::{error::Error as _, time::Duration};
use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use groupme_model::{ConversationId, HistoryWindow};
use groupme_rest::{
    BaseUrl, Client, Conversation, Error, Options, Service, Services,
    endpoint::{Page, groups, messages, users},
};

use crate::{
    scripted::token,
    server::{Reply, Server, reply, response},
};

const ME: &str = r#"{"response":{"id":"185"},"meta":{"code":200}}"#;

/// Returns options without a rate limit and with short delays.
fn options(server: &Server) -> Options {
    let mut options = Options::default();
    options.services =
        Services::with_base_url(&BaseUrl::new(&format!("http://{}", server.address)).unwrap());
    options.request_interval = Duration::ZERO;
    options.retry.backoff_base = Duration::from_millis(1);
    options
}

fn client(server: &Server) -> Client {
    Client::new(token(), &options(server)).unwrap()
}

async fn me(client: &Client) -> Result<groupme_model::User, Error> {
    client.call(&users::me()).await
}

#[tokio::test]
async fn a_connection_is_reused() {
    let server = Server::start(vec![reply("200 OK", &[], ME); 3]).await;
    let client = client(&server);
    for _ in 0..3 {
        assert_eq!(me(&client).await.unwrap().id, "185");
    }
    let seen = server.seen();
    assert_eq!((seen.connections, seen.heads.len()), (1, 3));
}

#[tokio::test]
async fn a_request_has_the_expected_headers() {
    let server = Server::start(vec![reply("200 OK", &[], ME)]).await;
    me(&client(&server)).await.unwrap();
    let head = &server.seen().heads[0].1;
    assert!(head.starts_with("get /v3/users/me http/1.1\r\n"), "{head}");
    for line in [
        "x-access-token: hush-hush",
        "accept: application/json",
        "accept-encoding: gzip",
        concat!("user-agent: groupme-rest/", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "{head}");
    }
    assert_eq!(head.matches("hush-hush").count(), 1);
}

#[tokio::test]
async fn a_compressed_body_is_decompressed() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(ME.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let server = Server::start(vec![reply("200 OK", &["Content-Encoding: gzip"], body)]).await;
    assert_eq!(me(&client(&server)).await.unwrap().id, "185");
}

#[tokio::test]
async fn answers_without_a_body_are_accepted() {
    let server = Server::start(vec![
        reply("204 No Content", &[], ""),
        reply("304 Not Modified", &["Content-Encoding: gzip"], ""),
        reply("404 Not Found", &["Content-Type: text/html"], "Not Found"),
    ])
    .await;
    let client = client(&server);
    let group = Conversation::Group("1835".into());
    client
        .call(&messages::delete(ConversationId::from("1835"), "1"))
        .await
        .unwrap();
    let page = client
        .call(&messages::list(group, &HistoryWindow::Newest, 20))
        .await
        .unwrap();
    assert!(page.is_empty());
    let error = client.call(&groups::show("1835")).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)));
    assert_eq!(server.seen().connections, 1);
}

#[tokio::test]
async fn error_pages_of_proxies_and_broken_connections_are_retried() {
    let whole = response("200 OK", &[], ME);
    let server = Server::start(vec![
        reply(
            "502 Bad Gateway",
            &["Content-Type: text/html"],
            "<html></html>",
        ),
        Reply::Close(Vec::new()),
        Reply::Close(whole[..20].to_vec()),
        Reply::Close(whole[..whole.len() - 5].to_vec()),
        reply("200 OK", &[], ME),
    ])
    .await;
    assert_eq!(me(&client(&server)).await.unwrap().id, "185");
    assert_eq!(server.seen().heads.len(), 5);
}

#[tokio::test]
async fn a_request_answered_without_http_is_repeated_twice_and_then_fails_with_that_error() {
    for noise in [
        "NOISE\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        let server = Server::start(vec![Reply::Close(noise.into()); 4]).await;
        let error = me(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{noise}: {error}");
        assert!(error.is_transient() && !error.was_not_processed());
        assert_eq!(server.seen().heads.len(), 3, "{noise}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_distinguished_from_a_broken_one() {
    let whole = response("200 OK", &[], ME);
    for cut in [0, 20, whole.len() - 5] {
        let server = Server::start(vec![Reply::Close(whole[..cut].to_vec())]).await;
        let client = Client::new(token(), &once(&server)).unwrap();
        let error = me(&client).await.unwrap_err();
        assert!(
            matches!(&error, Error::Transport { source, .. } if source.is_closed_early()),
            "{cut}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = Server::start(vec![reply("200 OK", &[], ME)]).await;
    let location = format!("Location: http://{}/v3/users/me", elsewhere.address);
    let server = Server::start(vec![reply("302 Found", &[&location], "")]).await;
    let error = me(&client(&server)).await.unwrap_err();
    assert!(matches!(error, Error::UnexpectedStatus(_)), "{error}");
    assert_eq!(elsewhere.seen().connections, 0);
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_an_error() {
    let server = Server::start(vec![reply("200 OK", &[], "x".repeat(1001))]).await;
    let mut options = options(&server);
    options.body_limit = 1000;
    let error = me(&Client::new(token(), &options).unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Oversize { limit: 1000, .. }),
        "{error}"
    );
    assert!(!error.is_transient());
}

#[tokio::test]
async fn an_announced_length_beyond_the_limit_is_not_waited_for() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n";
    let server = Server::start(vec![Reply::Keep(head.into())]).await;
    let error = me(&client(&server)).await.unwrap_err();
    assert!(matches!(error, Error::Oversize { .. }), "{error}");
}

/// Returns options of a client that sends each request once.
fn once(server: &Server) -> Options {
    let mut options = options(server);
    options.retry.attempts = 1;
    options
}

#[tokio::test]
async fn a_body_in_one_byte_chunks_is_read_unless_it_is_all_chunks() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let end = format!("{:x}\r\n{ME}\r\n0\r\n\r\n", ME.len());
    let chunks = |count: usize| format!("{head}{}{end}", "1\r\n \r\n".repeat(count)).into_bytes();
    let server = Server::start(vec![
        Reply::Keep(chunks(4_000)),
        Reply::Close(chunks(900_000)),
    ])
    .await;
    let client = Client::new(token(), &once(&server)).unwrap();
    assert_eq!(me(&client).await.unwrap().id, "185");
    let error = me(&client).await.unwrap_err();
    assert!(
        matches!(&error, Error::Malformed { format: "HTTP", .. }),
        "{error}"
    );
    let cause = error.source().unwrap().to_string();
    assert_eq!(cause, "a response in too many small chunks");
}

#[tokio::test]
async fn interim_responses_are_passed_over_unless_they_do_not_end() {
    let interim = |count| "HTTP/1.1 100 Continue\r\n\r\n".repeat(count).into_bytes();
    let after = |count| [interim(count), response("200 OK", &[], ME)].concat();
    // The limit is that of one response, not of a connection.
    let server = Server::start(vec![
        Reply::Keep(after(25_000)),
        Reply::Keep(after(25_000)),
        Reply::Close(after(100_000)),
    ])
    .await;
    let client = Client::new(token(), &once(&server)).unwrap();
    for _ in 0..2 {
        assert_eq!(me(&client).await.unwrap().id, "185");
    }
    let error = me(&client).await.unwrap_err();
    let mut source = error.source();
    let mut chain = String::new();
    while let Some(error) = source {
        chain = format!("{chain}: {error}");
        source = error.source();
    }
    assert!(
        chain.ends_with(": interim responses or a response head without end"),
        "{chain}"
    );
}

#[tokio::test]
async fn a_request_without_answer_times_out() {
    let server = Server::start(vec![Reply::Hang; 2]).await;
    let mut options = options(&server);
    options.request_timeout = Duration::from_millis(30);
    options.retry.attempts = 2;
    let error = me(&Client::new(token(), &options).unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    assert_eq!(server.seen().heads.len(), 2);
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_processed() {
    let (server, listener) = Server::bind(Vec::new()).await;
    drop(listener);
    let mut options = options(&server);
    options.retry.attempts = 2;
    let error = me(&Client::new(token(), &options).unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Transport { source, .. } if !source.is_sent()),
        "{error:?}"
    );
    assert!(error.was_not_processed() && error.is_transient());
    let mut chain = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        chain.push(error.to_string());
        source = error.source();
    }
    assert!(
        chain.len() > 2 && chain.join(": ").contains("refused"),
        "{chain:?}"
    );
}

#[tokio::test]
async fn each_service_has_its_own_base_url() {
    let v2 = Server::start(vec![reply(
        "200 OK",
        &[],
        r#"{"response":{"user":{"id":"230"}},"meta":{"code":200}}"#,
    )])
    .await;
    let server = Server::start(vec![reply("200 OK", &[], "[]")]).await;
    let mut options = options(&server);
    let elsewhere = BaseUrl::new(&format!("http://{}/old", v2.address)).unwrap();
    options.services = options.services.with(Service::V2, elsewhere);
    let client = Client::new(token(), &options).unwrap();
    client.call(&users::show("230")).await.unwrap();
    client.call(&groups::list(Page::default())).await.unwrap();
    assert!(
        v2.seen().heads[0]
            .1
            .starts_with("get /old/users/230?include_shared_groups=true ")
    );
    assert!(server.seen().heads[0].1.starts_with("get /v3/groups "));
}
