//! What is asked.

use core::fmt;

/// A request, as far as GroupMe looks at it. Shows neither token nor query nor body when debugged.
#[derive(Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the embedder has to say all of it"
)]
pub struct RestRequest<'a> {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'a str,
    /// The path as it stands in the request: `/v3/groups/1/messages`.
    pub path: &'a str,
    /// The query as it stands in the request, without the question mark.
    pub query: &'a str,
    /// The header `X-Access-Token`. Without it the query's `token` counts.
    pub token: Option<&'a str>,
    /// The body, empty or JSON.
    pub body: &'a [u8],
}

impl fmt::Debug for RestRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
