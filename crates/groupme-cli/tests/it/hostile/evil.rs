//! Texts that members write: terminal codes, line breaks, reordering and invisible characters.

use serde_json::{Value, json};

use super::{
    case::Case,
    peer::{replies, text},
};

/// Codes that a terminal obeys, and characters that reorder or hide text.
const CODES: [&str; 8] = [
    "\u{1b}",
    "\u{9b}",
    "\u{7f}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{200b}",
    "\u{e0041}",
];

fn messages() -> String {
    json!({"response": {"count": 3, "messages": [
        {"id": "3", "group_id": "5", "created_at": i64::MAX, "name": "Al\u{1b}[31mice\nMallory",
            "text": "a\u{1b}]52;c;ZXZpbA==\u{7}b\u{9b}31m\u{7f}\r\u{8} \u{2028}ls \u{2029}ps \u{85}nel"},
        {"id": "2", "group_id": "5", "created_at": i64::MIN, "name": "\u{202e}ecilA\u{202c}",
            "text": "invoice\u{202e}fdp.exe \u{2066}iso\u{2069} zw\u{200b}j\u{200d}\u{feff} tag\u{e0041}"},
        {"id": "1\u{1b}[2J", "group_id": "5", "created_at": 1e300, "name": null, "text": null,
            "attachments": [{"type": "image\u{1b}[5m", "url": "javascript:\u{1b}[2J\u{202e}"}]},
    ]}, "meta": {"code": 200}})
    .to_string()
}

pub(super) fn cases() -> Vec<Case> {
    let history = ["history", "--group", "5", "--format"];
    let show = |name, format| {
        let arguments = [&history[..], &[format]].concat();
        Case::rest(name, &arguments, |peer, _| peer.json(messages()))
    };
    let hide = |case: Case, codes: &[&'static str]| {
        codes.iter().fold(case, |case, &code| case.hides(code))
    };
    let live = Case::websocket("pushed texts for people", |peer| {
        peer.live()?;
        for (number, code) in CODES.iter().chain(&["\n", "\r"]).enumerate() {
            let event = json!([{"channel": "/user/1", "data": {
                "type": "line.create", "alert": code, "received_at": 1_700_000_000,
                "subject": {"id": number.to_string(), "group_id": "5\u{1b}[1m", "user_id": "9",
                    "name": format!("{code}NAME"), "text": format!("a{code}b"),
                    "attachments": [{"type": code}], "created_at": 1_700_000_000},
            }}]);
            peer.send(text(event.to_string()))?;
        }
        peer.send(text(
            r#"[{"channel":"/user/1","data":{"type":"odd\u001b[5m\u202e","alert":"x"}}]"#,
        ))?;
        peer.hold()
    })
    .format("pretty");
    vec![
        hide(show("texts of a history for people", "pretty"), &CODES),
        hide(show("texts of a history as JSON", "json"), &CODES[..3]),
        hide(live, &CODES).says("NAME"),
        hide(
            Case::rest(
                "texts of errors in the log",
                &["groups", "-vv"],
                |peer, _| {
                    let body = json!({"meta": {"code": 500, "errors": [CODES.join("shown")]}});
                    peer.respond("500 T", "", body.to_string())
                },
            )
            .fails(5),
            &CODES,
        )
        .says("retrying")
        .says("shown"),
        Case::websocket("the token in the error of a handshake", |peer| {
            peer.upgrade()?;
            let messages = peer.messages()?;
            peer.send(text(refusals(&messages, "/meta/handshake")))?;
            peer.hold()
        })
        .fails(1)
        .says("failed for …"),
        Case::websocket("the token in the errors of subscriptions", |peer| {
            peer.upgrade()?;
            loop {
                let messages = peer.messages()?;
                peer.send(text(refusals(&messages, "/meta/subscribe")))?;
            }
        })
        .fails(3)
        .says("failed for …"),
    ]
}

/// Returns replies that refuse what is for a channel, with the token of the command in the error.
fn refusals(messages: &[Value], channel: &str) -> String {
    let refused = |message: &Value| {
        let mut reply = json!({"channel": channel, "id": message["id"], "successful": false,
            "error": "401::authentication failed for SECRETTOKEN0123456789"});
        if channel == "/meta/handshake" {
            reply["advice"] = json!({"reconnect": "none"});
        } else {
            reply["subscription"] = message["subscription"].clone();
        }
        reply
    };
    let granted: Vec<Value> = messages
        .iter()
        .filter(|message| message["channel"] != channel)
        .cloned()
        .collect();
    let granted: Vec<Value> = serde_json::from_str(&replies(&granted, "abc", "")).unwrap();
    let mut all: Vec<Value> = messages
        .iter()
        .filter(|message| message["channel"] == channel)
        .map(refused)
        .collect();
    all.extend(granted);
    Value::from(all).to_string()
}
