//! Users: the current user, and the visible part of others.

use crate::macros::model;
use crate::relationship::{Relationship, RelationshipRef};

mod account;

pub use account::*;

model! {
    /// User: the current user, another user, or a member of a directory. Each response has other
    /// fields.
    pub struct User as UserRef {
        /// Id of the user.
        id: required_id(User),
        /// Id of the user; same as `id`.
        user_id: id(User),
        /// Name of the user.
        name: text,
        /// URL of the user's picture.
        image_url: text,
        /// URL of the user's picture, under another name.
        avatar_url: text,
        /// URLs of more pictures.
        photo_urls: optional_texts,
        /// Description that the user wrote.
        bio: text,
        /// URL of a piece of music.
        song_url: text,
        /// Interests, as numbers that the app defines.
        interests: integers,
        /// Majors, as numbers that the app defines.
        major_codes: integers,
        /// Majors, as text; only in directories.
        majors: optional_texts,
        /// Year of graduation.
        graduation_year: integer,
        /// Visibility of the campus profile.
        campus_profile_visibility: text,
        /// Directories that the user belongs to.
        directories: optional_list(UserDirectory),
        /// URLs of the user's profiles elsewhere.
        social_media_links: optional_texts,
        /// Groups that the user shares with the current user.
        shared_group_ids: ids(Group),
        /// Time of registration.
        created_at: seconds,
        /// Time of the last change.
        updated_at: seconds,
        /// Whether the user uses the app rather than text messages.
        app_installed: flag,
        /// Whether the user can receive direct messages.
        direct_message_capable: flag,
        /// URL by which others can add the user as a contact.
        share_url: text,
        /// URL of a QR code of `share_url`.
        share_qr_code_url: text,
        /// E-mail address.
        email: text,
        /// Whether the e-mail address is verified.
        email_verified: flag,
        /// E-mail notifications that the user receives.
        email_settings: object(EmailSettings, EmailSettingsRef),
        /// Phone number.
        phone_number: text,
        /// Whether messages are also sent as text messages.
        sms: flag,
        /// Whether text messages are paused.
        sms_disabled: flag,
        /// End of the pause of text messages.
        sms_disabled_expires_at: seconds,
        /// Whether GroupMe has a phone number in the user's country.
        local_sms_available: flag,
        /// Language and country, such as `en_us`.
        locale: text,
        /// Language, such as `en-US`.
        language: text,
        /// Country.
        country: text,
        /// Postal code.
        zip_code: text,
        /// Whether the user is outside the United States.
        international: flag,
        /// Multi-factor authentication.
        mfa: object(MfaSettings, MfaSettingsRef),
        /// Tags that GroupMe assigns, such as `phone-us`.
        tags: optional_texts,
        /// Consents that the user gave.
        consents: optional_texts,
        /// Whether the user may be suggested to others as a contact.
        friend_suggestable: flag,
        /// Whether a Facebook account is connected.
        facebook_connected: flag,
        /// Whether a Microsoft account is connected.
        microsoft_connected: flag,
        /// Whether a Twitter account is connected.
        twitter_connected: flag,
        /// Whether the app should show a survey.
        prompt_for_survey: flag,
        /// Whether the app should ask for the user's age.
        show_age_gate: flag,
        /// Whether the user has given a date of birth.
        birth_date_set: flag,
        /// Whether the user must set a password.
        needs_password: flag,
        /// Whether the user is verified.
        verified: flag,
        /// Whether the user has opted out of all text messages.
        stopped: flag,
        /// Whether the user is an administrator of GroupMe.
        admin: flag,
        /// End of the pause of notifications.
        sleep_until: seconds,
        /// Whether notifications about contacts who join GroupMe are off.
        disable_started_using_notification: flag,
        /// Whether notifications about reactions are off.
        disable_favorite_notification: flag,
        /// Sound of a message in a group.
        group_notification_sound: text,
        /// Sound of a direct message.
        dm_notification_sound: text,
    }
}

model! {
    /// Profile of another user, with the relationship to the current user.
    pub struct Profile as ProfileRef {
        /// The user.
        user: required_object(User, UserRef),
        /// Contact of the current user, if there is one.
        relationship: object(Relationship, RelationshipRef),
        /// Groups that the user shares with the current user.
        shared_groups: optional_list(SharedGroup),
        /// Interests, as numbers that the app defines.
        interests: integers,
        /// Majors, as numbers that the app defines.
        major_codes: integers,
        /// Year of graduation.
        graduation_year: integer,
        /// Visibility of the campus profile.
        campus_profile_visibility: text,
        /// URLs of more pictures.
        photo_urls: optional_texts,
        /// Directories that the user belongs to.
        directories: optional_list(UserDirectory),
    }
}

model! {
    /// Group that another user shares with the current user.
    pub struct SharedGroup as SharedGroupRef {
        /// Id of the group; a number on the wire.
        group_id: id(Group),
        /// Id of the group, under another name.
        id: id(Group),
        /// Name of the group.
        group_name: text,
        /// URL of the group's picture.
        group_avatar: text,
    }
}

model! {
    /// Directory that a user belongs to.
    pub struct UserDirectory as UserDirectoryRef {
        /// Id of the directory; 0 for none.
        id: id(Directory),
        /// Name of the directory; may be empty.
        name: text,
        /// Short name of the directory; may be empty.
        short_name: text,
    }
}
