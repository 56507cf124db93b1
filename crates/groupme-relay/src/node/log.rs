//! Log of one account, as its holder writes it: a writer with its broker.

use std::sync::Arc;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{Parts, holding::Wish};
use crate::{AccountName, Action, Appended, Broker, Content, State, Writer, figures};

/// Log of one account.
pub(super) struct Log<B, S> {
    parts: Arc<Parts<B, S>>,
    account: AccountName,
    writer: Writer,
}

/// End of an attempt to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Stored, or still the holder's.
    Stored,
    /// Another has the log.
    Fenced,
    /// The relay asked the holder to stop, while the broker did not answer.
    Given,
}

impl<B: Broker, S> Log<B, S> {
    pub(super) fn new(parts: Arc<Parts<B, S>>, account: AccountName, number: u64) -> Self {
        Self {
            writer: Writer::new(account.clone(), &parts.id, number),
            parts,
            account,
        }
    }

    pub(super) const fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Appends an entry, however long that takes.
    pub(super) async fn append(
        &mut self,
        content: Content,
        changes: Option<Box<str>>,
        wish: &mut watch::Receiver<Wish>,
    ) -> Written {
        self.writer.offer(content.clone(), changes);
        let written = self.settle(wish).await;
        if written == Written::Stored {
            figures::appended(&content, self.parts.broker.unix_time());
        }
        written
    }

    /// Looks whether the log is still the holder's.
    pub(super) async fn verify(&mut self, wish: &mut watch::Receiver<Wish>) -> Written {
        self.writer.verify();
        self.settle(wish).await
    }

    /// Performs the writer's requests until there is none.
    pub(super) async fn settle(&mut self, wish: &mut watch::Receiver<Wish>) -> Written {
        loop {
            let connection = self.parts.broker.connection();
            let Some(action) = self.writer.poll(self.parts.now(), connection) else {
                return match self.writer.state() {
                    State::Fenced => Written::Fenced,
                    _ => Written::Stored,
                };
            };
            let broker = &self.parts.broker;
            match action {
                Action::Append { entry, after } => {
                    let began = Instant::now();
                    let answer = broker.append(&entry, after).await;
                    match answer {
                        Appended::At(_) => figures::append_took(began.elapsed()),
                        Appended::Refused => {}
                        Appended::Unknown => figures::append_unknown(),
                    }
                    self.writer.handle_appended(self.parts.now(), answer);
                }
                Action::Last => {
                    let answer = broker.last(&self.account).await;
                    self.writer.handle_last(self.parts.now(), answer);
                }
                Action::Wait(until) => {
                    let until: Instant = self.parts.start + until;
                    tokio::select! {
                        biased;
                        // What was not stored is fetched again by the next holder.
                        _ = wish.wait_for(|wish| wish.stop) => return Written::Given,
                        () = sleep_until(until) => {}
                    }
                }
            }
        }
    }
}
