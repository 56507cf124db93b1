//! Contacts.

use groupme_model::{Relationship, UserId};
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Lists your contacts; the next page by what the page before it says.
pub fn list(include_blocked: bool, page: Option<&str>) -> Call<Vec<Relationship>> {
    Call::get(Service::V4, "relationships")
        .query("include_blocked", include_blocked)
        .query_if("page", page)
        .list(&["relationships"])
}

/// Makes a contact of a user, by the token of the user's link.
pub fn create(user: impl Into<UserId>, share_token: &str) -> Call<()> {
    Call::post(Service::V4, "relationships/create")
        .body(&NewRelationship {
            user_id: user.into(),
            token: share_token,
        })
        .idempotent()
}

/// Ends a contact.
pub fn delete(user: impl Into<UserId>) -> Call<()> {
    Call::delete(Service::V4, "relationships/{}").segment(user.into())
}

/// Somebody out of an address book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Acquaintance {
    /// The name.
    pub name: String,
    /// An id of your own, by which to find them among the results.
    pub guid: String,
    /// The telephone number, as in `+1 5555550100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// The address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// By what to ask for the results of [`import`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Importing {
    /// The id of the results.
    pub batch_id: String,
}

/// Makes contacts of those in an address book who are users. GroupMe may let only its own apps do
/// that.
pub fn import(acquaintances: &[Acquaintance]) -> Call<Importing> {
    Call::post(Service::V3, "relationships/import_contacts")
        .body(&acquaintances)
        .one(&[])
}

/// Lists whom [`import`] found.
pub fn imported(importing: &Importing) -> Call<Vec<Relationship>> {
    Call::get(Service::V4, "relationships/batch/{}")
        .segment(&importing.batch_id)
        .list(&["relationships"])
}

#[derive(Serialize)]
struct NewRelationship<'r> {
    user_id: UserId,
    token: &'r str,
}
