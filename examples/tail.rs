//! Prints every event of an account, one line of JSON each: `tail -f` for GroupMe.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example tail -- live`; without the argument, follows a
//! simulated GroupMe.

use groupme_client::{
    prelude::*,
    sim::{Script, Sim},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let sim;
    let mut client = if std::env::args().nth(1).as_deref() == Some("live") {
        Client::from_environment().await?.connect()?
    } else {
        sim = Sim::start().await?;
        sim.play_repeatedly(sim.cast().story(), Script::SLOW_INTERVAL);
        Client::simulated(&sim)?.connect()?
    };
    while let Some(incoming) = client.next().await {
        match incoming {
            Incoming::Event(delivery) => println!("{}", delivery.data()),
            Incoming::Status(Status::ConnectionGap { since, cause }) => {
                eprintln!("gap since {since:?}: {cause}");
            }
            other => eprintln!("{other:?}"),
        }
    }
    Ok(())
}
