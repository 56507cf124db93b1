//! Joining, adding and removing: statuses, codes and notices.

use core::time::Duration;

use serde_json::{Value, json};

use super::{assert_empty, body, content, events};
use crate::{peer::VirtualSim, shape::assert_includes};

#[test]
fn a_request_to_join_has_groupmes_codes() {
    let mut sim = VirtualSim::new();
    let (surprise, mara) = (sim.cast.surprise, sim.cast.mara);
    let link = sim.simulation.world().share_token(surprise);
    let join = format!("/v3/groups/{surprise}/join/{link}");
    let change = |sim: &mut VirtualSim, change: Value| {
        let target = format!("/v3/groups/{surprise}/update");
        content(
            &sim.request(mara, "POST", &target, &change.to_string()),
            200,
        )
    };
    change(&mut sim, json!({ "share": false }));
    assert_empty(&sim.post_rest(&join, ""), 404);
    let question = json!({ "type": "join_reason/questions/text", "text": "Why?" });
    change(
        &mut sim,
        json!({ "share": true, "show_join_question": true, "join_question": question,
            "requires_approval": true }),
    );
    let refused = body(&sim.post_rest(&join, ""), 400);
    assert_includes(&refused, super::fixture!("errors.join_answer_required"));
    let answer = json!({ "answer": { "response": "cake" } }).to_string();
    let pending = body(&sim.post_rest(&join, &answer), 200);
    assert_eq!(
        (&pending["meta"]["code"], &pending["response"]),
        (&json!(20101), &Value::Null)
    );
    let requests = format!("/v3/groups/{surprise}/pending_memberships");
    let requests = content(&sim.request(mara, "GET", &requests, ""), 200);
    assert_eq!(requests[0]["reason"]["answer"]["response"], "cake");
    change(&mut sim, json!({ "requires_approval": false }));
    let joined = body(&sim.post_rest(&join, &answer), 201);
    assert_eq!(joined["meta"]["code"], 20100);
    assert_eq!(joined["response"]["group"]["id"], surprise.to_string());
}

#[test]
fn added_members_come_late_and_for_an_hour() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().processing_time = Duration::from_secs(2);
    let people = json!({ "members": [
        { "nickname": "Dad", "phone_number": "+1 5555550123", "guid": "GUID-2" },
        { "nickname": "nobody", "user_id": "1" },
    ] });
    let add = sim.post_rest(&sim.lake("/members/add"), &people.to_string());
    let id = content(&add, 202)["results_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let results = sim.lake(&format!("/members/results/{id}"));
    assert_eq!(sim.get(&results).status, 503);
    sim.pass(Duration::from_secs(2));
    let added = content(&sim.get(&results), 200);
    assert_includes(
        &added,
        super::fixture!("groups.members.results.one.get.response"),
    );
    assert_eq!(added["members"].as_array().unwrap().len(), 1);
    assert_eq!(added["members"][0]["nickname"], "Dad");
    sim.pass(Duration::from_hours(1));
    assert_eq!(sim.get(&results).status, 404);
}

#[test]
fn a_nickname_is_the_name_of_later_messages_in_that_group() {
    let mut sim = VirtualSim::new();
    let me = sim.cast.me;
    let before = sim.send_message(me, "one");
    let rename = json!({ "membership": { "nickname": "Captain" } }).to_string();
    let renamed = sim.post_rest(&sim.lake("/memberships/update"), &rename);
    assert_eq!(content(&renamed, 200)["nickname"], "Captain");
    let after = sim.send_message(me, "two");
    assert_eq!(sim.row(before)["name"], "Robin");
    assert_eq!(sim.row(after)["name"], "Captain");
    let list = content(&sim.get(&sim.lake("/messages?limit=2")), 200);
    let notice = &list["messages"][1]["event"];
    assert_eq!(notice["type"], "membership.nickname_changed");
}

#[test]
fn settings_of_a_closed_group_are_for_admins() {
    let mut sim = VirtualSim::new();
    let mara = sim.cast.mara;
    let (socket, _) = sim.listen();
    sim.messages(socket);
    let update = sim.lake("/update");
    let closed = json!({ "group_type": "closed", "name": "Lake!" }).to_string();
    let changed = content(&sim.request(mara, "POST", &update, &closed), 200);
    assert_eq!(
        (&changed["type"], &changed["name"]),
        (&json!("closed"), &json!("Lake!"))
    );
    let own = format!("/user/{}", sim.cast.me);
    let pushed = events(&sim.messages(socket), &own);
    let kinds: Vec<_> = pushed
        .iter()
        .map(|data| &data["subject"]["event"]["type"])
        .collect();
    assert_eq!(kinds, ["group.name_change", "group.type_change"]);
    let refused = body(
        &sim.post_rest(&update, &json!({ "name": "Mine" }).to_string()),
        401,
    );
    assert_includes(&refused, super::fixture!("errors.not_authorized"));
    let membership = format!("{}{mara}", sim.cast.lake);
    let remove = sim.lake(&format!("/members/{membership}/remove"));
    body(&sim.post_rest(&remove, ""), 400);
    let destroy = sim.lake("/destroy");
    body(&sim.post_rest(&destroy, ""), 401);
    content(&sim.request(mara, "POST", &destroy, ""), 200);
    assert_empty(&sim.get(&sim.lake("")), 404);
}
