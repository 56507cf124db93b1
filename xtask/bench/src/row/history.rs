//! Pages of history, from the body of REST's answer to messages.

use groupme_model::{GroupId, HistoryWindow, Message, MessageRef};
use groupme_rest::{
    Call,
    endpoint::messages::{self, MessagePage},
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::{
    checksum::Fields,
    corpus::Corpus,
    row::{Row, view::seconds},
};

/// `serde_json` straight into the owned type of the model.
pub(crate) struct Serde;

/// `groupme-rest`, with all messages copied out of the page.
pub(crate) struct Messages(Call<MessagePage>);

/// `groupme-rest`, with six fields of each message read from the page.
pub(crate) struct Views(Call<MessagePage>);

#[derive(Deserialize)]
struct Envelope {
    response: Page,
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<Message>,
}

impl Default for Messages {
    fn default() -> Self {
        Self(call())
    }
}

impl Default for Views {
    fn default() -> Self {
        Self(call())
    }
}

fn call() -> Call<MessagePage> {
    messages::list(GroupId::from("1835"), &HistoryWindow::Newest, 100)
}

fn decode(call: &Call<MessagePage>, body: &[u8]) -> Option<MessagePage> {
    call.decode(StatusCode::OK, &HeaderMap::new(), body).ok()
}

impl Row for Serde {
    fn name(&self) -> &'static str {
        "serde_json.messages"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for body in corpus.frames() {
            let page: serde_json::Result<Envelope> = serde_json::from_slice(body);
            let messages = page.map_or_else(|_| Vec::new(), |page| page.response.messages);
            sum = messages.iter().map(owned).fold(sum, u64::wrapping_add);
        }
        sum
    }
}

impl Row for Messages {
    fn name(&self) -> &'static str {
        "rest.into_messages"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for body in corpus.frames() {
            let messages = decode(&self.0, body).map(MessagePage::into_messages);
            let messages = messages.unwrap_or_default();
            sum = messages.iter().map(owned).fold(sum, u64::wrapping_add);
        }
        sum
    }
}

impl Row for Views {
    fn name(&self) -> &'static str {
        "rest.messages"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for body in corpus.frames() {
            let page = decode(&self.0, body).unwrap_or_default();
            sum = page.messages().map(view).fold(sum, u64::wrapping_add);
        }
        sum
    }
}

fn owned(message: &Message) -> u64 {
    Fields {
        kind: "",
        id: message.id.as_str(),
        user: message.user_id.as_ref().map_or("", AsRef::as_ref),
        name: message.name.as_deref().unwrap_or_default(),
        text: message.text.as_deref().unwrap_or_default(),
        at: seconds(message.created_at),
    }
    .checksum()
}

fn view(message: MessageRef<'_>) -> u64 {
    Fields {
        kind: "",
        id: message.id().as_str(),
        user: message.user_id().as_ref().map_or("", AsRef::as_ref),
        name: message.name().unwrap_or_default(),
        text: message.text().unwrap_or_default(),
        at: seconds(message.created_at()),
    }
    .checksum()
}
