//! Sessions of the client of this workspace that another process continues.

use core::{net::SocketAddr, time::Duration};

use bayeux_proto::{
    Ack, Channel, Config, Extension, Instant, SavedSession, Session, SessionEvent, Transport,
    server::{self, Profile},
};
use bayeux_server::{AllowAll, Options, Server};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes};
use bayeux_wire::Value;

use crate::client::{start, until};

/// Program that counts, with what it has received and been told.
struct Program<E> {
    driver: Driver<E>,
    numbers: Vec<u64>,
    told: Vec<String>,
}

/// All that a program writes down.
struct Written {
    session: Vec<u8>,
    cookies: String,
}

fn config(transport: Transport) -> Config {
    let mut config = Config::default();
    config.transports = vec![transport];
    config
}

fn lanes(addr: SocketAddr, clock: Clock) -> Lanes {
    let endpoint = Endpoint::new(&format!("http://{addr}/bayeux")).unwrap();
    Lanes::new(endpoint, bayeux_transport::Options::default(), clock).unwrap()
}

impl<E: Extension> Program<E> {
    fn new(driver: Driver<E>) -> Self {
        Self {
            driver,
            numbers: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Starts a new session.
    async fn start(addr: SocketAddr, transport: Transport, extension: E) -> Self {
        let mut session = Session::new(config(transport), 1);
        session.subscribe(&Channel::new("/count").unwrap()).unwrap();
        session.connect(Instant::ORIGIN);
        let mut program = Self::new(Driver::new(session, lanes(addr, Clock::start()), extension));
        program.drive(|program| program.has("subscribed")).await;
        program
    }

    /// Continues a session `elapsed` after it was written down.
    async fn resume(
        addr: SocketAddr,
        transport: Transport,
        extension: E,
        written: &Written,
        elapsed: Duration,
    ) -> Self {
        let saved = SavedSession::from_bytes(&written.session).unwrap();
        let clock = Clock::starting_at(saved.at() + elapsed);
        let session = Session::restore(&saved, config(transport), 2, clock.now());
        let lanes = lanes(addr, clock);
        lanes.restore_cookies(written.cookies.lines());
        let mut program = Self::new(Driver::new(session, lanes, extension));
        program.drive(|program| program.has("subscribed")).await;
        program
    }

    fn write_down(&self) -> Written {
        Written {
            session: self.driver.save().to_bytes(),
            cookies: self.driver.lanes().cookies().join("\n"),
        }
    }

    fn has(&self, word: &str) -> bool {
        self.told.iter().any(|told| told == word)
    }

    /// Checks the reported gap. Over long-polling, the reply to the subscription may be the first sign.
    fn check_told(&self, mut expected: [&str; 3]) {
        let mut told = self.told.clone();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected);
    }

    async fn drive(&mut self, is_done: impl Fn(&Self) -> bool) {
        let driving = async {
            while !is_done(self) {
                match self.driver.next().await {
                    DriverEvent::Delivery(delivery) => {
                        self.numbers.extend(delivery.data().and_then(Value::as_u64));
                    }
                    DriverEvent::Session(SessionEvent::Up { resumed, .. }) => {
                        self.told.push(format!("up, resumed: {resumed}"));
                    }
                    DriverEvent::Session(SessionEvent::Gap { .. }) => {
                        self.told.push("gap".to_owned());
                    }
                    DriverEvent::Session(SessionEvent::Subscribed(_)) => {
                        self.told.push("subscribed".to_owned());
                    }
                    _ => {}
                }
            }
        };
        let driven = tokio::time::timeout(Duration::from_secs(20), driving).await;
        driven.unwrap_or_else(|_| panic!("{:?} {:?}", self.told, self.numbers));
    }

    async fn receive(&mut self, last: u64) {
        self.drive(|program| program.numbers.contains(&last)).await;
    }
}

fn publish(server: &Server, numbers: core::ops::Range<u64>) {
    for number in numbers {
        server.publish("/count", &number.to_string()).unwrap();
    }
}

fn cometd(acknowledges: bool) -> Options {
    let mut config = server::Config::new(Profile::cometd());
    config.cookies = true;
    config.ack_extension = acknowledges;
    Options::new(config)
}

#[tokio::test]
async fn a_session_goes_on_in_another_process_over_both_transports_and_dialects() {
    for transport in [Transport::WebSocket, Transport::LongPolling] {
        for options in [Options::default(), cometd(false)] {
            let (server, addr) = start(AllowAll, options).await;
            let mut first = Program::start(addr, transport, ()).await;
            publish(&server, 0..10);
            first.receive(9).await;
            let clients = server.clients();
            let written = first.write_down();
            drop(first);
            // Lost or kept, by profile and transport: the reported gap shows which.
            publish(&server, 10..20);

            let wait = Duration::from_secs(1);
            let mut second = Program::resume(addr, transport, (), &written, wait).await;
            publish(&server, 20..30);
            second.receive(29).await;
            assert_eq!(server.clients(), clients, "the session is the same");
            second.check_told(["up, resumed: true", "gap", "subscribed"]);
            let late = second
                .numbers
                .iter()
                .copied()
                .filter(|number| *number >= 20);
            assert_eq!(late.collect::<Vec<_>>(), (20..30).collect::<Vec<_>>());
            assert!(second.numbers.is_sorted_by(|one, next| one < next));
        }
    }
}

#[tokio::test]
async fn with_the_acknowledge_extension_nothing_is_lost_between_two_processes() {
    let (server, addr) = start(AllowAll, cometd(true)).await;
    let mut first = Program::start(addr, Transport::LongPolling, Ack::new()).await;
    publish(&server, 0..10);
    first.receive(9).await;
    let written = first.write_down();
    let batch = first.driver.extension().latest();
    assert!(batch > 0);
    drop(first);
    publish(&server, 10..20);
    let wait = Duration::from_secs(1);
    let ack = Ack::continuing(batch);
    let mut second = Program::resume(addr, Transport::LongPolling, ack, &written, wait).await;
    publish(&server, 20..30);
    second.receive(29).await;
    // Events of a batch whose acknowledgement the first process did not send come again.
    let new = second
        .numbers
        .iter()
        .copied()
        .filter(|number| *number >= 10);
    assert_eq!(new.collect::<Vec<_>>(), (10..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_session_without_its_cookie_or_that_the_server_has_ended_is_replaced() {
    for is_ended in [true, false] {
        let (server, addr) = start(AllowAll, cometd(false)).await;
        let mut first = Program::start(addr, Transport::LongPolling, ()).await;
        publish(&server, 0..10);
        first.receive(9).await;
        let mut written = first.write_down();
        drop(first);
        if is_ended {
            assert!(server.end_session(&server.clients()[0]));
            until(|| server.clients().is_empty()).await;
        } else {
            assert!(written.cookies.contains("BAYEUX_BROWSER="));
            written.cookies.clear();
        }
        let wait = Duration::from_secs(1);
        let mut second = Program::resume(addr, Transport::LongPolling, (), &written, wait).await;
        publish(&server, 20..30);
        second.receive(29).await;
        second.check_told(["up, resumed: false", "gap", "subscribed"]);
    }
}

#[tokio::test]
async fn a_session_beyond_the_timeout_of_the_server_begins_with_a_handshake() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut first = Program::start(addr, Transport::WebSocket, ()).await;
    publish(&server, 0..1);
    first.receive(0).await;
    let written = first.write_down();
    drop(first);
    let hour = Duration::from_hours(1);
    let mut second = Program::resume(addr, Transport::WebSocket, (), &written, hour).await;
    publish(&server, 20..30);
    second.receive(29).await;
    second.check_told(["up, resumed: false", "gap", "subscribed"]);
}
