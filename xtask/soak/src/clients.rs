//! Our client in this process: one for each account.

use anyhow::Context as _;
use groupme_client::{
    Client, DeliveryConfig, EventRef, Handle, Incoming, LossKind, Origin, Status, Token, UserId,
};
use tokio::task::JoinHandle;

use crate::{
    inbox::{Inbox, Lost},
    stage::{Account, Stage},
};

/// The clients of all accounts.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) inboxes: Vec<Inbox>,
    running: Vec<(Handle, JoinHandle<()>)>,
}

impl Clients {
    /// Starts a client for each account.
    ///
    /// # Errors
    ///
    /// If one cannot be set up.
    pub(crate) fn start(stage: &Stage, seed: u64) -> anyhow::Result<Self> {
        let mut clients = Self {
            inboxes: Vec::new(),
            running: Vec::new(),
        };
        for (account, seed) in stage.accounts.iter().zip(seed..) {
            let client = connect(stage, account, seed).context("a client cannot be set up")?;
            let (inbox, handle) = (Inbox::default(), client.handle());
            let task = tokio::spawn(listen(client, inbox.clone()));
            clients.inboxes.push(inbox);
            clients.running.push((handle, task));
        }
        Ok(clients)
    }

    /// Has all clients take leave.
    pub(crate) async fn stop(self) {
        for (handle, _) in &self.running {
            handle.disconnect();
        }
        for (_, task) in self.running {
            // A panic in it has shown itself already, and messages are missing then.
            let _ = task.await;
        }
    }
}

fn connect(stage: &Stage, account: &Account, seed: u64) -> anyhow::Result<Client> {
    let token = Token::new(&account.token)?;
    let client = Client::builder(token, UserId::new(account.user.to_string()))
        .gateway_url(stage.sim.gateway_url())
        .api_url(stage.sim.root_url())
        .delivery(DeliveryConfig::default())
        .seed(seed)
        .connect()?;
    Ok(client)
}

async fn listen(mut client: Client, inbox: Inbox) {
    while let Some(incoming) = client.next().await {
        match incoming {
            Incoming::Event(delivery) => {
                let is_pushed = delivery.origin() == Origin::Push;
                let (EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push)) =
                    delivery.event()
                else {
                    continue;
                };
                if let Some(text) = push.message().text() {
                    inbox.deliver(text, is_pushed);
                }
            }
            Incoming::Status(status) => note(&inbox, status),
            _ => {}
        }
    }
    inbox.end();
}

fn note(inbox: &Inbox, status: Status) {
    inbox.note(format!("{status:?}"));
    match status {
        Status::CaughtUp => inbox.catch_up(),
        Status::Unrecoverable(lost) if lost.what == LossKind::Messages => inbox.lose(Lost {
            conversation: lost.conversation.map(|id| id.as_str().to_owned()),
            after: lost.after.and_then(|id| id.as_str().parse().ok()),
            upto: lost.upto.and_then(|id| id.as_str().parse().ok()),
        }),
        Status::Overflow { dropped, .. } => {
            inbox.complain(format!(
                "{dropped} events dropped, the program being too slow"
            ));
        }
        Status::NotSaved(error) => inbox.complain(error.to_string()),
        Status::Ended(end) => inbox.complain(end.to_string()),
        _ => {}
    }
}
