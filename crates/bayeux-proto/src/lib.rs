//! Sans-IO Bayeux: the rules of the protocol as state machines, and nothing else.
//!
//! A [`Session`] is the client side of one Bayeux session, for any server that speaks Bayeux 1.0
//! (Faye, `CometD`, Salesforce, GroupMe). It knows no socket, no clock, no random source, no JSON
//! parser and no runtime: the embedder brings those, the session decides what to send when, and
//! what the answers mean.
//!
//! # Lanes and verdicts
//!
//! A **lane** is anything that carries batches of messages: a WebSocket for its whole life, or one
//! HTTP exchange. The session opens, writes and abandons lanes ([`Action`]); the driver reports
//! what came over them and how they ended. For each message the session reads the envelope
//! ([`Message`]) and answers with a [`Verdict`]; payloads stay with the driver.
//!
//! ```
//! use bayeux_proto::{Action, Channel, Close, Config, Instant, Message, Session, Verdict};
//!
//! /// What an embedder has to bring: carriers and a clock. Here, a scripted server.
//! struct Road { now: Instant, inbox: Vec<(bayeux_proto::LaneId, Report)>, sent: Vec<String> }
//! enum Report { Opened, Message(Message<'static>), Closed(Close) }
//!
//! impl Road {
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
//! session.connect();
//!
//! let mut road = Road { now: Instant::ORIGIN, inbox: Vec::new(), sent: Vec::new() };
//! let mut out = Vec::new();
//! let mut delivered = 0;
//! while delivered == 0 {
//!     while let Some(action) = session.poll_action(road.now, &mut (), &mut out) {
//!         road.perform(action, std::str::from_utf8(&out)?);
//!         out.clear();
//!     }
//!     while let Some(event) = session.poll_event() {
//!         println!("{event:?}");
//!     }
//!     // A real driver waits here, for the road or for the deadline, whichever is first.
//!     if road.inbox.is_empty() {
//!         let deadline = session.poll_timeout().expect("a running session always has one");
//!         road.now = deadline.at;
//!         session.handle_timeout(road.now);
//!     }
//!     for (lane, report) in std::mem::take(&mut road.inbox) {
//!         match report {
//!             Report::Opened => session.handle_open(road.now, lane),
//!             Report::Closed(why) => session.handle_close(road.now, lane, why),
//!             Report::Message(message) => {
//!                 if session.handle_message(road.now, lane, &message) == Verdict::Deliver {
//!                     delivered += 1; // hand `data` to the application
//!                 }
//!             }
//!         }
//!     }
//! }
//! assert!(road.sent[0].contains(r#""supportedConnectionTypes":["websocket","long-polling"]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The contract
//!
//! 1. **Any order is legal.** Every method leaves the session consistent. Draining is for
//!    progress, not for safety.
//! 2. **Nothing happens inside.** No IO, clock, randomness, thread or environment. The same calls
//!    give the same answers.
//! 3. **Time is yours.** An [`Instant`] is a distance from an origin you choose. Going backwards
//!    is clamped to the latest instant seen.
//! 4. **Never is `None`.** [`Session::poll_timeout`] is a pure getter, and names the timer.
//! 5. **Outputs are computed, not queued**, except events. Memory is bounded by subscriptions and
//!    requests in flight, never by traffic.
//! 6. **Payloads never enter**; what is to be published waits as the text you gave.
//! 7. **Every lane ends once.** After [`Session::handle_close`] or [`Action::Close`] its id is
//!    dead, and late reports are ignored. Ids are never reused.
//! 8. **Events come in causal order**, from one queue.
//! 9. **No panic on input.** What a peer does wrong becomes an event with a [`Cause`]; what the
//!    caller does wrong is a [`Misuse`].
//! 10. **Buffers are yours.** Batches are appended to your `Vec<u8>`.
//!
//! # What is promised on the wire
//!
//! At most one `/meta/connect` is outstanding, over whichever transport. `reconnect` advice is
//! obeyed for the message that carried it and never remembered. `ext` is asked for when the bytes
//! are written. After a new handshake every subscription is asked for again, and each refusal is
//! reported. Back-off grows with full jitter and is reset only by a connect that the server was
//! free to hold, or by a connection that lived. Nothing late from an old session has any effect:
//! its lanes are dead.

//!
//! # The other side
//!
//! [`server`] has the server: sessions, subscriptions, queues and held connects, as sans-IO as the
//! client, and payload-agnostic. It behaves like Faye 1.x, an older Faye or `CometD`, each as
//! recorded. The driver's loop is the client's turned around: report lanes and what came over them,
//! do what is put out, wait until the next deadline.
//!
//! ```
//! use std::collections::VecDeque;
//! use bayeux_proto::Instant;
//! use bayeux_proto::server::{Config, Element, SecurityPolicy, RequestContext, Lane, LaneKind, Member, Output, Payload,
//!     Request, Server};
//!
//! /// Says who may do what. A real one looks at `ext`, and asks the system for randomness.
//! struct Rules;
//! impl SecurityPolicy for Rules {
//!     fn fill_random(&mut self, bytes: &mut [u8]) { bytes.fill(7) }
//!     fn may_publish(&mut self, _: &RequestContext<'_>) -> Result<(), String> {
//!         Err("403::You may only listen".to_owned())
//!     }
//! }
//!
//! /// What a network reports. Here, one client that shakes hands over HTTP.
//! enum Report { Opened(Lane, LaneKind), Arrived(Lane, Vec<Member<'static>>), Closed(Lane) }
//! let lane = Lane::new(1);
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
//!     // A real driver waits here, for the network or for `poll_timeout`, whichever is first.
//!     match network.pop_front() {
//!         Some(Report::Opened(lane, kind)) => server.handle_open(now, lane, kind),
//!         Some(Report::Closed(lane)) => server.handle_close(now, lane),
//!         Some(Report::Arrived(lane, members)) => {
//!             // What a parser does: it repeats what the members say. `bayeux-wire` has one.
//!             let request = Request {
//!                 members: &members,
//!                 channel: "/meta/handshake",
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
//!             None => break, // the session has expired, and nobody is left
//!         },
//!     }
//!     while let Some(output) = server.poll_output() {
//!         match output {
//!             Output::Frame { text, .. } => answers.push(text), // a text frame on a socket
//!             Output::Respond { body, .. } => answers.push(body), // 200, application/json
//!             Output::Refuse { why, .. } => println!("{}", why.status()),
//!             Output::Close { code, .. } => println!("close {code}"),
//!         }
//!     }
//! }
//! assert!(answers[0].contains(r#""successful":true"#));
//! assert_eq!(now, Instant::from_millis(120_000)); // two holds of a minute, as with Faye
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
pub use channel::Channel;
pub use client::Session;
pub use config::{Config, Resume};
pub use error::{Misuse, ServerError};
pub use event::{
    Cause, End, Outcome, PublishId, SessionEvent, SubscriptionId, Unexpected, Verdict,
};
pub use extension::{Extension, Outgoing};
pub use lane::{Action, Close, ConnectionTypes, Exchange, LaneId, Transport};
pub use message::{BayeuxId, Message};
pub use time::Instant;
pub use timer::{Deadline, Timer};
pub use usage::Usage;
