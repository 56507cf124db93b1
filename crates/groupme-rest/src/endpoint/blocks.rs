//! Users who do not want to hear of each other.

use groupme_model::{Block, UserId};

use crate::{Call, Service};

/// Lists whom you blocked.
pub fn list(you: &UserId) -> Call<Vec<Block>> {
    Call::get(Service::V3, "blocks", &[])
        .query("user", you)
        .list(&["blocks"])
}

/// Whether one of two users blocked the other.
pub fn between(you: &UserId, other: &UserId) -> Call<bool> {
    Call::get(Service::V3, "blocks/between", &[])
        .query("user", you)
        .query("otherUser", other)
        .one(&["between"])
}

/// Blocks a user.
pub fn create(you: &UserId, other: &UserId) -> Call<Block> {
    Call::post(Service::V3, "blocks", &[])
        .query("user", you)
        .query("otherUser", other)
        .idempotent()
        .one(&["block"])
}

/// Unblocks a user.
pub fn delete(you: &UserId, other: &UserId) -> Call<()> {
    Call::delete(Service::V3, "blocks", &[])
        .query("user", you)
        .query("otherUser", other)
}
