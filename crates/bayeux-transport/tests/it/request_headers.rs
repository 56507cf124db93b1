//! Headers and cookies that a program gives for each request.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use bayeux_proto::{Action, Close, Exchange};
use bayeux_transport::{Error, Options};

use crate::{
    peer::Server,
    world::{Ask, in_time, lane_ids, lanes_with},
};

#[tokio::test]
async fn every_request_asks_the_hook_again() {
    in_time(async {
        let server = Server::bind().await;
        let token = Arc::new(AtomicU32::new(1));
        let current = Arc::clone(&token);
        let mut options = Options::default();
        options.add_header("Authorization", "none").unwrap();
        options.on_request(move |request| {
            let token = current.load(Ordering::Relaxed);
            request
                .set("Authorization", &format!("Bearer t{token}"))
                .unwrap();
            request
                .add_cookie("sessionid", &format!("s{token}"))
                .unwrap();
            if request.is_upgrade() {
                request.set("X-Upgrade", "yes").unwrap();
            }
        });
        let shown = format!("{options:?}");
        assert!(!shown.contains("Bearer"), "{shown}");
        let mut lanes = lanes_with(&server.url(), options);
        let [one, two, socket] = lane_ids();

        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        let request = peer.request().await;
        assert_eq!(request.header("authorization"), Some("Bearer t1"));
        assert_eq!(request.head.matches("uthorization").count(), 1);
        assert_eq!(request.header("cookie"), Some("sessionid=s1"));
        assert_eq!(request.header("x-upgrade"), None);
        peer.respond("401 Unauthorized", &["Set-Cookie: lb=x7; Path=/"], "")
            .await;
        lanes.closed(one).await;

        // The next request has the new token, in the same session and with the same cookies.
        token.store(2, Ordering::Relaxed);
        lanes.perform(Action::Exchange(two, Exchange::Ordinary), b"[{}]");
        let request = server.accept().await.answer("[{}]").await;
        assert_eq!(request.header("authorization"), Some("Bearer t2"));
        let expected = if cfg!(feature = "cookies") {
            "lb=x7; sessionid=s2"
        } else {
            "sessionid=s2"
        };
        assert_eq!(request.header("cookie"), Some(expected));
        lanes.frame(two).await;
        lanes.closed(two).await;

        lanes.perform(Action::Open(socket), b"");
        let request = server.accept().await.upgrade().await;
        assert_eq!(request.header("authorization"), Some("Bearer t2"));
        assert_eq!(request.header("x-upgrade"), Some("yes"));
        assert_eq!(request.header("cookie"), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn a_hook_that_panics_ends_its_lane_and_no_other() {
    in_time(async {
        let server = Server::bind().await;
        let calls = Arc::new(AtomicU32::new(0));
        let mut options = Options::default();
        options.on_request(move |_| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            assert!(call % 2 == 1, "every other call fails");
        });
        let mut lanes = lanes_with(&server.url(), options);
        let [one, two, broken, socket] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let _peer = server.accept().await;
        let (close, error) = lanes.closed(one).await;
        assert_eq!(close, Close::Unreachable);
        assert!(matches!(error, Some(Error::Hook)), "{error:?}");
        // The queue of exchanges continues.
        lanes.perform(Action::Exchange(two, Exchange::Ordinary), b"[{}]");
        server.accept().await.answer("[{}]").await;
        lanes.frame(two).await;
        lanes.closed(two).await;
        lanes.perform(Action::Open(broken), b"");
        let _peer = server.accept().await;
        let (_, error) = lanes.closed(broken).await;
        assert!(matches!(error, Some(Error::Hook)), "{error:?}");
        lanes.perform(Action::Open(socket), b"");
        server.accept().await.upgrade().await;
        lanes.opened(socket).await;
    })
    .await;
}

#[tokio::test]
async fn headers_and_cookies_that_cannot_be_sent_are_refused_without_showing_them() {
    in_time(async {
        let server = Server::bind().await;
        let mut options = Options::default();
        options.on_request(|request| {
            let refusals = [
                request.set("Host", "secret"),
                request.set("Cookie", "secret"),
                request.set("x", "secret\r\n"),
                request.add_cookie("a b", "secret"),
                request.add_cookie("a", "secret;b=c"),
                request.add_cookie("a", "secret\r\nX: y"),
                request.add_cookie("a", "secr et"),
            ];
            for refusal in refusals {
                let error = refusal.unwrap_err();
                assert!(matches!(error, Error::Header { .. }));
                assert!(!error.to_string().contains("secr"), "{error}");
            }
            assert!(!format!("{request:?}").contains("secr"));
        });
        let mut lanes = lanes_with(&server.url(), options);
        let [one] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let request = server.accept().await.answer("[{}]").await;
        assert!(!request.head.contains("secr"), "{}", request.head);
    })
    .await;
}

#[tokio::test]
async fn the_target_of_a_redirect_to_another_origin_gets_neither() {
    in_time(async {
        let (server, other) = (Server::bind().await, Server::bind().await);
        let mut options = Options::default();
        options.follow_to_other_origins = true;
        options.on_request(|request| {
            request.set("Authorization", "secret").unwrap();
            request.add_cookie("a", "secret").unwrap();
        });
        let mut lanes = lanes_with(&server.url(), options);
        let [one] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        assert!(peer.request().await.head.contains("secret"));
        let location = format!("Location: {}", other.url());
        peer.respond("307 Temporary Redirect", &[&location], "")
            .await;
        let request = other.accept().await.answer("[{}]").await;
        assert!(!request.head.contains("secret"), "{}", request.head);
    })
    .await;
}
