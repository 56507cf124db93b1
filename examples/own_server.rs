//! A Bayeux server without GroupMe: a clock that publishes, and two clients that subscribe, one over
//! a WebSocket and one by long-polling.
//!
//! `cargo run --example own_server`

use core::time::Duration;

use bayeux_proto::{Channel, Config, Session, Transport};
use bayeux_server::{Message, Rules, Server};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
use bayeux_wire::Value;
use tokio::{net::TcpListener, time};

/// Rules: everybody may subscribe, and only the program publishes.
struct ReadOnly;

impl Rules for ReadOnly {
    async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
        let channel = message.channel();
        Err(format!("403:{channel}:Only the clock publishes"))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = Server::new(ReadOnly, bayeux_server::Options::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/bayeux", listener.local_addr()?);
    let clock = async {
        for stroke in 1_u64.. {
            time::sleep(Duration::from_millis(200)).await;
            server.publish("/clock", &stroke.to_string())?;
        }
        Ok(())
    };
    let (socket, polls) = (Transport::WebSocket, Transport::LongPolling);
    tokio::select! {
        () = server.serve(listener) => Ok(()),
        ended = clock => ended,
        received = async { tokio::try_join!(listen(&url, socket), listen(&url, polls)) } => received.map(drop),
    }
}

/// Runs a client until the third event of the clock.
async fn listen(url: &str, transport: Transport) -> anyhow::Result<()> {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/clock")?)?;
    let lanes = Lanes::new(Endpoint::new(url)?, Options::default(), Clock::start())?;
    let mut driver = Driver::new(session, lanes, ());
    driver.connect();
    loop {
        let event = driver.next().await;
        println!("{transport:?} {event:?}");
        if let DriverEvent::Delivery(delivery) = event
            && delivery.data().and_then(Value::as_u64) >= Some(3)
        {
            return Ok(());
        }
    }
}
