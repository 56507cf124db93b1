//! Polls over REST and in the world.

use core::time::Duration;

use groupme_sim::{Conversation, PollDraft, WorldError};
use serde_json::{Value, json};

use super::{body, content, events, fixture};
use crate::{
    peer::VirtualSim,
    shape::{assert_includes, assert_like},
};

/// Checks the code and returns `response` of the envelope.
#[track_caller]
fn poll(response: &groupme_sim::RestResponse, status: u16) -> Value {
    let mut envelope = body(response, status);
    assert_eq!(envelope["meta"]["code"], u32::from(status) * 100);
    envelope["response"].take()
}

/// Returns the body of a poll that ends in a minute.
fn question(sim: &mut VirtualSim, kind: &str, visibility: &str) -> String {
    let ends = sim.with_world(|world, _| world.unix_time().as_secs()) + 60;
    json!({
        "subject": "Pizza?",
        "options": [{ "title": "Yes" }, { "title": "No" }, { "title": "Twice" }],
        "expiration": ends,
        "type": kind,
        "visibility": visibility,
    })
    .to_string()
}

#[test]
fn a_poll_is_announced_by_a_message_and_stays_to_be_read() {
    let mut sim = VirtualSim::new();
    let (lane, _) = sim.listen();
    let target = format!("/v3/poll/{}", sim.cast.lake);
    let question = question(&mut sim, "single", "anonymous");
    let made = poll(&sim.post_rest(&target, &question), 201);
    assert_includes(&made, fixture!("poll.create.post.response"));
    let id = made["poll"]["data"]["id"].as_str().unwrap();
    assert_eq!(id.len(), 16);

    let own = format!("/user/{}", sim.cast.me);
    let pushed = events(&sim.messages(lane), &own).remove(0)["subject"].take();
    let attachment = json!([{ "type": "poll", "poll_id": id }]);
    for message in [&pushed, &made["message"]] {
        assert_eq!(message["attachments"], attachment);
        assert_like(
            &message["event"],
            include_str!("../../fixtures/event/poll.created.json"),
        );
        assert_eq!(message["sender_type"], "user");
        assert!(
            message["text"]
                .as_str()
                .unwrap()
                .starts_with("Created new poll 'Pizza?': https://")
        );
    }
    let one = poll(&sim.get(&format!("{target}/{id}")), 200);
    assert_eq!(one["poll"], made["poll"]);
    let list = content(&sim.get(&target), 200);
    assert_eq!(
        list,
        json!({ "polls": [one["poll"]], "continuation_token": null })
    );
}

