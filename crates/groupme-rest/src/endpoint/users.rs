//! Your account, and the profiles of other users.

use groupme_model::{User, UserId, user::Profile};
use serde::{Deserialize, Serialize};

use crate::{Call, Service, argument::Argument};

/// Returns your account. Fails for a token that is not valid.
pub fn me() -> Call<User> {
    Call::get(Service::V3, "users/me").one(&[])
}

/// Changes to your account. `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UserUpdate {
    /// URL of your picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<String>,
}

/// Changes your account.
pub fn update(change: &UserUpdate) -> Call<User> {
    Call::post(Service::V3, "users/update")
        .body(change)
        .idempotent()
        .one(&[])
}

/// Returns the profile of a user.
pub fn show(user: impl Into<UserId>) -> Call<Profile> {
    Call::get(Service::V2, "users/{}")
        .segment(user.into())
        .query("include_shared_groups", true)
        .one(&[])
}

/// Changes to your profile. `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileUpdate {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// URL of your picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Text about yourself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// URL of a song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub song_url: Option<String>,
    /// URLs of further pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_urls: Option<Vec<String>>,
    /// Whether notifications about reactions are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_favorite_notification: Option<bool>,
    /// Sound of a notification about a group message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_notification_sound: Option<String>,
    /// Sound of a notification about a direct message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm_notification_sound: Option<String>,
}

/// Changes your profile.
pub fn update_profile(change: &ProfileUpdate) -> Call<User> {
    Call::post(Service::V2, "users/{}")
        .with(|request| request.segment(Argument::CurrentUser))
        .body(&UserBody { user: change })
        .idempotent()
        .one(&["user"])
}

/// Forwards messages to your telephone as SMS for a number of hours.
pub fn enable_sms(hours: u32, registration: Option<&str>) -> Call<()> {
    Call::post(Service::V3, "users/sms_mode")
        .body(&SmsMode {
            duration: hours,
            registration_id: registration,
        })
        .idempotent()
}

/// Ends [`enable_sms`].
pub fn disable_sms() -> Call<()> {
    Call::post(Service::V3, "users/sms_mode/delete").idempotent()
}

/// Link by which others can contact you.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ShareLink {
    /// URL of the link.
    pub share_url: Option<String>,
    /// URL of its QR code.
    pub share_qr_code_url: Option<String>,
}

/// Creates or deletes the link by which others can contact you.
pub fn set_share_link(is_enabled: bool) -> Call<Option<ShareLink>> {
    Call::post(Service::V3, "users/features/share")
        .body(&Share {
            status: if is_enabled { "enable" } else { "disable" },
        })
        .idempotent()
        .maybe(&[])
}

#[derive(Serialize)]
struct UserBody<'u> {
    user: &'u ProfileUpdate,
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

crate::parse::from_value_by_serde!(ShareLink);
