//! CometD's acknowledgement extension: a response with events is lost on the way, and the server
//! sends the events again. Each is printed once.
//!
//! `cargo run --example cometd_ack`

use anyhow::ensure;
use bayeux_proto::{
    Ack, Channel, Config, Session, SessionEvent, Transport,
    server::{self, Profile, SecurityPolicy},
};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
use bayeux_wire::Value;

use self::long_polling::{Order, Service};

#[path = "servers/long_polling.rs"]
mod long_polling;

struct Everybody;

impl SecurityPolicy for Everybody {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }
}

impl Service for Everybody {}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut config = server::Config::new(Profile::cometd());
    config.ack_extension = true;
    let (url, orders) = long_polling::start(config, Everybody).await?;

    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/news")?)?;
    session.connect();
    let lanes = Lanes::new(Endpoint::new(&url)?, Options::default(), Clock::start())?;
    // Further extensions go beside it: `(Ack::new(), my_token, …)`.
    let mut driver = Driver::new(session, lanes, Ack::new());

    let mut received = Vec::new();
    while received.len() < 4 {
        match driver.next().await {
            DriverEvent::Session(SessionEvent::Subscribed(_)) => {
                orders.send(Order::Publish("/news", "1".to_owned()))?;
            }
            DriverEvent::Delivery(delivery) => {
                let number = delivery.data().and_then(Value::as_u64).unwrap_or(0);
                println!("received {number}, batch {}", driver.extension().latest());
                received.push(number);
                match number {
                    1 => {
                        orders.send(Order::LoseResponse)?;
                        orders.send(Order::Publish("/news", "2".to_owned()))?;
                        orders.send(Order::Publish("/news", "3".to_owned()))?;
                    }
                    3 => orders.send(Order::Publish("/news", "4".to_owned()))?,
                    _ => {}
                }
            }
            DriverEvent::LaneFailed(_, error) => println!("a response is lost: {error}"),
            _ => {}
        }
    }
    ensure!(
        received == [1, 2, 3, 4],
        "each once, in order: {received:?}"
    );
    ensure!(driver.extension().is_on(), "the server acknowledges");
    Ok(())
}
