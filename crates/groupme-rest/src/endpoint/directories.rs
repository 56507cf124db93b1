//! Directories, such as schools, and the search for groups and users.

use bayeux_wire::Value;
use groupme_model::{Directory, DirectoryId, FromValue, Group, Json, User};
use serde::Serialize;

use crate::{
    Call, Service,
    parse::{self, Content, ParseError, check_memory},
};

/// Returns your directory.
pub fn show() -> Call<Option<Directory>> {
    Call::get(Service::V3, "directories").maybe(&[])
}

/// Leaves a directory.
pub fn leave(directory: impl Into<DirectoryId>) -> Call<()> {
    Call::delete(Service::V3, "directories/{}/membership").segment(directory.into())
}

/// Sets your majors, by GroupMe's codes, and returns them.
pub fn choose_majors(codes: &[String]) -> Call<Vec<String>> {
    Call::put(Service::V3, "directories/user/majors")
        .body(&Majors { codes })
        .list(&[])
}

/// Changes to your profile in a directory. `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CampusProfile {
    /// Year of your graduation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graduation_year: Option<i32>,
    /// Visible part of the profile, such as `major`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campus_profile_visibility: Option<String>,
}

/// Changes your profile in a directory.
pub fn change_profile(profile: &CampusProfile) -> Call<Json> {
    Call::put(Service::V3, "directories/user/membership")
        .body(profile)
        .json()
}

/// Groups found by a search, by the reason why they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SearchResults {
    /// Groups of your directories.
    pub directories: Option<Vec<Group>>,
    /// Groups with many members.
    pub popular: Option<Vec<Group>>,
    /// Groups near you.
    pub nearby: Option<Vec<Group>>,
    /// Groups with many new members.
    pub trending: Option<Vec<Group>>,
    /// Name of the place that counts as near you.
    pub location_name: Option<String>,
}

/// Searches the public groups.
pub fn search(words: &str) -> Call<SearchResults> {
    Call::get(Service::V1, "search")
        .query("q", words)
        .parsed(&[], search_results)
}

fn search_results(content: Option<Content<'_>>) -> Result<SearchResults, ParseError> {
    if let Some(Content { frame, value }) = content {
        let names = ["directories", "popular", "nearby", "trending"];
        let lists = names.map(|name| value.get(name));
        // An unknown object must not pass for a search without results.
        if !value.is_empty() && lists.iter().all(Option::is_none) {
            return Err(ParseError::NotAList);
        }
        check_memory::<Group>(frame, &lists.map(Option::unwrap_or_default))?;
    }
    parse::one(content)
}

/// Lists groups with many members.
pub fn popular() -> Call<Vec<Group>> {
    Call::get(Service::V1, "search/popular").list(&["popular"])
}

/// Lists groups with many new members.
pub fn trending() -> Call<Vec<Group>> {
    Call::get(Service::V1, "search/trending").list(&["trending"])
}

/// Lists groups of your directories.
pub fn groups() -> Call<Vec<Group>> {
    Call::get(Service::V1, "search/directories").list(&["directories"])
}

/// Lists users of your directories.
pub fn users() -> Call<Vec<User>> {
    Call::get(Service::V1, "search/directory/users").list(&["users"])
}

#[derive(Serialize)]
struct Majors<'m> {
    codes: &'m [String],
}

impl FromValue for SearchResults {
    fn from_value(value: Value<'_>) -> Option<Self> {
        let found = |name| value.get(name).filter(|found| !found.is_null());
        let groups = |name| found(name).and_then(Vec::from_value);
        value.is_object().then(|| Self {
            directories: groups("directories"),
            popular: groups("popular"),
            nearby: groups("nearby"),
            trending: groups("trending"),
            location_name: found("location_name").and_then(String::from_value),
        })
    }
}
