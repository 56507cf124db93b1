//! Sends a picture, and downloads it again: uploads it to GroupMe's image service with its progress,
//! attaches it to a message, and reads the medium that the message names, piece by piece.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example media -- GROUP FILE`; without arguments, sends a
//! picture of one dot to a group of a simulated GroupMe.

use anyhow::Context as _;
use groupme_client::{
    RestClient,
    model::attachment::{Attachment, Thumbnail},
    prelude::*,
    rest_api::{Upload, endpoint::messages},
    sim::Sim,
};

async fn send(rest: &RestClient, group: &GroupId, picture: Upload) -> anyhow::Result<MessageId> {
    let picture = picture.on_progress(|sent, size| eprintln!("{sent} of {size} bytes"));
    let picture = rest.upload_image(picture).await?;
    let draft = Draft::new("Look at this.").attach(picture);
    let sent = rest.send(group, draft).await?;
    let message = sent.message().context("it was deleted at once")?;
    Ok(message.id.clone())
}

/// Returns the number of bytes of the message's picture, in its smaller form.
async fn size(rest: &RestClient, group: &GroupId, message: MessageId) -> anyhow::Result<u64> {
    let message = rest.call(&messages::show(group, message)).await?;
    let mut parts = message.attachments.iter();
    let url = parts.find_map(|part| match part {
        Attachment::Image(picture) => picture.thumbnail_url(Thumbnail::Preview),
        _ => None,
    });
    let mut download = rest.download(&url.context("no picture")?).await?;
    while let Some(piece) = download.next().await {
        // A program would write it to a file, or pass it on.
        drop(piece?);
    }
    Ok(download.received())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if let Some(group) = arguments.next() {
        let file = arguments.next().context("name a picture after the group")?;
        let rest = Client::from_environment().await?.into_rest()?;
        let sent = send(&rest, &GroupId::new(group), Upload::file(file)?).await?;
        println!("sent as {sent}");
        return Ok(());
    }
    let sim = Sim::start().await?;
    let rest = Client::simulated(&sim)?.into_rest()?;
    let group = GroupId::from(sim.cast().lake);
    let sent = send(&rest, &group, DOT.into()).await?;
    let size = size(&rest, &group, sent).await?;
    anyhow::ensure!(size == DOT.len() as u64);
    println!("sent, and downloaded {size} bytes");
    Ok(())
}

/// Picture of one white dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\n\
    IDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82";
