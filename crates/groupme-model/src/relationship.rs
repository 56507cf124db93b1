//! Contacts and blocks.

use crate::macros::model;

model! {
    /// Contact of the current user.
    pub struct Relationship as RelationshipRef {
        /// User id of the contact; same as `user_id`.
        id: required_id(User),
        /// User id of the contact.
        user_id: id(User),
        /// Name of the contact.
        name: text,
        /// URL of the contact's picture.
        avatar_url: text,
        /// Phone number of the contact.
        phone_number: text,
        /// Time at which the contact was made.
        created_at: seconds,
        /// Time at which the contact was made, with microseconds on the wire.
        created_at_iso8601: date_time,
        /// Time of the last change.
        updated_at: seconds,
        /// Time of the last change, with microseconds on the wire.
        updated_at_iso8601: date_time,
        /// Reason for the contact, as an undocumented number.
        reason: integer,
        /// Whether the contact is left out of lists.
        hidden: flag,
        /// Whether the current user has blocked the contact.
        is_blocked: flag,
        /// Whether the current user has blocked the contact, under another name.
        blocked: flag,
        /// Whether the contact uses the app rather than text messages.
        app_installed: flag,
        /// Whether the contact can receive direct messages.
        direct_message_capable: flag,
        /// Whether the contact was active in the last 30 days.
        is_active_last_30_days: flag,
        /// Id of the contact in Microsoft's systems.
        mri: text,
        /// Id chosen by the client that imported the contact, used to find the result.
        guid: text,
    }
}

model! {
    /// Block of one user by another.
    pub struct Block as BlockRef {
        /// User who blocked.
        user_id: id(User),
        /// User who is blocked.
        blocked_user_id: id(User),
        /// Time of the block.
        created_at: seconds,
    }
}
