//! Likes and pins.

use groupme_sim::{RepeatedReaction, SimMessageId};
use serde_json::{Value, json};

use super::{assert_empty, body, content, events, fixture};
use crate::{
    peer::VirtualSim,
    shape::{assert_includes, assert_like},
};

fn like(
    sim: &mut VirtualSim,
    id: SimMessageId,
    verb: &str,
    body: &str,
) -> groupme_sim::RestResponse {
    let target = format!("/v3/messages/{}/{id}/{verb}", sim.cast.lake);
    sim.post_rest(&target, body)
}

fn pin(sim: &mut VirtualSim, id: SimMessageId, verb: &str) -> groupme_sim::RestResponse {
    let target = format!("/v3/conversations/{}/messages/{id}/{verb}", sim.cast.lake);
    sim.post_rest(&target, "")
}

#[test]
fn a_like_is_answered_with_all_reactions_and_pushed() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.me, "joke");
    sim.messages(socket);
    let response = like(
        &mut sim,
        id,
        "like",
        fixture!("messages.like.post.request.2026"),
    );
    let envelope = body(&response, 200);
    assert_like(&envelope, fixture!("messages.like.post.response.2026"));
    assert_eq!(envelope["response"]["reactions"][0]["code"], "🤣");

    let pushed = sim.messages(socket);
    let group = events(&pushed, &format!("/group/{}", sim.cast.lake));
    let own = events(&pushed, &format!("/user/{}", sim.cast.me));
    assert_eq!((&group[0]["type"], group.len()), (&"favorite".into(), 1));
    assert_eq!((&own[0]["type"], own.len()), (&"like.create".into(), 1));

    let row = sim.row(id);
    let reactions = json!({ "reactions": row["reactions"] });
    assert_like(&reactions, fixture!("message.reactions.on_read.2026"));
    assert_eq!(row["favorited_by"], json!([sim.cast.me.to_string()]));
}

#[test]
fn a_bare_like_is_a_heart_and_is_answered_with_nothing() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.mara, "joke");
    assert_empty(&like(&mut sim, id, "like", ""), 200);
    assert_eq!(sim.row(id)["reactions"][0]["code"], "\u{2764}\u{fe0f}");
}

#[test]
fn a_second_like_is_accepted_and_ignored_until_the_first_is_taken_back() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.mara, "joke");
    like(
        &mut sim,
        id,
        "like",
        fixture!("messages.like.post.request.2026"),
    );
    sim.messages(socket);
    let pack = fixture!("messages.like.post.request.emoji");
    let ignored = content(&like(&mut sim, id, "like", pack), 200);
    assert_eq!(ignored["reactions"][0]["code"], "🤣");
    assert_eq!(sim.messages(socket), Vec::<Value>::new());

    let taken_back = content(&like(&mut sim, id, "unlike", ""), 200);
    assert_eq!(taken_back["reactions"], json!([]));
    assert_eq!(sim.messages(socket).len(), 1);
    like(&mut sim, id, "unlike", "");
    assert_eq!(
        sim.messages(socket),
        Vec::<Value>::new(),
        "there is nothing to take back"
    );
    assert!(sim.row(id).get("reactions").is_none());

    let liked = content(&like(&mut sim, id, "like", pack), 200);
    let expected = json!({
        "pack_id": 1, "pack_index": 12, "type": "emoji", "user_ids": [sim.cast.me.to_string()],
    });
    assert_eq!(liked["reactions"], json!([expected]));
    assert_eq!(sim.row(id)["reactions"], json!([expected]));
    let favorite = sim.messages(socket).remove(0);
    assert_eq!(favorite["data"]["subject"]["reactions"], json!([expected]));
}

#[test]
fn a_second_like_may_take_the_place_of_the_first() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().repeated_reaction = RepeatedReaction::Replaces;
    let id = sim.send_message(sim.cast.mara, "joke");
    for (request, code) in [("🤣", "🤣"), ("👍", "👍")] {
        let body = json!({ "like_icon": { "type": "unicode", "code": request } });
        let liked = content(&like(&mut sim, id, "like", &body.to_string()), 200);
        assert_eq!(liked["reactions"].as_array().unwrap().len(), 1);
        assert_eq!(liked["reactions"][0]["code"], code);
    }
}

