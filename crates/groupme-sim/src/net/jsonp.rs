//! Batches in HTTP: as a body, in a form, or in a query whose reply is a script (JSONP).

use core::fmt::Write as _;

use crate::rest::query::Query;

/// Batch of a request, and the wanted form of the reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) batch: String,
    /// Function that a script calls with the reply.
    pub(super) callback: Option<String>,
}

/// Returns the batch of a POST; `None` without a batch or with an invalid callback.
pub(super) fn posted(kind: Option<&str>, body: &str) -> Option<Batch> {
    let kind = kind.and_then(|kind| kind.split(';').next());
    // Old browsers could not send `application/json` to another origin.
    if kind == Some("application/x-www-form-urlencoded") || body.starts_with("message=") {
        let form = Query::new(body);
        let callback = form.text("jsonp").map(checked);
        return Some(Batch {
            batch: form.text("message")?,
            callback: callback.map_or(Some(None), |callback| callback.map(Some))?,
        });
    }
    Some(Batch {
        batch: body.to_owned(),
        callback: None,
    })
}

/// Returns the batch of a GET, whose reply is always a script.
pub(super) fn queried(query: &str) -> Option<Batch> {
    let query = Query::new(query);
    let callback = query.text("jsonp");
    Some(Batch {
        batch: query.text("message")?,
        callback: Some(checked(
            callback.unwrap_or_else(|| "jsonpcallback".to_owned()),
        )?),
    })
}

/// Returns the script that calls `callback` with `answer`.
///
/// The comment in front keeps the chooser of the name from choosing the first bytes as well
/// (Rosetta Flash).
pub(super) fn script(callback: &str, answer: &str) -> String {
    let mut script = format!("/**/{callback}(");
    for letter in answer.chars() {
        // JSON allows these two characters in strings; in a script they end the line.
        match letter {
            '\u{2028}' | '\u{2029}' => {
                let _ = write!(script, "\\u{:04x}", u32::from(letter));
            }
            _ => script.push(letter),
        }
    }
    script.push_str(");");
    script
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
    use super::*;

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
    fn a_script_has_no_line_ends_in_its_texts() {
        let script = script("cb", "[\"a\u{2028}b\u{2029}é\"]");
        assert_eq!(script, r#"/**/cb(["a\u2028b\u2029é"]);"#);
    }

    #[test]
    fn a_form_is_a_form_by_its_type_or_by_its_first_word() {
        let jsonp = |batch: &str| {
            Some(Batch {
                batch: batch.to_owned(),
                callback: None,
            })
        };
        let form = Some("application/x-www-form-urlencoded; charset=UTF-8");
        assert_eq!(posted(form, "a=b&message=%5B%5D"), jsonp("[]"));
        assert_eq!(posted(Some("text/plain"), "message=%5B%5D"), jsonp("[]"));
        assert_eq!(posted(None, "[]"), jsonp("[]"));
        assert_eq!(posted(form, "[]"), None);
        assert_eq!(posted(form, "message=[]&jsonp=alert(1)"), None);
        assert_eq!(queried("jsonp=cb"), None);
    }
}
