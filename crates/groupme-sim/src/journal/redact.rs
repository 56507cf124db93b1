//! Hiding of secrets: tokens, client ids, bot ids and signatures.

use serde_json::{Value, json};

use crate::rest::query::decode;

/// Returns a text as JSON without its secrets. Of a text that is not JSON only the size is shown,
/// because nobody knows where its secrets are.
pub(super) fn readable(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    match serde_json::from_str(text) {
        Ok(mut value) => {
            hide(&mut value);
            value
        }
        Err(_) => json!({ "not_json": true, "bytes": text.len() }),
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(hide),
        Value::Object(members) => {
            for (name, value) in members {
                if SECRET.contains(&&**name) && !value.is_null() {
                    *value = HIDDEN.into();
                } else if name == "error" && value.is_string() {
                    *value = error_without_arguments(value.as_str().unwrap_or_default()).into();
                } else {
                    hide(value);
                }
            }
        }
        _ => {}
    }
}

/// Hides the argument of Faye's errors, such as the client id in `401:CLIENT:Unknown client`.
fn error_without_arguments(error: &str) -> String {
    let mut parts = error.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("401"), Some(argument), Some(text)) if !argument.is_empty() => {
            format!("401:{HIDDEN}:{text}")
        }
        _ => error.to_owned(),
    }
}

/// Returns a query without the values of secret parameters.
pub(super) fn hide_in_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<String>>().join("&")
}

/// Returns a path without the token of a share link: `/v3/groups/{id}/join/{token}`.
pub(super) fn hide_in_path(path: &str) -> String {
    let mut is_secret = false;
    let segments = path.split('/').map(|segment| {
        if is_secret && !segment.is_empty() {
            return HIDDEN.to_owned();
        }
        is_secret = is_secret || BEFORE_TOKEN.contains(&&*decode(segment));
        segment.to_owned()
    });
    segments.collect::<Vec<String>>().join("/")
}

const HIDDEN: &str = "…";
/// Names of members and parameters whose values are secret.
const SECRET: &[&str] = &[
    "access_token",
    "bot_id",
    "clientId",
    "client_id",
    "ext",
    "sig",
    "share_token",
    "share_url",
    "token",
    "uploadUrl",
];
/// Segments of paths that the token of a share link follows.
const BEFORE_TOKEN: &[&str] = &["join", "preview"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_readable() {
        let frame = r#"[{"clientId":"SECRET","ext":{"access_token":"SECRET"},"id":"1"},
            {"error":"401:SECRET:Unknown client"},{"data":{"token":"SECRET"}},
            {"group":{"share_url":"https://groupme.com/join_group/1/SECRET"}}]"#;
        let shown = readable(frame).to_string();
        assert!(!shown.contains("SECRET"), "{shown}");
        assert!(
            shown.contains("Unknown client") && shown.contains(r#""id":"1""#),
            "{shown}"
        );
        assert!(
            !readable(r#"[{"clientId":"SECRET""#)
                .to_string()
                .contains("SECRET")
        );
        assert_eq!(
            hide_in_query("limit=1&token=SECRET&sig=SECRET"),
            "limit=1&token=…&sig=…"
        );
        for (path, shown) in [
            ("/v3/groups/1/join/SECRET", "/v3/groups/1/join/…"),
            ("/groups/1/j%6Fin/SECRET/x", "/groups/1/j%6Fin/…/…"),
            ("/v3/groups/1/preview/SECRET", "/v3/groups/1/preview/…"),
            ("/v3/groups/1/join/", "/v3/groups/1/join/"),
            ("/v3/groups/1/members", "/v3/groups/1/members"),
        ] {
            assert_eq!(hide_in_path(path), shown);
        }
        assert_eq!(readable(""), Value::Null);
    }
}
