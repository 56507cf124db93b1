//! Sends a picture: uploads it to GroupMe's image service, and attaches it to a message.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example media -- GROUP FILE`; without arguments, sends a
//! picture of one dot to a group of a simulated GroupMe.

use anyhow::Context as _;
use groupme_client::{
    RestClient, model::attachment::Attachment, prelude::*, rest_api::endpoint::messages, sim::Sim,
};

async fn send(rest: &RestClient, group: &GroupId, picture: Vec<u8>) -> anyhow::Result<MessageId> {
    let picture = rest.upload_image(picture).await?;
    let draft = Draft::new("Look at this.").attach(picture);
    let sent = rest.send(group, draft).await?;
    let message = sent.message().context("it was deleted at once")?;
    Ok(message.id.clone())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if let Some(group) = arguments.next() {
        let file = arguments.next().context("name a picture after the group")?;
        let rest = Client::from_environment().await?.into_rest()?;
        let sent = send(&rest, &GroupId::new(group), std::fs::read(file)?).await?;
        println!("sent as {sent}");
        return Ok(());
    }
    let sim = Sim::start().await?;
    let rest = Client::simulated(&sim)?.into_rest()?;
    let group = GroupId::from(sim.cast().lake);
    let sent = send(&rest, &group, DOT.to_vec()).await?;
    let message = rest.call(&messages::show(group, sent)).await?;
    let is_picture = |part: &Attachment| matches!(part, Attachment::Image(_));
    anyhow::ensure!(message.attachments.iter().any(is_picture));
    println!("sent with {:?}", message.attachments);
    Ok(())
}

/// Picture of one white dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\n\
    IDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82";
