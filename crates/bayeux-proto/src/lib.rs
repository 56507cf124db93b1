//! Sans-IO Bayeux: the protocol as state machines for client and server.
//!
//! A [`Session`] is the client side of one Bayeux session, for any server that speaks Bayeux 1.0
//! (Faye, `CometD`, Salesforce, GroupMe). It has no socket, no clock, no random source, no JSON
//! parser and no runtime: the embedder supplies those, and the session decides what to send, when
//! to send it, and what the replies mean. [`server`] has the server side.
//!
//! # Lanes and verdicts
//!
//! A **lane** carries batches of messages: a WebSocket for its whole life, or one HTTP exchange.
//! The session opens, writes and abandons lanes ([`Action`]); the driver reports the messages of
//! each lane, and its end. For each message the session reads the envelope ([`Message`]) and
//! returns a [`Verdict`]; payloads stay with the driver.
//!
//! ```
//! use bayeux_proto::{Action, Channel, Close, Config, Instant, Message, Session, Verdict};
//!
//! /// Transport and clock of the embedder. Here, a scripted server.
//! struct Network { now: Instant, inbox: Vec<(bayeux_proto::LaneId, Report)>, sent: Vec<String> }
//! enum Report { Opened, Message(Message<'static>), Closed(Close) }
//!
//! impl Network {
//!     fn perform(&mut self, action: Action, batch: &str) {
//!         let lane = action.lane();
//!         match action {
//!             Action::Open(_) => self.inbox.push((lane, Report::Opened)),
//!             Action::Send(_) | Action::Exchange(..) => {
//!                 self.sent.push(batch.to_owned());
//!                 if batch.contains("/meta/handshake") {
//!                     let reply = Message {
//!                         channel: "/meta/handshake",
//!                         client_id: Some("opaque"),
//!                         successful: Some(true),
//!                         ..Message::default()
//!                     };
//!                     self.inbox.push((lane, Report::Message(reply)));
//!                     let event = Message { channel: "/news", has_data: true, ..Message::default() };
//!                     self.inbox.push((lane, Report::Message(event)));
//!                 }
//!                 if matches!(action, Action::Exchange(..)) {
//!                     self.inbox.push((lane, Report::Closed(Close::Complete)));
//!                 }
//!             }
//!             _ => {}
//!         }
//!     }
//! }
//!
//! let mut session = Session::new(Config::default(), 42);
//! session.subscribe(&Channel::new("/news")?)?;
//! session.connect(Instant::ORIGIN);
//!
//! let mut network = Network { now: Instant::ORIGIN, inbox: Vec::new(), sent: Vec::new() };
//! let mut out = Vec::new();
//! let mut delivered = 0;
//! while delivered == 0 {
//!     while let Some(action) = session.poll_action(network.now, &mut (), &mut out) {
//!         network.perform(action, std::str::from_utf8(&out)?);
//!         out.clear();
//!     }
//!     while let Some(event) = session.poll_event() {
//!         println!("{event:?}");
//!     }
//!     // A real driver waits here for the network or the deadline, whichever comes first.
//!     if network.inbox.is_empty() {
//!         let deadline = session.poll_timeout().expect("a running session always has one");
//!         network.now = deadline.at;
//!         session.handle_timeout(network.now);
//!     }
//!     for (lane, report) in std::mem::take(&mut network.inbox) {
//!         match report {
//!             Report::Opened => session.handle_open(network.now, lane),
//!             Report::Closed(why) => session.handle_close(network.now, lane, why),
//!             Report::Message(message) => {
//!                 if session.handle_message(network.now, lane, &message) == Verdict::Deliver {
//!                     delivered += 1; // hand `data` to the application
//!                 }
//!             }
//!         }
//!     }
//! }
//! assert!(network.sent[0].contains(r#""supportedConnectionTypes":["websocket","long-polling"]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The contract
//!
//! 1. **Any order of calls is legal.** Every method leaves the session consistent. Polling outputs
//!    is required for progress, not for safety.
//! 2. **No hidden inputs.** The session uses no IO, clock, randomness, threads or environment. The
//!    same calls give the same results.
//! 3. **Time comes from the caller.** An [`Instant`] is a distance from an origin that the caller
//!    chooses. An instant before the latest one seen is clamped to it. Commands that begin
//!    something with a deadline take the time, as all reports do; those that only change what is
//!    wanted, such as [`Session::subscribe`], do not.
//! 4. **`None` means never.** [`Session::poll_timeout`] is a pure getter, and names the timer.
//! 5. **Outputs are computed, not queued**, except events. Memory is bounded by the number of
//!    subscriptions and requests in flight, never by traffic.
//! 6. **Received payloads never enter**; a payload to publish waits as the text that the caller
//!    gave.
//! 7. **Every lane ends once.** After [`Session::handle_close`] or [`Action::Close`] its id is
//!    dead, and late reports are ignored. Ids are never reused.
//! 8. **Events come in causal order**, from one queue.
//! 9. **Input never panics.** An error of the peer becomes an event with a [`Cause`]; an error of
//!    the caller is a [`Misuse`].
//! 10. **Bytes that flow are life.** Before [`Session::handle_timeout`], a driver may report bytes
//!     of an incomplete message with [`Session::handle_progress`]: deadlines then measure silence
//!     and not slowness, up to [`Config::slow_allowance`].
//! 11. **Buffers belong to the caller.** Batches are appended to a caller-supplied `Vec<u8>`.
//!
//! # Guarantees on the wire
//!
//! At most one `/meta/connect` is outstanding, over whichever transport. `reconnect` advice applies
//! to the message that carried it and is never remembered. `ext` is computed when the bytes are
//! written. After a new handshake every subscription is requested again, and each refusal is
//! reported. Attempts to reach a lost server come every seventh of the outage so far, with jitter
//! ([`Config::backoff_base`]). A connect that the server was free to hold ends the outage, as does
//! a connection that stayed up for a while or served an acknowledged subscription for a second.
//! Late messages of an old session have no effect, because its lanes are dead.
//!
//! # The server side
//!
//! [`server`] keeps sessions, subscriptions, queues and held connects, as sans-IO as the client and
//! without reading payloads. It behaves like Faye 1.x, an older Faye or `CometD`, each as recorded.
//! The driver's loop mirrors the client's: report lanes and their payloads, perform the actions,
//! wait until the next deadline.
//!
//! ```
//! use std::collections::VecDeque;
//! use bayeux_proto::{Instant, LaneId, Message};
//! use bayeux_proto::server::{Action, Config, Element, LaneKind, Member, Payload, Request,
//!     RequestContext, SecurityPolicy, Server};
//!
//! /// A real policy checks `ext`, and takes randomness from the operating system.
//! struct Rules;
//! impl SecurityPolicy for Rules {
//!     fn fill_random(&mut self, bytes: &mut [u8]) { bytes.fill(7) }
//!     fn may_publish(&mut self, _: &RequestContext<'_>) -> Result<(), String> {
//!         Err("403::You may only listen".to_owned())
//!     }
//! }
//!
//! /// Reports of the network. Here, one client that sends a handshake over HTTP.
//! enum Report { Opened(LaneId, LaneKind), Arrived(LaneId, Vec<Member<'static>>), Closed(LaneId) }
//! let lane = LaneId::new(1);
//! let mut network = VecDeque::from([
//!     Report::Opened(lane, LaneKind::Exchange),
//!     Report::Arrived(lane, vec![
//!         Member::new("channel", r#""/meta/handshake""#),
//!         Member::new("version", r#""1.0""#),
//!         Member::new("supportedConnectionTypes", r#"["long-polling"]"#),
//!     ]),
//!     Report::Closed(lane),
//! ]);
//!
//! let mut server = Server::new(Config::default());
//! let mut now = Instant::ORIGIN;
//! let mut answers = Vec::new();
//! loop {
//!     // A real driver waits here for the network or `poll_timeout`, whichever comes first.
//!     match network.pop_front() {
//!         Some(Report::Opened(lane, kind)) => server.handle_open(now, lane, kind),
//!         Some(Report::Closed(lane)) => server.handle_close(now, lane),
//!         Some(Report::Arrived(lane, members)) => {
//!             // Done by a parser, such as that of `bayeux-wire`.
//!             let request = Request {
//!                 message: Message { channel: "/meta/handshake", ..Message::default() },
//!                 members: &members,
//!                 connection_types: &["long-polling"],
//!                 ..Request::default()
//!             };
//!             let elements = [Element::Object(request)];
//!             server.handle_payload(now, lane, &Payload::Messages(&elements), &mut Rules);
//!         }
//!         None => match server.poll_timeout() {
//!             Some(at) => {
//!                 now = at;
//!                 server.handle_timeout(now);
//!             }
//!             None => break, // the session has expired, and no timer is left
//!         },
//!     }
//!     let mut out = Vec::new();
//!     while let Some(action) = server.poll_action(&mut out) {
//!         let text = String::from_utf8(std::mem::take(&mut out))?;
//!         match action {
//!             Action::Send(_) => answers.push(text), // a text frame over a socket
//!             Action::Respond(..) => answers.push(text), // 200, application/json
//!             Action::Reject(_, rejection) => println!("{}", rejection.status()),
//!             Action::Close(_, code) => println!("close {code}"),
//!         }
//!     }
//! }
//! assert!(answers[0].contains(r#""successful":true"#));
//! assert_eq!(now, Instant::from_millis(120_000)); // two holds of a minute, as with Faye
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```

#![no_std]

extern crate alloc;

mod advice;
mod backoff;
mod channel;
mod client;
mod config;
mod encode;
mod error;
mod event;
mod extension;
mod lane;
mod message;
pub mod server;
mod time;
mod timer;
mod usage;

pub use advice::{Advice, Reconnect, Timing};
pub use backoff::{Backoff, Jitter};
pub use channel::Channel;
pub use client::{SavedSession, Session};
pub use config::{Config, Resume, RetryRefused};
pub use error::{Misuse, ServerError};
pub use event::{
    Cause, End, Outcome, PublishId, SessionEvent, SubscriptionId, Unexpected, Verdict,
};
pub use extension::{Ack, Extension, Members, Outgoing, Payload, Replay, TimeSync};
pub use lane::{Action, Close, ConnectionTypes, Exchange, LaneId, Transport};
pub use message::{BayeuxId, Message};
pub use time::Instant;
pub use timer::{Deadline, Timer};
pub use usage::Usage;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
