//! Sending to groups and to users.

use core::time::Duration;

use serde_json::{Value, json};

use super::{content, events, fixture, message};
use crate::{peer::VirtualSim, shape::assert_like};

#[test]
fn a_sent_message_is_answered_pushed_and_stored() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let target = sim.lake("/messages");
    let response = sim.post_rest(&target, fixture!("groups.messages.post.request.2026"));
    let envelope = super::body(&response, 201);
    assert_like(&envelope, fixture!("groups.messages.post.response.2026"));
    let sent = &envelope["response"]["message"];
    assert_eq!(sent["text"], "Example reply");
    assert_eq!(sent["source_guid"], "<client-generated uuid v4>");
    assert_eq!(sent["user_id"], sim.cast.me.to_string());

    let own = format!("/user/{}", sim.cast.me);
    let pushed = events(&sim.messages(socket), &own);
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0]["type"], "line.create");
    for member in ["id", "text", "source_guid", "attachments", "created_at"] {
        assert_eq!(pushed[0]["subject"][member], sent[member], "{member}");
    }
    let newest = sim.lake("/messages?limit=1");
    let row = content(&sim.get(&newest), 200)["messages"][0].take();
    assert_eq!((&row["id"], &row["platform"]), (&sent["id"], &"gm".into()));
}

#[test]
fn a_direct_message_is_answered_under_a_key_of_its_own_and_pushed_to_both() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let mut request: Value =
        serde_json::from_str(fixture!("direct_messages.post.request.2026")).unwrap();
    request["direct_message"]["recipient_id"] = sim.cast.theo.to_string().into();
    let response = sim.post_rest("/v3/direct_messages", &request.to_string());
    let sent = content(&response, 201)["direct_message"].take();
    let conversation = format!("{}+{}", sim.cast.theo, sim.cast.me);
    assert_eq!(sent["conversation_id"], conversation);
    assert_eq!(sent["recipient_id"], sim.cast.theo.to_string());
    for absent in ["system", "platform", "group_id", "pinned_at", "updated_at"] {
        assert!(sent.get(absent).is_none(), "{absent} in {sent}");
    }
    let pushed = events(&sim.messages(socket), &format!("/user/{}", sim.cast.me));
    assert_eq!(pushed[0]["type"], "direct_message.create");
    assert_eq!(pushed[0]["subject"]["chat_id"], conversation);
    assert_eq!(pushed[0]["subject"]["id"], sent["id"]);

    let target = format!("/v3/direct_messages?other_user_id={}", sim.cast.me);
    let seen = sim.request(sim.cast.theo, "GET", &target, "");
    assert_eq!(content(&seen, 200)["direct_messages"][0]["id"], sent["id"]);
    let target = format!(
        "/v3/direct_messages/{}?other_user_id={}",
        sent["id"].as_str().unwrap(),
        sim.cast.theo
    );
    let one = content(&sim.get(&target), 200);
    assert_eq!(one["direct_message"]["text"], "Example DM");
}

#[test]
fn a_source_guid_is_refused_for_a_minute() {
    let mut sim = VirtualSim::new();
    let target = sim.lake("/messages");
    let first = message("g-1", "once");
    assert_eq!(sim.post_rest(&target, &first).status, 201);
    sim.pass(Duration::from_secs(59));
    assert_eq!(sim.post_rest(&target, &first).status, 409);
    // Another user may use the same `source_guid`.
    let theo = sim.cast.theo;
    assert_eq!(sim.request(theo, "POST", &target, &first).status, 201);
    assert_eq!(sim.post_rest(&target, &message("g-2", "once")).status, 201);
    sim.pass(Duration::from_secs(1));
    assert_eq!(sim.post_rest(&target, &first).status, 201);
    let page = sim.lake("/messages?limit=200");
    let page = content(&sim.get(&page), 200);
    let rows = page["messages"].as_array().unwrap();
    let sent = rows.iter().filter(|row| row["text"] == "once").count();
    assert_eq!(sent, 4, "a refused repetition is stored");
}

#[test]
fn a_message_has_a_thousand_characters_at_most_and_something_in_it() {
    let mut sim = VirtualSim::new();
    let target = sim.lake("/messages");
    let longest = "é".repeat(1000);
    assert_eq!(
        sim.post_rest(&target, &message("g-1", &longest)).status,
        201
    );
    let image =
        json!({ "message": { "source_guid": "g-2", "attachments": [{ "type": "image" }] } });
    assert_eq!(sim.post_rest(&target, &image.to_string()).status, 201);
    let (socket, _) = sim.listen();
    for wrong in [
        message("g-3", &format!("{longest}!")),
        message("g-3", ""),
        json!({ "message": { "source_guid": "g-3" } }).to_string(),
        json!({ "message": { "text": "no guid" } }).to_string(),
        json!({ "message": { "source_guid": "g-3", "text": 7 } }).to_string(),
        json!({ "message": { "source_guid": "g-3", "text": "", "attachments": ["x"] } })
            .to_string(),
        json!({ "source_guid": "g-3", "text": "bare" }).to_string(),
        "{".to_owned(),
        String::new(),
    ] {
        let response = sim.post_rest(&target, &wrong);
        assert_eq!(response.status, 400, "{wrong}: {response:?}");
    }
    assert_eq!(sim.messages(socket), Vec::<Value>::new());
}

#[test]
fn a_direct_message_to_oneself_or_to_nobody_is_refused() {
    let mut sim = VirtualSim::new();
    let to = |recipient: &Value| {
        json!({ "direct_message": { "source_guid": "g", "text": "hi", "recipient_id": recipient } })
            .to_string()
    };
    let me = sim.cast.me.to_string().into();
    assert_eq!(sim.post_rest("/v3/direct_messages", &to(&me)).status, 400);
    assert_eq!(
        sim.post_rest("/v3/direct_messages", &to(&Value::Null))
            .status,
        400
    );
    assert_eq!(
        sim.post_rest("/v3/direct_messages", &to(&"7".into()))
            .status,
        404
    );
}

#[test]
fn files_are_shown_to_those_who_ask_for_them() {
    let mut sim = VirtualSim::new();
    let attachments = r#"[{"type":"file","file_id":"f"},{"type":"image","url":"u"}]"#;
    let id = sim.with_world(|world, cast| {
        world
            .say_with_attachments(cast.lake, cast.mara, None, attachments)
            .unwrap()
    });
    let row = sim.row(id);
    assert_eq!(row["attachments"].as_array().unwrap().len(), 1);
    for accept in ["1", "true"] {
        let target = sim.lake(&format!("/messages?limit=1&acceptFiles={accept}"));
        let rows = content(&sim.get(&target), 200);
        assert_eq!(rows["messages"][0]["attachments"][0]["type"], "file");
    }
}
