//! Request of a call, before the service, the token and its user are known.

use bayeux_dial::{HttpUrl, HttpUrlError};
use bytes::Bytes;
use groupme_model::UserId;
use http::{HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::{CallName, Error, Services, Token, argument::Argument};

/// Request of a call.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) call: CallName,
    pub(crate) is_idempotent: bool,
    target: Target,
    query: Vec<(String, Argument)>,
    body: Option<Body>,
    headers: Vec<(&'static str, Argument)>,
    /// Whether the call needs no token, which is not sent then.
    is_public: bool,
    /// Whether the token goes in the query instead of a header: GroupMe wants this for files.
    has_token_in_query: bool,
    /// Media types of the answer.
    accept: &'static str,
    /// Error of the caller, because of which the request cannot be built.
    misuse: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Target {
    /// Path of the call's service, with one argument for each `{}`. The token is sent.
    Path(Vec<Argument>),
    /// URL received from GroupMe. The token is sent, and only to the origin of the call's service.
    Given(String),
    /// URL that carries its own permission. The token is not sent.
    Presigned(String),
    /// URL of a medium, from a message. The token is not sent, and the host has to be GroupMe's.
    Medium(String),
}

#[derive(Clone, Debug)]
struct Body {
    media_type: HeaderValue,
    bytes: Bytes,
    /// Places in a JSON body, by JSON Pointer (RFC 6901), and the texts to put there.
    arguments: Vec<(String, Argument)>,
}

impl Request {
    pub(crate) fn new(call: CallName) -> Self {
        Self {
            // RFC 9110, section 9.2.2.
            is_idempotent: call.method != "POST",
            call,
            target: Target::Path(Vec::new()),
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
            is_public: false,
            has_token_in_query: false,
            accept: "application/json",
            misuse: None,
        }
    }

    /// Fills the next `{}` of the path.
    pub(crate) fn segment(mut self, segment: Argument) -> Self {
        match &mut self.target {
            Target::Path(segments) => segments.push(segment),
            Target::Given(_) | Target::Presigned(_) | Target::Medium(_) => {
                self.misuse = Some("its URL is given, and has no place for an id");
            }
        }
        self
    }

    /// Leaves out the token.
    pub(crate) fn public(mut self) -> Self {
        self.is_public = true;
        self
    }

    /// Sends the request to a URL received from GroupMe.
    pub(crate) fn at_given(mut self, url: &str) -> Self {
        self.target = Target::Given(url.to_owned());
        self
    }

    /// Sends the request to a URL that carries its own permission.
    pub(crate) fn at_presigned(mut self, url: &str) -> Self {
        self.target = Target::Presigned(url.to_owned());
        self
    }

    /// Sends the request to the URL of a medium, without the token.
    pub(crate) fn at_medium(mut self, url: &str) -> Self {
        self.target = Target::Medium(url.to_owned());
        self.for_medium()
    }

    /// Takes an answer of any media type.
    pub(crate) fn for_medium(mut self) -> Self {
        self.accept = "*/*";
        self
    }

    /// Sends the token in the query, as `access_token`.
    pub(crate) fn with_token_in_query(mut self) -> Self {
        self.has_token_in_query = true;
        self
    }

    pub(crate) fn query(mut self, name: &str, value: Argument) -> Self {
        self.query.push((name.to_owned(), value));
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        if let Ok(bytes) = serde_json::to_vec(body) {
            return self.bytes("application/json", bytes);
        }
        self.misuse = Some("its body cannot be written as JSON");
        self
    }

    /// Puts a text into the JSON body, in place of the value at `pointer` (RFC 6901).
    pub(crate) fn json_argument(mut self, pointer: impl Into<String>, value: Argument) -> Self {
        if let Some(body) = &mut self.body {
            body.arguments.push((pointer.into(), value));
        }
        self
    }

    pub(crate) fn bytes(mut self, media_type: &str, bytes: impl Into<Bytes>) -> Self {
        match HeaderValue::from_str(media_type) {
            Ok(media_type) => {
                self.body = Some(Body {
                    media_type,
                    bytes: bytes.into(),
                    arguments: Vec::new(),
                });
            }
            Err(_) => self.misuse = Some("the media type of its body cannot be sent in HTTP"),
        }
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: Argument) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Returns whether the request depends on the token's user.
    pub(crate) fn needs_user(&self) -> bool {
        let in_path = match &self.target {
            Target::Path(segments) => segments.as_slice(),
            Target::Given(_) | Target::Presigned(_) | Target::Medium(_) => &[],
        };
        let in_body = self.body.iter().flat_map(|body| &body.arguments);
        in_path.iter().any(Argument::needs_user)
            || self.query.iter().any(|(_, value)| value.needs_user())
            || self.headers.iter().any(|(_, value)| value.needs_user())
            || in_body.map(|(_, value)| value).any(Argument::needs_user)
    }

    /// Returns the path with its ids, as errors show it: encoded, long ids cut, without secrets, and `_` for
    /// an empty or unknown id. `None` if the URL is given, or an id is missing.
    pub(crate) fn shown_path(&self, user: Option<&UserId>) -> Option<String> {
        let Target::Path(segments) = &self.target else {
            return None;
        };
        let mut pieces = self.call.path.split("{}");
        let mut path = pieces.next().unwrap_or_default().to_owned();
        if pieces.clone().count() > segments.len() {
            return None;
        }
        for (piece, segment) in pieces.zip(segments) {
            let text = segment.text(user).unwrap_or_default();
            if text.is_empty() {
                path.push('_');
            } else if matches!(segment, Argument::Secret(_)) {
                path.push('…');
            } else {
                let mut encoded = utf8_percent_encode(&text, ENCODED).to_string();
                if encoded.len() > MAX_SHOWN {
                    encoded.truncate(MAX_SHOWN);
                    encoded.push('…');
                }
                path.push_str(&encoded);
            }
            path.push_str(piece);
        }
        Some(path)
    }

    /// Returns the HTTP request.
    pub(crate) fn http(
        &self,
        services: &Services,
        token: &Token,
        user: Option<&UserId>,
    ) -> Result<http::Request<Bytes>, Error> {
        self.try_http(services, token, user)
            .map_err(|reason| Error::Misuse {
                call: self.call.clone(),
                reason,
            })
    }

    fn try_http(
        &self,
        services: &Services,
        token: &Token,
        user: Option<&UserId>,
    ) -> Result<http::Request<Bytes>, &'static str> {
        if let Some(misuse) = self.misuse {
            return Err(misuse);
        }
        let (mut url, authorized) = self.url(services, user)?;
        let authorized = authorized && !self.is_public && !token.is_absent();
        if authorized && self.has_token_in_query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("access_token=");
            url.extend(form_urlencoded::byte_serialize(token.header().as_bytes()));
        }
        let mut builder = http::Request::builder()
            .method(self.call.method)
            .uri(url)
            .header(header::ACCEPT, self.accept);
        if authorized && !self.has_token_in_query {
            builder = builder.header("x-access-token", token.header());
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, &*value.text(user)?);
        }
        let mut bytes = Bytes::new();
        if let Some(body) = &self.body {
            builder = builder.header(header::CONTENT_TYPE, &body.media_type);
            bytes = body.bytes(user)?;
        }
        builder
            .body(bytes)
            .map_err(|_| "its URL or one of its headers cannot be sent in HTTP")
    }

    /// Returns the URL, and whether the token may be sent to it.
    fn url(
        &self,
        services: &Services,
        user: Option<&UserId>,
    ) -> Result<(String, bool), &'static str> {
        let (mut url, authorized) = match &self.target {
            Target::Path(segments) => {
                let path = path(self.call.path, segments, user)?;
                (services.url(self.call.service).url(&path), true)
            }
            Target::Given(given) => {
                let given = HttpUrl::allowing_plaintext(given).map_err(|error| describe(&error))?;
                if !services.url(self.call.service).is_origin_of(&given) {
                    return Err("its URL is not of the service that the call is for");
                }
                (given.as_str().to_owned(), true)
            }
            Target::Presigned(given) => {
                let given = HttpUrl::new(given).map_err(|error| describe(&error))?;
                (given.as_str().to_owned(), false)
            }
            Target::Medium(given) => {
                let given = HttpUrl::allowing_plaintext(given).map_err(|error| describe(&error))?;
                let is_groupmes = given.host().ends_with(".groupme.com");
                if is_groupmes && !given.is_secure() {
                    return Err("its URL has no TLS and is not this machine");
                }
                if !services.has_medium(&given) {
                    return Err("its URL is not of GroupMe, but of whoever sent the message");
                }
                (given.as_str().to_owned(), false)
            }
        };
        for (name, value) in &self.query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.extend(form_urlencoded::byte_serialize(name.as_bytes()));
            url.push('=');
            let value = value.text(user)?;
            url.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        Ok((url, authorized))
    }
}

