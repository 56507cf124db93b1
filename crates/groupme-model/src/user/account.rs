//! What only the user sees of an account.

use crate::macros::model;

model! {
    /// How a user proves to be the one, besides the password.
    pub struct MultiFactor as MultiFactorRef {
        /// Whether that is asked.
        enabled: flag,
        /// Ways in which it can be.
        channels: maybe_list(MfaChannel),
    }
}

model! {
    /// A way in which a user can prove to be the one.
    pub struct MfaChannel as MfaChannelRef {
        /// What it is, such as `phone_number`.
        kind: text as "type",
        /// Since when.
        created_at: seconds,
    }
}

model! {
    /// Which mail a user wants.
    pub struct EmailSettings as EmailSettingsRef {
        /// When added to a group.
        membership_added: flag,
        /// When a group was made.
        group_created: flag,
    }
}
