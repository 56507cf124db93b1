//! cometd-client 0.3.6, which has long-polling only.

use cometd_client::{CometdClientBuilder, types::CometdClientEvent};

use crate::{
    Error,
    meter::{self, Meter},
    model::Push,
    task::{FIRST_USER, Mode, Task},
};

pub(crate) async fn listen(task: &Task) -> Result<(), Error> {
    let url = url::Url::parse(&format!("{}/", task.url))?;
    let mut meter = Meter::new(task);
    let mut clients = Vec::new();
    for account in 0..task.sessions {
        let client = CometdClientBuilder::new(&url).build::<Push>()?;
        let events = client.rx();
        client
            .subscribe(&[&format!("/user/{}", FIRST_USER + account)])
            .await;
        clients.push((client, events));
    }
    let Some((_client, mut events)) = clients.pop() else {
        return Ok(());
    };
    while let Some(event) = events.recv().await {
        let messages = match event {
            CometdClientEvent::Message(messages) => messages,
            CometdClientEvent::Error(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        for message in messages.iter() {
            let Some(Push::LineCreate(push)) = &message.message else {
                continue;
            };
            let (id, text) = (&push.subject.id, push.subject.text.as_deref());
            if task.mode == Mode::Watch {
                println!("{}", meter::line(0, id));
                continue;
            }
            let received_at = push.received_at.unwrap_or_default();
            let flow = meter.event(id, text.unwrap_or_default(), received_at);
            if flow.is_break() {
                return Ok(());
            }
        }
    }
    Err("the client has ended".into())
}
