//! No cookie jar: the feature `cookies` is off.

use http::{HeaderMap, HeaderValue};
use url::Url;

/// Stands in for the cookie jar and stores nothing.
#[derive(Default)]
pub(crate) struct Cookies {}

impl Cookies {
    /// Ignores the cookies of a response.
    #[expect(clippy::unused_self, reason = "the signature is that of the jar")]
    pub(crate) fn store(&self, _: &Url, _: &HeaderMap) {}

    /// Returns no cookies.
    #[expect(clippy::unused_self, reason = "the signature is that of the jar")]
    pub(crate) fn texts(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ignores cookies.
    #[expect(clippy::unused_self, reason = "the signature is that of the jar")]
    pub(crate) fn restore(&self, _: &Url, _: impl IntoIterator<Item: AsRef<str>>) {}

    /// Returns no `Cookie` header.
    #[expect(clippy::unused_self, reason = "the signature is that of the jar")]
    pub(crate) fn header(&self, _: &Url) -> Option<HeaderValue> {
        None
    }
}
