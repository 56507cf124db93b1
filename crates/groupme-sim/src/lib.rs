//! A simulated GroupMe: its push gateway, and a world behind it in which things happen, so that a
//! bot can be tested, and a program shown, without an account and without a network.
//!
//! In your own test, with the feature `net`:
//!
#![cfg_attr(feature = "net", doc = "```")]
#![cfg_attr(not(feature = "net"), doc = "```ignore")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use groupme_sim::Sim;
//!
//! let sim = Sim::start().await?;
//! let bot = tokio::spawn(my_bot(sim.gateway_url(), sim.user_id().to_owned(), sim.token().to_owned()));
//! sim.wait_until_subscribed(&format!("/user/{}", sim.user_id())).await;
//! sim.say("hello, bot")?;
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
//! A bot needs nothing but its addresses from outside: `Sim::gateway_url` for events, and
//! `Sim::root_url` (or `Sim::api_url`) for REST. The rest is said by the test:
//!
//! - **Something happens.** `Sim::say`, `react`, `edit`, `delete` and `start_typing` have a friend
//!   do it. For anything else `Sim::with_world` gives the [`World`] to a closure: users, groups, topics,
//!   direct messages, attachments, pins, polls, members that come and go. What is pushed for it, and
//!   on which channels, is what was seen of GroupMe.
//! - **The bot is waited for**, without sleeping: `Sim::wait_until_subscribed`, `wait_for_reply`,
//!   `wait_for_message`, and `until` for whatever else can be found in the world. None of them misses
//!   what was there already.
//! - **What it did is looked at**: [`World::message`] and [`World::messages`] show what is said,
//!   edited, deleted, pinned and reacted to by now.
//! - **Time passes** when the test says so: `Sim::advance` puts the clock on, so that the window for
//!   edits closes, a session expires or a poll ends at once.
//! - **Things go wrong**: `Sim::break_connections`, `restart`, `freeze`, and a [`FaultPlan`] for the rest,
//!   from lost frames to REST that answers 503 to what it has done all the same. A seed decides
//!   what is hit, so that a test that failed fails again.
//!
//! The example `test_your_bot` of this workspace is a whole bot with its test.
//!
//! [`Cast::story`] is a script in which everything happens, for showing a program, and a [`Script`]
//! of your own is a list of closures.
//!
//! The REST API is there for messages, direct messages, chats, groups, topics, polls, reactions,
//! pins and read receipts: what it does is pushed like anything else, and what the script does can
//! be read back. Everybody in the world has a token ([`World::token`]); [`World::add_history`] gives
//! a conversation a past, and [`World::remember`] makes it forgetful. [`Rest`] lists what is
//! answered.
//!
//! # What GroupMe does on some days only
//!
//! | seen | here |
//! |---|---|
//! | pings every 30 s, or none at all | [`GatewayConfig::ping_interval`] |
//! | a connect answered after its hold, or never | [`GatewayConfig::idle_connects`] |
//! | sockets closed cleanly after 10 to 30 s | [`GatewayConfig::max_socket_age`] |
//! | events sent into a socket that is gone | [`GatewayConfig::sticky_sockets`] |
//! | the end of an old socket closes the new one | [`Profile::late_close_spreads`] |
//! | sessions lost without a word | [`Incident::LoseSessions`] |
//! | 504 for every poll | `Sim::allow_polling` |
//! | another server altogether, as documented in 2012 | [`GatewayConfig::profile`] |
//! | 304 for an empty page, an empty list, or `null` | [`RestConfig::empty_page`] |
//! | short pages in the middle of a conversation | [`RestConfig::short_pages`] |
//! | 429 beyond ten requests a second, some with `Retry-After` | [`RestConfig::requests_per_second`] |
//! | a ban for sending too much, links refused | [`RestConfig::messages_per_minute`], [`RestConfig::allow_links`] |
//! | a second reaction ignored, or in the place of the first | [`RestConfig::repeated_reaction`] |
//! | messages taken down and gone, or with a tombstone | [`World::leave_tombstones`] |
//! | the push before the answer, or long after | [`RestConfig::response_delay`], [`RestConfig::push_delay`] |
//!
//! # What goes wrong with any server
//!
//! | | in a [`FaultPlan`] |
//! |---|---|
//! | frames and bodies lost, late, doubled, overtaken, cut, garbled | [`FrameFaults`] |
//! | connections reset, half-open, slow, cut when idle; upgrades refused | [`LinkFaults`] |
//! | 4xx, 5xx and pages of HTML, for what was done and what was not | [`ResponseFaults`] |
//! | restarts, lost sessions, standstills, bursts, clocks that jump | [`Incident`] |
//!
//! # Layers
//!
//! Underneath there are no sockets. [`FaultInjector`] carries a plan out, [`Simulation`] is the whole as a state machine that takes
//! messages, requests and time and gives messages and answers back, [`Gateway`] the Bayeux server
//! in it, after Faye 1.x, and [`Rest`] the REST API. Two runs with the same seed and the same calls
//! do the same, to the byte.
//!
//! It shares neither parser nor model with the client side of this workspace, so that a mistake
//! there cannot hide by being made here, too.
//!
//! # Features
//!
//! - `net`: `Sim`, on real sockets, with tokio. Off by default.
//!
//! # What is not there
//!
//! Events of the calendar, bots, uploads, blocks, and all of REST that manages groups and accounts.
//! Groups and their members are made through the [`World`].

mod fault;
mod gateway;
#[cfg(feature = "net")]
mod net;
mod random;
mod rest;
mod script;
mod simulation;
mod world;

#[cfg(feature = "net")]
pub use self::net::{Playback, Sim, SimBuilder};
pub use self::{
    fault::{
        Backend, ConnectionFaults, Direction, ErrorResponse, FaultInjector, FaultPlan,
        FrameFaultQueue, FrameFaults, IdleTimeout, Incident, Link, LinkFaults,
        ParseProbabilityError, Probability, ResponseFaults, ScheduledIncident, Throttle,
    },
    gateway::{AllowAll, Authorizer, Gateway, GatewayConfig, IdleConnects, Lane, LaneKind, Output},
    rest::{EmptyPage, RepeatedReaction, Rest, RestConfig, RestRequest, RestResponse, RetryAfter},
    script::{Cast, SavedMessages, Script},
    simulation::{PlaybackId, Simulation},
    world::{
        Conversation, MessageView, PollDraft, Push, SimGroupId, SimMessageId, SimPollId, SimUserId,
        World, WorldError,
    },
};
pub use bayeux_proto::server::Profile;
