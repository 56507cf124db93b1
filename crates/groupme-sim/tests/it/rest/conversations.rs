//! Profile, groups and chats.

use core::time::Duration;

use groupme_sim::SimGroupId;
use serde_json::{Value, json};

use super::{assert_empty, body, content, fixture};
use crate::{
    peer::VirtualSim,
    shape::{assert_includes, assert_like},
};

fn names(groups: &Value) -> Vec<&str> {
    let groups = groups.as_array().unwrap();
    groups
        .iter()
        .map(|group| group["name"].as_str().unwrap())
        .collect()
}

#[test]
fn the_caller_is_whose_token_it_is() {
    let mut sim = VirtualSim::new();
    let me = content(&sim.get("/v3/users/me"), 200);
    assert_like(&me, fixture!("users.me.get.2026"));
    assert_eq!(me["name"], "Robin");
    let theo = sim.cast.theo;
    let theo = sim.request(theo, "GET", "/v3/users/me", "");
    assert_eq!(content(&theo, 200)["name"], "Theo");
}

#[test]
fn groups_come_ten_to_a_page_latest_activity_first() {
    let mut sim = VirtualSim::new();
    sim.pass(Duration::from_secs(1));
    sim.with_world(|world, cast| {
        for number in 0..12 {
            world
                .add_group(&format!("Group {number}"), cast.me, &[cast.theo])
                .unwrap();
        }
    });
    sim.pass(Duration::from_secs(1));
    sim.send_message(sim.cast.mara, "alive");
    let first = content(&sim.get("/v3/groups"), 200);
    assert_eq!(first.as_array().unwrap().len(), 10);
    assert_eq!(names(&first)[..2], ["Lake weekend", "Group 11"]);
    let second = content(&sim.get("/v3/groups?page=2"), 200);
    assert_eq!(names(&second), ["Group 2", "Group 1", "Group 0"]);
    assert_eq!(content(&sim.get("/v3/groups?page=3"), 200), json!([]));
    assert_eq!(
        names(&content(&sim.get("/v3/groups?page=3&per_page=2"), 200)),
        ["Group 8", "Group 7"]
    );
    for wrong in ["page=0", "page=x", "per_page=0"] {
        assert_eq!(sim.get(&format!("/v3/groups?{wrong}")).status, 400);
    }
}

#[test]
fn a_group_shows_its_members_and_its_newest_message() {
    let mut sim = VirtualSim::new();
    let id = sim.send_message(sim.cast.mara, "alive");
    let target = sim.lake("");
    let group = content(&sim.get(&target), 200);
    assert_includes(&json!([group]), fixture!("groups.get.response"));
    assert_eq!(group["id"], group["group_id"]);
    assert_eq!(group["messages"]["last_message_id"], id.to_string());
    assert_eq!(group["messages"]["count"], 5);
    assert_eq!(group["messages"]["preview"]["text"], "alive");
    assert_eq!(group["members_count"], 5);
    assert_eq!(group["members"][0]["roles"], json!(["admin", "owner"]));
    assert_eq!(group["message_deletion_period"], 2_147_483_647);

    let listed = content(&sim.get("/v3/groups?omit=memberships"), 200);
    assert_eq!(
        (&listed[0]["members"], &listed[0]["members_count"]),
        (&Value::Null, &0.into())
    );
    let topics = sim.lake("/subgroups");
    assert_eq!(content(&sim.get(&topics), 200), json!([]));
}

#[test]
fn a_group_without_messages_has_nothing_to_preview() {
    let mut sim = VirtualSim::new();
    let group = sim.with_world(|world, cast| world.add_group("Alone", cast.me, &[]).unwrap());
    let group = content(&sim.get(&format!("/v3/groups/{group}")), 200);
    assert_eq!(
        group["messages"],
        json!({
            "count": 0,
            "last_message_id": null,
            "last_message_created_at": null,
            "preview": { "nickname": null, "text": null, "image_url": null, "attachments": [] },
        })
    );
}