#[test]
fn a_vote_takes_the_place_of_the_one_before() {
    let mut sim = VirtualSim::new();
    let target = format!("/v3/poll/{}", sim.cast.lake);
    let question = question(&mut sim, "single", "public");
    let made = poll(&sim.post_rest(&target, &question), 201);
    let target = format!("{target}/{}", made["poll"]["data"]["id"].as_str().unwrap());
    sim.pass(Duration::from_secs(5));
    sim.post_rest(&format!("{target}/1"), "");
    let voted = poll(&sim.post_rest(&format!("{target}/2"), ""), 200);
    let me = sim.cast.me.to_string();
    assert_eq!(voted["poll"]["user_vote"], "2");
    assert_eq!(voted["poll"]["user_votes"], json!(["2"]));
    let data = &voted["poll"]["data"];
    assert_eq!(data["options"][0], json!({ "id": "1", "title": "Yes" }));
    assert_eq!(
        data["options"][1],
        json!({ "id": "2", "title": "No", "votes": 1, "voter_ids": [me] })
    );
    assert_eq!(
        data["last_modified"].as_u64().unwrap() - data["created_at"].as_u64().unwrap(),
        5
    );
    // Other members see the voters, and no vote of their own.
    let theirs = poll(&sim.request(sim.cast.theo, "GET", &target, ""), 200);
    assert_eq!(theirs["poll"]["data"], *data);
    assert_eq!(theirs["poll"].get("user_vote"), None);
    for (path, body) in [
        ("/9", ""),
        ("/x", ""),
        ("", r#"{"votes":["1","2"]}"#),
        ("", "{}"),
        ("", ""),
    ] {
        assert_eq!(
            sim.post_rest(&format!("{target}{path}"), body).status,
            400,
            "{path} {body}"
        );
    }
}

#[test]
fn several_answers_can_be_allowed_and_voters_hidden() {
    let mut sim = VirtualSim::new();
    let target = format!("/v3/poll/{}", sim.cast.lake);
    let question = question(&mut sim, "multi", "anonymous");
    let made = poll(&sim.post_rest(&target, &question), 201);
    let target = format!("{target}/{}", made["poll"]["data"]["id"].as_str().unwrap());
    let voted = poll(
        &sim.post_rest(&target, fixture!("poll.vote_multi.post.request")),
        200,
    );
    assert_like(&voted["poll"]["data"], POLL);
    assert_eq!(voted["poll"]["user_votes"], json!(["1", "2"]));
    assert_eq!(voted["poll"].get("user_vote"), None);
    assert_eq!(
        voted["poll"]["data"]["options"][0],
        json!({ "id": "1", "title": "Yes", "votes": 1 })
    );
    let taken_back = poll(&sim.post_rest(&target, r#"{"votes":[]}"#), 200);
    assert_eq!(taken_back["poll"].get("user_votes"), None);
}

#[test]
fn a_poll_ends_by_its_creator_or_by_the_clock_and_all_members_are_notified() {
    let mut sim = VirtualSim::new();
    let (lane, _) = sim.listen();
    let own = format!("/user/{}", sim.cast.me);
    let list = format!("/v3/poll/{}", sim.cast.lake);
    for by_clock in [false, true] {
        let question = question(&mut sim, "single", "public");
        let made = poll(&sim.post_rest(&list, &question), 201);
        let target = format!("{list}/{}", made["poll"]["data"]["id"].as_str().unwrap());
        sim.post_rest(&format!("{target}/3"), "");
        sim.messages(lane);
        if by_clock {
            sim.pass(Duration::from_secs(59));
            assert_eq!(
                events(&sim.messages(lane), &own)
                    .iter()
                    .filter(|data| data["type"] != "ping")
                    .count(),
                0
            );
            sim.pass(Duration::from_secs(1));
        } else {
            let theo = sim.cast.theo;
            assert_eq!(
                sim.request(theo, "POST", &format!("{target}/end"), "")
                    .status,
                401
            );
            poll(&sim.post_rest(&format!("{target}/end"), ""), 200);
        }
        let pushed = events(&sim.messages(lane), &own);
        let pushed = pushed
            .iter()
            .find(|data| data["type"] == "line.create")
            .unwrap();
        let event = &pushed["subject"]["event"];
        assert_eq!(event["type"], "poll.finished");
        assert_eq!(event["data"]["poll"]["subject"], "Pizza?");
        assert_eq!(event["data"]["options"][2]["votes"], 1);
        assert_eq!(pushed["subject"]["sender_id"], "system");
        let over = poll(&sim.get(&target), 200);
        assert_eq!(over["poll"]["data"]["status"], "past");
        for path in ["/1", "/end"] {
            let refused = body(&sim.post_rest(&format!("{target}{path}"), ""), 412);
            assert_eq!(refused["meta"]["code"], 41202);
        }
    }
}

#[test]
fn polls_are_asked_among_two_as_well_and_are_nobody_elses() {
    let mut sim = VirtualSim::new();
    let id = sim.with_world(|world, cast| {
        let conversation = Conversation::direct(cast.me, cast.mara);
        let id = world
            .add_poll(
                conversation,
                cast.mara,
                PollDraft::new("Cinema?", ["Yes", "No"]),
            )
            .unwrap();
        let error = world.vote(id, cast.theo, &[1]).unwrap_err();
        assert!(matches!(error, WorldError::NotAParticipant(_)));
        let error = world
            .add_poll(conversation, cast.theo, PollDraft::new("?", ["!"]))
            .unwrap_err();
        assert!(matches!(error, WorldError::NotAParticipant(_)));
        world.vote(id, cast.me, &[1]).unwrap();
        id
    });
    let (me, mara, theo) = (sim.cast.me, sim.cast.mara, sim.cast.theo);
    let target = format!("/v3/poll/{mara}%2B{me}/{id}");
    assert_eq!(poll(&sim.get(&target), 200)["poll"]["user_vote"], "1");
    assert_eq!(sim.request(theo, "GET", &target, "").status, 404);
    let elsewhere = format!("/v3/poll/{}/{id}", sim.cast.lake);
    assert_eq!(sim.get(&elsewhere).status, 404);
}

#[test]
fn a_poll_needs_a_question_answers_and_a_future() {
    let mut sim = VirtualSim::new();
    let target = format!("/v3/poll/{}", sim.cast.lake);
    let whole: Value = serde_json::from_str(&question(&mut sim, "single", "public")).unwrap();
    for (name, wrong) in [
        ("subject", json!("")),
        ("subject", json!(7)),
        ("options", json!([])),
        ("options", json!([{ "name": "Yes" }])),
        ("expiration", json!(1)),
        ("expiration", Value::Null),
    ] {
        let mut question = whole.clone();
        question[name] = wrong;
        assert_eq!(
            sim.post_rest(&target, &question.to_string()).status,
            400,
            "{question}"
        );
    }
}

/// Recorded data of a poll of 2026.
const POLL: &str = include_str!("../../fixtures/rest/poll.data.2026.json");
