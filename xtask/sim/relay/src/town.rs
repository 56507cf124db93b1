//! Town: people who write to accounts, as GroupMe shows them to a client, in virtual time.

use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use groupme_client::{Change, Conversation, ConversationId, MessageId, Saved, SourceGuid, Token};
use groupme_relay::{
    AccountName, Command, Content, ErrorCode, Happening, OpenError, Performer, RequestError,
    Source, SourceClient, Word,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

/// Messages of all accounts. A clone is another handle of the same town.
#[derive(Clone, Debug)]
pub struct Town {
    state: Arc<Mutex<State>>,
    said: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    messages: BTreeMap<AccountName, Vec<Message>>,
    /// Messages of a conversation that the history still has; `None` for all.
    kept: Option<usize>,
    /// Ids of messages that were sent, with the time of each: recognized for a minute.
    guids: Vec<(SourceGuid, Instant)>,
    /// Account whose client panics.
    poison: Option<AccountName>,
    /// Nodes with an open client of each account.
    clients: BTreeMap<AccountName, Vec<u64>>,
    /// Starts of clients by node.
    starts: BTreeMap<u64, Vec<Instant>>,
}

/// Message to an account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Message {
    /// Conversation.
    pub conversation: u64,
    /// Number among the account's messages.
    pub id: u64,
    /// Name of the event: of some messages the same as before, as of a reaction given, taken back and given
    /// again.
    pub name: String,
}

impl Default for Town {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            said: watch::Sender::new(0),
        }
    }
}

impl Town {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets the history have so many messages of a conversation.
    pub fn keep(&self, messages: usize) {
        self.lock().kept = Some(messages);
    }

    /// Lets the client of an account panic.
    pub fn poison(&self, account: &AccountName) {
        self.lock().poison = Some(account.clone());
    }

    /// Lets somebody write to an account.
    pub fn say(&self, account: &AccountName, conversation: u64) {
        let mut state = self.lock();
        let messages = state.messages.entry(account.clone()).or_default();
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
        drop(state);
        self.said.send_modify(|count| *count += 1);
    }

    /// Takes a message of the account itself, and returns whether it is no repetition.
    fn send(&self, account: &AccountName, conversation: u64, guid: SourceGuid) -> bool {
        let now = Instant::now();
        let mut state = self.lock();
        let is_known = |(known, at): &(SourceGuid, Instant)| {
            *known == guid && now < *at + Duration::from_mins(1)
        };
        let is_new = !state.guids.iter().any(is_known);
        if is_new {
            state.guids.push((guid, now));
        }
        drop(state);
        if is_new {
            self.say(account, conversation);
        }
        is_new
    }

    /// Returns how often a message was sent.
    pub fn times_sent(&self, guid: &str) -> usize {
        let state = self.lock();
        let guids = state.guids.iter();
        guids.filter(|(known, _)| known.as_str() == guid).count()
    }

    /// Returns all messages of an account.
    pub fn messages(&self, account: &AccountName) -> Vec<Message> {
        self.lock()
            .messages
            .get(account)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns the nodes that have a client of an account open.
    pub fn clients(&self, account: &AccountName) -> Vec<u64> {
        let state = self.lock();
        state.clients.get(account).cloned().unwrap_or_default()
    }

    /// Returns the times at which each node started clients.
    pub fn starts(&self) -> BTreeMap<u64, Vec<Instant>> {
        self.lock().starts.clone()
    }

    /// Returns the town as a node sees it, while the gate is open.
    pub fn seen_by(&self, node: u64, gate: watch::Receiver<bool>) -> View {
        View {
            town: self.clone(),
            node,
            gate,
        }
    }
}

/// Town as one node sees it.
#[derive(Clone, Debug)]
pub struct View {
    town: Town,
    node: u64,
    /// Whether the town can be reached.
    gate: watch::Receiver<bool>,
}

/// Client of an account.
#[derive(Debug)]
pub struct Visitor {
    view: View,
    account: AccountName,
    said: watch::Receiver<u64>,
    saved: Saved,
    /// Conversations whose missed messages were announced; `None` after the account has caught up.
    announced: Option<BTreeSet<u64>>,
}

/// Performer of the commands to an account.
#[derive(Debug)]
pub struct Clerk {
    view: View,
    account: AccountName,
}

enum Found {
    Message(Message),
    /// Messages that the history no longer has: conversation, and the last of them.
    Lost(u64, u64),
    Nothing,
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
        let mut state = self.town.lock();
        let clients = state.clients.entry(account.clone()).or_default();
        clients.push(self.node);
        state
            .starts
            .entry(self.node)
            .or_default()
            .push(Instant::now());
        Ok(Visitor {
            view: self.clone(),
            account: account.clone(),
            said: self.town.said.subscribe(),
            saved,
            announced: Some(BTreeSet::new()),
        })
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let mut state = self.view.town.lock();
        if let Some(clients) = state.clients.get_mut(&self.account) {
            let closed = clients.iter().position(|node| *node == self.view.node);
            clients.swap_remove(closed.unwrap());
        }
    }
}

