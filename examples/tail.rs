//! Prints every event of an account, one line of JSON each: `tail -f` for GroupMe.
//!
//! Without arguments, connects to a simulated GroupMe. With `GROUPME_ACCESS_TOKEN` set and a user
//! id as argument, connects to GroupMe: `cargo run --example tail [USER_ID]`

use groupme_client::{Client, GroupId, Incoming, Status, Token, UserId};
use groupme_sim::{Script, Sim};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let sim;
    let mut client = if let Some(user) = std::env::args().nth(1) {
        let token = Token::new(&std::env::var("GROUPME_ACCESS_TOKEN")?)?;
        Client::builder(token, UserId::new(user)).connect()?
    } else {
        sim = Sim::start().await?;
        sim.play_repeatedly(sim.cast().story(), Script::SLOW_INTERVAL);
        Client::builder(Token::new(sim.token())?, UserId::new(sim.user_id()))
            .gateway_url(sim.gateway_url())
            .subscribe(GroupId::new(sim.cast().lake.to_string()))
            .connect()?
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
