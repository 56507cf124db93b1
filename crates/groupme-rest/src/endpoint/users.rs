//! You, and what you can see of others.

use groupme_model::{User, UserId, user::Profile};
use serde::{Deserialize, Serialize};

use crate::{Call, Service, argument::Argument};

/// Reads who you are: also the way to see whether a token is good.
pub fn me() -> Call<User> {
    Call::get(Service::V3, "users/me").one(&[])
}

/// What to change about yourself; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UserChange {
    /// Your picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Your name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Your address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Your postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<String>,
}

/// Changes something about yourself.
pub fn update(change: &UserChange) -> Call<User> {
    Call::post(Service::V3, "users/update")
        .body(change)
        .idempotent()
        .one(&[])
}

/// Reads somebody's page.
pub fn show(user: impl Into<UserId>) -> Call<Profile> {
    Call::get(Service::V2, "users/{}")
        .segment(user.into())
        .query("include_shared_groups", true)
        .one(&[])
}

/// What to change about your page; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileChange {
    /// Your name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Your address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Your picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// What you say of yourself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// A piece of music.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub song_url: Option<String>,
    /// More pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_urls: Option<Vec<String>>,
    /// Whether to tell nothing when others react.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_favorite_notification: Option<bool>,
    /// What a message in a group sounds like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_notification_sound: Option<String>,
    /// What a direct message sounds like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm_notification_sound: Option<String>,
}

/// Changes your page.
pub fn update_profile(change: &ProfileChange) -> Call<User> {
    Call::post(Service::V2, "users/{}")
        .with(|request| request.segment(Argument::CurrentUser))
        .body(&UserBody { user: change })
        .idempotent()
        .one(&["user"])
}

/// Has messages sent to your telephone as texts, for some hours.
pub fn enable_sms(hours: u32, registration: Option<&str>) -> Call<()> {
    Call::post(Service::V3, "users/sms_mode")
        .body(&SmsMode {
            duration: hours,
            registration_id: registration,
        })
        .idempotent()
}

/// Has them no longer sent there.
pub fn disable_sms() -> Call<()> {
    Call::post(Service::V3, "users/sms_mode/delete").idempotent()
}

/// A link by which others can get in contact with you.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ShareLink {
    /// The link.
    pub share_url: Option<String>,
    /// An image of it.
    pub share_qr_code_url: Option<String>,
}

/// Makes the link by which others can get in contact with you, or unmakes it.
pub fn share(shared: bool) -> Call<Option<ShareLink>> {
    Call::post(Service::V3, "users/features/share")
        .body(&Share {
            status: if shared { "enable" } else { "disable" },
        })
        .idempotent()
        .maybe(&[])
}

#[derive(Serialize)]
struct UserBody<'u> {
    user: &'u ProfileChange,
}

#[derive(Serialize)]
struct SmsMode<'s> {
    duration: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_id: Option<&'s str>,
}

#[derive(Serialize)]
struct Share {
    status: &'static str,
}
