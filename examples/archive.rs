//! Archives the whole history of a group as lines of JSON, and continues where the file ends.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example archive -- GROUP FILE`; without arguments, archives a
//! group of a simulated GroupMe.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
};

use anyhow::Context as _;
use groupme_client::{RestClient, RestOptions, prelude::*, rest_api::BaseUrl, rest_api::Services};
use groupme_sim::Sim;

/// Appends all messages after the last whole line of the file. Returns their number.
async fn archive(rest: &RestClient, group: GroupId, file: &mut File) -> anyhow::Result<usize> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    // A crash may have left a part of a line.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64)?;
    let last = text.get(..whole).and_then(|lines| lines.lines().last());
    let last: Option<Message> = last.map(serde_json::from_str).transpose()?;
    let after = last.map_or_else(|| MessageId::new("0"), |message| message.id);

    let mut history = rest.history(group).after(after);
    let mut count = 0;
    while let Some(page) = history.next().await {
        for message in page?.into_messages() {
            serde_json::to_writer(&mut *file, &message)?;
            file.write_all(b"\n")?;
            count += 1;
        }
        file.flush()?;
    }
    Ok(count)
}

fn open(path: impl AsRef<std::path::Path>) -> std::io::Result<File> {
    OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if let Some(group) = arguments.next() {
        let path = arguments.next().context("name a file after the group")?;
        let token = Token::new(&std::env::var("GROUPME_ACCESS_TOKEN")?)?;
        let rest = RestClient::new(token, &RestOptions::default())?;
        let count = archive(&rest, GroupId::new(group), &mut open(path)?).await?;
        println!("{count} messages");
        return Ok(());
    }
    let sim = Sim::start().await?;
    let mut options = RestOptions::default();
    options.services = Services::with_base_url(&BaseUrl::new(&sim.root_url())?);
    let rest = RestClient::new(Token::new(sim.token())?, &options)?;
    let group = GroupId::new(sim.cast().lake.to_string());
    let path = std::env::temp_dir().join(format!("groupme-archive-{}", std::process::id()));
    for number in 0..250 {
        sim.say(&format!("message {number}"))?;
    }
    let first = archive(&rest, group.clone(), &mut open(&path)?).await?;
    sim.say("one more")?;
    let second = archive(&rest, group, &mut open(&path)?).await?;
    std::fs::remove_file(path)?;
    println!("{first} messages, and {second} since");
    anyhow::ensure!(first >= 250 && second == 1);
    Ok(())
}
