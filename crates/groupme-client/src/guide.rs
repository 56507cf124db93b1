//! Guide: from the first bot to a program that runs for years. Each page is short, and its code runs
//! as a test against the simulator.
//!
//! | page | for |
//! |---|---|
//! | [`first_bot`] | token, user id, dependencies, a bot that answers |
//! | [`events`] | what arrives and when; gaps, origin, acknowledging |
//! | [`state`] | restarts without loss and without repetition |
//! | [`sending`] | messages, replies, reactions, pictures; once, and in order |
//! | [`calls`] | groups, members, topics, polls, pins, calendar; errors |
//! | [`waiting`] | questions, votes, commands |
//! | [`callbacks`] | bots by callback, without a token |
//! | [`testing`] | tests with the simulator, of bots in any language |
//! | [`operation`] | shutdown, statuses, errors, logs, many accounts |
//! | [`moving`] | node-groupme, groupme-push, `GroupyAPI` and npm faye side by side |
//!
//! The examples of the workspace are whole programs.

#[doc = include_str!("guide/first_bot.md")]
pub mod first_bot {}

#[doc = include_str!("guide/events.md")]
pub mod events {}

#[doc = include_str!("guide/state.md")]
pub mod state {}

#[doc = include_str!("guide/sending.md")]
pub mod sending {}

#[doc = include_str!("guide/calls.md")]
pub mod calls {}

#[doc = include_str!("guide/waiting.md")]
pub mod waiting {}

#[doc = include_str!("guide/callbacks.md")]
pub mod callbacks {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/operation.md")]
pub mod operation {}

#[doc = include_str!("guide/moving.md")]
pub mod moving {}
