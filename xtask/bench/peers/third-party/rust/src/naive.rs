//! tokio-tungstenite, and `serde_json` into owned structs: the usual first program.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::{
    Error, HANDSHAKE,
    meter::{self, Meter},
    model::{Envelope, Push},
    subscribe,
    task::{Mode, Task},
};

pub(crate) async fn listen(task: &Task) -> Result<(), Error> {
    if matches!(task.mode, Mode::Throughput | Mode::Latency) {
        return account(task.clone(), 0).await;
    }
    let sessions = (0..task.sessions).map(|number| {
        let task = task.clone();
        tokio::spawn(async move {
            if let Err(error) = account(task, number).await {
                eprintln!("account {number}: {error}");
            }
        })
    });
    for session in sessions.collect::<Vec<_>>() {
        session.await?;
    }
    Ok(())
}

async fn account(task: Task, number: u64) -> Result<(), Error> {
    let url = task.url.replacen("http", "ws", 1);
    let (socket, _) = connect_async(url).await?;
    let (mut sender, mut receiver) = socket.split();
    sender.send(Message::text(HANDSHAKE)).await?;
    let mut meter = Meter::new(&task);
    while let Some(message) = receiver.next().await {
        let Message::Text(text) = message? else {
            continue;
        };
        for message in serde_json::from_str::<Vec<Envelope>>(&text)? {
            if message.channel == "/meta/handshake" {
                let client_id = message.client_id.unwrap_or_default();
                let batch = subscribe(&client_id, number);
                sender.send(Message::text(batch)).await?;
            } else if message.channel == "/meta/connect" {
                // Another connect is needed for as long as the session is to live.
                let client_id = message.client_id.unwrap_or_default();
                let connect = format!(
                    r#"[{{"channel":"/meta/connect","clientId":"{client_id}","connectionType":"websocket","id":"4"}}]"#
                );
                sender.send(Message::text(connect)).await?;
            } else if let Some(Push::LineCreate(push)) = message.data {
                let (id, text) = (&push.subject.id, push.subject.text.as_deref());
                if task.mode == Mode::Watch {
                    println!("{}", meter::line(number, id));
                    continue;
                }
                let received_at = push.received_at.unwrap_or_default();
                let flow = meter.event(id, text.unwrap_or_default(), received_at);
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
