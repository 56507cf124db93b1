//! Remote calls, as with CometD: a publish to a service channel, and an answer with data. Several
//! tasks call at once through handles, while another task reads a subscription.
//!
//! `cargo run --example rpc`

use core::time::Duration;

use anyhow::{Context, ensure};
use bayeux_proto::{
    Channel, Config, Session, Transport,
    server::{self, Profile},
};
use bayeux_server::{Message, Rules, Server};
use bayeux_transport::{CallError, Clock, Driver, Endpoint, Handle, Lanes, Options};
use bayeux_wire::Value;
use tokio::{net::TcpListener, time::timeout};

/// A service that squares numbers.
struct Squares;

impl Rules for Squares {
    async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
        let channel = message.channel();
        let is_known = channel == "/service/square";
        is_known
            .then_some(())
            .ok_or(format!("404:{channel}:No such service"))
    }

    async fn serve(&self, message: &Message<'_>) {
        let number = message.data().and_then(Value::as_u64).unwrap_or_default();
        // An error means that the client has gone.
        message.reply(&(number * number).to_string()).ok();
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
    let server = Server::new(Squares, bayeux_server::Options::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/cometd", listener.local_addr()?);
    let serving = server.clone();
    tokio::spawn(async move { serving.serve(listener).await });

    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let session = Session::new(config, 1);
    let lanes = Lanes::new(Endpoint::new(&url)?, Options::default(), Clock::start())?;
    let mut driver = Driver::new(session, lanes, ());
    driver.connect();
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
    server.publish("/news", r#""all squares are known""#)?;
    let delivery = news.next_delivery().await.context("the driver runs")?;
    println!("{}: {:?}", delivery.channel(), delivery.data());

    handle.disconnect();
    println!("{}", driving.await?);
    Ok(())
}
