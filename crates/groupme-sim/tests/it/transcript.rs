//! What Faye 1.4.3 was recorded to answer over HTTP, said again and compared byte for byte.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use groupme_sim::{Gateway, GatewayConfig, Guard, Lane, LaneKind, Output};
use serde_json::Value;

/// The rules of the recorded server.
struct Recorded;

impl Guard for Recorded {
    fn may_subscribe(&self, token: Option<&str>, channel: &str) -> Result<(), String> {
        match token {
            _ if !channel.starts_with("/private/") => Ok(()),
            None => Err(format!("403:{channel}:Authentication required")),
            Some("good") => Ok(()),
            Some(_) => Err(format!("403:{channel}:Invalid access token")),
        }
    }

    fn may_publish(
        &self,
        _: Option<&str>,
        channel: &str,
        kind: Option<&str>,
    ) -> Result<(), String> {
        if kind == Some("deny") {
            Err(format!("403:{channel}:Denied"))
        } else {
            Ok(())
        }
    }
}

#[derive(Debug, PartialEq)]
enum Answer {
    Batch(String),
    BadRequest,
}

#[test]
fn answers_a_recorded_conversation_byte_for_byte() {
    let mut config = GatewayConfig::default();
    (config.hold, config.ping) = (Duration::from_secs(5), None);
    let mut gateway = Gateway::new(config);
    let mut answers: BTreeMap<u64, Answer> = BTreeMap::new();
    // The recorded client ids, and those that stand for them here.
    let mut names: Vec<(String, String)> = Vec::new();
    let (mut mark, mut compared) = ("", 0);

    let lines: Vec<Value> = include_str!("../fixtures/transcripts/faye-1.4.3-http.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &lines {
        if let Some(text) = line["mark"].as_str() {
            mark = text;
            continue;
        }
        // Its extension knew old timestamps, which no guard here is asked about.
        if mark == "subscribe unauthorised: stale timestamp" {
            continue;
        }
        let (at, conn) = (line["t"].as_u64().unwrap(), line["conn"].as_u64().unwrap());
        // A recorded answer comes some ms after its time.
        let now = Instant::from_millis(at);
        while let Some(due) = gateway.poll_timeout().filter(|due| *due <= now) {
            gateway.handle_timeout(due);
        }
        if let Some(request) = line["request"].as_str() {
            let request = names
                .iter()
                .fold(request.to_owned(), |text, (theirs, ours)| {
                    text.replace(theirs, ours)
                });
            gateway.handle_open(now, Lane::new(conn), LaneKind::Exchange);
            gateway.handle_payload(now, Lane::new(conn), request.as_bytes(), &Recorded);
        }
        while let Some(output) = gateway.poll_output() {
            let lane = output.lane().number();
            let answer = match output {
                Output::Respond { body, .. } => Answer::Batch(body),
                Output::Reject { .. } => Answer::BadRequest,
                other => panic!("{other:?}"),
            };
            assert!(
                answers.insert(lane, answer).is_none(),
                "{mark}: answered twice"
            );
        }
        if line.get("request").is_none() {
            let answer = answers
                .remove(&conn)
                .unwrap_or_else(|| panic!("{mark}: not answered"));
            assert_eq!(answer, expected(line, &answer, &mut names), "{mark}");
            compared += 1;
        }
    }
    assert_eq!(compared, 87, "answers compared");
    assert!(
        answers.is_empty(),
        "answered what Faye did not: {answers:?}"
    );
}

/// What was recorded, with the client ids of here.
fn expected(line: &Value, answer: &Answer, names: &mut Vec<(String, String)>) -> Answer {
    let Some(recorded) = line["answer"].as_str() else {
        assert_eq!(line["status"], 400);
        return Answer::BadRequest;
    };
    // Here no `ext` of a publisher reaches anybody.
    let mut recorded = recorded.replace(r#""ext":{"other":"x"},"#, "");
    if let Answer::Batch(ours) = answer
        && recorded.contains("/meta/handshake")
    {
        let id = |batch: &str| {
            let batch: Value = serde_json::from_str(batch).unwrap();
            batch[0]["clientId"].as_str().map(str::to_owned)
        };
        names.extend(id(&recorded).zip(id(ours)));
    }
    for (theirs, ours) in names {
        recorded = recorded.replace(theirs.as_str(), ours);
    }
    Answer::Batch(recorded)
}
