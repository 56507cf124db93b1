//! The cookie jar that exchanges and upgrades share.

use bayeux_proto::{Action, Exchange, LaneId};

use crate::{
    peer::Server,
    world::{Ask, in_time, lane_ids, lanes},
};

#[tokio::test]
async fn cookies_are_kept_and_sent_with_exchanges_and_with_the_upgrade() {
    in_time(async {
        // CometD identifies a browser by BAYEUX_BROWSER, on hosts without a name too.
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two, three, socket] = lane_ids();

        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        assert_eq!(peer.request().await.header("cookie"), None);
        let set = [
            "Set-Cookie: BAYEUX_BROWSER=b1; Path=/; HttpOnly",
            "Set-Cookie: lb=x7; Path=/faye",
            "Set-Cookie: elsewhere=1; Path=/other",
            "Set-Cookie: foreign=1; Domain=example.com",
            "Set-Cookie: =;;;",
        ];
        peer.respond("200 OK", &set, "[{}]").await;
        lanes.frame(one).await;
        lanes.closed(one).await;

        lanes.perform(Action::Exchange(two, Exchange::Ordinary), b"[{}]");
        let request = peer.request().await;
        let mut cookies: Vec<_> = request.header("cookie").unwrap().split("; ").collect();
        cookies.sort_unstable();
        assert_eq!(cookies, ["BAYEUX_BROWSER=b1", "lb=x7"]);
        // An error page can set and delete cookies too.
        let set = [
            "Set-Cookie: lb=; Max-Age=0; Path=/faye",
            "Set-Cookie: BAYEUX_BROWSER=b2; Path=/",
        ];
        peer.respond("503 Busy", &set, "").await;
        lanes.closed(two).await;

        lanes.perform(Action::Open(socket), b"");
        let request = server.accept().await.upgrade().await;
        assert_eq!(request.header("cookie"), Some("BAYEUX_BROWSER=b2"));
        lanes.opened(socket).await;
        assert!(!format!("{lanes:?}").contains("b2"));
        lanes.perform(Action::Close(socket), b"");

        lanes.perform(Action::Exchange(three, Exchange::Ordinary), b"[{}]");
        let request = server.accept().await.answer("[{}]").await;
        assert_eq!(request.header("cookie"), Some("BAYEUX_BROWSER=b2"));
    })
    .await;
}

#[tokio::test]
async fn an_oversize_cookie_is_ignored_and_a_jar_that_is_flooded_is_emptied() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let ids: [LaneId; 4] = lane_ids();
        let mut peer = None;
        let mut sent = Vec::new();
        for (n, lane) in ids.into_iter().enumerate() {
            lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{}]");
            let peer = match &mut peer {
                Some(peer) => peer,
                none => none.insert(server.accept().await),
            };
            let request = peer.request().await;
            sent.push(request.header("cookie").map(str::to_owned));
            let headers: Vec<String> = match n {
                0 => vec![
                    "Set-Cookie: kept=1".to_owned(),
                    format!("Set-Cookie: long={}", "x".repeat(4096)),
                ],
                1 => (0..20)
                    .map(|n| format!("Set-Cookie: c{n}={}", "x".repeat(2_500)))
                    .collect(),
                _ => Vec::new(),
            };
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            peer.respond("200 OK", &headers, "[{}]").await;
            lanes.frame(lane).await;
            lanes.closed(lane).await;
        }
        assert_eq!(sent, [None, Some("kept=1".to_owned()), None, None]);
    })
    .await;
}

#[tokio::test]
async fn cookies_go_on_in_another_process() {
    in_time(async {
        let server = Server::bind().await;
        let mut first = lanes(&server.url());
        let [one, two] = lane_ids();
        first.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        peer.request().await;
        let set = [
            "Set-Cookie: BAYEUX_BROWSER=b1; Path=/; HttpOnly",
            "Set-Cookie: lb=x7; Path=/faye; Max-Age=60",
            "Set-Cookie: elsewhere=1; Path=/other",
            "Set-Cookie: gone=1; Max-Age=0",
            "Connection: close",
        ];
        peer.respond("200 OK", &set, "[{}]").await;
        first.frame(one).await;
        first.closed(one).await;
        let mut saved = first.cookies();
        assert_eq!(saved.len(), 3, "{saved:?}");

        let mut second = lanes(&server.url());
        saved.push("no cookie".to_owned());
        saved.push("bad=\n".to_owned());
        second.restore_cookies(saved.iter().map(String::as_str));
        second.perform(Action::Exchange(two, Exchange::Ordinary), b"[{}]");
        let request = server.accept().await.answer("[{}]").await;
        let mut cookies: Vec<_> = request.header("cookie").unwrap().split("; ").collect();
        cookies.sort_unstable();
        assert_eq!(cookies, ["BAYEUX_BROWSER=b1", "lb=x7"]);
    })
    .await;
}
