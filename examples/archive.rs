//! Archives the whole history of a group as lines of JSON, and continues where the file ends.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example archive -- GROUP FILE`; without arguments, archives a
//! group of a simulated GroupMe.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use anyhow::Context as _;
use groupme_client::{RestClient, prelude::*, sim::Sim};

/// Appends all messages after the last whole line of the file. Returns their number.
async fn archive(rest: &RestClient, group: &GroupId, path: &Path) -> anyhow::Result<usize> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let mut history = rest.history(group).from_start();
    if let Some(line) = last_line(&mut file)? {
        let last: Message = serde_json::from_slice(&line)?;
        history = history.after(last.id);
    }
    let mut file = BufWriter::new(file);
    let mut count = 0;
    while let Some(page) = history.next().await {
        for message in page?.messages() {
            serde_json::to_writer(&mut file, &message)?;
            file.write_all(b"\n")?;
            count += 1;
        }
        file.flush()?;
    }
    Ok(count)
}

/// Returns the last line, without reading what is before it. Cuts off what a crash left of another.
fn last_line(file: &mut File) -> anyhow::Result<Option<Vec<u8>>> {
    let (mut start, mut tail) = (file.metadata()?.len(), Vec::new());
    loop {
        let end = tail.iter().rposition(|byte| *byte == b'\n');
        let line = end.and_then(|end| tail[..end].iter().rposition(|byte| *byte == b'\n'));
        if line.is_some() || start == 0 {
            let length = end.map_or(0, |end| end + 1);
            file.set_len(start + length as u64)?;
            let line = tail[line.map_or(0, |before| before + 1)..length].trim_ascii_end();
            return Ok((!line.is_empty()).then(|| line.to_vec()));
        }
        let step = start.min(BLOCK);
        start -= step;
        let mut block = vec![0; usize::try_from(step)?];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut block)?;
        block.append(&mut tail);
        tail = block;
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if let Some(group) = arguments.next() {
        let path = arguments.next().context("name a file after the group")?;
        let rest = Client::from_environment().await?.into_rest()?;
        let count = archive(&rest, &GroupId::new(group), path.as_ref()).await?;
        println!("{count} messages");
        return Ok(());
    }
    let sim = Sim::start().await?;
    let rest = Client::simulated(&sim)?.into_rest()?;
    let group = GroupId::from(sim.cast().lake);
    let path = std::env::temp_dir().join(format!("groupme-archive-{}", std::process::id()));
    for number in 0..250 {
        sim.say(&format!("message {number}"))?;
    }
    let first = archive(&rest, &group, &path).await?;
    sim.say("one more")?;
    let second = archive(&rest, &group, &path).await?;
    std::fs::remove_file(path)?;
    println!("{first} messages, and {second} since");
    anyhow::ensure!(first >= 250 && second == 1);
    Ok(())
}

/// Bytes to read at a time; a message has a few hundred.
const BLOCK: u64 = 64 * 1024;