impl Body {
    /// Returns the bytes, with the arguments in their places.
    fn bytes(&self, user: Option<&UserId>) -> Result<Bytes, &'static str> {
        if self.arguments.is_empty() {
            return Ok(self.bytes.clone());
        }
        let mut json: Value = serde_json::from_slice(&self.bytes).map_err(|_| NO_PLACE)?;
        for (pointer, argument) in &self.arguments {
            let place = json.pointer_mut(pointer).ok_or(NO_PLACE)?;
            *place = Value::from(argument.text(user)?);
        }
        serde_json::to_vec(&json)
            .map(Bytes::from)
            .map_err(|_| NO_PLACE)
    }
}

/// Maximum characters of an id in an error; GroupMe's have 24.
const MAX_SHOWN: usize = 60;

const NO_PLACE: &str = "its body has no place for one of the ids";

fn describe(error: &HttpUrlError) -> &'static str {
    match error {
        HttpUrlError::Plaintext { .. } => "its URL has no TLS and is not this machine",
        _ => "its URL cannot be used",
    }
}

/// Returns a path, which begins with a slash, with a segment in place of each `{}`.
fn path(
    template: &str,
    segments: &[Argument],
    user: Option<&UserId>,
) -> Result<String, &'static str> {
    let mut segments = segments.iter();
    let mut path = String::with_capacity(template.len().saturating_add(40));
    path.push('/');
    let mut pieces = template.split("{}");
    path.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let segment = segments.next().ok_or("an id of its path is missing")?;
        let segment = segment.text(user)?;
        if segment.is_empty() {
            return Err("an id of its path is empty");
        }
        // Some servers and proxies resolve these even when they are encoded.
        if matches!(&*segment, "." | "..") {
            return Err("an id of its path is a relative path");
        }
        path.extend(utf8_percent_encode(&segment, ENCODED));
        path.push_str(piece);
    }
    if segments.next().is_some() {
        return Err("its path has no place for one of the ids");
    }
    Ok(path)
}

