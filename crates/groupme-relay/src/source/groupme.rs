//! GroupMe as a source: a client for each account.

use groupme_client::{
    Client, ClientEnd, Gap, Handle, Incoming, Lost, RestClient, Saved, Status, Token, UserId,
};
use serde_json::{Value, json};

use super::{
    End, Happening, OpenError, Source, SourceClient, captured::Captured, naming,
    performing::GroupMePerformer,
};
use crate::{AccountName, Content, Word};

/// GroupMe, or a simulated one.
#[derive(Clone, Debug)]
pub struct GroupMe {
    gateway_url: String,
    rest: RestClient,
}

impl GroupMe {
    /// Returns the source at a gateway, with a REST client that all accounts share; its token is not
    /// used.
    pub fn new(gateway_url: impl Into<String>, rest: RestClient) -> Self {
        Self {
            gateway_url: gateway_url.into(),
            rest,
        }
    }
}

impl Source for GroupMe {
    type Client = GroupMeClient;

    fn open(
        &self,
        account: &AccountName,
        token: Token,
        saved: Saved,
    ) -> Result<GroupMeClient, OpenError> {
        let store = Captured::new(saved);
        let captured = store.handle();
        let client = Client::builder(token, UserId::new(account.user()))
            .gateway_url(&self.gateway_url)
            .rest_client(&self.rest)
            .store(store)
            .manual_ack()
            .connect()
            .map_err(|error| OpenError::new(account, error))?;
        Ok(GroupMeClient {
            handle: client.handle(),
            client,
            captured,
        })
    }
}

/// Client of one account of GroupMe.
#[derive(Debug)]
pub struct GroupMeClient {
    client: Client,
    handle: Handle,
    captured: Captured,
}

impl SourceClient for GroupMeClient {
    type Performer = GroupMePerformer;

    fn performer(&self) -> GroupMePerformer {
        GroupMePerformer::new(self.handle.clone())
    }

    async fn next(&mut self) -> Happening {
        loop {
            let content = match self.client.next().await {
                Some(Incoming::Event(delivery)) => {
                    // Into memory, at once: the future would only tell that it is there.
                    drop(self.handle.acknowledge(&delivery));
                    naming::content(&delivery)
                }
                Some(Incoming::Status(Status::Ended(end))) => {
                    return Happening::End(end_of(&end));
                }
                Some(Incoming::Status(status)) => word(&status),
                Some(_) => None,
                None => return Happening::End(End::Broken),
            };
            let changes = self.captured.take();
            match content {
                Some(content) => return Happening::Entry(content, changes),
                None if !changes.is_empty() => return Happening::Changes(changes),
                None => {}
            }
        }
    }
}

/// Returns the entry of a status that a consumer has to know.
fn word(status: &Status) -> Option<Content> {
    Some(match status {
        Status::CaughtUp => Content::word(Word::CaughtUp, "", "{}"),
        Status::BackfillStarted(gap) => {
            Content::word(Word::Behind, gap.conversation.as_str(), of_gap(gap))
        }
        Status::Backfilled {
            conversation,
            messages,
        } => {
            let body = json!({ "conversation": conversation.as_str(), "messages": messages });
            Content::word(Word::Backfilled, conversation.as_str(), body.to_string())
        }
        Status::Unrecoverable(lost) => {
            let conversation = lost.conversation.as_ref().map_or("", |id| id.as_str());
            Content::word(Word::Lost, conversation, of_loss(lost))
        }
        _ => return None,
    })
}

fn of_gap(gap: &Gap) -> String {
    json!({
        "conversation": gap.conversation.as_str(),
        "after": text_of(gap.after.as_ref()),
        "up_to": text_of(gap.up_to.as_ref()),
        "cause": gap.cause.name(),
    })
    .to_string()
}

fn of_loss(lost: &Lost) -> String {
    json!({
        "conversation": text_of(lost.conversation.as_ref()),
        "kind": lost.kind.name(),
        "after": text_of(lost.after.as_ref()),
        "up_to": text_of(lost.up_to.as_ref()),
        "reason": lost.reason.name(),
    })
    .to_string()
}

fn text_of(id: Option<&impl AsRef<str>>) -> Value {
    id.map_or(Value::Null, |id| Value::from(id.as_ref()))
}

fn end_of(end: &ClientEnd) -> End {
    match end {
        ClientEnd::Unauthorized(_) => End::Refused,
        ClientEnd::Forbidden { .. } | ClientEnd::Stopped(_) => End::Turned,
        _ => End::Broken,
    }
}
