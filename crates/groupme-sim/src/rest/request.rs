//! REST requests.

use core::fmt;

/// REST request: the parts that GroupMe looks at. Its `Debug` shows neither token nor query nor
/// body.
#[derive(Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the embedder has to set all members"
)]
pub struct RestRequest<'a> {
    /// Method: `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'a str,
    /// Path in its encoded form: `/v3/groups/1/messages`.
    pub path: &'a str,
    /// Query in its encoded form, without the question mark.
    pub query: &'a str,
    /// Value of the header `X-Access-Token`; if `None`, the query's `token` counts.
    pub token: Option<&'a str>,
    /// Value of the header `Host`, for the URLs in responses; `None` for GroupMe's own hosts.
    pub host: Option<&'a str>,
    /// Value of the header `Content-Type`, which an upload keeps.
    pub media_type: Option<&'a str>,
    /// Body: empty, JSON, or an upload.
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
