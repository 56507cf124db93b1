//! Topics: changed over REST or in the world, with messages like a group's.

use groupme_sim::{SimGroupId, WorldError};
use serde_json::{Value, json};

use super::{assert_empty, content, events, fixture, message};
use crate::{
    peer::VirtualSim,
    shape::{assert_includes, assert_like},
};

macro_rules! event {
    ($name:literal) => {
        include_str!(concat!("../../fixtures/event/", $name, ".json"))
    };
}

fn topic(sim: &mut VirtualSim, name: &str) -> SimGroupId {
    sim.with_world(|world, cast| world.add_topic(cast.lake, cast.mara, name).unwrap())
}

#[test]
fn a_topic_is_announced_in_its_group_and_listed_below_it() {
    let mut sim = VirtualSim::new();
    let (lane, _) = sim.listen();
    let id = topic(&mut sim, "Food");
    let own = format!("/user/{}", sim.cast.me);
    let notice = events(&sim.messages(lane), &own).remove(0);
    let group = sim.cast.lake.to_string();
    assert_eq!(notice["type"], "line.create");
    assert_eq!(notice["subject"]["group_id"], group);
    assert_like(
        &notice["subject"]["event"],
        event!("group.subgroup_created"),
    );
    assert_eq!(
        notice["subject"]["event"]["data"]["subgroup_id"],
        id.number()
    );

    let target = sim.lake("/subgroups");
    let topics = content(&sim.get(&target), 200);
    assert_like(&topics, fixture!("groups.subgroups.get.response"));
    assert_eq!(
        (&topics[0]["topic"], &topics[0]["parent_id"]),
        (&"Food".into(), &sim.cast.lake.number().into())
    );
    let target = sim.lake(&format!("/subgroups/{id}"));
    assert_eq!(content(&sim.get(&target), 200), topics[0]);
    // A topic is not listed as a group, but counted in its group.
    let groups = content(&sim.get("/v3/groups"), 200);
    assert_eq!(groups.as_array().unwrap().len(), 1);
    assert_eq!(groups[0]["children_count"], 1);
    assert_empty(&sim.get(&format!("/v3/groups/{id}")), 404);
    assert_empty(&sim.get(&format!("/v3/groups/{id}/subgroups")), 404);
}

#[test]
fn a_message_in_a_topic_names_the_topic_and_its_group() {
    let mut sim = VirtualSim::new();
    let id = topic(&mut sim, "Food");
    let (lane, client) = sim.listen();
    let on_topic = format!("/group/{id}");
    sim.subscribe(&client, &on_topic);
    let group = sim.cast.lake.to_string();
    let target = format!("/v3/groups/{id}/messages");
    let sent = content(&sim.post_rest(&target, &message("g", "Pizza?")), 201);
    let own = format!("/user/{}", sim.cast.me);
    let pushed = events(&sim.messages(lane), &own).remove(0);
    for line in [&sent["message"], &pushed["subject"]] {
        assert_eq!(
            (&line["group_id"], &line["parent_id"]),
            (&id.to_string().into(), &group.clone().into())
        );
    }
    let list = content(&sim.get(&target), 200);
    assert_eq!(
        (&list["count"], &list["messages"][0]["text"]),
        (&1.into(), &"Pizza?".into())
    );

    // The message is found by the topic's id, not by that of the group.
    let message = sent["message"]["id"].as_str().unwrap().to_owned();
    let one = |group: &str| format!("/v4/groups/{group}/messages/{message}");
    let shown = content(&sim.get(&one(&id.to_string())), 200);
    assert_eq!(shown["message"]["parent_id"], group);
    assert_eq!(sim.get(&one(&group)).status, 404);

    // Events of the message come on the topic's channel.
    sim.post_rest(&format!("/v3/messages/{id}/{message}/like"), "");
    let body = json!({ "text": "Pasta?" }).to_string();
    sim.request(sim.cast.me, "PUT", &one(&id.to_string()), &body);
    sim.request(
        sim.cast.me,
        "DELETE",
        &format!("/v3/conversations/{id}/messages/{message}"),
        "",
    );
    let kinds: Vec<Value> = events(&sim.messages(lane), &on_topic)
        .iter()
        .map(|data| data["type"].clone())
        .collect();
    assert_eq!(kinds, ["favorite", "message.update", "message.deleted"]);
    let listed = sim.lake("/subgroups");
    assert_eq!(content(&sim.get(&listed), 200)[0]["messages"]["count"], 3);
}

