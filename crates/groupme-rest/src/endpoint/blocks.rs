//! Blocked users.

use groupme_model::{Block, UserId};

use crate::{Call, Service, argument::Argument};

/// Lists the users whom you blocked.
pub fn list() -> Call<Vec<Block>> {
    Call::get(Service::V3, "blocks")
        .with(|request| request.query("user", Argument::CurrentUser))
        .list(&["blocks"])
}

/// Returns whether you blocked the user or the user blocked you.
pub fn between(other: impl Into<UserId>) -> Call<bool> {
    Call::get(Service::V3, "blocks/between")
        .with(|request| request.query("user", Argument::CurrentUser))
        .query("otherUser", other.into())
        .one(&["between"])
}

/// Blocks a user.
pub fn create(other: impl Into<UserId>) -> Call<Block> {
    Call::post(Service::V3, "blocks")
        .with(|request| request.query("user", Argument::CurrentUser))
        .query("otherUser", other.into())
        .idempotent()
        .one(&["block"])
}

/// Unblocks a user.
pub fn delete(other: impl Into<UserId>) -> Call<()> {
    Call::delete(Service::V3, "blocks")
        .with(|request| request.query("user", Argument::CurrentUser))
        .query("otherUser", other.into())
}
