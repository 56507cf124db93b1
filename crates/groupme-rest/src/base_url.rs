//! Base URLs of GroupMe's services.

use core::{fmt, str::FromStr};
use std::{collections::BTreeMap, sync::Arc};

use bayeux_dial::{HttpUrl, HttpUrlError, Target};

/// Service of GroupMe: a host and a version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Service {
    /// `https://api.groupme.com/v3`: most endpoints.
    V3,
    /// `https://api.groupme.com/v4`: edits, single messages, lists of receipts.
    V4,
    /// `https://v2.groupme.com`: receipts, users, and muting of groups.
    V2,
    /// `https://api.groupme.com/v1`: searches and presence.
    V1,
    /// `https://image.groupme.com`
    Image,
    /// `https://video.groupme.com`
    Video,
    /// `https://file.groupme.com/v1`
    File,
    /// `https://m.groupme.com`: uploads of the web app.
    Media,
    /// `https://powerup.groupme.com`: emoji packs.
    Powerup,
    /// `https://i.groupme.com`: pictures, without a token.
    Pictures,
    /// `https://v.groupme.com`: videos, without a token.
    Videos,
}

impl Service {
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::V3, "v3", "https://api.groupme.com/v3"),
        (Self::V4, "v4", "https://api.groupme.com/v4"),
        (Self::V2, "v2", "https://v2.groupme.com"),
        (Self::V1, "v1", "https://api.groupme.com/v1"),
        (Self::Image, "image", "https://image.groupme.com"),
        (Self::Video, "video", "https://video.groupme.com"),
        (Self::File, "file/v1", "https://file.groupme.com/v1"),
        (Self::Media, "m", "https://m.groupme.com"),
        (Self::Powerup, "powerup", "https://powerup.groupme.com"),
        (Self::Pictures, "i", "https://i.groupme.com"),
        (Self::Videos, "v", "https://v.groupme.com"),
    ];

    /// Returns the path of the service below a common base URL, such as `v3`.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(service, ..)| *service == self)
            .map_or("", |(_, name, _)| name)
    }
}

/// Base URLs of all services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Services(Arc<BTreeMap<Service, BaseUrl>>);

impl Services {
    /// Returns the URLs of GroupMe itself.
    #[expect(clippy::missing_panics_doc, reason = "a test checks the table")]
    pub fn groupme() -> Self {
        let known = |(service, _, url): &(Service, _, &str)| {
            let url = BaseUrl::new(url).expect("a test checks the table");
            (*service, url)
        };
        Self(Arc::new(Service::ALL.iter().map(known).collect()))
    }

    /// Returns URLs below a common base URL, by the [names](Service::name) of the services:
    /// `http://127.0.0.1:8080/v3`, `…/v4`, `…/v2`, `…/image` and so on. For simulators and reverse
    /// proxies. A `/v3` at the end of the base URL is left out, since each service has its own
    /// version.
    #[must_use]
    pub fn with_base_url(base: &BaseUrl) -> Self {
        let root = base.without_version();
        let with_base = |(service, name, _): &(Service, &str, _)| (*service, root.join(name));
        Self(Arc::new(Service::ALL.iter().map(with_base).collect()))
    }

    /// Replaces the URL of one service.
    #[must_use]
    pub fn with(mut self, service: Service, url: BaseUrl) -> Self {
        Arc::make_mut(&mut self.0).insert(service, url);
        self
    }

    /// Returns the hosts and ports to connect to.
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target> {
        self.0.values().map(|url| url.0.to_target())
    }

    /// Returns the service that has a medium, by the beginning of its URL.
    pub(crate) fn service_of(&self, url: &str) -> Option<Service> {
        let media = [Service::Pictures, Service::Videos, Service::Media];
        let known = |service: &Service| url.starts_with(&self.url(*service).url("/"));
        media.into_iter().find(known)
    }

    /// Returns whether a URL is of one of the services or, if they are GroupMe's own, of another host
    /// of GroupMe.
    pub(crate) fn has_medium(&self, url: &HttpUrl) -> bool {
        let is_groupmes = *self == Self::groupme() && url.is_secure();
        self.0.values().any(|base| base.is_origin_of(url))
            || is_groupmes && url.port() == 443 && url.host().ends_with(".groupme.com")
    }

    /// Returns the URL of a service.
    pub fn url(&self, service: Service) -> &BaseUrl {
        // Both constructors insert every service.
        &self.0[&service]
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::groupme()
    }
}

/// Base URL of a service.
///
/// Every request carries the token, so without TLS only loopback hosts are accepted, unless the URL
/// is parsed by [`BaseUrl::allowing_plaintext`]. The rules are those of `bayeux_dial::HttpUrl`.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(HttpUrl);

impl BaseUrl {
    /// Parses a URL such as `https://api.groupme.com/v3`.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`] for text that is not a URL, for schemes other than `https` and `http`, for
    /// credentials, a query or a fragment in the URL, and for `http` to a host that is not
    /// loopback.
    pub fn new(url: &str) -> Result<Self, BaseUrlError> {
        Self::from_url(HttpUrl::new(url)?, url)
    }

    /// Parses a URL, and accepts `http` for any host: the network can then read the token, and act
    /// in the name of its user.
    ///
    /// # Errors
    ///
    /// The errors of [`BaseUrl::new`], except [`HttpUrlError::Plaintext`].
    pub fn allowing_plaintext(url: &str) -> Result<Self, BaseUrlError> {
        Self::from_url(HttpUrl::allowing_plaintext(url)?, url)
    }

