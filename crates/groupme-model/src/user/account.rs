//! Account settings that only the user sees.

use crate::macros::model;

model! {
    /// Multi-factor authentication of an account.
    pub struct MfaSettings as MfaSettingsRef {
        /// Whether a second factor is required.
        enabled: flag,
        /// Channels for the second factor.
        channels: optional_list(MfaChannel),
    }
}

model! {
    /// Channel for the second factor.
    pub struct MfaChannel as MfaChannelRef {
        /// Type of the channel, such as `phone_number`.
        kind: text as "type",
        /// Creation time.
        created_at: seconds,
    }
}

model! {
    /// E-mail notifications that a user receives.
    pub struct EmailSettings as EmailSettingsRef {
        /// Whether an e-mail is sent when the user is added to a group.
        membership_added: flag,
        /// Whether an e-mail is sent when a group is created.
        group_created: flag,
    }
}
