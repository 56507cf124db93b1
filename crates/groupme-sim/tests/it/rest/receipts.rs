//! Read receipts.

use core::time::Duration;

use serde_json::{Value, json};

use super::{assert_empty, body, content, events, fixture};
use crate::{peer::VirtualSim, shape::assert_like};

/// Returns a simulation with two messages from Mara.
fn with_mail() -> (VirtualSim, [String; 2], String) {
    let mut sim = VirtualSim::new();
    let ids = sim.with_world(|world, cast| {
        ["one", "two"].map(|text| {
            let id = world.direct_message(cast.mara, cast.me, text).unwrap();
            id.to_string()
        })
    });
    let conversation = format!("{}+{}", sim.cast.mara, sim.cast.me);
    (sim, ids, conversation)
}

#[test]
fn reading_up_to_the_newest_is_pushed_and_shown_to_the_other() {
    let (mut sim, [_, last], conversation) = with_mail();
    let (socket, client) = sim.listen();
    let channel = format!("/direct_message/{}_{}", sim.cast.mara, sim.cast.me);
    sim.subscribe(&client, &channel);
    let target = format!("/v3/conversations/{conversation}/read_receipt");
    let envelope = body(&sim.post_rest(&target, ""), 200);
    assert_like(
        &envelope,
        fixture!("conversations.read_receipt.post.response.2026"),
    );
    assert_eq!(envelope["response"]["read_receipt"]["message_id"], last);
    let pushed = events(&sim.messages(socket), &channel);
    assert_eq!(pushed[0]["type"], "read_receipt.create");
    assert_eq!(pushed[0]["subject"]["message_id"], last);

    // The reader does not get the receipt, the writer does.
    let target = format!("/v3/direct_messages?other_user_id={}", sim.cast.mara);
    assert!(
        content(&sim.get(&target), 200)
            .get("read_receipt")
            .is_none()
    );
    let target = format!("/v3/direct_messages?other_user_id={}", sim.cast.me);
    let page = content(&sim.request(sim.cast.mara, "GET", &target, ""), 200);
    assert_like(&page, fixture!("direct_messages.get.response"));
    assert_eq!(page["read_receipt"]["user_id"], sim.cast.me.to_string());
    assert_eq!(
        (
            &page["read_receipt"]["id"],
            &page["read_receipt"]["message_id"]
        ),
        (&"".into(), &last.into())
    );
}

#[test]
fn an_older_message_moves_only_the_time() {
    let (mut sim, [first, last], conversation) = with_mail();
    let ask = |message: &str| {
        json!({ "read_receipt": { "message_id": message, "chat_id": conversation } }).to_string()
    };
    for (target, asked, shown) in [
        ("/read_receipts", &first, &first),
        ("/v2/read_receipts", &last, &last),
        ("/v2/read_receipts", &first, &last),
    ] {
        sim.pass(Duration::from_secs(10));
        let receipt = content(&sim.post_rest(target, &ask(asked)), 200);
        assert_like(&receipt, fixture!("v2.read_receipts.post.response"));
        let receipt = &receipt["read_receipt"];
        assert_eq!(
            (&receipt["message_id"], &receipt["id"]),
            (&json!(shown), &json!(shown))
        );
        let now = 1_785_346_055 + sim.now.since_origin().as_secs();
        assert_eq!(receipt["read_at"], now);
    }
    assert_eq!(sim.post_rest("/read_receipts", &ask("7")).status, 404);
    assert_eq!(sim.post_rest("/read_receipts", "{}").status, 404);
}

#[test]
fn the_fourth_version_accepts_and_pushes_nothing() {
    let (mut sim, [first, last], conversation) = with_mail();
    let (socket, client) = sim.listen();
    sim.subscribe(
        &client,
        &format!("/direct_message/{}_{}", sim.cast.mara, sim.cast.me),
    );
    let message = sim.send_message(sim.cast.theo, "hi").to_string();
    sim.messages(socket);
    let target = format!("/v4/read_receipts/{}", conversation.replace('+', "%2B"));
    let ask = json!({ "last_read_message_id": first }).to_string();
    let envelope = body(&sim.post_rest(&target, &ask), 202);
    assert_like(
        &envelope,
        fixture!("v4.read_receipts.one.post.response.2026"),
    );
    let of = |lake: &groupme_sim::SimGroupId, group: &str, direct: &str| {
        json!({ "receipts": [
            { "conversation_id": lake.to_string(), "last_read_message_id": group },
            { "conversation_id": conversation, "last_read_message_id": direct },
        ] })
    };
    let batch = of(&sim.cast.lake, &message, &last);
    assert_eq!(
        content(&sim.post_rest("/v4/read_receipts", &batch.to_string()), 202),
        batch
    );
    let receipts = content(&sim.get("/v4/read_receipts"), 200);
    assert_like(&receipts, fixture!("v4.read_receipts.get.response.2026"));
    assert_eq!(receipts, of(&sim.cast.lake, &message, &last));
    assert_eq!(sim.messages(socket), Vec::<Value>::new());
    // A batch with one invalid receipt changes nothing.
    let wrong = of(&sim.cast.lake, "7", &first);
    assert_eq!(
        sim.post_rest("/v4/read_receipts", &wrong.to_string())
            .status,
        404
    );
    assert_eq!(content(&sim.get("/v4/read_receipts"), 200), receipts);
}

#[test]
fn everything_can_be_read_at_once() {
    let (mut sim, [_, last], conversation) = with_mail();
    let message = sim.send_message(sim.cast.theo, "hi").to_string();
    assert_empty(&sim.post_rest("/v4/conversations/mark_all_read", ""), 202);
    let receipts = content(&sim.get("/v4/read_receipts"), 200);
    assert_eq!(
        receipts["receipts"],
        json!([
            { "conversation_id": sim.cast.lake.to_string(), "last_read_message_id": message },
            { "conversation_id": conversation, "last_read_message_id": last },
        ])
    );
    let target = format!("/v3/chats/{conversation}");
    assert_eq!(
        content(&sim.get(&target), 200)["last_read_message_id"],
        last
    );
}

#[test]
fn reading_by_the_script_is_a_receipt_too() {
    let (mut sim, [_, last], _) = with_mail();
    sim.with_world(|world, cast| world.read_direct_messages(cast.me, cast.mara).unwrap());
    let receipts = content(&sim.get("/v4/read_receipts"), 200);
    assert_eq!(receipts["receipts"][0]["last_read_message_id"], last);
    let target = format!("/v3/conversations/{}/read_receipt", sim.cast.surprise);
    assert_empty(&sim.post_rest(&target, ""), 404);
}
