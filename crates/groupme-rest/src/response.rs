//! HTTP responses: first the status, then the envelope around the content.
//!
//! GroupMe wraps most answers as `{"response": …, "meta": {"code": 200, "errors": […]}}`. The code
//! may have five digits and differ from the HTTP status; the response may be null or absent.
//! Answers to deletions, uploads and `mark_all_read` have no envelope, and some have no body at
//! all. The status therefore decides between success and failure, and the envelope is optional.

use core::time::Duration;
use std::borrow::Cow;

use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Value};
use groupme_model::Json;
use http::{HeaderMap, StatusCode, header};

use crate::{ApiError, CallName, Error, parse::ParseError};

/// Response with a success status.
#[derive(Debug)]
pub(crate) struct Response<'b> {
    pub(crate) status: StatusCode,
    body: &'b [u8],
}

impl<'b> Response<'b> {
    /// Returns the response, or the error for its status.
    pub(crate) fn new(
        call: CallName,
        status: StatusCode,
        headers: &HeaderMap,
        body: &'b [u8],
    ) -> Result<Self, Error> {
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(Self { status, body });
        }
        Err(Error::from_api_error(api_error(
            call, status, headers, body,
        )))
    }

    /// Returns the body as a decoded frame; `None` if the response has no content.
    pub(crate) fn frame(&self) -> Result<Option<Frame>, ParseError> {
        if self.status == StatusCode::NOT_MODIFIED || self.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        match decode(self.body) {
            Ok(frame) => Ok(Some(frame)),
            Err(error) if is_cut_off(self.body, &error) => Err(ParseError::CutOff),
            Err(error) => Err(ParseError::Json(error)),
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }
}

/// Returns the content of an answer without its envelope; `None` if it is null or absent.
pub(crate) fn content(frame: &Frame) -> Option<Value<'_>> {
    let root = frame.root()?;
    let content = if meta(root).is_some() {
        root.get("response")?
    } else {
        root
    };
    Some(content).filter(|content| !content.is_null())
}

/// Returns whether an answer has GroupMe's envelope.
pub(crate) fn has_envelope(frame: &Frame) -> bool {
    frame.root().and_then(meta).is_some()
}

/// Decodes a body, with U+FFFD in place of invalid UTF-8: GroupMe cuts some texts in the middle of
/// an emoji, which must not cost the other messages of the page.
pub(crate) fn decode(body: &[u8]) -> Result<Frame, DecodeError> {
    let mut limits = Limits::default();
    // The transport has checked the size.
    limits.max_frame = usize::MAX;
    limits.max_depth = MAX_DEPTH;
    let of_size = |free: usize, size: usize, most: usize| {
        let paid = body.len().checked_div(size).unwrap_or(0);
        free.saturating_add(paid).min(most)
    };
    limits.max_values = of_size(FREE_VALUES, VALUE_SIZE, MAX_VALUES);
    limits.max_objects = of_size(FREE_OBJECTS, OBJECT_SIZE, MAX_OBJECTS);
    let mut frame = Frame::new();
    let text = repaired(body);
    Decoder::with_limits(limits).receive_value(&mut frame, &[&*text])?;
    Ok(frame)
}

/// Returns whether a body that cannot be decoded ends in the middle: the mistake is its end, or a
/// token that its end has cut.
fn is_cut_off(body: &[u8], error: &DecodeError) -> bool {
    let DecodeError::Syntax { offset, .. } = *error else {
        return false;
    };
    let text = repaired(body);
    let rest = text.trim_ascii_end().get(offset..).unwrap_or_default();
    match rest {
        [] => true,
        [b'"', string @ ..] => !has_end(string),
        [b'\\', ..] => !has_end(rest),
        [b't' | b'f' | b'n', ..] => {
            let mut words = [&b"true"[..], b"false", b"null"].into_iter();
            words.any(|word| word.starts_with(rest))
        }
        _ => {
            let is_numeric = |byte: &u8| b"0123456789+-.eE".contains(byte);
            rest.iter().all(is_numeric)
        }
    }
}

