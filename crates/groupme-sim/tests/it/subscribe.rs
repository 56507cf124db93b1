//! `/meta/subscribe` and `/meta/unsubscribe` with their permissions.

use serde_json::{Value, json};

use crate::peer::{VirtualSim, connect_for, subscribe};

const REFUSED: &str = "Access token authentication failed";

fn reply(sim: &mut VirtualSim, message: &Value) -> Value {
    let lane = sim.post(&json!([message]));
    sim.answer(lane)[0].clone()
}

#[test]
fn the_own_channel_groups_and_conversations_are_granted() {
    let mut sim = VirtualSim::new();
    let (client, token) = (sim.handshake(), sim.token());
    let (me, lake, mara) = (sim.cast.me, sim.cast.lake, sim.cast.mara);
    for channel in [
        format!("/user/{me}"),
        format!("/group/{lake}"),
        format!("/direct_message/{mara}_{me}"),
    ] {
        let reply = reply(&mut sim, &subscribe(&client, &channel, &token));
        let expected = json!({
            "id": "s",
            "clientId": client,
            "channel": "/meta/subscribe",
            "successful": true,
            "subscription": channel,
        });
        assert_eq!(reply.to_string(), expected.to_string());
    }
}

#[test]
fn a_wrong_or_missing_token_is_refused_in_groupmes_words() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    let friends = sim
        .simulation
        .world()
        .token(sim.cast.mara)
        .unwrap()
        .to_owned();
    for token in ["wrong", "", &friends] {
        let reply = reply(&mut sim, &subscribe(&client, &own, token));
        assert_eq!(
            (&reply["successful"], &reply["error"]),
            (&json!(false), &json!(REFUSED)),
            "{token:?}"
        );
        assert_eq!(reply["subscription"], own);
    }
    let mut without = subscribe(&client, &own, "");
    without.as_object_mut().unwrap().remove("ext");
    assert_eq!(reply(&mut sim, &without)["error"], REFUSED);
    assert_eq!(sim.simulation.gateway().subscribers(&own), 0);
}

#[test]
fn foreign_channels_are_refused_in_the_same_words() {
    let mut sim = VirtualSim::new();
    let (client, token) = (sim.handshake(), sim.token());
    let (me, mara, jonas, surprise) = (
        sim.cast.me,
        sim.cast.mara,
        sim.cast.jonas,
        sim.cast.surprise,
    );
    for channel in [
        format!("/user/{mara}"),
        format!("/group/{surprise}"),
        format!("/group/{me}"),
        format!("/direct_message/{mara}_{jonas}"),
        format!("/user/0{me}"),
        "/user/*".to_owned(),
        "/**".to_owned(),
        "/elsewhere".to_owned(),
    ] {
        let reply = reply(&mut sim, &subscribe(&client, &channel, &token));
        assert_eq!(
            (&reply["successful"], &reply["error"]),
            (&json!(false), &json!(REFUSED)),
            "{channel}"
        );
    }
}

#[test]
fn one_forbidden_channel_in_a_list_refuses_the_list() {
    let mut sim = VirtualSim::new();
    let (client, token) = (sim.handshake(), sim.token());
    let (own, foreign) = (
        format!("/user/{}", sim.cast.me),
        format!("/user/{}", sim.cast.mara),
    );
    let mut message = subscribe(&client, "", &token);
    message["subscription"] = json!([own, foreign]);
    let reply = reply(&mut sim, &message);
    assert_eq!(reply["error"], REFUSED);
    assert_eq!(reply["subscription"], json!([own, foreign]));
    assert_eq!(sim.simulation.gateway().subscribers(&own), 0);
}

#[test]
fn a_conversation_named_in_the_wrong_order_is_granted_and_stays_silent() {
    let mut sim = VirtualSim::new();
    let (client, token) = (sim.handshake(), sim.token());
    let (me, mara) = (sim.cast.me, sim.cast.mara);
    assert!(
        mara < me && mara.to_string() > me.to_string(),
        "sorting as text is a mistake that shows"
    );
    let wrong = format!("/direct_message/{me}_{mara}");
    assert_eq!(
        reply(&mut sim, &subscribe(&client, &wrong, &token))["successful"],
        true
    );
    sim.with_world(|world, cast| {
        world.start_typing(
            groupme_sim::Conversation::direct(cast.me, cast.mara),
            cast.mara,
        )
    })
    .unwrap();
    let poll = sim.post(&json!([connect_for(&client, "2", 0)]));
    assert_eq!(sim.messages(poll).len(), 1);
}

#[test]
fn a_plus_is_no_channel_character() {
    let mut sim = VirtualSim::new();
    let (client, token) = (sim.handshake(), sim.token());
    let channel = format!("/direct_message/{}+{}", sim.cast.mara, sim.cast.me);
    let reply = reply(&mut sim, &subscribe(&client, &channel, &token));
    assert_eq!(reply["successful"], false);
}

#[test]
fn subscribing_twice_gives_one_copy_and_unsubscribing_none() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    sim.subscribe(&client, &own);
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "once"))
        .unwrap();
    let poll = sim.post(&json!([connect_for(&client, "2", 0)]));
    assert_eq!(sim.messages(poll).len(), 2);

    // No token is needed, and GroupMe's own web client sends none.
    let unsubscribe = json!({ "channel": "/meta/unsubscribe", "clientId": client, "subscription": own, "id": "u" });
    for _ in 0..2 {
        assert_eq!(reply(&mut sim, &unsubscribe)["successful"], true);
    }
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "never"))
        .unwrap();
    let poll = sim.post(&json!([connect_for(&client, "3", 0)]));
    assert_eq!(sim.messages(poll).len(), 1);
}

#[test]
fn a_subscribe_without_a_session_says_so_without_advice() {
    let mut sim = VirtualSim::new();
    let own = format!("/user/{}", sim.cast.me);
    let token = sim.token();
    let reply = reply(&mut sim, &subscribe("gone", &own, &token));
    assert_eq!(
        reply,
        json!({
            "id": "s",
            "clientId": "gone",
            "channel": "/meta/subscribe",
            "successful": false,
            "error": "401:gone:Unknown client",
            "subscription": own,
        })
    );
}
