//! Users: you, and what you can see of others.

use crate::macros::model;
use crate::relationship::{Relationship, RelationshipRef};

mod account;

pub use account::*;

model! {
    /// A user: you, somebody else, or one of a directory, each of which tells another part.
    pub struct User as UserRef {
        /// The user's id.
        id: key(User),
        /// The same.
        user_id: id(User),
        /// The user's name.
        name: text,
        /// The user's picture.
        image_url: text,
        /// The same, by another name.
        avatar_url: text,
        /// More pictures.
        photo_urls: maybe_texts,
        /// What the user says of themselves.
        bio: text,
        /// A piece of music.
        song_url: text,
        /// What the user likes: numbers of the app's.
        interests: integers,
        /// What the user studies: numbers of the app's.
        major_codes: integers,
        /// The same, as a directory has it.
        majors: maybe_texts,
        /// When the user leaves school.
        graduation_year: integer,
        /// Who of the school sees what.
        campus_profile_visibility: text,
        /// The directories that the user is in.
        directories: maybe_list(UserDirectory),
        /// Elsewhere on the web.
        social_media_links: maybe_texts,
        /// The groups that you are both in.
        shared_group_ids: ids(Group),
        /// When the user came to GroupMe.
        created_at: seconds,
        /// When the user was last changed.
        updated_at: seconds,
        /// Whether the user uses the app rather than text messages.
        app_installed: flag,
        /// Whether you can write to the user.
        direct_message_capable: flag,
        /// The link by which others can get in contact.
        share_url: text,
        /// An image of that link.
        share_qr_code_url: text,
        /// The address for mail.
        email: text,
        /// Whether it is theirs.
        email_verified: flag,
        /// Which mail the user wants.
        email_settings: object(EmailSettings, EmailSettingsRef),
        /// The telephone number.
        phone_number: text,
        /// Whether messages go there as texts.
        sms: flag,
        /// Whether they do not.
        sms_disabled: flag,
        /// Until when they do not.
        sms_disabled_expires_at: seconds,
        /// Whether GroupMe has a number in the user's country.
        local_sms_available: flag,
        /// Language and country, such as `en_us`.
        locale: text,
        /// Language, such as `en-US`.
        language: text,
        /// The country.
        country: text,
        /// The postal code.
        zip_code: text,
        /// Whether the user is abroad, as seen from the United States.
        international: flag,
        /// How the user proves to be the one.
        mfa: object(MultiFactor, MultiFactorRef),
        /// What GroupMe sorts users by, such as `phone-us`.
        tags: maybe_texts,
        /// What the user agreed to.
        consents: maybe_texts,
        /// Whether the user may be suggested to others.
        friend_suggestable: flag,
        /// Whether the account is joined to one of Facebook.
        facebook_connected: flag,
        /// Whether the account is joined to one of Microsoft.
        microsoft_connected: flag,
        /// Whether the account is joined to one of Twitter.
        twitter_connected: flag,
        /// Whether to ask the user questions.
        prompt_for_survey: flag,
        /// Whether to ask for the user's age.
        show_age_gate: flag,
        /// Whether the user told the date of their birth.
        birth_date_set: flag,
        /// Whether the user must choose a password.
        needs_password: flag,
        /// Whether the user is who they say.
        verified: flag,
        /// Whether the user wants no text messages at all.
        stopped: flag,
        /// Whether the user works for GroupMe.
        admin: flag,
        /// Until when the user does not want to be disturbed.
        sleep_until: seconds,
        /// Whether to tell nothing when contacts come to GroupMe.
        disable_started_using_notification: flag,
        /// Whether to tell nothing when others react.
        disable_favorite_notification: flag,
        /// What a message in a group sounds like.
        group_notification_sound: text,
        /// What a direct message sounds like.
        dm_notification_sound: text,
    }
}

model! {
    /// Somebody else's page: the user, and what there is between you.
    pub struct Profile as ProfileRef {
        /// The user.
        user: body(User, UserRef),
        /// The contact, if the user is one.
        relationship: object(Relationship, RelationshipRef),
        /// The groups that you are both in.
        shared_groups: maybe_list(SharedGroup),
        /// What the user likes: numbers of the app's.
        interests: integers,
        /// What the user studies: numbers of the app's.
        major_codes: integers,
        /// When the user leaves school.
        graduation_year: integer,
        /// Who of the school sees what.
        campus_profile_visibility: text,
        /// More pictures.
        photo_urls: maybe_texts,
        /// The directories that the user is in.
        directories: maybe_list(UserDirectory),
    }
}

model! {
    /// A group that you and another user are both in.
    pub struct SharedGroup as SharedGroupRef {
        /// The group; a number on the wire.
        group_id: id(Group),
        /// The same, by another name.
        id: id(Group),
        /// What it is called.
        group_name: text,
        /// Its picture.
        group_avatar: text,
    }
}

model! {
    /// A directory that a user is in.
    pub struct UserDirectory as UserDirectoryRef {
        /// The directory's id; 0 for none.
        id: id(Directory),
        /// What it is called; may be empty.
        name: text,
        /// What it is called for short; may be empty.
        short_name: text,
    }
}
