//! Messages that a program sends over REST.

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::Instant;

use crate::rest_requests::{Outgoing, Reply};

/// Queue of messages to send. A message without a final response is sent again for 40 s.
pub(crate) struct Sending {
    user: String,
    process: u32,
    sent: u32,
    queue: VecDeque<Outgoing>,
}

impl Sending {
    pub(super) fn new(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            process: 0,
            sent: 0,
            queue: VecDeque::new(),
        }
    }

    /// Drops all messages, as the end of a process does, and counts from 0 for the next process.
    pub(super) fn start(&mut self, process: u32) {
        (self.process, self.sent) = (process, 0);
        self.queue.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Returns the `source_guid` of the next message.
    pub(crate) fn next_guid(&mut self) -> String {
        let guid = format!("{}-{}-{}", self.user, self.process, self.sent);
        self.sent += 1;
        guid
    }

    /// Queues a message.
    pub(crate) fn push(&mut self, now: Instant, to: &Recipient, guid: &str) {
        self.queue.push_back(Outgoing {
            path: to.path(),
            body: to.body(guid),
            until: now + RESEND_FOR,
        });
    }

    /// Returns the next message to send, without those whose time is over.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Outgoing> {
        self.queue.retain(|outgoing| now <= outgoing.until);
        self.queue.pop_front()
    }

    pub(super) fn handle_reply(&mut self, outgoing: Outgoing, reply: &Reply) {
        match reply {
            // Accepted, or refused for good. 429 and 5xx may succeed later.
            Reply::Response(200..=299 | 400..=428, _) => {}
            _ => self.queue.push_back(outgoing),
        }
    }
}

/// The recipient of a message.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    Group(String),
    User(String),
}

impl Recipient {
    fn path(&self) -> String {
        match self {
            Self::Group(group) => format!("/v3/groups/{group}/messages"),
            Self::User(_) => "/v3/direct_messages".to_owned(),
        }
    }

    fn body(&self, guid: &str) -> String {
        match self {
            Self::Group(_) => {
                format!(r#"{{"message":{{"source_guid":"{guid}","text":"sent"}}}}"#)
            }
            Self::User(user) => format!(
                r#"{{"direct_message":{{"source_guid":"{guid}","recipient_id":"{user}","text":"sent"}}}}"#
            ),
        }
    }
}

/// Time for which a message without a final response is sent again: less than the minute in which
/// GroupMe refuses a `source_guid` that it knows, so that no message is stored twice.
const RESEND_FOR: Duration = Duration::from_secs(40);
