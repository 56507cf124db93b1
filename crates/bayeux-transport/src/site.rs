//! Where requests go: the configured endpoint, or where the server has moved it.

use std::sync::{Arc, Mutex, PoisonError};

use bayeux_dial::HttpUrl;
use http::{HeaderMap, StatusCode, header};
use url::{Position, Url};

use crate::{Endpoint, Error, cookies::Cookies};

/// An endpoint with the cookies of its origin.
pub(crate) struct Site {
    pub(crate) endpoint: Endpoint,
    pub(crate) cookies: Arc<Cookies>,
    /// Whether the site has the origin of the endpoint, for which the headers and the client
    /// certificate of [`Options`](crate::Options) are.
    pub(crate) is_home: bool,
}

/// The current site of a set of lanes. A redirect changes it, until the next failure.
pub(crate) struct Sites {
    configured: Arc<Site>,
    current: Mutex<Arc<Site>>,
}

impl Sites {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let configured = Arc::new(Site {
            endpoint,
            cookies: Arc::default(),
            is_home: true,
        });
        let current = Mutex::new(Arc::clone(&configured));
        Self {
            configured,
            current,
        }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.configured.endpoint
    }

    /// Returns the cookies of the endpoint's origin.
    pub(crate) fn cookies(&self) -> &Cookies {
        &self.configured.cookies
    }

    pub(crate) fn current(&self) -> Arc<Site> {
        // No code that holds the lock can fail.
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns to the configured endpoint, because the other one failed.
    pub(crate) fn reset(&self) {
        self.set(Arc::clone(&self.configured));
    }

    /// Follows the redirect of a response from `site`.
    pub(crate) fn redirect(&self, site: &Site, redirect: Redirect) {
        tracing::debug!(endpoint = %redirect.endpoint, "the server redirects");
        let endpoint = redirect.endpoint;
        let origin = |endpoint: &Endpoint| endpoint.url().origin().to_owned();
        let is_home = origin(&endpoint) == origin(&self.configured.endpoint);
        let cookies = if is_home {
            Arc::clone(&self.configured.cookies)
        } else if origin(&endpoint) == origin(&site.endpoint) {
            Arc::clone(&site.cookies)
        } else {
            Arc::default()
        };
        self.set(Arc::new(Site {
            endpoint,
            cookies,
            is_home,
        }));
    }

    fn set(&self, site: Arc<Site>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = site;
    }
}

/// A redirect that may be followed.
#[derive(Debug)]
pub(crate) struct Redirect {
    endpoint: Endpoint,
}

impl Redirect {
    /// Reads the redirect of a response from `from`, if it is one.
    pub(crate) fn of(
        from: &Endpoint,
        status: StatusCode,
        headers: &HeaderMap,
        Permission {
            statuses,
            home,
            other_origins,
        }: Permission<'_>,
    ) -> Result<Option<Self>, Error> {
        let status = status.as_u16();
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let location = headers.get(header::LOCATION);
        let Some(location) = location.and_then(|value| value.to_str().ok()) else {
            return Ok(None);
        };
        let url = from.cookie_url().join(location);
        let shown = url.as_ref().map_or_else(|_| "no URL".to_owned(), shown);
        let refused = |why| Error::Redirect {
            status,
            target: shown.clone(),
            why,
        };
        if !statuses.contains(&status) {
            return Err(refused(
                "the status does not keep the method of the request",
            ));
        }
        let url = url.map_err(|_| refused("the target is not a URL"))?;
        // Plaintext is accepted on loopback only, even if the endpoint allows it elsewhere.
        let url = HttpUrl::new(url.as_str())
            .map_err(|_| refused("the target is not `https`, or holds a password"))?;
        if from.is_secure() && !url.is_secure() {
            return Err(refused("the target has no TLS"));
        }
        if url.is_loopback() && !from.is_loopback() {
            return Err(refused("the target is this machine"));
        }
        if !other_origins && !is_same_or_better(home, &url) {
            return Err(refused(
                "the target is another origin, which would get the credentials in the messages",
            ));
        }
        let endpoint =
            Endpoint::from_url(url).map_err(|_| refused("the target cannot be sent in HTTP"))?;
        Ok(Some(Self { endpoint }))
    }

    /// Returns the redirect of the endpoint, from that of a request whose path ended in an operation.
    pub(crate) fn without_operation(self, operation: Option<&str>) -> Self {
        Self {
            endpoint: match operation {
                Some(operation) => self.endpoint.without_operation(operation),
                None => self.endpoint,
            },
        }
    }

    /// Returns the error of one redirect too many.
    pub(crate) fn too_many(self, status: StatusCode) -> Error {
        Error::Redirect {
            status: status.as_u16(),
            target: self.endpoint.to_string(),
            why: "there were too many before it",
        }
    }
}

