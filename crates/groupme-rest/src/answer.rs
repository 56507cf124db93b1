//! What an HTTP response means: its status first, then the envelope around the content.
//!
//! GroupMe wraps most answers as `{"response": …, "meta": {"code": 200, "errors": […]}}`. The code
//! may have five digits and need not be the HTTP status, the response may be null or absent, and
//! some answers have no envelope or no body at all (groupme.md, section 8). So the status decides
//! what an answer is, and the envelope is opened where there is one.

use core::time::Duration;

use bayeux_wire::{DecodeError, Decoder, Frame, Limits};
use groupme_model::Json;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::{ApiError, CallName, Error};

/// The content of an answer that fulfils its call.
#[derive(Debug)]
pub(crate) struct Answer<'b> {
    pub(crate) status: StatusCode,
    body: &'b [u8],
}

impl<'b> Answer<'b> {
    /// Takes a response for what its status says.
    pub(crate) fn new(
        call: CallName,
        status: StatusCode,
        headers: &HeaderMap,
        body: &'b [u8],
    ) -> Result<Self, Error> {
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(Self { status, body });
        }
        Err(Error::from_refusal(refusal(call, status, headers, body)))
    }

    /// What the answer says, out of its envelope; `None` if it says nothing.
    pub(crate) fn content(&self) -> Result<Option<Value>, DecodeError> {
        if self.status == StatusCode::NOT_MODIFIED || self.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        let mut value = parse(self.body)?;
        let content = if meta(&value).is_some() {
            value.get_mut("response").map_or(Value::Null, Value::take)
        } else {
            value
        };
        Ok(Some(content).filter(|content| !content.is_null()))
    }

    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }
}

/// Reads a body as tolerantly as can be: a text that was cut in the middle of an emoji, in whichever
/// encoding, must not cost the page that it stands in.
fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    let mut limits = Limits::default();
    // The body is as large as the options allow, or it would not be here.
    limits.max_frame = usize::MAX;
    limits.max_depth = MAX_DEPTH;
    let mut frame = Frame::from_bytes(String::from_utf8_lossy(body).as_bytes());
    Decoder::with_limits(limits).decode_value(&mut frame)?;
    let root = frame.root().unwrap_or_default();
    // Nothing that can be parsed cannot be a value.
    Ok(serde_json::to_value(root).unwrap_or_default())
}

/// The part of an envelope that tells how it went. Other answers have a `meta` too, which has no
/// numeric `code`.
fn meta(value: &Value) -> Option<&Value> {
    value.get("meta").filter(|meta| meta["code"].is_number())
}

fn refusal(call: CallName, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
    // A body that is not JSON, such as a proxy's page, has nothing to add to the status.
    let value = parse(body).unwrap_or_default();
    let meta = meta(&value).unwrap_or(&Value::Null);
    ApiError {
        code: meta["code"].as_i64(),
        errors: errors(&value),
        details: details(&meta["details"]),
        retry_after: retry_after(headers).or_else(|| retry_after_in_body(&value)),
        ..ApiError::new(call, status.as_u16())
    }
}

/// The words for an error: in the envelope a list of texts; elsewhere one text, or an object that
/// has a message.
fn errors(value: &Value) -> Vec<String> {
    let found = [&value["meta"]["errors"], &value["errors"], &value["error"]]
        .into_iter()
        .find(|errors| !errors.is_null());
    let errors = match found {
        Some(Value::Array(errors)) => errors.as_slice(),
        Some(error) => core::slice::from_ref(error),
        None => &[],
    };
    errors
        .iter()
        .filter_map(|error| error.as_str().or_else(|| error["message"].as_str()))
        .take(ERRORS_KEPT)
        .map(|text| text.chars().take(ERROR_CHARS_KEPT).collect())
        .collect()
}

fn details(value: &Value) -> Option<Json> {
    serde::Deserialize::deserialize(value)
        .ok()
        .filter(|json| *json != Json::Null)
}

/// `Retry-After` in either of its forms; a date is taken relative to the response's own (RFC 9110,
/// section 10.2.3).
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

/// Some refusals tell it in the body only (groupme.md, section 8.1).
fn retry_after_in_body(value: &Value) -> Option<Duration> {
    [value, &value["meta"], &value["response"]]
        .into_iter()
        .find_map(|object| object["retryAfterSeconds"].as_f64())
        .and_then(|seconds| {
            Duration::try_from_secs_f64(seconds.min(MAX_RETRY_AFTER.as_secs_f64())).ok()
        })
}

/// Longest `Retry-After` that is believed. Times are numbers of the peer's: a limit keeps sums with
/// them far from the end of their range.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Twice as deep as what is pushed: a message stands some levels deeper in an answer.
const MAX_DEPTH: usize = 128;

const ERRORS_KEPT: usize = 8;
const ERROR_CHARS_KEPT: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;

    const CALL: CallName = CallName::new("GET", Service::V3, "x");

    fn content(status: u16, body: &str) -> Option<Value> {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer::new(CALL, status, &HeaderMap::new(), body.as_bytes()).unwrap();
        answer.content().unwrap()
    }

    fn refused(status: u16, headers: &[(&'static str, &str)], body: &str) -> ApiError {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let error = Answer::new(CALL, status, &headers, body.as_bytes()).unwrap_err();
        error.refusal().unwrap().clone()
    }

    #[test]
    fn content_is_taken_out_of_its_envelope_where_there_is_one() {
        let expected = Some(serde_json::json!({"id": "1"}));
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
    fn nothing_has_many_spellings() {
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
        let refusal = refused(
            401,
            &[],
            r#"{"meta":{"code":40100,"errors":["Not authorized"]}}"#,
        );
        assert_eq!((refusal.status, refusal.code), (401, Some(40_100)));
        assert_eq!(refusal.errors, ["Not authorized"]);
        let refusal = refused(503, &[], r#"{"meta":{"code":200},"response":{}}"#);
        assert_eq!((refusal.status, refusal.code), (503, Some(200)));
    }

    #[test]
    fn an_error_may_be_told_in_any_shape_or_none() {
        let said = |body| refused(400, &[], body).errors;
        assert_eq!(
            said(r#"{"meta":{"code":400,"errors":["a","b"]}}"#),
            ["a", "b"]
        );
        assert_eq!(said(r#"{"meta":{"code":400,"errors":"a"}}"#), ["a"]);
        assert_eq!(said(r#"{"errors":[{"message":"a"},7]}"#), ["a"]);
        assert_eq!(said(r#"{"error":{"code":415,"message":"a"}}"#), ["a"]);
        for silent in [
            "",
            "Not Found",
            "<html></html>",
            "{}",
            "[]",
            r#"{"meta":{}}"#,
            "\u{0}",
        ] {
            assert_eq!(said(silent), [""; 0], "{silent}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "é".repeat(100_000));
        assert_eq!(said(&long)[0].chars().count(), ERROR_CHARS_KEPT);
    }

    #[test]
    fn retry_after_is_read_as_seconds_as_a_date_and_from_the_body() {
        let seconds =
            |headers: &[_], body| refused(429, headers, body).retry_after.map(|d| d.as_secs());
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
            |headers: &[(&'static str, &str)], body: &str| refused(429, headers, body).retry_after;
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
        let details = refused(400, &[], body).details.unwrap();
        assert_eq!(
            details.get("rejection_reason").unwrap().as_str(),
            Some("answer_required")
        );
    }
}
