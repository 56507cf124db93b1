//! Remote calls, as with CometD: a publish to a service channel, and an answer with data. Several
//! tasks call at once through handles, while another task reads a subscription.
//!
//! `cargo run --example rpc`

use core::time::Duration;

use anyhow::{Context, ensure};
use bayeux_proto::{
    Channel, Config, Instant, Session, Transport,
    server::{self, Member, Profile, RequestContext, SecurityPolicy, Server},
};
use bayeux_transport::{CallError, Clock, Driver, Endpoint, Handle, Lanes, Options};
use bayeux_wire::Value;
use tokio::time::timeout;

use self::long_polling::{Order, Service};

#[path = "servers/long_polling.rs"]
mod long_polling;

/// A service that squares numbers.
#[derive(Default)]
struct Squares {
    /// Client, id and data of each request.
    asked: Vec<(String, String, u64)>,
}

impl SecurityPolicy for Squares {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let channel = context.request.message.channel;
        let is_known = channel == "/service/square";
        is_known
            .then_some(())
            .ok_or(format!("404:{channel}:No such service"))
    }

    fn serve(&mut self, context: &RequestContext<'_>) {
        let request = context.request;
        let number = request.json("data").and_then(|data| data.parse().ok());
        if let (Some(client), Some(id), Some(number)) =
            (request.message.client_id, request.json("id"), number)
        {
            self.asked.push((client.to_owned(), id.to_owned(), number));
        }
    }
}

impl Service for Squares {
    fn answer(&mut self, now: Instant, server: &mut Server) {
        for (client, id, number) in self.asked.drain(..) {
            let square = (number * number).to_string();
            let members = [Member::new("id", &id), Member::new("data", &square)];
            server.deliver(now, &client, "/service/square", &members);
        }
    }
}

async fn square(handle: Handle, number: u64) -> anyhow::Result<u64> {
    let service = Channel::new("/service/square")?;
    let call = handle.call(&service, number.to_string());
    let answer = timeout(Duration::from_secs(10), call).await??;
    answer
        .data()
        .and_then(Value::as_u64)
        .context("the answer is no number")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = server::Config::new(Profile::cometd());
    let (url, orders) = long_polling::start(config, Squares::default()).await?;

    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.connect();
    let lanes = Lanes::new(Endpoint::new(&url)?, Options::default(), Clock::start())?;
    let mut driver = Driver::new(session, lanes, ());
    let handle = driver.handle();
    let driving = tokio::spawn(async move { driver.run().await });

    let calls: Vec<_> = (1..=5)
        .map(|number| tokio::spawn(square(handle.clone(), number)))
        .collect();
    for (number, call) in (1..).zip(calls) {
        let answer = call.await??;
        println!("the square of {number} is {answer}");
        ensure!(answer == number * number);
    }
    match handle.call(&Channel::new("/service/cube")?, "3").await {
        Err(CallError::Refused { error, .. }) => println!("refused: {error}"),
        other => anyhow::bail!("{other:?}"),
    }

    let mut news = handle.subscribe(&Channel::new("/news")?).await?;
    println!("{:?}", news.next().await);
    orders.send(Order::Publish(
        "/news",
        r#""all squares are known""#.to_owned(),
    ))?;
    let delivery = news.next_delivery().await.context("the driver runs")?;
    println!("{}: {:?}", delivery.channel(), delivery.data());

    handle.disconnect();
    println!("{}", driving.await?);
    Ok(())
}
