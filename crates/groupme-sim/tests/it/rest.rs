//! REST API in virtual time: responses, effects and pushes.

mod bots;
mod changes;
mod complete;
mod conversations;
mod joining;
mod likes;
mod order;
mod paging;
mod polls;
mod reactions;
mod receipts;
mod refusals;
mod sending;
mod topics;
mod uploads;

use groupme_sim::{RestResponse, SimMessageId, SimUserId};
use serde_json::{Value, json};

use crate::peer::VirtualSim;

/// Checks the status and returns the body as JSON.
#[track_caller]
fn body(response: &RestResponse, status: u16) -> Value {
    assert_eq!(response.status, status, "{response:?}");
    serde_json::from_str(&response.body).unwrap_or_else(|_| panic!("{response:?}"))
}

/// Checks the status and returns `response` of the envelope.
#[track_caller]
fn content(response: &RestResponse, status: u16) -> Value {
    let mut envelope = body(response, status);
    assert_eq!(envelope["meta"], json!({ "code": status }));
    envelope["response"].take()
}

#[track_caller]
fn assert_empty(response: &RestResponse, status: u16) {
    assert_eq!(
        (response.status, &*response.body),
        (status, ""),
        "{response:?}"
    );
}

#[track_caller]
fn header<'r>(response: &'r RestResponse, name: &str) -> Option<&'r str> {
    let mut headers = response.headers.iter();
    let (_, value) = headers.find(|(other, _)| *other == name)?;
    Some(value)
}

/// Returns the body of a group message.
fn message(guid: &str, text: &str) -> String {
    json!({ "message": { "source_guid": guid, "text": text, "attachments": [] } }).to_string()
}

impl VirtualSim {
    fn get(&mut self, target: &str) -> RestResponse {
        self.request(self.cast.me, "GET", target, "")
    }

    fn post_rest(&mut self, target: &str, body: &str) -> RestResponse {
        self.request(self.cast.me, "POST", target, body)
    }

    /// Posts a message in the group of the story.
    fn send_message(&mut self, author: SimUserId, text: &str) -> SimMessageId {
        self.with_world(|world, cast| world.say(cast.lake, author, text).unwrap())
    }

    fn lake(&self, rest: &str) -> String {
        format!("/v3/groups/{}{rest}", self.cast.lake)
    }

    /// Returns the row of the story's group with this id.
    #[track_caller]
    fn row(&mut self, id: SimMessageId) -> Value {
        let target = format!("/v4/groups/{}/messages/{id}", self.cast.lake);
        content(&self.get(&target), 200)["message"].take()
    }
}

/// Returns the data of all events on a channel.
fn events(messages: &[Value], channel: &str) -> Vec<Value> {
    let on_channel = messages
        .iter()
        .filter(|message| message["channel"] == channel);
    on_channel.map(|message| message["data"].clone()).collect()
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../fixtures/rest/", $name, ".json"))
    };
}
use fixture;