impl Visitor {
    fn cursor(&self, conversation: u64) -> Option<MessageId> {
        let saved = self
            .saved
            .conversations
            .get(&ConversationId::from(conversation));
        saved.and_then(|saved| saved.cursor.clone())
    }

    /// Returns the oldest message beyond the cursor of its conversation.
    fn find(&self) -> Found {
        let state = self.view.town.lock();
        let Some(messages) = state.messages.get(&self.account) else {
            return Found::Nothing;
        };
        let is_new = |message: &&Message| {
            let cursor = self.cursor(message.conversation);
            cursor.is_none_or(|cursor| MessageId::from(message.id) > cursor)
        };
        let Some(message) = messages.iter().find(is_new) else {
            return Found::Nothing;
        };
        if let Some(kept) = state.kept {
            let conversation = message.conversation;
            let of_conversation = messages
                .iter()
                .filter(|message| message.conversation == conversation);
            let dropped = of_conversation.rev().skip(kept);
            let mut dropped_since = dropped.filter(is_new);
            if let Some(last) = dropped_since.next() {
                return Found::Lost(conversation, last.id);
            }
        }
        Found::Message(message.clone())
    }

    /// Moves the cursor of a conversation.
    fn advance(&mut self, conversation: u64, message: u64) -> Vec<Change> {
        let change = Change::Cursor {
            conversation: ConversationId::from(conversation),
            message: MessageId::from(message),
        };
        self.saved.apply(&change);
        vec![change]
    }

    fn happening(&mut self) -> Option<Happening> {
        let found = self.find();
        if let (Found::Nothing, Some(_)) = (&found, &self.announced) {
            self.announced = None;
            let content = Content::word(Word::CaughtUp, "", "{}");
            return Some(Happening::Entry(content, Vec::new()));
        }
        let conversation = match &found {
            Found::Message(message) => message.conversation,
            Found::Lost(conversation, _) => *conversation,
            Found::Nothing => return None,
        };
        let name = conversation.to_string();
        if let Some(announced) = &mut self.announced
            && announced.insert(conversation)
        {
            let content = Content::word(Word::Behind, &name, "{}");
            return Some(Happening::Entry(content, Vec::new()));
        }
        let (content, changes) = match found {
            Found::Message(message) => {
                let origin = if self.announced.is_some() {
                    "backfill"
                } else {
                    "push"
                };
                let body = format!("{conversation}/{}", message.id);
                let content = Content::event("line.create", &name, message.name, origin, body);
                (content, self.advance(conversation, message.id))
            }
            Found::Lost(_, last) => {
                let after = self.cursor(conversation);
                let after = after.map_or_else(|| "0".to_owned(), |id| id.as_str().to_owned());
                let body = format!("{conversation}/{after}/{last}");
                let content = Content::word(Word::Lost, &name, body);
                (content, self.advance(conversation, last))
            }
            Found::Nothing => return None,
        };
        Some(Happening::Entry(content, changes))
    }
}

impl SourceClient for Visitor {
    type Performer = Clerk;

    fn performer(&self) -> Clerk {
        Clerk {
            view: self.view.clone(),
            account: self.account.clone(),
        }
    }

    async fn next(&mut self) -> Happening {
        let poison = self.view.town.lock().poison.clone();
        assert_ne!(poison.as_ref(), Some(&self.account), "a poisoned account");
        loop {
            let _ = self.view.gate.wait_for(|is_open| *is_open).await;
            self.said.borrow_and_update();
            if let Some(happening) = self.happening() {
                return happening;
            }
            let _ = self.said.changed().await;
        }
    }
}

impl Performer for Clerk {
    async fn perform(&mut self, command: Command) -> Result<Bytes, RequestError> {
        let _ = self.view.gate.wait_for(|is_open| *is_open).await;
        let Command::Send {
            conversation: Conversation::Group(group),
            guid,
            ..
        } = command
        else {
            let message = "messages to groups only";
            return Err(RequestError::new(ErrorCode::Refused, message));
        };
        sleep(Duration::from_millis(100)).await;
        let conversation = group.as_str().parse().unwrap();
        let is_new = self.view.town.send(&self.account, conversation, guid);
        // The answer of GroupMe is on its way while the message is there.
        sleep(Duration::from_millis(100)).await;
        Ok(is_new.to_string().into())
    }
}
