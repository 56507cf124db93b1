//! Slow links: bytes that flow are life, within a limit.
//!
//! The time is paused once the connection stands, and moves only by `advance`: no task waits for
//! the clock, because the loop below never lets the runtime idle.

use core::time::Duration;

use bayeux_proto::{
    Action, Channel, Close, Config, Exchange, Instant, Outcome, Session, SessionEvent, Transport,
};
use bayeux_transport::{Driver, DriverEvent, Lanes, Next};
use tokio::{
    net::TcpStream,
    task::yield_now,
    time::{advance, pause},
};

use crate::{
    bayeux::{BayeuxRequest, answer_until_connect, read},
    peer::{FIN, Peer, Server, TEXT, frame},
    world::{Ask, in_time, lane_ids, lanes, once},
};

/// Returns a driver of a session that subscribes to `/chat` over this transport only.
fn driver(server: &Server, transport: Transport) -> Driver {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 7);
    session.subscribe(&Channel::new("/chat").unwrap()).unwrap();
    session.connect(Instant::ORIGIN);
    Driver::new(session, lanes(&server.url()), ())
}

fn last_bytes(lanes: &Lanes) -> Option<Instant> {
    lanes.progress().map(|(_, at)| at).max()
}

/// Drives until there is nothing left to do and `holds` returns true.
async fn drive(driver: &mut Driver, holds: impl Fn(&Lanes) -> bool) -> Vec<DriverEvent> {
    let mut events = Vec::new();
    loop {
        match once(driver.next()).await {
            Some(event) => events.push(event),
            None if holds(driver.lanes()) => return events,
            None => yield_now().await,
        }
    }
}

/// Writes `bytes` in pieces, one each four seconds, and drives in between. Returns the events.
async fn trickle(
    driver: &mut Driver,
    peer: &mut Peer<TcpStream>,
    bytes: &[u8],
) -> Vec<DriverEvent> {
    let mut events = Vec::new();
    for piece in bytes.chunks(bytes.len().div_ceil(25)) {
        events.extend(drive(driver, |_| true).await);
        advance(Duration::from_secs(4)).await;
        let now = driver.lanes().clock().now();
        peer.write(piece).await;
        let arrived = |lanes: &Lanes| last_bytes(lanes) >= Some(now);
        if piece.as_ptr_range().end < bytes.as_ptr_range().end {
            events.extend(drive(driver, arrived).await);
        }
    }
    events
}

fn assert_alive(events: &[DriverEvent]) {
    for event in events {
        let is_end = matches!(
            event,
            DriverEvent::LaneFailed(..)
                | DriverEvent::Session(SessionEvent::Down { .. } | SessionEvent::Published(..))
        );
        assert!(!is_end, "{event:?}");
    }
}

async fn next_event(driver: &mut Driver) -> DriverEvent {
    loop {
        if let Some(event) = once(driver.next()).await {
            return event;
        }
        yield_now().await;
    }
}

/// Serves until the first publish, which is returned with its connection, unanswered.
async fn publish_unanswered(server: &Server) -> (Peer<TcpStream>, String) {
    let mut peer = server.accept().await;
    loop {
        let requests = read(&peer.request().await.body);
        let replies: Vec<_> = requests.iter().map(BayeuxRequest::reply).collect();
        let replies = format!("[{}]", replies.join(","));
        if requests.iter().any(|asked| asked.channel == "/chat") {
            return (peer, replies);
        }
        peer.respond("200 OK", &[], &replies).await;
    }
}

#[tokio::test]
async fn the_reply_to_a_publish_may_take_longer_than_its_timeout_while_it_arrives() {
    let server = Server::bind().await;
    let mut driver = driver(&server, Transport::LongPolling);
    let chat = Channel::new("/chat").unwrap();
    let id = driver.publish(&chat, "1").unwrap();
    let (mut peer, replies) = in_time(async {
        tokio::select! {
            biased;
            publish = publish_unanswered(&server) => publish,
            () = async { loop { driver.next().await; } } => panic!("the session ended"),
        }
    })
    .await;
    pause();
    let response = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{replies}",
        replies.len()
    );
    let events = trickle(&mut driver, &mut peer, response.as_bytes()).await;
    assert_alive(&events);
    loop {
        if let DriverEvent::Session(SessionEvent::Published(settled, outcome)) =
            next_event(&mut driver).await
        {
            assert_eq!((settled, outcome), (id, Outcome::Accepted));
            break;
        }
    }
}

