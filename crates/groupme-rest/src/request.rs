//! What is asked, before it is known where and by whom.

use bytes::Bytes;
use http::{HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use url::{Url, form_urlencoded};

use crate::{CallName, Error, Repeat, Services, Token, host::dialed};

/// A request of a call.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) call: CallName,
    pub(crate) repeat: Repeat,
    target: Target,
    query: String,
    body: Option<Body>,
    headers: Vec<(&'static str, HeaderValue)>,
    /// What speaks against asking it at all.
    misuse: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Target {
    /// A path of the call's service, with its ids filled in; the token goes along.
    Path(String),
    /// An address that GroupMe gave out; the token goes along, if it is of the call's service.
    Given(String),
    /// An address that carries its own permission; the token does not go along.
    Open(String),
}

#[derive(Clone, Debug)]
struct Body {
    kind: HeaderValue,
    bytes: Bytes,
}

impl Request {
    /// Each `{}` of the call's path stands for one of `ids`.
    pub(crate) fn new(call: CallName, ids: &[&str]) -> Self {
        let (path, misuse) = match fill(call.path, ids) {
            Ok(path) => (path, None),
            Err(misuse) => (String::new(), Some(misuse)),
        };
        let repeat = if call.method == "POST" {
            Repeat::NonIdempotent
        } else {
            Repeat::Idempotent
        };
        Self {
            call,
            repeat,
            target: Target::Path(path),
            query: String::new(),
            body: None,
            headers: Vec::new(),
            misuse,
        }
    }

    /// Asks at an address that GroupMe gave out for this.
    pub(crate) fn at_given(mut self, url: &str) -> Self {
        self.target = Target::Given(url.to_owned());
        self
    }

    /// Asks at an address that carries its own permission.
    pub(crate) fn at_open(mut self, url: &str) -> Self {
        self.target = Target::Open(url.to_owned());
        self
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query
            .extend(form_urlencoded::byte_serialize(name.as_bytes()));
        self.query.push('=');
        self.query
            .extend(form_urlencoded::byte_serialize(value.as_bytes()));
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        if let Ok(bytes) = serde_json::to_vec(body) {
            return self.bytes("application/json", bytes);
        }
        self.misuse = Some("its body cannot be written as JSON");
        self
    }

    pub(crate) fn bytes(mut self, kind: &str, bytes: impl Into<Bytes>) -> Self {
        match HeaderValue::from_str(kind) {
            Ok(kind) => {
                let bytes = bytes.into();
                self.body = Some(Body { kind, bytes });
            }
            Err(_) => self.misuse = Some("the type of its body cannot be sent in HTTP"),
        }
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.headers.push((name, value)),
            Err(_) => self.misuse = Some("an id of it cannot be sent in an HTTP header"),
        }
        self
    }

    /// The body, if it has one.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.body.as_ref().map(|body| &*body.bytes)
    }

    /// The HTTP request.
    pub(crate) fn http(
        &self,
        services: &Services,
        token: &Token,
    ) -> Result<http::Request<Bytes>, Error> {
        let misuse = |what| Error::Misuse {
            call: self.call,
            what,
        };
        if let Some(what) = self.misuse {
            return Err(misuse(what));
        }
        let (url, authorized) = self.url(services).map_err(misuse)?;
        let mut builder = http::Request::builder()
            .method(self.call.method)
            .uri(url)
            .header(header::ACCEPT, "application/json");
        if authorized {
            builder = builder.header("x-access-token", token.header());
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &self.body {
            builder = builder.header(header::CONTENT_TYPE, &body.kind);
        }
        let body = self.body.as_ref().map(|body| body.bytes.clone());
        builder
            .body(body.unwrap_or_default())
            .map_err(|_| misuse("its address cannot be sent in HTTP"))
    }

    /// Where to ask, and whether the token may go along.
    fn url(&self, services: &Services) -> Result<(String, bool), &'static str> {
        let (mut url, authorized) = match &self.target {
            Target::Path(path) => (services.url(self.call.service).locate(path), true),
            Target::Given(given) => {
                let given = address(given)?;
                if !services.url(self.call.service).is_origin_of(&given) {
                    return Err("its address is not of the service that it is asked of");
                }
                (given.into(), true)
            }
            Target::Open(given) => {
                let given = address(given)?;
                if given.scheme() != "https" && !dialed(&given).is_loopback() {
                    return Err("its address has no TLS and is not this machine");
                }
                (given.into(), false)
            }
        };
        if !self.query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&self.query);
        }
        Ok((url, authorized))
    }
}

