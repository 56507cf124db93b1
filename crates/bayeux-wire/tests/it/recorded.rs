//! Frames recorded from real servers.

use serde_json::Value as Json;

use crate::oracle::{agrees, decode, fixtures};

const TRANSCRIPTS: [(&str, &str, usize); 4] = [
    (
        "faye-1.4.3-ws",
        include_str!("../transcripts/faye-1.4.3-ws.jsonl"),
        30,
    ),
    (
        "faye-0.7-ws",
        include_str!("../transcripts/faye-0.7-ws.jsonl"),
        20,
    ),
    (
        "cometd-nodejs-server-1.2.1-http",
        include_str!("../transcripts/cometd-nodejs-server-1.2.1-http.jsonl"),
        92,
    ),
    (
        "client-cometd-9.0.0-vs-faye-ws",
        include_str!("../transcripts/client-cometd-9.0.0-vs-faye-ws.jsonl"),
        8,
    ),
];

/// Returns the text frames and HTTP bodies that the server of a transcript sent.
fn payloads(transcript: &str) -> Vec<String> {
    let mut payloads = Vec::new();
    for line in transcript.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        if record["dir"] != "<" {
            continue;
        }
        if record["ws"]["op"] == "text"
            && let Some(text) = record["ws"]["text"].as_str()
        {
            payloads.push(text.to_owned());
        }
        if let Some((_, body)) = record["http"]
            .as_str()
            .and_then(|http| http.split_once("\r\n\r\n"))
            && !body.is_empty()
        {
            payloads.push(body.to_owned());
        }
    }
    payloads
}

/// Compares a payload with `serde_json`, message by message.
fn check(name: &str, payload: &str) {
    let json: Json = serde_json::from_str(payload).unwrap();
    let frame = decode(payload).unwrap_or_else(|error| panic!("{name}: {error}: {payload}"));
    assert!(agrees(frame.root().unwrap(), &json), "{name}: {payload}");
    assert_eq!(frame.len(), payload.len(), "{name}");

    let batch = json
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![json.clone()]);
    let objects: Vec<_> = batch.iter().filter(|message| message.is_object()).collect();
    assert_eq!(frame.messages().len(), objects.len(), "{name}");
    assert_eq!(frame.rejected(), batch.len() - objects.len(), "{name}");
    for (message, json) in frame.messages().zip(objects) {
        let envelope = message.envelope();
        assert_eq!(
            envelope.channel,
            json["channel"].as_str().unwrap_or(""),
            "{name}"
        );
        assert_eq!(envelope.client_id, json["clientId"].as_str(), "{name}");
        assert_eq!(envelope.successful, json["successful"].as_bool(), "{name}");
        assert_eq!(envelope.error, json["error"].as_str(), "{name}");
        assert_eq!(
            envelope.subscription,
            json["subscription"].as_str(),
            "{name}"
        );
        assert_eq!(envelope.version, json["version"].as_str(), "{name}");
        assert_eq!(envelope.has_data, json.get("data").is_some(), "{name}");
        assert_eq!(
            envelope.advice.is_some(),
            json["advice"].is_object(),
            "{name}"
        );
        if let Some(advice) = envelope.advice {
            assert_eq!(
                advice.timing.timeout,
                json["advice"]["timeout"].as_i64(),
                "{name}"
            );
            assert_eq!(
                advice.timing.interval,
                json["advice"]["interval"].as_i64(),
                "{name}"
            );
        }
        let types = json["supportedConnectionTypes"].as_array();
        assert_eq!(
            envelope.supported_connection_types.is_some(),
            types.is_some(),
            "{name}"
        );
        if let (Some(read), Some(types)) = (envelope.supported_connection_types, types) {
            assert_eq!(read.websocket, types.iter().any(|name| name == "websocket"));
            assert_eq!(
                read.long_polling,
                types.iter().any(|name| name == "long-polling")
            );
        }
    }
}

#[test]
fn every_payload_of_the_transcripts_is_read() {
    for (name, transcript, expected) in TRANSCRIPTS {
        let payloads = payloads(transcript);
        assert_eq!(payloads.len(), expected, "{name}");
        for payload in payloads {
            check(name, &payload);
        }
    }
}

#[test]
fn every_fixture_is_read_and_printed_without_loss() {
    for (name, text) in fixtures() {
        check(&name, &text);
        let frame = decode(&text).unwrap();
        let printed = frame.root().unwrap().to_string();
        let again: Json = serde_json::from_str(&printed).unwrap();
        assert_eq!(
            again,
            serde_json::from_str::<Json>(&text).unwrap(),
            "{name}"
        );
        assert_eq!(decode(&printed).unwrap().root(), frame.root(), "{name}");
    }
}
