//! Edits and deletions.

use core::time::Duration;

use groupme_sim::SimMessageId;
use serde_json::{Value, json};

use super::{assert_empty, body, content, events, fixture};
use crate::{peer::VirtualSim, shape::assert_like};

const EDIT: &str = r#"{"text":"better","attachments":[]}"#;

fn edit(sim: &mut VirtualSim, id: SimMessageId, body: &str) -> groupme_sim::RestResponse {
    let target = format!("/v4/groups/{}/messages/{id}", sim.cast.lake);
    sim.request(sim.cast.me, "PUT", &target, body)
}

fn delete(sim: &mut VirtualSim, id: SimMessageId) -> groupme_sim::RestResponse {
    let target = format!("/v3/conversations/{}/messages/{id}", sim.cast.lake);
    sim.request(sim.cast.me, "DELETE", &target, "")
}

/// Returns the types of the events in notices, and of other events.
fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| {
            let notice = event["subject"]["event"]["type"].as_str();
            notice.or(event["type"].as_str()).unwrap()
        })
        .collect()
}

#[test]
fn an_edit_rewrites_the_row_and_leaves_a_notice() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.me, "good");
    sim.messages(socket);
    sim.pass(Duration::from_mins(1));
    let response = edit(
        &mut sim,
        id,
        fixture!("v4.groups.messages.one.put.request.2026"),
    );
    let envelope = body(&response, 200);
    assert_like(
        &envelope,
        fixture!("v4.groups.messages.one.put.response.2026"),
    );
    assert_eq!(envelope["response"]["message"]["updated_at"], 1_785_346_115);

    let pushed = sim.messages(socket);
    let own = events(&pushed, &format!("/user/{}", sim.cast.me));
    let group = events(&pushed, &format!("/group/{}", sim.cast.lake));
    assert_eq!(
        (kinds(&own), kinds(&group)),
        (vec!["message.update"], vec!["message.update"])
    );
    assert_eq!(group[0]["subject"]["text"], "Example edited body");

    let row = sim.row(id);
    assert_eq!(row["text"], "Example edited body");
    let target = sim.lake("/messages?limit=1");
    let notice = content(&sim.get(&target), 200)["messages"][0].take();
    assert_eq!(notice["event"], own[0]["subject"]["event"]);
    assert_eq!(notice["id"], own[0]["subject"]["id"]);
}

#[test]
fn an_edit_in_an_envelope_is_invalid_text() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.me, "good");
    let wrapped = json!({ "message": { "text": "better" } }).to_string();
    for wrong in [&*wrapped, "{}", r#"{"text":""}"#, r#"{"text":7}"#] {
        let refusal = body(&edit(&mut sim, id, wrong), 400);
        assert_eq!(
            refusal["meta"],
            json!({ "code": 40001, "errors": ["Invalid text"] })
        );
    }
    assert_eq!(sim.row(id)["text"], "good");
    assert!(sim.row(id).get("updated_at").is_none());
}

#[test]
fn an_edit_without_attachments_keeps_them() {
    let mut sim = VirtualSim::new();
    let id = sim.with_world(|world, cast| {
        let image = r#"[{"type":"image","url":"u"}]"#;
        world
            .say_with_attachments(cast.lake, cast.me, Some("look"), image)
            .unwrap()
    });
    content(&edit(&mut sim, id, r#"{"text":"see"}"#), 200);
    assert_eq!(sim.row(id)["attachments"][0]["url"], "u");
    content(&edit(&mut sim, id, EDIT), 200);
    assert_eq!(sim.row(id)["attachments"], json!([]));
}

#[test]
fn an_edit_comes_within_fifteen_minutes_or_not_at_all() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.me, "good");
    sim.pass(Duration::from_mins(15));
    content(&edit(&mut sim, id, EDIT), 200);
    sim.pass(Duration::from_secs(1));
    assert_eq!(edit(&mut sim, id, EDIT).status, 400);
    sim.with_world(|world, _| world.set_edit_window(None));
    content(&edit(&mut sim, id, EDIT), 200);
    let late = sim.with_world(|world, _| {
        world.set_edit_window(Some(Duration::from_mins(1)));
        world.edit(id, "late").unwrap_err().to_string()
    });
    assert_eq!(
        late,
        format!("message {id} is too old to be changed: widen the window")
    );
    let group = content(
        &{
            let target = sim.lake("");
            sim.get(&target)
        },
        200,
    );
    assert_eq!(group["message_edit_period"], 1);
}

#[test]
fn a_deletion_leaves_a_tombstone_and_a_notice() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.me, "oops");
    sim.messages(socket);
    assert_empty(&delete(&mut sim, id), 204);
    let pushed = sim.messages(socket);
    let own = events(&pushed, &format!("/user/{}", sim.cast.me));
    let group = events(&pushed, &format!("/group/{}", sim.cast.lake));
    assert_eq!(
        (kinds(&own), kinds(&group)),
        (vec!["message.deleted"], vec!["message.deleted"])
    );
    let row = sim.row(id);
    assert_eq!(row["text"], "This message was deleted");
    assert_eq!(row["deleted_at"], 1_785_346_055);
    assert_eq!(
        (&row["deletion_actor"], &row["attachments"]),
        (&"sender".into(), &json!([]))
    );
    assert_eq!(delete(&mut sim, id).status, 404);
    assert_eq!(edit(&mut sim, id, EDIT).status, 404);
}

