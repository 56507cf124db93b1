//! Texts and classes of every variant.

use super::*;

use crate::Service;

const CALL: CallName = CallName::new("GET", Service::V3, "groups/{}");

fn every_variant() -> Vec<Error> {
    let status = |status| {
        Error::from_api_error(ApiError {
            errors: vec!["first\nline".to_owned(), "second".to_owned()],
            ..ApiError::new(CALL, status)
        })
    };
    let mut errors: Vec<_> = [401, 403, 404, 408, 409, 420, 422, 429, 500, 302]
        .map(status)
        .into();
    errors.extend([
        Error::Misuse {
            call: CALL,
            reason: "an id is empty",
        },
        Error::Upload {
            call: CALL,
            source: "the cause".into(),
        },
        Error::Draft(DraftError::Empty),
        Error::Unreadable {
            call: CALL,
            status: 200,
            size: 9,
            source: "the cause".into(),
        },
        Error::Overtaken { call: CALL },
        Error::CutOff {
            call: CALL,
            status: 200,
            size: 9,
        },
        Error::Empty {
            call: CALL,
            status: 200,
        },
        Error::Malformed {
            call: CALL,
            format: "HTTP",
            source: "the cause".into(),
        },
        Error::Oversize {
            call: CALL,
            limit: 9,
        },
        Error::Endless {
            call: CALL,
            limit: 9,
        },
        Error::Transport {
            call: CALL,
            source: TransportError::new(true, "the cause"),
        },
        Error::Transport {
            call: CALL,
            source: TransportError::new(false, "the cause"),
        },
        Error::Transport {
            call: CALL,
            source: TransportError::closed_early("the cause"),
        },
        Error::TimedOut {
            call: CALL,
            limit: Duration::from_secs(15),
        },
    ]);
    errors
}

fn assert_one_line_without_its_source(error: &dyn StdError) {
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    assert!(text.starts_with(char::is_lowercase), "{text}");
    if let Some(source) = error.source() {
        assert!(!text.contains(&source.to_string()), "{text}");
    }
}

#[test]
fn every_error_is_one_lower_case_line_without_its_source() {
    for error in every_variant() {
        assert_one_line_without_its_source(&error);
    }
    for error in [
        SetupError::BaseUrl(BaseUrlError::Query),
        SetupError::Dial(DialError::RootCertificate("the cause".into())),
    ] {
        assert_one_line_without_its_source(&error);
    }
}

#[test]
fn an_api_error_names_the_call_the_status_and_the_messages() {
    let error = ApiError {
        code: Some(40_100),
        errors: vec!["Not authorized".to_owned()],
        ..ApiError::new(CALL, 401)
    };
    assert_eq!(
        Error::from_api_error(error).to_string(),
        "not authorized: `GET v3/groups/{}` was answered with status 401 (40100): Not authorized"
    );
    let bare = ApiError {
        code: Some(404),
        ..ApiError::new(CALL, 404)
    };
    assert_eq!(
        Error::from_api_error(bare).to_string(),
        "not found: `GET v3/groups/{}` was answered with status 404"
    );
}

#[test]
fn only_temporary_failures_are_transient_and_only_refused_or_unsent_requests_are_unprocessed() {
    let count =
        |judge: fn(&Error) -> bool| every_variant().iter().filter(|error| judge(error)).count();
    // 408, 420, 429, 500, the answer cut off, empty or malformed, three transport errors, the timeout.
    assert_eq!(count(Error::is_transient), 11);
    // 401, 403, 404, 420, 422, 429, 302, misuse, draft, and the failed connection.
    assert_eq!(count(Error::was_not_processed), 10);
}

#[test]
fn the_token_is_removed_from_the_messages_and_details() {
    let token = Token::new("hush-hush").unwrap();
    let details = serde_json::json!({"hush-hush": [1, "was hush-hush", null]});
    let error = ApiError {
        errors: vec![
            "bad token hush-hush".to_owned(),
            "cut short: hush-".to_owned(),
        ],
        details: serde_json::from_value(details).ok(),
        ..ApiError::new(CALL, 401)
    };
    let error = Error::from_api_error(error).redact(&token);
    assert!(!format!("{error} {error:?}").contains("hush"));
}

#[test]
fn debug_is_the_text_with_those_of_the_sources() {
    for error in every_variant() {
        let mut texts = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            texts = format!("{texts}: {error}");
            source = error.source();
        }
        assert_eq!(format!("{error:?}"), texts);
    }
    let setup = SetupError::BaseUrl(BaseUrlError::Query);
    let expected = "a base URL cannot be used: the URL has a query or a fragment, after which no path \
                    can follow";
    assert_eq!(format!("{setup:?}"), expected);
}
