//! Sends a picture: uploads it to GroupMe's image service, and attaches it to a message.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example media -- GROUP FILE.png`; without arguments, sends a
//! picture of one dot to a group of a simulated GroupMe.

use anyhow::Context as _;
use groupme_client::{
    RestClient, RestOptions,
    model::attachment::Image,
    prelude::*,
    rest_api::{BaseUrl, Services, endpoint::uploads},
};
use groupme_sim::Sim;

async fn send(rest: &RestClient, group: GroupId, picture: Vec<u8>) -> anyhow::Result<MessageId> {
    let uploaded = rest.call(&uploads::image("image/png", picture)).await?;
    let draft = Draft::new("Look at this.").attach(Image::new(uploaded.url));
    let sent = rest.send(group, draft).await?;
    let message = sent.message().context("it was deleted at once")?;
    Ok(message.id.clone())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if let Some(group) = arguments.next() {
        let file = arguments.next().context("name a picture after the group")?;
        let token = Token::new(&std::env::var("GROUPME_ACCESS_TOKEN")?)?;
        let rest = RestClient::new(token, &RestOptions::default())?;
        let sent = send(&rest, GroupId::new(group), std::fs::read(file)?).await?;
        println!("sent as {sent}");
        return Ok(());
    }
    let sim = Sim::start().await?;
    let mut options = RestOptions::default();
    options.services = Services::with_base_url(&BaseUrl::new(&sim.root_url())?);
    let rest = RestClient::new(Token::new(sim.token())?, &options)?;
    let group = GroupId::new(sim.cast().lake.to_string());
    let sent = send(&rest, group.clone(), DOT.to_vec()).await?;
    let message = groupme_client::rest_api::endpoint::messages::show(group, sent);
    let message = rest.call(&message).await?;
    println!("sent with {:?}", message.attachments);
    anyhow::ensure!(message.attachments.len() == 1);
    Ok(())
}

/// Picture of one white dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\n\
    IDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82";
