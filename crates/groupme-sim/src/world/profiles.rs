//! Profiles of users, and the directory of their school.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{SimUserId, World, WorldError};

/// Part of a user's profile that the user can change.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    pub(super) email: Option<String>,
    /// Telephone number or email address by which somebody added the user.
    pub(super) contact: Option<String>,
    zip_code: Option<String>,
    bio: String,
    song_url: Option<String>,
    photo_urls: Vec<String>,
    /// Settings that are only stored.
    settings: Map<String, Value>,
    /// End of the SMS mode, in seconds since 1970.
    sms_until: Option<u64>,
    hides_link: bool,
    majors: Vec<String>,
    graduation_year: Option<i64>,
    campus_visibility: Option<String>,
    /// Seconds since 1970.
    updated_at: Option<u64>,
}

/// Users who have left the directory.
#[derive(Debug, Default)]
pub(super) struct Directory {
    left: BTreeSet<SimUserId>,
}

impl World {
    /// Changes a profile as a body says: `name`, `email`, `avatar_url`, `zip_code`, `bio`,
    /// `song_url`, `photo_urls` and settings. A member of another type changes nothing.
    pub(crate) fn change_profile(&mut self, id: SimUserId, body: &Value) -> Result<(), WorldError> {
        let now = self.seconds();
        let user = self.users.get_mut(&id).ok_or(WorldError::NoSuchUser(id))?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        if let Some(name) = text("name").filter(|name| !name.is_empty()) {
            user.name = name;
        }
        user.avatar_url = text("avatar_url").or_else(|| user.avatar_url.take());
        let profile = &mut user.profile;
        profile.email = text("email").or_else(|| profile.email.take());
        profile.zip_code = text("zip_code").or_else(|| profile.zip_code.take());
        profile.song_url = text("song_url").or_else(|| profile.song_url.take());
        if let Some(bio) = text("bio") {
            profile.bio = bio;
        }
        if let Some(urls) = body["photo_urls"].as_array() {
            let urls = urls.iter().filter_map(Value::as_str);
            profile.photo_urls = urls.map(str::to_owned).collect();
        }
        for name in SETTINGS {
            if let Some(value) = body.get(*name) {
                profile.settings.insert((*name).to_owned(), value.clone());
            }
        }
        profile.updated_at = Some(now);
        Ok(())
    }

    /// Returns the user as `GET /v3/users/me` does: a JSON text.
    pub fn profile(&self, id: SimUserId) -> Option<String> {
        self.profile_row(id).map(|profile| profile.to_string())
    }

    pub(crate) fn profile_row(&self, id: SimUserId) -> Option<Value> {
        let user = self.users.get(&id)?;
        let profile = &user.profile;
        let created_at = self.epoch.as_secs();
        let email = profile.email.as_deref();
        let mut row = json!({
            "id": id.to_string(),
            "user_id": id.to_string(),
            "name": user.name,
            "email": email.unwrap_or("user@example.invalid"),
            "email_verified": false,
            "phone_number": "+1 5555550100",
            "sms": profile.sms_until.is_some_and(|until| until > self.seconds()),
            "bio": profile.bio,
            "image_url": user.avatar_url,
            "locale": "en_us",
            "zip_code": profile.zip_code,
            "created_at": created_at,
            "updated_at": profile.updated_at.unwrap_or(created_at),
            "facebook_connected": false,
            "microsoft_connected": false,
            "twitter_connected": false,
            "share_url": self.contact_url(id),
            "share_qr_code_url": null,
            "friend_suggestable": true,
            "mfa": { "enabled": false, "channels": null },
            "tags": [],
            "prompt_for_survey": false,
            "show_age_gate": false,
            "birth_date_set": true,
            "graduation_year": "",
            "campus_profile_visibility": "visible",
            "consents": [],
        });
        if let Some(year) = profile.graduation_year {
            row["graduation_year"] = year.into();
        }
        if let Some(visibility) = &profile.campus_visibility {
            row["campus_profile_visibility"] = visibility.clone().into();
        }
        if !profile.photo_urls.is_empty() {
            row["photo_urls"] = profile.photo_urls.clone().into();
        }
        if let Some(song) = &profile.song_url {
            row["song_url"] = song.clone().into();
        }
        Some(row)
    }

    /// Returns the account in the form of `POST /v2/users/{id}`.
    pub(crate) fn account_row(&self, id: SimUserId) -> Option<Value> {
        let mut row = self.profile_row(id)?;
        let settings = self.users.get(&id)?.profile.settings.clone();
        let members = row.as_object_mut()?;
        if let Some(picture) = members.get("image_url").cloned() {
            members.retain(|name, _| name != "image_url");
            members.insert("avatar_url".to_owned(), picture);
        }
        members.insert("app_installed".to_owned(), true.into());
        members.insert("direct_message_capable".to_owned(), true.into());
        members.extend(settings);
        Some(row)
    }

