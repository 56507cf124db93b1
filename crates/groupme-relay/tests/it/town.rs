//! People who write to accounts: GroupMe as a source sees it, in virtual time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use groupme_client::{Change, ConversationId, MessageId, Saved, Token};
use groupme_relay::{AccountName, Content, Happening, OpenError, Source, SourceClient};
use tokio::sync::watch;

/// Messages of all accounts.
#[derive(Clone)]
pub(crate) struct Town {
    messages: Arc<Mutex<BTreeMap<AccountName, Vec<Message>>>>,
    said: watch::Sender<u64>,
}

/// Message to an account.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) conversation: u64,
    pub(crate) id: u64,
    /// Name of the event: of some messages the same as before, as of a reaction given, taken back and given
    /// again.
    pub(crate) name: String,
}

impl Town {
    pub(crate) fn new() -> Self {
        Self {
            messages: Arc::default(),
            said: watch::Sender::new(0),
        }
    }

    pub(crate) fn say(&self, account: &AccountName, conversation: u64) {
        let mut all = self.messages.lock().unwrap();
        let messages = all.entry(account.clone()).or_default();
        let id = u64::try_from(messages.len()).unwrap() + 1;
        let name = if id % 5 == 0 {
            format!("r/{conversation}")
        } else {
            format!("m/{conversation}/{id}")
        };
        messages.push(Message {
            conversation,
            id,
            name,
        });
        drop(all);
        self.said.send_modify(|count| *count += 1);
    }

    pub(crate) fn messages(&self) -> MutexGuard<'_, BTreeMap<AccountName, Vec<Message>>> {
        self.messages.lock().unwrap()
    }

    /// Returns the town as one node sees it, while its gate is open.
    pub(crate) fn seen_by(&self, gate: watch::Receiver<bool>) -> View {
        View {
            town: self.clone(),
            gate,
        }
    }
}

#[derive(Clone)]
pub(crate) struct View {
    town: Town,
    /// Whether the node runs: a stopped one takes nothing.
    gate: watch::Receiver<bool>,
}

pub(crate) struct Visitor {
    view: View,
    account: AccountName,
    said: watch::Receiver<u64>,
    saved: Saved,
}

impl Source for View {
    type Client = Visitor;

    fn open(
        &self,
        account: &AccountName,
        token: Token,
        saved: Saved,
    ) -> Result<Visitor, OpenError> {
        assert!(token.expose().ends_with(account.user()));
        Ok(Visitor {
            view: self.clone(),
            account: account.clone(),
            said: self.town.said.subscribe(),
            saved,
        })
    }
}

impl Visitor {
    /// Returns the oldest message beyond the cursor of its conversation.
    fn find(&self) -> Option<Message> {
        let all = self.view.town.messages();
        let mut messages = all.get(&self.account)?.iter();
        let is_new = |message: &&Message| {
            let conversation = ConversationId::from(message.conversation);
            let saved = self.saved.conversations.get(&conversation);
            let cursor = saved.and_then(|saved| saved.cursor.clone());
            cursor.is_none_or(|cursor| MessageId::from(message.id) > cursor)
        };
        messages.find(is_new).cloned()
    }
}

impl SourceClient for Visitor {
    async fn next(&mut self) -> Happening {
        loop {
            let _ = self.view.gate.wait_for(|is_open| *is_open).await;
            self.said.borrow_and_update();
            if let Some(message) = self.find() {
                let conversation = ConversationId::from(message.conversation);
                let id = MessageId::from(message.id);
                let changes = vec![Change::Cursor {
                    conversation: conversation.clone(),
                    message: id.clone(),
                }];
                for change in &changes {
                    self.saved.apply(change);
                }
                let body = format!("{conversation}/{id}");
                let conversation = conversation.as_str();
                let content =
                    Content::event("line.create", conversation, message.name, "push", body);
                return Happening::Entry(content, changes);
            }
            let _ = self.said.changed().await;
        }
    }
}
