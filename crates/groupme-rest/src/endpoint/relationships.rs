//! Contacts.

use groupme_model::{Relationship, UserId};
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Lists your contacts. `page` is `None` for the first page, and else the cursor of the next page.
pub fn list(include_blocked: bool, page: Option<&str>) -> Call<Vec<Relationship>> {
    Call::get(Service::V4, "relationships")
        .query("include_blocked", include_blocked)
        .query_if("page", page)
        .list(&["relationships"])
}

/// Adds a user to your contacts, by the token of the user's share link.
pub fn create(user: impl Into<UserId>, share_token: &str) -> Call<()> {
    Call::post(Service::V4, "relationships/create")
        .body(&NewRelationship {
            user_id: user.into(),
            token: share_token,
        })
        .idempotent()
}

/// Removes a user from your contacts.
pub fn delete(user: impl Into<UserId>) -> Call<()> {
    Call::delete(Service::V4, "relationships/{}").segment(user.into())
}

/// Entry of an address book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AddressBookEntry {
    /// Name.
    pub name: String,
    /// Id of your choice, repeated in the result.
    pub guid: String,
    /// Telephone number, such as `+1 5555550100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Answer to [`import`], for [`import_results`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ImportBatch {
    /// Id of the results.
    pub batch_id: String,
}

/// Adds the users in an address book to your contacts. GroupMe may allow this to its own apps only.
pub fn import(entries: &[AddressBookEntry]) -> Call<ImportBatch> {
    Call::post(Service::V3, "relationships/import_contacts")
        .body(&entries)
        .one(&[])
}

/// Lists the contacts added by [`import`].
pub fn import_results(batch: &ImportBatch) -> Call<Vec<Relationship>> {
    Call::get(Service::V4, "relationships/batch/{}")
        .segment(&batch.batch_id)
        .list(&["relationships"])
}

#[derive(Serialize)]
struct NewRelationship<'r> {
    user_id: UserId,
    token: &'r str,
}

crate::parse::from_value_by_serde!(ImportBatch);