#[test]
fn a_deletion_may_come_too_late() {
    let mut sim = VirtualSim::new();
    sim.with_world(|world, _| world.set_deletion_window(Some(Duration::from_mins(2))));
    let id = sim.send_message(sim.cast.me, "oops");
    sim.pass(Duration::from_secs(121));
    assert_eq!(delete(&mut sim, id).status, 400);
    assert_eq!(sim.row(id)["text"], "oops");
    sim.with_world(|world, _| world.set_deletion_window(None));
    sim.pass(Duration::from_secs(1_000_000));
    assert_empty(&delete(&mut sim, id), 204);
}

#[test]
fn a_message_deleted_by_the_owner_leaves_only_a_notice() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.theo, "rude");
    sim.messages(socket);
    // Mara created the group; nobody else may delete messages of others.
    assert_eq!(delete(&mut sim, id).status, 401);
    let target = format!("/v3/conversations/{}/messages/{id}", sim.cast.lake);
    assert_empty(&sim.request(sim.cast.mara, "DELETE", &target, ""), 204);

    let pushed = sim.messages(socket);
    let own = events(&pushed, &format!("/user/{}", sim.cast.me));
    assert_eq!(
        own[0]["subject"]["event"]["data"]["deletion_actor"],
        "admin"
    );
    assert_eq!(
        own[0]["subject"]["event"]["data"]["message_id"],
        id.to_string()
    );
    assert_eq!(
        events(&pushed, &format!("/group/{}", sim.cast.lake)),
        Vec::<Value>::new()
    );
    let target = format!("/v4/groups/{}/messages/{id}", sim.cast.lake);
    assert_eq!(sim.get(&target).status, 404);
    let target = sim.lake("/messages?limit=100");
    let page = content(&sim.get(&target), 200);
    let rows = page["messages"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["id"] != id.to_string()));
    assert_eq!(page["count"], 6);
}

#[test]
fn a_message_deleted_by_the_owner_may_leave_a_tombstone() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.with_world(|world, cast| {
        world.leave_tombstones(true);
        let id = world.say(cast.lake, cast.theo, "rude").unwrap();
        world.react(id, cast.me, "❤️").unwrap();
        world.delete_as_owner(id, cast.mara).unwrap();
        id
    });
    let row = sim.row(id);
    assert_eq!(
        (&row["text"], &row["deletion_actor"], &row["deleted_at"]),
        (
            &"An admin deleted this message".into(),
            &"admin".into(),
            &1_785_346_055.into()
        )
    );
    let pushed = events(&sim.messages(socket), &format!("/user/{}", sim.cast.me));
    let notice = &pushed.last().unwrap()["subject"]["event"];
    assert_eq!(notice["data"]["deletion_actor"], "admin");
}

#[test]
fn messages_of_others_and_notices_cannot_be_changed() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.theo, "mine");
    let refusal = body(&edit(&mut sim, id, EDIT), 401);
    assert_eq!(
        refusal,
        serde_json::from_str::<Value>(fixture!("errors.not_authorized")).unwrap()
    );
    let target = sim.lake("/messages?limit=2");
    let page = content(&sim.get(&target), 200);
    let notice = page["messages"][1]["id"].as_str().unwrap().parse().unwrap();
    let notice = SimMessageId::new(notice);
    assert_eq!(delete(&mut sim, notice).status, 400);
    let error = sim.with_world(|world, cast| world.react(notice, cast.me, "👍").unwrap_err());
    assert!(error.to_string().contains("notice of the system"));
}

#[test]
fn a_direct_message_is_changed_by_the_other_ones_id_and_the_conversations() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let (me, mara) = (sim.cast.me, sim.cast.mara);
    let id = sim.with_world(|world, _| world.direct_message(me, mara, "hi").unwrap());
    sim.messages(socket);
    let target = format!("/v4/direct_messages/{mara}/messages/{id}");
    let edited = content(&sim.request(me, "PUT", &target, EDIT), 200);
    assert_eq!(edited["direct_message"]["text"], "better");
    assert!(edited["direct_message"]["updated_at"].is_u64());
    // The plus may be raw or encoded.
    for plus in ["+", "%2B"] {
        let target = format!("/v3/conversations/{mara}{plus}{me}/messages/{id}/pin");
        assert_eq!(
            sim.request(me, "POST", &target, "").status,
            if plus == "+" { 200 } else { 400 }
        );
    }
    let target = format!("/v3/conversations/{mara}+{me}/messages/{id}");
    assert_eq!(sim.request(mara, "DELETE", &target, "").status, 401);
    assert_empty(&sim.request(me, "DELETE", &target, ""), 204);
    let own = events(&sim.messages(socket), &format!("/user/{me}"));
    assert_eq!(
        kinds(&own),
        ["message.update", "message.pinned", "message.deleted"]
    );

    let target = format!("/v3/direct_messages?other_user_id={mara}");
    let page = content(&sim.get(&target), 200);
    let rows = page["direct_messages"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "the message and three notices");
    assert_eq!(rows[3]["deletion_actor"], "sender");
    // Each user is the recipient of a notice.
    assert_eq!(rows[0]["recipient_id"], me.to_string());
    assert!(rows[0].get("system").is_none());
}
