//! Advice with numbers and types of any kind.

use super::{
    case::Case,
    peer::{replies, text},
};

pub(super) fn cases() -> Vec<Case> {
    let kinds = [
        (
            "negative advice",
            r#"{"reconnect":"retry","interval":-5,"timeout":-1}"#,
        ),
        (
            "advice of 2^63",
            r#"{"reconnect":"retry","interval":9223372036854775808,"timeout":9223372036854775808}"#,
        ),
        (
            "advice of 1e300",
            r#"{"reconnect":"retry","interval":1e300,"timeout":1e300}"#,
        ),
        (
            "advice of 2^64-1",
            r#"{"reconnect":"retry","interval":18446744073709551615,"timeout":18446744073709551615}"#,
        ),
        ("advice of NaN", r#"{"reconnect":"retry","interval":NaN}"#),
        (
            "advice of other types",
            r#"{"reconnect":7,"interval":"soon","timeout":[],"hosts":"x","multiple-clients":3}"#,
        ),
        (
            "advice of zero",
            r#"{"reconnect":"retry","interval":0,"timeout":0}"#,
        ),
        ("advice to end", r#"{"reconnect":"none"}"#),
        ("advice that is a list", "[1,2]"),
    ];
    let cases = kinds.into_iter().map(|(name, advice)| {
        let case = Case::websocket(name, move |peer| {
            peer.live_as("abc", advice)?;
            loop {
                let messages = peer.messages()?;
                peer.send(text(replies(&messages, "abc", advice)))?;
            }
        });
        match name {
            // A negative interval tells the same.
            "advice to end" | "negative advice" => case.fails(1).says("advised to stop"),
            "advice of NaN" => case.unreached().says("JSON"),
            _ => case,
        }
    });
    cases.collect()
}