/// Returns the driver and peer of an established websocket session whose connect is held, with the
/// time paused.
async fn established(server: &Server) -> (Driver, Peer<TcpStream>) {
    let mut driver = driver(server, Transport::WebSocket);
    let serving = async {
        let mut peer = server.accept_websocket().await;
        let connect = answer_until_connect(&mut peer).await;
        peer.text(&format!("[{}]", connect.reply())).await;
        answer_until_connect(&mut peer).await;
        peer
    };
    let peer = in_time(async {
        tokio::select! {
            biased;
            peer = serving => peer,
            () = async { loop { driver.next().await; } } => panic!("the session ended"),
        }
    })
    .await;
    pause();
    (driver, peer)
}

#[tokio::test]
async fn a_frame_may_take_longer_than_the_answer_to_a_ping_while_it_arrives() {
    let server = Server::bind().await;
    let (mut driver, mut peer) = established(&server).await;
    let event = format!(
        r#"[{{"channel":"/chat","data":"{}"}}]"#,
        "x".repeat(100_000)
    );
    let frame = frame(FIN | TEXT, event.as_bytes());
    let events = trickle(&mut driver, &mut peer, &frame).await;
    assert_alive(&events);
    while !matches!(next_event(&mut driver).await, DriverEvent::Delivery(_)) {}
}

#[tokio::test]
async fn a_websocket_that_never_completes_a_frame_is_closed() {
    let server = Server::bind().await;
    let (mut driver, mut peer) = established(&server).await;
    let start = driver.lanes().clock().now();
    let endless = frame(FIN | TEXT, &vec![b' '; 200_000]);
    let mut pieces = endless.chunks(100);
    let is_down = |event: &DriverEvent| matches!(event, DriverEvent::Session(SessionEvent::Down { cause, .. }) if cause.to_string() == "no answer in time (websocket pong)");
    loop {
        advance(Duration::from_secs(4)).await;
        let now = driver.lanes().clock().now();
        assert!(
            now - start < Duration::from_mins(6),
            "the driver never gives up the stalled frame"
        );
        peer.write(pieces.next().unwrap()).await;
        let arrived = |lanes: &Lanes| lanes.progress().next().is_none_or(|(_, at)| at >= now);
        if drive(&mut driver, arrived).await.iter().any(is_down) {
            break;
        }
    }
}

#[tokio::test]
async fn lanes_end_an_exchange_whose_bytes_stop_or_never_end() {
    // Without a session, which would be sooner.
    for (pieces, seconds) in [(10, 40 + 20), (1_000, 30 + 360)] {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        let start = lanes.clock().now();
        pause();
        lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n")
            .await;
        let mut took = None;
        for _ in 0..pieces {
            advance(Duration::from_secs(4)).await;
            let now = lanes.clock().now();
            peer.write(" ").await;
            while last_bytes(&lanes) < Some(now) && took.is_none() {
                took = once(lanes.next(None)).await;
                yield_now().await;
            }
            if took.is_some() {
                break;
            }
        }
        let end = match took {
            Some(end) => end,
            None => lanes.report().await,
        };
        assert!(
            matches!(end, Next::Closed(_, Close::TimedOut, _)),
            "{end:?}"
        );
        let took = (lanes.clock().now() - start).as_secs();
        assert!((seconds..seconds + 4).contains(&took), "{took} s");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn complete_empty_messages_are_no_answer_that_arrives() {
    let server = Server::bind().await;
    let mut lanes = lanes(&server.url());
    let [lane] = lane_ids();
    lanes.perform(Action::Open(lane), b"");
    let mut peer = in_time(server.accept_websocket()).await;
    in_time(lanes.opened(lane)).await;
    for _ in 0..3 {
        peer.text("").await;
    }
    // Long enough for the lane to read them.
    for _ in 0..10_000 {
        assert_eq!(lanes.progress().count(), 0);
        yield_now().await;
    }
    peer.write(&frame(FIN | TEXT, b"[{}]")[..3]).await;
    while lanes.progress().count() == 0 {
        yield_now().await;
    }
}
