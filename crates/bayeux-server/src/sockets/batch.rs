//! Batches in HTTP: as a body, in a form, or in a query whose answer is a script.

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};

/// Batch of a request, and the form that its answer has to have.
#[derive(Clone, PartialEq, Eq)]
pub struct Batch {
    pub(super) messages: Bytes,
    /// Function that a script calls with the answer.
    pub(super) callback: Option<String>,
}

impl Batch {
    /// Reads the batch of a `POST`: its body, or the field `message` of a form. Returns `None`
    /// without a batch, or with a callback that is no name.
    pub fn from_post(headers: &HeaderMap, body: Bytes) -> Option<Self> {
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next());
        // Old browsers could not send `application/json` to another origin.
        if kind == Some("application/x-www-form-urlencoded") || body.starts_with(b"message=") {
            let (message, callback) = fields(&body);
            let callback = callback.map(checked);
            return Some(Self {
                messages: message?.into(),
                callback: callback.map_or(Some(None), |callback| callback.map(Some))?,
            });
        }
        Some(Self {
            messages: body,
            callback: None,
        })
    }

    /// Reads the batch of a `GET`, by callback-polling: the field `message` of its query. The answer
    /// is a script that calls the function in the field `jsonp`. Returns `None` without a batch, or
    /// with a callback that is no name.
    pub fn from_query(query: &str) -> Option<Self> {
        let (message, callback) = fields(query.as_bytes());
        Some(Self {
            messages: message?.into(),
            callback: Some(checked(
                callback.unwrap_or_else(|| "jsonpcallback".to_owned()),
            )?),
        })
    }

    /// Returns the JSON of the batch. Nothing has been checked yet.
    pub fn messages(&self) -> &[u8] {
        &self.messages
    }
}

impl core::fmt::Debug for Batch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // A batch contains credentials.
        f.debug_struct("Batch")
            .field("bytes", &self.messages.len())
            .field("callback", &self.callback)
            .finish()
    }
}

/// Returns the first `message` and the first `jsonp` of a form.
fn fields(form: &[u8]) -> (Option<String>, Option<String>) {
    let (mut message, mut callback) = (None, None);
    for (name, value) in form_urlencoded::parse(form) {
        match &*name {
            "message" if message.is_none() => message = Some(value.into_owned()),
            "jsonp" if callback.is_none() => callback = Some(value.into_owned()),
            _ => {}
        }
    }
    (message, callback)
}

/// Returns the callback if it is a name, or several with dots between.
fn checked(callback: String) -> Option<String> {
    let is_name = |part: &str| {
        let starts_well = part.starts_with(|first: char| !first.is_ascii_digit());
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "_$".contains(letter);
        starts_well && part.chars().all(letter)
    };
    callback.split('.').all(is_name).then_some(callback)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn posted(kind: Option<&'static str>, body: &'static str) -> Option<Batch> {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        Batch::from_post(&headers, Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_callback_is_a_name_and_no_program() {
        for name in ["cb_1", "$", "a.b.c", "jQuery17_2"] {
            assert_eq!(checked(name.to_owned()).as_deref(), Some(name));
        }
        for program in ["", "alert(1)", "1a", "a..b", ".a", "a b", "a;b", "é"] {
            assert_eq!(checked(program.to_owned()), None, "{program}");
        }
    }

    #[test]
    fn a_form_is_a_form_by_its_type_or_by_its_first_word() {
        let batch = |messages: &'static str| {
            Some(Batch {
                messages: Bytes::from_static(messages.as_bytes()),
                callback: None,
            })
        };
        let form = Some("application/x-www-form-urlencoded; charset=UTF-8");
        assert_eq!(posted(form, "a=b&message=%5B%5D"), batch("[]"));
        assert_eq!(posted(Some("text/plain"), "message=%5B%5D"), batch("[]"));
        assert_eq!(posted(None, "[]"), batch("[]"));
        assert_eq!(posted(form, "[]"), None);
        assert_eq!(posted(form, "message=[]&jsonp=alert(1)"), None);
        assert_eq!(Batch::from_query("jsonp=cb"), None);
        let queried =
            Batch::from_query("message=%5b%7b%22a%22%3a%22b+c%22%7d%5d&jsonp=cb&jsonp=d").unwrap();
        assert_eq!(queried.messages(), br#"[{"a":"b c"}]"#);
        assert_eq!(queried.callback.as_deref(), Some("cb"));
    }
}