#[test]
fn topics_are_made_changed_and_closed_over_rest() {
    let mut sim = VirtualSim::new();
    let subgroups = sim.lake("/subgroups");
    let made = sim.post_rest(&subgroups, fixture!("groups.subgroups.post.request"));
    let made = content(&made, 201);
    assert_like(&made, fixture!("groups.subgroups.post.response"));
    assert_eq!(
        (&made["topic"], &made["type"]),
        (&"test topic".into(), &"announcement".into())
    );

    let target = format!("{subgroups}/{}", made["id"]);
    let (lane, _) = sim.listen();
    let changed = sim.request(
        sim.cast.me,
        "PUT",
        &target,
        fixture!("groups.subgroups.one.put.request"),
    );
    let changed = content(&changed, 200);
    assert_includes(&changed, fixture!("groups.subgroups.one.put.response"));
    assert_eq!(changed["description"], "this is a new description");
    let own = format!("/user/{}", sim.cast.me);
    let notice = events(&sim.messages(lane), &own).remove(0)["subject"].take();
    assert_like(&notice["event"], event!("group.subgroup_name_change"));
    assert_eq!(
        (&notice["group_id"], &notice["text"]),
        (
            &made["id"].to_string().into(),
            &"Robin changed the topic's name to new name.".into()
        )
    );

    let gone = sim.request(sim.cast.me, "DELETE", &target, "");
    assert_eq!(content(&gone, 200), Value::Null);
    let notice = events(&sim.messages(lane), &own).remove(0);
    assert_like(
        &notice["subject"]["event"],
        event!("group.subgroup_removed"),
    );
    assert_eq!(content(&sim.get(&subgroups), 200), json!([]));
    assert_empty(
        &sim.get(&format!("/v3/groups/{}/messages", made["id"])),
        404,
    );
    for (method, target, body, status) in [
        ("GET", &target, "", 404),
        ("PUT", &target, "{}", 404),
        ("DELETE", &target, "", 404),
        ("POST", &subgroups, "{}", 400),
        ("POST", &subgroups, r#"{"topic":7}"#, 400),
    ] {
        assert_eq!(
            sim.request(sim.cast.me, method, target, body).status,
            status,
            "{method}"
        );
    }
}

#[test]
fn topics_belong_to_the_members_of_their_group() {
    let mut sim = VirtualSim::new();
    let (hidden, open) = sim.with_world(|world, cast| {
        let hidden = world.add_topic(cast.surprise, cast.mara, "Cake").unwrap();
        (
            hidden,
            world.add_topic(cast.lake, cast.theo, "Food").unwrap(),
        )
    });
    assert_empty(&sim.get(&format!("/v3/groups/{hidden}/messages")), 404);
    let surprise = sim.cast.surprise;
    assert_empty(&sim.get(&format!("/v3/groups/{surprise}/subgroups")), 404);
    sim.with_world(|world, cast| {
        let channels = world.channels(cast.me);
        assert!(channels.contains(&format!("/group/{open}")));
        assert!(!channels.contains(&format!("/group/{hidden}")));
        assert_eq!(world.members(open), world.members(cast.lake));
        // The members of a topic are those of its group.
        world
            .remove_member(cast.lake, cast.mara, cast.theo)
            .unwrap();
        let error = world.say(open, cast.theo, "still here?").unwrap_err();
        assert!(matches!(error, WorldError::NotAMember { .. }));
        let error = world.add_topic(open, cast.mara, "deeper").unwrap_err();
        assert!(matches!(error, WorldError::IsATopic(id) if id == open));
        let error = world.add_member(open, cast.mara, cast.theo).unwrap_err();
        assert!(matches!(error, WorldError::IsATopic(_)));
        let error = world.remove_topic(cast.lake, cast.mara).unwrap_err();
        assert!(matches!(error, WorldError::NotATopic(_)));
        // The creator of the group may delete in its topics.
        let message = world.say(open, cast.jonas, "oops").unwrap();
        world.delete_as_owner(message, cast.mara).unwrap();
    });
}