/// Redirects that may be followed.
#[derive(Clone, Copy)]
pub(crate) struct Permission<'a> {
    /// Statuses that keep the method of the request.
    pub(crate) statuses: &'a [u16],
    /// The configured endpoint.
    pub(crate) home: &'a Endpoint,
    /// Whether other origins may get the messages.
    pub(crate) other_origins: bool,
}

/// Returns whether a target has the origin of the configured endpoint, or is the same host with TLS.
fn is_same_or_better(home: &Endpoint, target: &HttpUrl) -> bool {
    let gains_tls = !home.is_secure() && target.is_secure();
    home.url().origin() == target.origin() || gains_tls && home.host() == target.host()
}

/// Returns scheme, host and path of a URL, without what may be secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Fails for URLs that cannot have credentials.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url[..Position::AfterPath].to_owned()
}

/// Maximum number of redirects in a row.
pub(crate) const MAX_REDIRECTS: u32 = 5;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn redirect(from: &str, status: u16, location: &'static str) -> Result<String, String> {
        redirect_with(from, status, location, true)
    }

    fn redirect_with(
        from: &str,
        status: u16,
        location: &'static str,
        other_origins: bool,
    ) -> Result<String, String> {
        let from = Endpoint::allowing_plaintext(from).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_static(location));
        let status = StatusCode::from_u16(status).unwrap();
        let permission = Permission {
            statuses: &[307, 308],
            home: &from,
            other_origins,
        };
        match Redirect::of(&from, status, &headers, permission) {
            Ok(Some(redirect)) => Ok(redirect.endpoint.url().as_str().to_owned()),
            Ok(None) => Ok("none".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn targets_of_the_same_scheme_or_better_are_followed() {
        for (from, location, expected) in [
            (
                "https://a.example.com/x",
                "https://b.example.com/y?z=1",
                "https://b.example.com/y?z=1",
            ),
            (
                "https://a.example.com/x/y",
                "../z",
                "https://a.example.com/z",
            ),
            (
                "http://a.example.com/x",
                "https://a.example.com/x",
                "https://a.example.com/x",
            ),
            (
                "http://127.0.0.1:1/x",
                "http://127.0.0.1:2/y",
                "http://127.0.0.1:2/y",
            ),
        ] {
            assert_eq!(redirect(from, 307, location).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn other_targets_are_refused_by_name_without_secrets() {
        for (from, status, location, named) in [
            (
                "https://a.example.com/",
                307,
                "http://a.example.com/y",
                "http://a.example.com/y",
            ),
            (
                "https://a.example.com/",
                308,
                "http://127.0.0.1/y",
                "http://127.0.0.1/y",
            ),
            (
                "https://a.example.com/",
                307,
                "https://localhost/y",
                "https://localhost/y",
            ),
            (
                "http://a.example.com/",
                307,
                "http://b.example.com/",
                "http://b.example.com/",
            ),
            (
                "https://a.example.com/",
                307,
                "file:///etc/passwd",
                "file:///etc/passwd",
            ),
            (
                "https://a.example.com/",
                302,
                "https://b.example.com/?k=secret",
                "https://b.example.com/",
            ),
            (
                "https://a.example.com/",
                307,
                "https://me:secret@b.example.com/",
                "https://b.example.com/",
            ),
            ("https://a.example.com/", 307, "https://", "no URL"),
        ] {
            let error = redirect(from, status, location).unwrap_err();
            assert!(
                error.contains(named) && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn another_origin_is_refused_unless_allowed() {
        let home = "https://a.example.com/x";
        for other in [
            "https://b.example.com/x",
            "https://a.example.com:8443/x",
            "https://www.a.example.com/x",
        ] {
            let error = redirect_with(home, 307, other, false).unwrap_err();
            assert!(error.contains(other) && error.contains("origin"), "{error}");
            assert!(redirect_with(home, 307, other, true).is_ok(), "{other}");
        }
        let same = redirect_with(home, 307, "/y", false);
        assert_eq!(same.as_deref(), Ok("https://a.example.com/y"));
        let better = redirect_with(
            "http://a.example.com/x",
            307,
            "https://a.example.com/x",
            false,
        );
        assert_eq!(better.as_deref(), Ok("https://a.example.com/x"));
    }

    #[test]
    fn a_status_or_a_response_that_is_no_redirect_is_left_alone() {
        assert_eq!(
            redirect("https://a.example.com/", 304, "/y").as_deref(),
            Ok("none")
        );
        let from = Endpoint::new("https://a.example.com/").unwrap();
        let permission = Permission {
            statuses: &[302],
            home: &from,
            other_origins: true,
        };
        let none = Redirect::of(&from, StatusCode::FOUND, &HeaderMap::new(), permission);
        assert!(matches!(none, Ok(None)));
    }
}