#[test]
fn chats_with_messages_are_listed_latest_first() {
    let mut sim = VirtualSim::new();
    let (me, mara, theo) = (sim.cast.me, sim.cast.mara, sim.cast.theo);
    assert_eq!(
        content(&sim.get("/v3/chats"), 200),
        json!([]),
        "known is not talked with"
    );
    sim.with_world(|world, _| world.direct_message(mara, me, "first").unwrap());
    sim.pass(Duration::from_secs(7));
    sim.with_world(|world, _| world.direct_message(me, theo, "second").unwrap());
    let chats = content(&sim.get("/v3/chats"), 200);
    assert_eq!(chats[0]["other_user"]["id"], theo.to_string());
    assert_eq!(chats[1]["other_user"]["name"], "Mara");
    assert_eq!(chats[1]["last_message"]["text"], "first");
    let second = content(&sim.get("/v3/chats?page=2&per_page=1"), 200);
    assert_eq!(second, json!([chats[1]]));

    sim.with_world(|world, _| world.direct_message(mara, me, "third").unwrap());
    let target = format!("/v3/chats/{mara}+{me}");
    let chat = content(&sim.get(&target), 200);
    assert_like(&chat, fixture!("chats.one.get.response"));
    assert_eq!(chat["messages_count"], 2);
    let times = (&chat["created_at"], &chat["updated_at"]);
    assert_eq!(times, (&1_785_346_055.into(), &1_785_346_062.into()));
}

#[test]
fn a_deleted_chat_is_off_its_users_list_until_the_next_message() {
    let mut sim = VirtualSim::new();
    let (me, mara) = (sim.cast.me, sim.cast.mara);
    sim.with_world(|world, _| world.direct_message(mara, me, "first").unwrap());
    let chat = format!("/v3/chats/{mara}+{me}");
    let gone = sim.request(me, "DELETE", &chat, "");
    assert_eq!(content(&gone, 200), Value::Null);
    assert_eq!(content(&sim.get("/v3/chats"), 200), json!([]));
    assert_empty(&sim.get(&chat), 404);
    assert_empty(&sim.request(me, "DELETE", &chat, ""), 404);
    // The messages are still there, for the other user, too.
    let messages = format!("/v3/direct_messages?other_user_id={mara}");
    assert_eq!(content(&sim.get(&messages), 200)["count"], 1);
    let hers = sim.request(mara, "GET", "/v3/chats", "");
    assert_eq!(content(&hers, 200)[0]["last_message"]["text"], "first");

    sim.with_world(|world, _| world.direct_message(mara, me, "second").unwrap());
    let chats = content(&sim.get("/v3/chats"), 200);
    assert_eq!(chats[0]["last_message"]["text"], "second");
    assert_eq!(chats[0]["messages_count"], 2);
}

#[test]
fn foreign_conversations_are_not_found() {
    let mut sim = VirtualSim::new();
    let (me, mara, theo) = (sim.cast.me, sim.cast.mara, sim.cast.theo);
    let id = sim.with_world(|world, cast| {
        world.direct_message(mara, theo, "psst").unwrap();
        world.direct_message(mara, me, "hi").unwrap();
        world.say(cast.surprise, mara, "psst").unwrap()
    });
    let surprise = sim.cast.surprise;
    for target in [
        format!("/v3/groups/{surprise}"),
        format!("/v3/groups/{surprise}/messages"),
        format!("/v3/groups/{surprise}/subgroups"),
        format!("/v4/groups/{surprise}/messages/{id}"),
        format!("/v3/pinned/groups/{surprise}/messages"),
        "/v3/groups/7/messages".to_owned(),
        "/v3/groups/x".to_owned(),
        format!("/v3/groups/0{}", sim.cast.lake),
        format!("/v3/chats/{theo}+{mara}"),
        format!("/v3/chats/{mara}+{theo}"),
        // The higher id first, as sorting by text would have it.
        format!("/v3/chats/{me}+{mara}"),
        format!("/v3/chats/{me}+{me}"),
        format!("/v3/direct_messages?other_user_id={me}"),
        "/v3/direct_messages?other_user_id=7".to_owned(),
    ] {
        assert_empty(&sim.get(&target), 404);
    }
    // The path exists in another version of the API.
    let here = sim.lake("").replace("v3", "v4");
    let response = sim.get(&format!("{here}/messages/{id}"));
    assert_eq!(
        body(&response, 404),
        serde_json::from_str::<Value>(fixture!("errors.not_found")).unwrap()
    );
    assert_eq!(sim.get("/v3/direct_messages").status, 400);
}

