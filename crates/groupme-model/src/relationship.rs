//! What is between two users.

use crate::macros::model;

model! {
    /// A contact.
    pub struct Relationship as RelationshipRef {
        /// The contact, as a user; the same as `user_id`.
        id: key(User),
        /// The contact, as a user.
        user_id: id(User),
        /// The contact's name.
        name: text,
        /// The contact's picture.
        avatar_url: text,
        /// The contact's telephone number.
        phone_number: text,
        /// When you got in contact.
        created_at: seconds,
        /// The same, to the microsecond on the wire.
        created_at_iso8601: date_time,
        /// When it was last changed.
        updated_at: seconds,
        /// The same, to the microsecond on the wire.
        updated_at_iso8601: date_time,
        /// Why you are in contact: a number whose meaning is not known.
        reason: integer,
        /// Whether the contact is left out of lists.
        hidden: flag,
        /// Whether you blocked the contact.
        is_blocked: flag,
        /// The same, by another name.
        blocked: flag,
        /// Whether the contact uses the app rather than text messages.
        app_installed: flag,
        /// Whether you can write to the contact.
        direct_message_capable: flag,
        /// Whether the contact was there in the last thirty days.
        is_active_last_30_days: flag,
        /// The contact's id in Microsoft's systems.
        mri: text,
        /// The id that was given to an imported contact, to find the result by.
        guid: text,
    }
}

model! {
    /// A user whom another does not want to hear of.
    pub struct Block as BlockRef {
        /// Who blocked.
        user_id: id(User),
        /// Who is blocked.
        blocked_user_id: id(User),
        /// Since when.
        created_at: seconds,
    }
}