    fn from_url(url: HttpUrl, text: &str) -> Result<Self, BaseUrlError> {
        if url.query().is_some() || text.contains('#') {
            return Err(BaseUrlError::Query);
        }
        Ok(Self(url))
    }

    /// Appends a path.
    fn join(&self, path: &str) -> Self {
        Self(self.0.with_path(&format!("{}/{path}", self.path())))
    }

    /// Removes a `/v3` from the end of the path.
    fn without_version(&self) -> Self {
        let root = self.path().strip_suffix("/v3").unwrap_or(self.path());
        Self(self.0.with_path(root))
    }

    fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Returns the URL for a path, which begins with a slash and may have a query.
    pub(crate) fn url(&self, path: &str) -> String {
        [self.0.origin(), self.path(), path].concat()
    }

    /// Returns whether a URL has the same scheme, host and port, and may receive the token.
    pub(crate) fn is_origin_of(&self, url: &HttpUrl) -> bool {
        self.0.origin() == url.origin()
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(url: &str) -> Result<Self, BaseUrlError> {
        Self::new(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url(""))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

/// Error of [`BaseUrl::new`].
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// The text is not a URL of HTTP, or one that must not be used.
    #[error(transparent)]
    Url(#[from] HttpUrlError),
    /// The URL has a query or a fragment.
    #[error("the URL has a query or a fragment, after which no path can follow")]
    Query,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_an_address_and_a_name_of_its_own() {
        let services = Services::groupme();
        let url = |service| services.url(service).to_string();
        assert_eq!(url(Service::V3), "https://api.groupme.com/v3");
        assert_eq!(url(Service::V2), "https://v2.groupme.com");
        let base = BaseUrl::new("http://127.0.0.1:8080/sim/").unwrap();
        let below = Services::with_base_url(&base);
        for (service, name, _) in Service::ALL {
            assert!(url(service).starts_with("https://"), "{service:?}");
            assert_eq!(service.name(), name);
            let expected = format!("http://127.0.0.1:8080/sim/{name}/groups?page=1");
            assert_eq!(below.url(service).url("/groups?page=1"), expected);
        }
        for url in [
            "http://127.0.0.1:8080/sim/v3",
            "http://127.0.0.1:8080/sim/v3/",
        ] {
            let base = BaseUrl::new(url).unwrap();
            assert_eq!(Services::with_base_url(&base), below);
        }
        let short = Services::with_base_url(&BaseUrl::new("http://127.0.0.1:8080/v3").unwrap());
        let v4 = short.url(Service::V4).to_string();
        assert_eq!(v4, "http://127.0.0.1:8080/v4");
        let moved = services.with(Service::V3, base.clone());
        assert_eq!(moved.url(Service::V3), &base);
        assert_eq!(
            moved.url(Service::V4).to_string(),
            "https://api.groupme.com/v4"
        );
    }

    #[test]
    fn plaintext_is_for_loopback_unless_allowed() {
        for loopback in ["localhost", "a.localhost", "127.9.9.9", "[::1]"] {
            assert!(
                BaseUrl::new(&format!("http://{loopback}:1/v3")).is_ok(),
                "{loopback}"
            );
        }
        for far in ["example.com", "10.0.0.1", "localhost.example.com", "[::2]"] {
            let url = format!("http://{far}/v3");
            let refused = BaseUrl::new(&url);
            assert!(
                matches!(
                    refused,
                    Err(BaseUrlError::Url(HttpUrlError::Plaintext { .. }))
                ),
                "{far}"
            );
            assert!(BaseUrl::allowing_plaintext(&url).is_ok(), "{far}");
        }
    }

    #[test]
    fn a_wrong_url_is_a_typed_error_that_keeps_secrets() {
        let error = |url| BaseUrl::new(url).unwrap_err();
        assert!(matches!(
            error("api.groupme.com"),
            BaseUrlError::Url(HttpUrlError::Malformed { .. })
        ));
        assert!(matches!(
            error("https://"),
            BaseUrlError::Url(HttpUrlError::Malformed { .. })
        ));
        assert!(matches!(
            error("ftp://example.com"),
            BaseUrlError::Url(HttpUrlError::Scheme { .. })
        ));
        assert_eq!(
            error("https://me:pw@example.com/"),
            BaseUrlError::Url(HttpUrlError::Credentials)
        );
        assert_eq!(
            error("https://example.com/?token=secret"),
            BaseUrlError::Query
        );
        assert_eq!(error("https://example.com/#v3"), BaseUrlError::Query);
        assert!(!error("https://me:secret@").to_string().contains("secret"));
    }

    #[test]
    fn only_the_same_origin_may_receive_the_token() {
        let base = BaseUrl::new("https://file.groupme.com/v1").unwrap();
        let same = |url: &str| HttpUrl::new(url).is_ok_and(|url| base.is_origin_of(&url));
        assert!(same("https://file.groupme.com:443/v1/1/uploadStatus?job=2"));
        for other in [
            "http://127.0.0.1/",
            "https://file.groupme.com:444/",
            "https://file.groupme.com.example.com/",
            "https://file.groupme.com@example.com/",
        ] {
            assert!(!same(other), "{other}");
        }
    }
}