#[test]
fn groups_that_were_left_are_listed_until_one_is_back() {
    let mut sim = VirtualSim::new();
    let former = "/v3/groups/former";
    assert_eq!(content(&sim.get(former), 200), json!([]));
    sim.send_message(sim.cast.mara, "bye");
    let (lake, other) = sim.with_world(|world, cast| {
        let other = world.add_group("Book club", cast.mara, &[cast.me]).unwrap();
        world.add_topic(cast.lake, cast.mara, "Food").unwrap();
        world.remove_member(cast.lake, cast.me, cast.me).unwrap();
        world.remove_member(other, cast.mara, cast.me).unwrap();
        (cast.lake, other)
    });
    // Groups left or removed from, the latest activity first.
    let groups = content(&sim.get(former), 200);
    assert_eq!(names(&groups), ["Book club", "Lake weekend"]);
    assert_includes(&groups, fixture!("groups.former.get.response"));
    assert_eq!(groups[0]["id"], other.to_string());
    let members = groups[0]["members"].as_array().unwrap();
    assert_eq!(members.len(), 1, "who is still there");
    assert_eq!(content(&sim.get("/v3/groups"), 200), json!([]));
    assert_empty(&sim.get(&sim.lake("")), 404);
    // Members have no former groups.
    let mara = sim.request(sim.cast.mara, "GET", former, "");
    assert_eq!(content(&mara, 200), json!([]));

    sim.with_world(|world, cast| world.add_member(lake, cast.mara, cast.me).unwrap());
    assert_eq!(names(&content(&sim.get(former), 200)), ["Book club"]);
    assert_eq!(
        names(&content(&sim.get("/v3/groups"), 200)),
        ["Lake weekend"]
    );
}

#[test]
fn membership_states_cover_present_and_former_groups() {
    let mut sim = VirtualSim::new();
    let states = "/v3/memberships/states";
    let (lake, other) = sim.with_world(|world, cast| {
        let other = world.add_group("Book club", cast.mara, &[cast.me]).unwrap();
        world.add_topic(cast.lake, cast.mara, "Food").unwrap();
        (cast.lake.to_string(), other.to_string())
    });
    let state = |states: &Value, group: &str| {
        let rows = states.as_array().unwrap().iter();
        let mut found = rows.filter(|row| row["group_id"] == group);
        let state = found.next().unwrap()["state"].clone();
        assert!(found.next().is_none());
        state
    };
    let all = content(&sim.get(states), 200);
    assert_includes(&all, fixture!("memberships.states.get.response"));
    assert_eq!(all.as_array().unwrap().len(), 2, "topics are no groups");
    assert_eq!(state(&all, &lake), "active");
    sim.with_world(|world, cast| {
        let other = other.parse().map(SimGroupId::new).unwrap();
        world.remove_member(cast.lake, cast.me, cast.me).unwrap();
        world.remove_member(other, cast.mara, cast.me).unwrap();
    });
    let all = content(&sim.get(states), 200);
    assert_eq!(state(&all, &lake), "exited");
    assert_eq!(state(&all, &other), "removed");
}

#[test]
fn a_former_member_does_not_see_the_group_any_more() {
    let mut sim = VirtualSim::new();
    let target = sim.lake("/messages");
    content(&sim.get(&target), 200);
    sim.with_world(|world, cast| world.remove_member(cast.lake, cast.me, cast.me).unwrap());
    assert_empty(&sim.get(&target), 404);
    assert_eq!(content(&sim.get("/v3/groups"), 200), json!([]));
}
