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
//! sim.until_subscribed(&format!("/user/{}", sim.user_id())).await;
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
//! `Sim::with` gives the [`World`] to a closure, in which anything can happen: people say things,
//! edit and delete them, react, type, come and go. What is pushed for it, and on which channels,
//! is what was seen of GroupMe. [`Cast::story`] is a script in which all of it happens, and a
//! [`Script`] of your own is a list of closures.
//!
//! The REST API is there, too, for messages, direct messages, chats, groups, reactions, pins and
//! read receipts: what it does is pushed like anything else, and what the script does can be read
//! back. Everybody in the world has a token ([`World::token`]); [`World::add_history`] gives a
//! conversation a past, and [`World::remember`] makes it forgetful. [`Rest`] lists what is answered.
//!
//! # What GroupMe does on some days only
//!
//! | seen | here |
//! |---|---|
//! | pings every 30 s, or none at all | [`GatewayConfig::ping`] |
//! | a connect answered after its hold, or never | [`GatewayConfig::connects`] |
//! | sockets closed cleanly after 10 to 30 s | [`GatewayConfig::socket_life`] |
//! | events sent into a socket that is gone | [`GatewayConfig::sticky_sockets`] |
//! | sessions lost without a word | [`Gateway::forget_sessions`] |
//! | 504 for every poll | `Sim::allow_polling` |
//! | 304 for an empty page, or an empty list | [`RestConfig::no_messages`] |
//! | 429 beyond ten requests a second, some with `Retry-After` | [`RestConfig::rate`] |
//! | the push before the answer, or long after | [`RestConfig::answer_delay`], [`RestConfig::push_delay`] |
//!
//! # Layers
//!
//! Underneath there are no sockets. [`Simulation`] is the whole as a state machine that takes
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
//! Topics, polls, events of the calendar, bots, uploads, blocks, and all of REST that manages groups
//! and accounts. Groups and their members are made through the [`World`].

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
        AnswerFaults, Appointment, BadAnswer, Fate, FaultPlan, Faults, FrameFaults, Idle, Incident,
        Link, LinkFaults, NotOdds, Odds, Pace, Service, Tamper, Way,
    },
    gateway::{Connects, Gateway, GatewayConfig, Guard, Lane, LaneKind, Output, Unguarded},
    rest::{NoMessages, Rest, RestConfig, RestRequest, RestResponse, RetryAfter},
    script::{Cast, Script, Stage},
    simulation::{PlaybackId, Simulation},
    world::{Ballot, GroupId, MessageId, Place, PollId, Push, Said, UserId, World, WorldError},
};
pub use bayeux_proto::server::Profile;