    /// Returns the profile of another user, with the groups that both are in.
    pub(crate) fn stranger_row(&self, viewer: SimUserId, id: SimUserId) -> Option<Value> {
        let user = self.users.get(&id)?;
        let shared = self.groups_of(id);
        let shared = shared.filter(|group| self.members(*group).contains(&viewer));
        let shared: Vec<Value> = shared
            .map(|group| {
                json!({
                    "group_id": group.number(),
                    "group_name": self.group_name(group),
                    "group_avatar": null,
                })
            })
            .collect();
        Some(json!({
            "user": {
                "id": id.to_string(),
                "name": user.name,
                "avatar_url": user.avatar_url,
                "bio": user.profile.bio,
                "created_at": self.epoch.as_secs(),
                "app_installed": true,
                "direct_message_capable": true,
                "directories": [],
                "photo_urls": user.profile.photo_urls,
            },
            "relationship": null,
            "shared_groups": shared,
            "graduation_year": "",
            "campus_profile_visibility": "visible",
        }))
    }

    pub(crate) fn set_sms_mode(&mut self, id: SimUserId, until: Option<u64>) {
        if let Some(user) = self.users.get_mut(&id) {
            user.profile.sms_until = until;
        }
    }

    /// Makes or removes the link by which others can contact a user.
    pub(crate) fn share_contact(&mut self, id: SimUserId, is_shared: bool) {
        if let Some(user) = self.users.get_mut(&id) {
            user.profile.hides_link = !is_shared;
        }
    }

    /// Returns the link by which others can contact a user.
    pub(crate) fn contact_url(&self, id: SimUserId) -> Option<String> {
        let user = self.users.get(&id).filter(|user| !user.profile.hides_link);
        user.map(|_| {
            format!(
                "https://groupme.com/contact/{id}/{}",
                self.contact_token(id)
            )
        })
    }

    /// Returns the directory, of which every user is a member who has not left.
    pub(crate) fn directory_row(&self, id: SimUserId) -> Option<Value> {
        if self.directory.left.contains(&id) {
            return None;
        }
        Some(json!({
            "id": DIRECTORY,
            "name": "Example University",
            "avatar_url": "",
            "type": "school_directory",
            "color": "#00458D",
            "short_name": "EXU",
            "members_count": self.users.len() - self.directory.left.len(),
            "groups_count": self.found_groups("community", "").len(),
            "share_url": null,
            "share_qr_code_url": null,
        }))
    }

    /// Removes a user from the directory; false if the user is not in this one.
    pub(crate) fn leave_directory(&mut self, id: SimUserId, directory: &str) -> bool {
        directory == DIRECTORY.to_string() && self.directory.left.insert(id)
    }

    pub(crate) fn choose_majors(&mut self, id: SimUserId, codes: Vec<String>) {
        if let Some(user) = self.users.get_mut(&id) {
            user.profile.majors = codes;
        }
    }

    /// Changes the user's profile in the directory, and returns it.
    pub(crate) fn change_campus_profile(&mut self, id: SimUserId, body: &Value) -> Option<Value> {
        let profile = &mut self.users.get_mut(&id)?.profile;
        profile.graduation_year = body["graduation_year"].as_i64().or(profile.graduation_year);
        let visibility = body["campus_profile_visibility"].as_str();
        profile.campus_visibility = visibility
            .map(str::to_owned)
            .or_else(|| profile.campus_visibility.take());
        let year = profile.graduation_year.map(|year| year.to_string());
        Some(json!({
            "id": id.number(),
            "user_id": id.number(),
            "directory_id": DIRECTORY,
            "campus_profile_visibility": profile.campus_visibility,
            "graduation_year": year.unwrap_or_default(),
            "major_ids": [],
        }))
    }

    /// Returns the users of the directory.
    pub(crate) fn directory_users(&self) -> Vec<Value> {
        let users = self.users.iter();
        let users = users.filter(|(id, _)| !self.directory.left.contains(id));
        users
            .map(|(id, user)| {
                json!({
                    "id": id.to_string(),
                    "avatar_url": user.avatar_url,
                    "name": user.name,
                    "bio": user.profile.bio,
                    "graduation_year": "",
                    "majors": user.profile.majors,
                    "social_media_links": [],
                    "shared_group_ids": null,
                    "photo_urls": null,
                    "song_url": "",
                    "interests": null,
                })
            })
            .collect()
    }
}

/// Id of the only directory.
const DIRECTORY: u32 = 1928;
/// Settings of an account that GroupMe's apps act on.
const SETTINGS: &[&str] = &[
    "disable_favorite_notification",
    "group_notification_sound",
    "dm_notification_sound",
];
