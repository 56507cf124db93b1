//! Our client in this process, once for each account.

use anyhow::Context as _;
use groupme_client::{
    Client, DeliveryConfig, EventRef, Handle, Incoming, LossKind, Origin, Status, Token, UserId,
};
use tokio::task::JoinHandle;

use crate::{
    env::{Account, Env},
    inbox::{Inbox, Lost},
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
    pub(crate) fn start(env: &Env, seed: u64) -> anyhow::Result<Self> {
        let (mut inboxes, mut running) = (Vec::new(), Vec::new());
        for (account, seed) in env.accounts.iter().zip(seed..) {
            let client = connect(env, account, seed).context("a client cannot be set up")?;
            let (inbox, handle) = (Inbox::default(), client.handle());
            running.push((handle, tokio::spawn(listen(client, inbox.clone()))));
            inboxes.push(inbox);
        }
        Ok(Self { inboxes, running })
    }

    /// Disconnects all clients.
    pub(crate) async fn stop(self) {
        for (handle, _) in &self.running {
            handle.disconnect();
        }
        for (_, task) in self.running {
            // A panic in it was printed already, and its messages are missing.
            let _ = task.await;
        }
    }
}

fn connect(env: &Env, account: &Account, seed: u64) -> anyhow::Result<Client> {
    let token = Token::new(&account.token)?;
    let client = Client::builder(token, UserId::new(account.user.to_string()))
        .gateway_url(env.sim.gateway_url())
        .api_url(env.sim.root_url())
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
                if let EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) =
                    delivery.event()
                    && let Some(text) = push.message().text()
                {
                    inbox.deliver(text, is_pushed);
                }
            }
            Incoming::Status(status) => handle_status(&inbox, status),
            _ => {}
        }
    }
    inbox.lock().has_ended = true;
}

fn handle_status(inbox: &Inbox, status: Status) {
    inbox.note(format!("{status:?}"));
    match status {
        Status::CaughtUp => inbox.lock().caught_up += 1,
        Status::Unrecoverable(lost) if lost.kind == LossKind::Messages => {
            inbox.lock().lost.push(Lost {
                conversation: lost.conversation.map(|id| id.as_str().to_owned()),
                after: lost.after.and_then(|id| id.as_str().parse().ok()),
                upto: lost.up_to.and_then(|id| id.as_str().parse().ok()),
            });
        }
        Status::Overflow { dropped, .. } => {
            inbox.complain(format!(
                "{dropped} events dropped because the program is too slow"
            ));
        }
        Status::NotSaved(error) => inbox.complain(error.to_string()),
        Status::Ended(end) => inbox.complain(end.to_string()),
        _ => {}
    }
}
