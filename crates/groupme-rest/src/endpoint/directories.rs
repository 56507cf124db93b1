//! Directories, such as schools, and what can be found.

use groupme_model::{Directory, DirectoryId, Group, Json, User};
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Reads the directory that you are in.
pub fn show() -> Call<Option<Directory>> {
    Call::get(Service::V3, "directories").maybe(&[])
}

/// Leaves a directory.
pub fn leave(directory: impl Into<DirectoryId>) -> Call<()> {
    Call::delete(Service::V3, "directories/{}/membership").segment(directory.into())
}

/// Says what you study: numbers of the app's.
pub fn choose_majors(codes: &[String]) -> Call<Vec<String>> {
    Call::put(Service::V3, "directories/user/majors")
        .body(&Majors { codes })
        .list(&[])
}

/// What a directory shows of you; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CampusProfile {
    /// When you leave school.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graduation_year: Option<i32>,
    /// Who sees what, such as `major`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campus_profile_visibility: Option<String>,
}

/// Changes what a directory shows of you.
pub fn change_profile(profile: &CampusProfile) -> Call<Json> {
    Call::put(Service::V3, "directories/user/membership")
        .body(profile)
        .json()
}

/// Groups that a search found, by why they are shown.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Found {
    /// Groups of your directories.
    pub directories: Option<Vec<Group>>,
    /// Groups with many members.
    pub popular: Option<Vec<Group>>,
    /// Groups near you.
    pub nearby: Option<Vec<Group>>,
    /// Groups that many join.
    pub trending: Option<Vec<Group>>,
    /// Where "near you" is.
    pub location_name: Option<String>,
}

/// Searches for groups that anybody can find.
pub fn search(words: &str) -> Call<Found> {
    Call::get(Service::V1, "search").query("q", words).one(&[])
}

/// Lists groups with many members.
pub fn popular() -> Call<Vec<Group>> {
    Call::get(Service::V1, "search/popular").list(&["popular"])
}

/// Lists groups that many join.
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
