//! Simulator of GroupMe: its push gateway, its REST API and a world of users and groups behind
//! them. A bot can be tested, and a program shown, without an account and without a network.
//!
//! In your own test, with the feature `net`:
//!
#![cfg_attr(feature = "net", doc = "```")]
#![cfg_attr(not(feature = "net"), doc = "```ignore")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use groupme_sim::Sim;
//!
//! let sim = Sim::start().await?; let bot = tokio::spawn(my_bot(sim.gateway_url(),
//! sim.user_id().to_owned(), sim.token().to_owned()));
//! sim.until_listening().await?; sim.say("hello, bot")?;
//! assert!(bot.await?.contains("hello, bot"));
//! # Ok(())
//! # }
//! # // A bot as short as can be: it polls, and returns the first answer that brings an event.
//! # async fn my_bot(url: String, user: String, token: String) -> String {
//! #     let ask = async |message: String| {
//! #         use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! #         let host = url.trim_start_matches("http://").trim_end_matches("/faye");
//! #         let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
//! #         let head = format!("POST /faye HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: ");
//! #         let request = format!("{head}{}\r\n\r\n{message}", message.len());
//! #         stream.write_all(request.as_bytes()).await.unwrap();
//! #         let mut answer = String::new();
//! #         stream.read_to_string(&mut answer).await.unwrap();
//! #         answer
//! #     };
//! #     let types = r#""version":"1.0","supportedConnectionTypes":["long-polling"]"#;
//! #     let answer = ask(format!(r#"{{"channel":"/meta/handshake",{types}}}"#)).await;
//! #     let (_, id) = answer.split_once(r#""clientId":""#).unwrap();
//! #     let client = format!(r#""clientId":"{}""#, &id[..31]);
//! #     let subscribe = format!(r#""channel":"/meta/subscribe","subscription":"/user/{user}""#);
//! #     ask(format!(r#"{{{subscribe},{client},"ext":{{"access_token":"{token}"}}}}"#)).await;
//! #     ask(format!(r#"{{"channel":"/meta/connect","connectionType":"long-polling",{client}}}"#)).await
//! # }
//! ```
//!
//! # Testing your bot
//!
//! A bot needs only its addresses from outside: `Sim::gateway_url` for events, and `Sim::root_url`
//! (or `Sim::api_url`) for REST. The test controls the rest:
//!
//! - **Events**: `Sim::say`, `react`, `edit`, `delete` and `start_typing` act as a member of the
//!   group. For anything else `Sim::with_world` gives the [`World`] to a closure: users, groups,
//!   topics, direct messages, attachments, pins, polls, memberships. The pushes and their channels
//!   are those seen of GroupMe.
//! - **Waiting** without sleeping: `Sim::until_listening`, `until_reply`, `until_message`, and
//!   `until` for any other state of the world. A condition that holds already returns at once; a
//!   wait that is too long returns an error that says what was awaited.
//! - **Results**: [`World::message`] and [`World::messages`] show messages with their edits,
//!   deletions, pins and reactions.
//! - **Time**: `Sim::advance` moves the clock, so that the window for edits closes, a session
//!   expires or a poll ends at once.
//! - **Faults**: `Sim::break_connections`, `restart`, `freeze`, and a [`FaultPlan`] for the rest,
//!   from lost frames to a REST API that answers 503 to a request that it has executed. A seed
//!   decides which frames and requests are hit, so a test that failed fails again.
//!
//! The example `test_your_bot` of this workspace is a whole bot with its test.
//!
//! [`Cast::story`] is a script with every kind of event, for showing a program; a [`Script`] of
//! your own is a list of closures.
//!
//! The REST API answers every endpoint that `groupme-rest` knows; [`Rest`] lists them, with the
//! evidence for each. Its actions cause pushes, and the actions of a script can be read through it.
//! Registered bots ([`World::add_bot`]) get their callbacks. Every user has a token ([`World::token`]). [`World::add_history`]
//! gives a conversation a past, and [`World::set_retention`] limits how much of it is kept.
//!
//! # Behaviour of GroupMe on some days only
//!
//! | seen of GroupMe | setting |
//! |---|---|
//! | pings every 30 s, or none at all | [`GatewayConfig::ping_interval`] |
//! | a connect answered after its hold, or never | [`GatewayConfig::idle_connects`] |
//! | sockets closed cleanly after 10 to 30 s | [`GatewayConfig::max_socket_age`] |
//! | events sent into a closed socket | [`GatewayConfig::sticky_sockets`] |
//! | the end of an old socket closes the new one | [`Profile::late_close_spreads`] |
//! | sessions lost without notice | [`Incident::LoseSessions`] |
//! | 504 for every poll | `Sim::allow_polling` |
//! | another server altogether, as documented in 2012 | [`GatewayConfig::profile`] |
//! | 304 for an empty page, an empty list, or `null` | [`RestConfig::empty_page`] |
//! | short pages in the middle of a conversation | [`RestConfig::short_pages`] |
//! | 429 beyond ten requests a second, some with `Retry-After` | [`RestConfig::requests_per_second`] |
//! | a ban for sending too much | [`RestConfig::messages_per_minute`] |
//! | links refused | [`RestConfig::allow_links`] |
//! | a second reaction ignored, or replacing the first | [`RestConfig::repeated_reaction`] |
//! | messages deleted by an owner, with or without a tombstone | [`World::leave_tombstones`] |
//! | a push before its response, or long after | [`RestConfig::response_delay`], [`RestConfig::push_delay`] |
//!
//! # Faults of any server
//!
//! | fault | part of a [`FaultPlan`] |
//! |---|---|
//! | frames and bodies lost, delayed, duplicated, overtaken, truncated, corrupted | [`FrameFaults`] |
//! | connections reset, half-open, slow, cut when idle; upgrades refused | [`LinkFaults`] |
//! | 4xx, 5xx and HTML pages, for requests executed or not | [`ResponseFaults`] |
//! | restarts, lost sessions, standstills, bursts, clocks that jump | [`Incident`] |
//!
//! # Layers
//!
//! `Sim` runs on sockets; everything below it is sans-IO. [`Simulation`] is a state machine of
//! messages, requests and time; in it, [`Gateway`] is the Bayeux server after Faye 1.x, and
//! [`Rest`] the REST API. [`FaultInjector`] carries out a fault plan. Two runs with the same seed
//! and the same calls give the same bytes.
//!
//! The crate shares neither parser nor model with the client side of this workspace: a mistake made
//! in both could not be found by either.
//!
//! # Features
//!
//! - `net`: `Sim`, on real sockets, with tokio. Off by default.
//! - `model`: ids convert into those of `groupme-model`: `sim.cast().lake.into()`. Off by default.
//!
//! The feature `sim` of `groupme-client` sets both, and adds `Client::simulated(&sim)`.
//!
//! # Other languages
//!
//! With the feature `net`, everything here can be done over HTTP at `/sim/v1`, by programs on the
//! same machine: making users and groups, talking as anybody, faults, time, waiting, and a journal
//! of every frame and request. `/sim/v1/openapi.json` describes all requests, and the README has
//! tests of a Python and a JavaScript bot. The page at `/` does the same for people.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "net")]
mod control;
mod fault;
mod gateway;
#[cfg(feature = "net")]
mod journal;
#[cfg(feature = "net")]
mod net;
mod random;
mod rest;
mod script;
mod simulation;
mod world;

#[cfg(feature = "net")]
pub use self::net::{ControlAccess, NotSeen, Playback, Sim, SimBuilder};
pub use self::{
    fault::{
        Backend, ConnectionFaults, Direction, ErrorResponse, FaultInjector, FaultPlan,
        FrameFaultQueue, FrameFaults, IdleTimeout, Incident, Link, LinkFaults,
        ParseProbabilityError, Probability, ResponseFaults, ScheduledIncident, Throttle,
    },
    gateway::{
        AllowAll, Authorizer, Gateway, GatewayConfig, IdleConnects, LaneId, LaneKind, Output,
    },
    rest::{EmptyPage, RepeatedReaction, Rest, RestConfig, RestRequest, RestResponse, RetryAfter},
    script::{Cast, SavedMessages, Script},
    simulation::{PlaybackId, Simulation},
    world::{
        BotDraft, Callback, Conversation, MessageView, PollDraft, Push, SimGroupId, SimMessageId,
        SimPollId, SimUserId, World, WorldError,
    },
};
pub use bayeux_proto::server::Profile;
