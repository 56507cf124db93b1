//! A client of Salesforce's streaming API, against a stand-in on loopback: an OAuth token that
//! expires, a session that ends every few hours, and events that are replayed.
//!
//! `cargo run --example salesforce`

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::Arc;

use anyhow::ensure;
use bayeux_proto::{Channel, Config, Replay, Session, SessionEvent, Transport};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Error, Lanes, Options};

use self::salesforce::{Salesforce, TOPIC};

#[path = "servers/salesforce.rs"]
mod salesforce;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = Salesforce::start().await?;

    // Salesforce speaks long-polling only. Filters may have any characters: `Channel::lenient`.
    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::lenient(TOPIC)?)?;

    // Every request asks for the token anew, so a new token needs no new session.
    let token = Arc::new(AtomicU32::new(0));
    let current = Arc::clone(&token);
    let mut options = Options::default();
    options.on_request(move |request| {
        let bearer = format!("Bearer {}", current.load(Relaxed));
        // A token that HTTP cannot carry is not sent, and the server refuses the request.
        request.set("Authorization", &bearer).ok();
    });
    let lanes = Lanes::new(Endpoint::new(&server.url)?, options, Clock::start())?;

    // A program that restarts calls `Replay::set` with the ids that it has saved.
    let mut driver = Driver::new(session, lanes, Replay::new(Replay::EARLIEST));
    driver.connect();

    let mut received = Vec::new();
    while received.len() < 6 {
        match driver.next().await {
            DriverEvent::Delivery(delivery) => {
                let message = delivery.message();
                let id = message.and_then(|message| Replay::id_of(&message));
                println!("event {id:?}");
                received.extend(id);
                match id {
                    Some(4) => {
                        println!("  the token expires");
                        server.expire_token();
                        server.publish()?;
                    }
                    Some(5) => {
                        println!("  the session ends, and an event finds no session");
                        server.end_sessions();
                        server.publish()?;
                    }
                    _ => {}
                }
            }
            DriverEvent::LaneFailed(_, Error::Status { status: 401, .. }) => {
                // A real program asks the OAuth endpoint here, in a task of its own.
                token.fetch_add(1, Relaxed);
                println!("the server refused the token: the next one is sent from now on");
            }
            // Replay fills the gaps.
            DriverEvent::Session(event @ (SessionEvent::Up { .. } | SessionEvent::Gap { .. })) => {
                println!("{event:?}");
            }
            _ => {}
        }
    }
    ensure!(
        received == [1, 2, 3, 4, 5, 6],
        "each once, in order: {received:?}"
    );
    Ok(())
}