#[test]
fn each_reaction_adds_its_user_to_favorited_by_once() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.mara, "joke");
    let (jonas, theo) = (sim.cast.jonas, sim.cast.theo);
    let target = format!("/v3/messages/{}/{id}/like", sim.cast.lake);
    sim.request(
        jonas,
        "POST",
        &target,
        fixture!("messages.like.post.request.2026"),
    );
    sim.request(
        theo,
        "POST",
        &target,
        fixture!("messages.like.post.request.emoji"),
    );
    let row = sim.row(id);
    assert_eq!(
        row["favorited_by"],
        json!([jonas.to_string(), theo.to_string()])
    );
    assert_eq!(row["reactions"].as_array().unwrap().len(), 2);
}

#[test]
fn reactions_that_are_none_are_refused() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.mara, "joke");
    for wrong in [
        r#"{"like_icon":{"type":"unicode"}}"#,
        r#"{"like_icon":{"type":"unicode","code":""}}"#,
        r#"{"like_icon":{"type":"emoji","pack_id":"1","pack_index":2}}"#,
        r#"{"like_icon":{"type":"sticker"}}"#,
        r#"{"like_icon":7}"#,
        "{",
    ] {
        assert_eq!(like(&mut sim, id, "like", wrong).status, 400, "{wrong}");
    }
    assert_eq!(sim.row(id)["favorited_by"], json!([]));
}

#[test]
fn a_pin_shows_until_it_is_taken_out_in_silence() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let id = sim.send_message(sim.cast.mara, "remember");
    sim.messages(socket);
    let response = pin(&mut sim, id, "pin");
    assert_like(
        &body(&response, 200),
        fixture!("conversations.messages.pin.post.response.2026"),
    );
    let pushed = sim.messages(socket);
    assert_eq!(
        pushed[0]["data"]["subject"]["event"]["type"],
        "message.pinned"
    );
    assert_eq!(pin(&mut sim, id, "pin").status, 400);

    let row = sim.row(id);
    assert_eq!(row["pinned_by"], sim.cast.me.to_string());
    assert_eq!(row["pinned_at"], 1_785_346_055);
    let target = format!("/v3/pinned/groups/{}/messages", sim.cast.lake);
    let pinned = content(&sim.get(&target), 200);
    assert_includes(&pinned, fixture!("pinned.groups.messages.get.response"));
    assert_eq!(
        (&pinned["count"], &pinned["messages"]),
        (&1.into(), &json!([row]))
    );

    sim.messages(socket);
    assert_eq!(content(&pin(&mut sim, id, "unpin"), 200), Value::Null);
    assert_eq!(sim.messages(socket), Vec::<Value>::new());
    assert_eq!(pin(&mut sim, id, "unpin").status, 400);
    let row = sim.row(id);
    assert_eq!(
        (&row["pinned_at"], &row["pinned_by"]),
        (&Value::Null, &"".into())
    );
    assert_eq!(
        content(&sim.get(&target), 200),
        json!({ "count": 0, "messages": [] })
    );
}

#[test]
fn pinned_direct_messages_have_a_list_of_their_own() {
    let mut sim = VirtualSim::new();
    let id = sim.with_world(|world, cast| {
        let id = world.direct_message(cast.mara, cast.me, "hi").unwrap();
        world.pin(id, cast.mara).unwrap();
        id
    });
    let target = format!("/v3/pinned/direct_messages?other_user_id={}", sim.cast.mara);
    let pinned = content(&sim.get(&target), 200);
    assert_eq!(pinned["direct_messages"][0]["id"], id.to_string());
    assert_eq!(
        pinned["direct_messages"][0]["pinned_by"],
        sim.cast.mara.to_string()
    );
}
