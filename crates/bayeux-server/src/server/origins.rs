//! Web pages that may connect: an allow-list against requests of foreign pages.

use http::{
    HeaderName, HeaderValue,
    header::{HOST, ORIGIN, REFERER},
    request::Parts,
    uri::Authority,
};

/// Origins of the web pages that may connect.
///
/// A browser sends cookies with requests of any page, and lets any page open a websocket; so a
/// request of a page that is not allowed is refused with 403, whatever its transport. Pages that are
/// allowed get the CORS headers that let them read the responses.
///
/// `Own` believes the `Host` of the request. A server on a private address, which pages can reach by
/// a name of their own that points at that address (DNS rebinding), needs a proxy that checks `Host`,
/// or a [`Rules::admit`](crate::Rules::admit) that does. Cookies are set with `SameSite=Lax`, so
/// sessions tied to cookies are of no use to pages of other sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origins {
    /// Pages of the server itself: those whose origin names the `Host` of the request.
    #[default]
    Own,
    /// Pages of the server itself, and those of these origins, such as `https://app.example`.
    Listed(Vec<String>),
    /// All pages.
    Any,
}

/// Request of a page that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignOrigin;

impl Origins {
    /// Returns the `Origin` of an allowed page, or `None` for a request without one.
    pub(crate) fn check<'a>(
        &self,
        request: &'a Parts,
    ) -> Result<Option<&'a HeaderValue>, ForeignOrigin> {
        let headers = &request.headers;
        let Some(origin) = headers.get(ORIGIN) else {
            // The script of callback-polling is requested without an origin.
            let is_foreign = headers
                .get(SEC_FETCH_SITE)
                .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
            let is_allowed = !is_foreign
                || headers
                    .get(REFERER)
                    .and_then(|page| origin_of(page.to_str().ok()?))
                    .map_or(*self == Self::Any, |origin| self.allow(origin, request));
            return if is_allowed {
                Ok(None)
            } else {
                Err(ForeignOrigin)
            };
        };
        let text = origin.to_str().map_err(|_| ForeignOrigin)?;
        let is_single = headers.get_all(ORIGIN).iter().count() == 1;
        if is_single && self.allow(text, request) {
            Ok(Some(origin))
        } else {
            Err(ForeignOrigin)
        }
    }

    fn allow(&self, origin: &str, request: &Parts) -> bool {
        let is_own = || {
            let host = request
                .headers
                .get(HOST)
                .and_then(|host| host.to_str().ok());
            // HTTP/2 has no `Host`.
            let host = host.or_else(|| request.uri.authority().map(Authority::as_str));
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some_and(|authority| {
                host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
            })
        };
        match self {
            Self::Any => true,
            Self::Own => is_own(),
            Self::Listed(listed) => {
                is_own() || listed.iter().any(|page| page.eq_ignore_ascii_case(origin))
            }
        }
    }
}

/// Returns the origin of a URL.
fn origin_of(url: &str) -> Option<&str> {
    let authority = url.find("://")?.checked_add(3)?;
    let rest = url.get(authority..)?;
    let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..authority.checked_add(path)?)
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(headers: &[(HeaderName, &'static str)]) -> Parts {
        let mut request = Request::builder()
            .uri("/")
            .header(HOST, "push.example:8080");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn check(
        origins: &Origins,
        headers: &[(HeaderName, &'static str)],
    ) -> Result<bool, ForeignOrigin> {
        let request = request(headers);
        origins.check(&request).map(|origin| origin.is_some())
    }

    #[test]
    fn own_pages_and_programs_are_always_let_in() {
        for origins in [Origins::Own, Origins::Listed(Vec::new()), Origins::Any] {
            assert_eq!(check(&origins, &[]), Ok(false));
            let own = [(ORIGIN, "https://push.example:8080")];
            assert_eq!(check(&origins, &own), Ok(true));
            let script = [(SEC_FETCH_SITE, "same-origin")];
            assert_eq!(check(&origins, &script), Ok(false));
        }
    }

    #[test]
    fn foreign_pages_are_let_in_if_they_are_listed() {
        let listed = Origins::Listed(vec!["https://app.example".to_owned()]);
        for (origin, is_listed) in [
            ("https://app.example", true),
            ("https://APP.example", true),
            ("http://app.example", false),
            ("https://app.example.evil.example", false),
            ("https://push.example", false),
            ("null", false),
        ] {
            let headers = [(ORIGIN, origin)];
            assert_eq!(
                check(&Origins::Own, &headers),
                Err(ForeignOrigin),
                "{origin}"
            );
            assert_eq!(check(&listed, &headers).is_ok(), is_listed, "{origin}");
            assert_eq!(check(&Origins::Any, &headers), Ok(true), "{origin}");
        }
    }

    #[test]
    fn a_script_for_a_foreign_page_is_judged_by_its_referer() {
        let listed = Origins::Listed(vec!["https://app.example".to_owned()]);
        let site = (SEC_FETCH_SITE, "cross-site");
        assert_eq!(
            check(&listed, core::slice::from_ref(&site)),
            Err(ForeignOrigin)
        );
        assert_eq!(
            check(&Origins::Any, core::slice::from_ref(&site)),
            Ok(false)
        );
        for (page, is_listed) in [
            ("https://app.example/chat?x=1", true),
            ("https://app.example", true),
            ("https://evil.example/https://app.example", false),
            ("garbage", false),
        ] {
            let headers = [site.clone(), (REFERER, page)];
            assert_eq!(check(&listed, &headers).is_ok(), is_listed, "{page}");
        }
    }

    #[test]
    fn of_two_origins_none_is_believed() {
        let listed = Origins::Listed(vec!["https://app.example".to_owned()]);
        let both = [
            (ORIGIN, "https://app.example"),
            (ORIGIN, "https://evil.example"),
        ];
        assert_eq!(check(&listed, &both), Err(ForeignOrigin));
    }

    #[test]
    fn the_authority_of_http_2_is_the_host() {
        let own = [(ORIGIN, "https://push.example")];
        let mut request = request(&own);
        request.headers.remove(HOST);
        assert_eq!(Origins::Own.check(&request), Err(ForeignOrigin));
        request.uri = "https://push.example/bayeux".parse().unwrap();
        assert!(Origins::Own.check(&request).is_ok());
    }
}