/// Returns whether a string, without its opening quote, has a closing one.
fn has_end(string: &[u8]) -> bool {
    let mut is_escaped = false;
    string.iter().any(|byte| {
        let is_end = !is_escaped && *byte == b'"';
        is_escaped = !is_escaped && *byte == b'\\';
        is_end
    })
}

/// Replaces invalid UTF-8 by U+FFFD, unless there is so much that the result would be far larger: the
/// decoder then refuses the body.
fn repaired(body: &[u8]) -> Cow<'_, [u8]> {
    let invalid = body
        .utf8_chunks()
        .filter(|chunk| !chunk.invalid().is_empty());
    if invalid.count() > MAX_REPAIRS {
        return Cow::Borrowed(body);
    }
    match String::from_utf8_lossy(body) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Returns the `meta` of an envelope. The `meta` of other answers has no numeric `code`.
fn meta(root: Value<'_>) -> Option<Value<'_>> {
    let meta = root.get("meta")?;
    meta.get("code")?.as_f64().map(|_| meta)
}

/// Returns the status that the code of an envelope stands for, if that is no success: 40400 and 404 are
/// the same. `status` is that of the answer, for a code that stands for none.
pub(crate) fn refusal(frame: &Frame, status: StatusCode) -> Option<StatusCode> {
    match status_of(meta(frame.root()?)?.get("code")?) {
        Some(code) => (!code.is_success()).then_some(code),
        None => Some(status),
    }
}

fn status_of(code: Value<'_>) -> Option<StatusCode> {
    let code = code.as_i64()?;
    let status = if code > 9_999 { code / 100 } else { code };
    StatusCode::from_u16(u16::try_from(status).ok()?).ok()
}

/// Returns the status of a failure that an answer without an envelope reports by its error messages: the
/// status of its `code`, or else its own.
pub(crate) fn bare_refusal(frame: &Frame, status: StatusCode) -> Option<StatusCode> {
    let root = frame.root()?;
    if errors(root).is_empty() {
        return None;
    }
    let code = root.get("code").and_then(status_of);
    Some(code.filter(|code| !code.is_success()).unwrap_or(status))
}

pub(crate) fn api_error(
    call: CallName,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> ApiError {
    // A body that is not JSON, such as a proxy's HTML page, adds nothing to the status.
    let frame = decode(body).unwrap_or_default();
    let root = frame.root().unwrap_or_default();
    let meta = meta(root).unwrap_or_default();
    ApiError {
        code: meta.get("code").and_then(Value::as_i64),
        errors: errors(root),
        details: meta
            .get("details")
            .filter(|details| !details.is_null())
            .map(Json::from),
        retry_after: retry_after(headers).or_else(|| retry_after_in_body(root)),
        ..ApiError::new(call, status.as_u16())
    }
}

/// Returns the error messages: a list of texts in the envelope; elsewhere one text, or an object
/// with a `message`.
fn errors(root: Value<'_>) -> Vec<String> {
    let found = [root.get("meta").and_then(|meta| meta.get("errors"))]
        .into_iter()
        .chain([root.get("errors"), root.get("error")])
        .flatten()
        .find(|errors| !errors.is_null())
        .unwrap_or_default();
    let text = |error: Value<'_>| {
        let text = error.as_str();
        let text = text.or_else(|| error.get("message")?.as_str())?;
        Some(text.chars().take(MAX_ERROR_CHARS).collect())
    };
    if found.is_array() {
        found.items().filter_map(text).take(MAX_ERRORS).collect()
    } else {
        text(found).into_iter().collect()
    }
}

/// Returns the `Retry-After` of either form, seconds or a date. A date counts from the response's
/// own `Date`, so the local clock does not matter (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok();
    let value = text(header::RETRY_AFTER)?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only a number that is too large for 64 bits fails to parse.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let date = |text| httpdate::parse_http_date(text).ok();
        let (then, now) = (date(value)?, date(text(header::DATE)?)?);
        then.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// Returns `retryAfterSeconds`, which some of GroupMe's answers with status 429 have in the body in
/// place of the header.
fn retry_after_in_body(root: Value<'_>) -> Option<Duration> {
    [Some(root), root.get("meta"), root.get("response")]
        .into_iter()
        .flatten()
        .find_map(|object| object.get("retryAfterSeconds")?.as_f64())
        .and_then(|seconds| {
            Duration::try_from_secs_f64(seconds.min(MAX_RETRY_AFTER.as_secs_f64())).ok()
        })
}

/// Longest accepted `Retry-After`. The header may hold any number: with this limit, sums of times
/// stay far from the end of their range.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Maximum nesting: twice that of pushes, because a message is some levels deeper in an answer.
const MAX_DEPTH: usize = 128;

// Limits of the number of keys, values and objects grow with the size of the answer: what is short
// here may be long in memory. So an answer takes at most 8 times its size, and 8 MB.

/// Maximum number of keys and values. Each takes 8 bytes here and up to 64 in a copy.
const MAX_VALUES: usize = 1_000_000;
/// Number of keys and values that an answer of any size may have.
const FREE_VALUES: usize = 65_536;
/// Average size of the keys and values beyond, in bytes. GroupMe's have more than ten.
const VALUE_SIZE: usize = 8;

/// Maximum number of objects. An object of two bytes becomes a thousand in an owned type.
const MAX_OBJECTS: usize = 30_000;
/// Number of objects that an answer of any size may have.
const FREE_OBJECTS: usize = 4_096;
/// Average size of the objects beyond, in bytes. GroupMe's have hundreds; reactions, which have 60,
/// come in messages.
const OBJECT_SIZE: usize = 256;

/// Maximum number of invalid sequences in a body. A page has as many as texts that were cut.
const MAX_REPAIRS: usize = 10_000;

const MAX_ERRORS: usize = 8;
const MAX_ERROR_CHARS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;

    const CALL: CallName = CallName::new("GET", Service::V3, "x");

    fn content(status: u16, body: &str) -> Option<Json> {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Response::new(CALL, status, &HeaderMap::new(), body.as_bytes()).unwrap();
        let frame = answer.frame().unwrap()?;
        super::content(&frame).map(Json::from)
    }

    fn failure(status: u16, headers: &[(&'static str, &str)], body: &str) -> ApiError {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let error = Response::new(CALL, status, &headers, body.as_bytes()).unwrap_err();
        error.api_error().unwrap().clone()
    }

    #[test]
    fn an_envelope_is_removed_where_there_is_one() {
        let expected: Option<Json> = serde_json::from_str(r#"{"id":"1"}"#).unwrap();
        for body in [
            r#"{"response":{"id":"1"},"meta":{"code":200,"errors":[]}}"#,
            r#"{"meta":{"code":20000},"response":{"id":"1"}}"#,
            r#"{"meta":{"code":40100,"errors":null},"response":{"id":"1"}}"#,
            r#"{"id":"1"}"#,
        ] {
            assert_eq!(content(200, body), expected, "{body}");
        }
        let page = r#"{"meta":{"title":"t"},"links":{}}"#;
        assert_eq!(content(200, page), serde_json::from_str(page).unwrap());
    }

    #[test]
    fn a_body_that_ends_anywhere_in_the_middle_is_cut_off_and_a_broken_one_is_not() {
        let body = "{\"response\":[{\"a\":true,\"b\":null,\"c\":-1.5e-7,\"d\":\"é\\\"\\\\ \\ud83d\\ude00\"}, false ],\"meta\":{\"code\":200}}";
        let failure = |body: &[u8]| {
            let answer = Response::new(CALL, StatusCode::OK, &HeaderMap::new(), body).unwrap();
            answer.frame().map(|frame| frame.is_some())
        };
        assert!(matches!(failure(body.as_bytes()), Ok(true)));
        for end in 1..body.len() {
            let cut = &body.as_bytes()[..end];
            let text = String::from_utf8_lossy(cut);
            assert!(matches!(failure(cut), Err(ParseError::CutOff)), "{text}");
        }
        for broken in [
            "<html>",
            "{]",
            "[1 2]",
            "[tru]",
            "[nil, null",
            "{\"a\":1}}",
            "[\"\\q\"]",
            "[01]",
        ] {
            assert!(
                matches!(failure(broken.as_bytes()), Err(ParseError::Json(_))),
                "{broken}"
            );
        }
    }

    #[test]
    fn an_empty_content_has_many_forms() {
        for (status, body) in [
            (200, r#"{"meta":{"code":200},"response":null}"#),
            (200, r#"{"meta":{"code":200}}"#),
            (200, "null"),
            (202, ""),
            (204, ""),
            (200, " \n"),
            (304, ""),
            (304, "<html>anything</html>"),
        ] {
            assert_eq!(content(status, body), None, "{status} {body}");
        }
    }

    #[test]
    fn the_http_status_decides_and_the_code_only_adds() {
        let error = failure(
            401,
            &[],
            r#"{"meta":{"code":40100,"errors":["Not authorized"]}}"#,
        );
        assert_eq!((error.status, error.code), (401, Some(40_100)));
        assert_eq!(error.errors, ["Not authorized"]);
        let error = failure(503, &[], r#"{"meta":{"code":200},"response":{}}"#);
        assert_eq!((error.status, error.code), (503, Some(200)));
    }

    #[test]
    fn error_messages_are_found_in_every_known_form() {
        let errors = |body| failure(400, &[], body).errors;
        assert_eq!(
            errors(r#"{"meta":{"code":400,"errors":["a","b"]}}"#),
            ["a", "b"]
        );
        assert_eq!(errors(r#"{"meta":{"code":400,"errors":"a"}}"#), ["a"]);
        assert_eq!(errors(r#"{"errors":[{"message":"a"},7]}"#), ["a"]);
        assert_eq!(errors(r#"{"error":{"code":415,"message":"a"}}"#), ["a"]);
        for body in [
            "",
            "Not Found",
            "<html></html>",
            "{}",
            "[]",
            r#"{"meta":{}}"#,
            "\u{0}",
        ] {
            assert_eq!(errors(body), [""; 0], "{body}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "é".repeat(100_000));
        assert_eq!(errors(&long)[0].chars().count(), MAX_ERROR_CHARS);
    }

    #[test]
    fn retry_after_is_parsed_as_seconds_as_a_date_and_from_the_body() {
        let seconds =
            |headers: &[_], body| failure(429, headers, body).retry_after.map(|d| d.as_secs());
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(seconds(&[("retry-after", "7")], ""), Some(7));
        assert_eq!(
            seconds(
                &[date, ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")],
                ""
            ),
            Some(60)
        );
        assert_eq!(
            seconds(
                &[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")],
                ""
            ),
            Some(0)
        );
        assert_eq!(
            seconds(&[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")], ""),
            None
        );
        assert_eq!(seconds(&[("retry-after", "soon")], ""), None);
        assert_eq!(
            seconds(
                &[],
                r#"{"meta":{"code":42901},"response":{"retryAfterSeconds":9}}"#
            ),
            Some(9)
        );
        assert_eq!(seconds(&[], r#"{"retryAfterSeconds":-9}"#), None);
        assert_eq!(seconds(&[("retry-after", "-7")], ""), None);
        assert_eq!(seconds(&[("retry-after", "+7")], ""), None);
        assert_eq!(seconds(&[("retry-after", "")], ""), None);
        assert_eq!(seconds(&[], "{}"), None);
    }

    #[test]
    fn retry_after_is_at_most_a_day_in_every_form() {
        let wait =
            |headers: &[(&'static str, &str)], body: &str| failure(429, headers, body).retry_after;
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for value in [
            "86401",
            "18446744073709551615",
            "18446744073709551616",
            "999999999999999999999999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            let found = wait(&[date, ("retry-after", value)], "");
            assert_eq!(found, Some(MAX_RETRY_AFTER), "{value}");
        }
        for seconds in ["86401", "18446744073709551615", "1e300"] {
            let body = format!(r#"{{"retryAfterSeconds":{seconds}}}"#);
            assert_eq!(wait(&[], &body), Some(MAX_RETRY_AFTER), "{seconds}");
        }
    }

    #[test]
    fn details_are_kept() {
        let body = r#"{"meta":{"code":40016,"errors":["x"],"details":{"rejection_reason":"answer_required"}}}"#;
        let details = failure(400, &[], body).details.unwrap();
        assert_eq!(
            details.get("rejection_reason").unwrap().as_str(),
            Some("answer_required")
        );
    }
}