fn address(text: &str) -> Result<Url, &'static str> {
    let mut url = Url::parse(text).map_err(|_| "its address is not a URL")?;
    url.set_fragment(None);
    Ok(url)
}

/// A path with ids in the places that are left for them.
fn fill(template: &str, ids: &[&str]) -> Result<String, &'static str> {
    let mut ids = ids.iter();
    let mut path = String::with_capacity(template.len().saturating_add(40));
    path.push('/');
    let mut pieces = template.split("{}");
    path.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let id = ids.next().ok_or("an id of its path is missing")?;
        if id.is_empty() {
            return Err("an id of its path is empty");
        }
        // Some servers and proxies resolve these even when they are encoded.
        if matches!(*id, "." | "..") {
            return Err("an id of its path is no id");
        }
        path.extend(utf8_percent_encode(id, ENCODED));
        path.push_str(piece);
    }
    if ids.next().is_some() {
        return Err("its path has no place for one of the ids");
    }
    Ok(path)
}

/// What is written as `%XX` in a path. `+` joins the two users of a direct conversation.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'.')
    .remove(b'+');

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BaseUrl, Service};

    const CALL: CallName = CallName::new("GET", Service::V3, "conversations/{}/messages/{}");

    fn http(request: &Request) -> http::Request<Bytes> {
        let base = BaseUrl::new("http://127.0.0.1:8080").unwrap();
        let token = Token::new("hush-hush").unwrap();
        request
            .http(&Services::with_base_url(&base), &token)
            .unwrap()
    }

    fn misuse(request: &Request) -> &'static str {
        match request.http(&Services::groupme(), &Token::new("t").unwrap()) {
            Err(Error::Misuse { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    }

    fn get(ids: &[&str]) -> Request {
        Request::new(CALL, ids)
    }

    #[test]
    fn ids_cannot_leave_their_place_in_the_path() {
        let request = get(&["185+230", "a/b?c#d%é ;"]);
        assert_eq!(
            http(&request).uri().path_and_query().unwrap(),
            "/v3/conversations/185+230/messages/a%2Fb%3Fc%23d%25%C3%A9%20%3B"
        );
        for ids in [["", "1"], ["..", "1"], ["1", "."]] {
            assert!(
                misuse(&get(&ids)).starts_with("an id of its path"),
                "{ids:?}"
            );
        }
        assert!(misuse(&get(&["1"])).contains("missing"));
        assert!(misuse(&get(&["1", "2", "3"])).contains("no place"));
    }

    #[test]
    fn a_query_is_encoded_as_forms_are() {
        let request = get(&["1", "2"]).query("user", "1+2").query("q", "a&b=é");
        assert_eq!(
            http(&request).uri().query(),
            Some("user=1%2B2&q=a%26b%3D%C3%A9")
        );
        assert_eq!(http(&get(&["1", "2"])).uri().query(), None);
    }

    #[test]
    fn the_token_goes_in_a_header_that_is_not_shown() {
        let request = http(&get(&["1", "2"]));
        assert_eq!(request.headers()["x-access-token"], "hush-hush");
        assert!(!format!("{request:?}").contains("hush"));
        assert!(!request.uri().to_string().contains("hush"));
    }

    #[test]
    fn an_address_that_was_given_out_sees_the_token_only_at_its_own_service() {
        let given = |url| get(&["1", "2"]).at_given(url);
        let request = http(&given("http://127.0.0.1:8080/anything?job=1").query("a", "b"));
        assert_eq!(request.uri(), "http://127.0.0.1:8080/anything?job=1&a=b");
        assert!(request.headers().contains_key("x-access-token"));
        assert!(
            misuse(&given("https://api.groupme.com.example.com/")).contains("not of the service")
        );
        assert!(misuse(&given("nonsense")).contains("not a URL"));
        let open = |url| get(&["1", "2"]).at_open(url);
        let request = http(&open("https://cdn2.groupme.com/uploads/1?sig=abc"));
        assert!(!request.headers().contains_key("x-access-token"));
        assert!(misuse(&open("http://cdn2.groupme.com/uploads/1")).contains("no TLS"));
    }

    #[test]
    fn bodies_say_what_they_are() {
        let request = http(&get(&["1", "2"]).json(&["é"]));
        assert_eq!(request.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(&request.body()[..], "[\"é\"]".as_bytes());
        assert!(misuse(&get(&["1", "2"]).bytes("a\nb", "")).contains("type of its body"));
    }
}