/// Characters written as `%XX` in a path. `+` joins the two users of a direct conversation.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'.')
    .remove(b'+');

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BaseUrl, Conversation, Service};

    const CALL: CallName = CallName::new("GET", Service::V3, "conversations/{}/messages/{}");

    fn http(request: &Request) -> http::Request<Bytes> {
        let base = BaseUrl::new("http://127.0.0.1:8080").unwrap();
        let token = Token::new("hush-hush").unwrap();
        request
            .http(&Services::with_base_url(&base), &token, None)
            .unwrap()
    }

    fn misuse(request: &Request) -> &'static str {
        match request.http(&Services::groupme(), &Token::new("t").unwrap(), None) {
            Err(Error::Misuse { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn get(ids: &[&str]) -> Request {
        ids.iter().fold(Request::new(CALL), |request, id| {
            request.segment((*id).into())
        })
    }

    #[test]
    fn ids_cannot_leave_their_segment_of_the_path() {
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
    fn an_error_shows_the_ids_of_the_path_on_one_line_and_no_secrets() {
        let shown = |segment: Argument| {
            let request = Request::new(CALL)
                .segment("185+230".into())
                .segment(segment);
            request.shown_path(None)
        };
        let path = |id: &str| Some(format!("conversations/185+230/messages/{id}"));
        assert_eq!(shown("17".into()), path("17"));
        assert_eq!(shown("a b\n".into()), path("a%20b%0A"));
        assert_eq!(shown(Argument::Secret("AbCd12".to_owned())), path("…"));
        let long = "x".repeat(1_000);
        assert_eq!(shown((&*long).into()), path(&format!("{}…", &long[..60])));
        assert_eq!(shown("".into()), path("_"));
        assert_eq!(shown(Argument::CurrentUser), path("_"));
        assert_eq!(get(&["1"]).shown_path(None), None);
        assert_eq!(get(&["1"]).at_given("https://x").shown_path(None), None);
    }

    #[test]
    fn a_query_is_encoded_as_forms_are() {
        let request = get(&["1", "2"])
            .query("user", "1+2".into())
            .query("q", "a&b=é".into());
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
    fn a_url_from_groupme_receives_the_token_only_at_its_own_service() {
        let given = |url| get(&["1", "2"]).at_given(url);
        let request = http(&given("http://127.0.0.1:8080/anything?job=1").query("a", "b".into()));
        assert_eq!(request.uri(), "http://127.0.0.1:8080/anything?job=1&a=b");
        assert!(request.headers().contains_key("x-access-token"));
        assert!(
            misuse(&given("https://api.groupme.com.example.com/")).contains("not of the service")
        );
        assert!(misuse(&given("nonsense")).contains("cannot be used"));
        let open = |url| get(&["1", "2"]).at_presigned(url);
        let request = http(&open("https://cdn2.groupme.com/uploads/1?sig=abc"));
        assert!(!request.headers().contains_key("x-access-token"));
        assert!(misuse(&open("http://cdn2.groupme.com/uploads/1")).contains("no TLS"));
    }

    #[test]
    fn bodies_have_a_content_type() {
        let request = http(&get(&["1", "2"]).json(&["é"]));
        assert_eq!(request.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(&request.body()[..], "[\"é\"]".as_bytes());
        assert!(misuse(&get(&["1", "2"]).bytes("a\nb", "")).contains("media type of its body"));
    }

    #[test]
    fn an_id_in_a_json_body_is_put_in_its_place() {
        let call = CallName::new("POST", Service::V3, "x");
        let user = Argument::OtherUser(Conversation::User("230".into()));
        let request = Request::new(call)
            .json(&serde_json::json!({"a": [null, 1]}))
            .json_argument("/a/0", user.clone());
        assert_eq!(http(&request).body(), r#"{"a":["230",1]}"#);
        let nowhere = request.json_argument("/b", user);
        assert!(misuse(&nowhere).contains("no place"));
    }
}
