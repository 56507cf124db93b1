//! Pages of messages, in both directions.

use core::time::Duration;

use groupme_sim::{Conversation, EmptyPage, SimMessageId, SimUserId, World};
use serde_json::Value;

use super::{assert_empty, body, content, fixture};
use crate::{peer::VirtualSim, shape::assert_like};

/// Returns a simulation whose group has this many messages, and their ids, oldest first.
fn with_history(messages: usize) -> (VirtualSim, Vec<SimMessageId>) {
    let mut sim = VirtualSim::new();
    let ids = sim.with_world(|world, cast| {
        let authors = [cast.mara, cast.theo];
        let every = Duration::from_millis(700);
        world
            .add_history(Conversation::Group(cast.lake), &authors, messages, every)
            .unwrap()
    });
    (sim, ids)
}

fn ids(page: &Value) -> Vec<String> {
    let rows = page["messages"].as_array().unwrap();
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

fn texts(ids: impl IntoIterator<Item = SimMessageId>) -> Vec<String> {
    ids.into_iter().map(|id| id.to_string()).collect()
}

#[test]
fn without_a_cursor_the_newest_twenty_come_newest_first() {
    let (mut sim, history) = with_history(50);
    // The notices of added members come after the messages.
    let notices = 4;
    let target = sim.lake("/messages");
    let page = content(&sim.get(&target), 200);
    let ours = &ids(&page)[notices..];
    assert_eq!(ours.len(), 16);
    assert_eq!(ours, texts(history.iter().rev().copied().take(16)),);
    assert_eq!(page["count"], 54, "all there are, not those on the page");
    assert_eq!(
        page["messages"][0]["event"]["type"],
        "membership.announce.added"
    );
    assert_eq!(page["messages"][0]["sender_id"], "system");
    assert_eq!(page["messages"][0]["system"], true);
    assert_like(&page["messages"][notices], fixture!("message.group.2026"));
}

#[test]
fn before_id_goes_back_to_the_beginning_without_a_gap() {
    let (mut sim, history) = with_history(250);
    let mut cursor = history[249];
    let mut seen = Vec::new();
    for expected in [100, 100, 49] {
        let target = sim.lake(&format!("/messages?limit=100&before_id={cursor}"));
        let page = ids(&content(&sim.get(&target), 200));
        assert_eq!(page.len(), expected);
        cursor = SimMessageId::new(page.last().unwrap().parse().unwrap());
        seen.extend(page);
    }
    let target = sim.lake(&format!("/messages?before_id={cursor}"));
    assert_empty(&sim.get(&target), 304);
    assert_eq!(seen, texts(history[..249].iter().rev().copied()));
}

#[test]
fn after_id_goes_on_to_the_end_oldest_first_without_a_gap() {
    let (mut sim, history) = with_history(250);
    let target = sim.lake(&format!("/messages?limit=200&after_id={}", history[9]));
    let page = content(&sim.get(&target), 200);
    assert_eq!(ids(&page), texts(history[10..210].iter().copied()));
    let target = sim.lake(&format!("/messages?limit=200&after_id={}", history[209]));
    let page = content(&sim.get(&target), 200);
    let rest = ids(&page);
    assert_eq!(rest[..40], texts(history[210..].iter().copied()));
    assert_eq!(rest.len(), 44, "the notices come last");
    let last = &rest[43];
    let target = sim.lake(&format!("/messages?after_id={last}"));
    assert_empty(&sim.get(&target), 304);
}

#[test]
fn since_id_skips_what_does_not_fit() {
    let (mut sim, history) = with_history(30);
    let newest = sim.send_message(sim.cast.mara, "newest");
    let target = sim.lake(&format!("/messages?limit=2&since_id={}", history[0]));
    let page = ids(&content(&sim.get(&target), 200));
    assert_eq!(page[0], newest.to_string());
    assert_eq!(page.len(), 2);
    let target = sim.lake(&format!("/messages?since_id={newest}"));
    assert_empty(&sim.get(&target), 304);
}

#[test]
fn a_page_without_messages_may_be_an_empty_list() {
    let (mut sim, history) = with_history(3);
    sim.simulation.rest_mut().config_mut().empty_page = EmptyPage::EmptyList;
    let target = sim.lake(&format!("/messages?before_id={}", history[0]));
    let page = content(&sim.get(&target), 200);
    assert_eq!(ids(&page), Vec::<String>::new());
    assert_eq!(page["count"], 7);
}

#[test]
fn a_page_without_messages_may_be_null() {
    let (mut sim, history) = with_history(3);
    sim.simulation.rest_mut().config_mut().empty_page = EmptyPage::Null;
    let target = sim.lake(&format!("/messages?before_id={}", history[0]));
    assert_eq!(content(&sim.get(&target), 200), Value::Null);
    let target = sim.lake(&format!("/messages?before_id={}", history[1]));
    assert_eq!(content(&sim.get(&target), 200)["count"], 7);
}

#[test]
fn pages_may_come_short_and_still_leave_nothing_out() {
    let (mut sim, history) = with_history(31);
    sim.simulation.rest_mut().config_mut().short_pages = true;
    let (mut seen, mut lengths) = (Vec::new(), Vec::new());
    let mut cursor = "1".to_owned();
    while seen.len() < history.len() {
        let target = sim.lake(&format!("/messages?limit=11&after_id={cursor}"));
        let page = ids(&content(&sim.get(&target), 200));
        lengths.push(page.len());
        cursor.clone_from(page.last().unwrap());
        seen.extend(page);
    }
    assert_eq!(lengths, [11, 6, 11, 6]);
    assert_eq!(seen[..31], texts(history.iter().copied()));
    // Half of a single message is still one.
    for _ in 0..2 {
        let target = sim.lake("/messages?limit=1");
        assert_eq!(ids(&content(&sim.get(&target), 200)).len(), 1);
    }
}

#[test]
fn the_limit_lies_between_one_and_two_hundred() {
    let (mut sim, _) = with_history(300);
    for limit in ["0", "201", "-1", "many", ""] {
        let target = sim.lake(&format!("/messages?limit={limit}"));
        let refusal = body(&sim.get(&target), 400);
        assert_eq!(
            refusal,
            serde_json::from_str::<Value>(fixture!("errors.limit_too_large")).unwrap()
        );
    }
    for limit in [1, 200] {
        let target = sim.lake(&format!("/messages?limit={limit}"));
        assert_eq!(ids(&content(&sim.get(&target), 200)).len(), limit);
    }
    sim.simulation.rest_mut().config_mut().max_limit = 100;
    let target = sim.lake("/messages?limit=101");
    assert_eq!(sim.get(&target).status, 400);
    let target = sim.lake("/messages?before_id=x");
    assert_eq!(sim.get(&target).status, 400);
}

#[test]
fn direct_messages_are_paged_alike() {
    let mut sim = VirtualSim::new();
    let history = sim.with_world(|world, cast| {
        let conversation = Conversation::direct(cast.me, cast.theo);
        world
            .add_history(conversation, &[cast.theo], 30, Duration::from_secs(1))
            .unwrap()
    });
    let target = format!(
        "/v3/direct_messages?other_user_id={}&after_id={}",
        sim.cast.theo, history[8]
    );
    let page = content(&sim.get(&target), 200);
    let rows = page["direct_messages"].as_array().unwrap();
    let seen: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(seen, texts(history[9..29].iter().copied()));
    assert_eq!(page["count"], 30);
    assert!(page.get("read_receipt").is_none());
    // A chat without messages.
    let target = format!("/v3/direct_messages?other_user_id={}", sim.cast.priya);
    assert_empty(&sim.get(&target), 304);
}

#[test]
fn history_is_quiet_and_lies_before_what_is_said_from_now_on() {
    let mut world = World::new(1, Duration::from_secs(1_785_346_055));
    let ada = world.add_user("Ada");
    let group = world.add_group("Chess", ada, &[]).unwrap();
    let conversation = Conversation::Group(group);
    for _ in 0..2 {
        let ids = world
            .add_history(conversation, &[ada], 5_000, Duration::ZERO)
            .unwrap();
        assert!(ids.is_sorted_by(|one, other| one < other));
        let next = world.say(group, ada, "now").unwrap();
        assert!(next > *ids.last().unwrap());
        assert!(world.poll_push().is_some());
        assert!(world.poll_push().is_none());
    }
    let back = world
        .add_history(conversation, &[ada], 2, Duration::from_hours(1))
        .unwrap();
    assert!(back[0].to_string().starts_with("1785338855"), "{back:?}");
    assert!(
        world
            .add_history(conversation, &[], 2, Duration::ZERO)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn history_needs_authors_of_the_conversation() {
    let mut sim = VirtualSim::new();
    sim.with_world(|world, cast| {
        let mut refused = |conversation, authors: &[SimUserId]| {
            let added = world.add_history(conversation, authors, 1, Duration::ZERO);
            added.unwrap_err().to_string()
        };
        let (me, mara, theo) = (cast.me, cast.mara, cast.theo);
        let surprise = refused(Conversation::Group(cast.surprise), &[mara, me]);
        assert!(surprise.contains("is not a member of group"), "{surprise}");
        let direct = refused(Conversation::direct(me, mara), &[me, theo]);
        assert_eq!(direct, format!("user {theo} is not part of that chat"));
        let alone = refused(Conversation::direct(me, me), &[me]);
        assert!(alone.contains("to themselves"), "{alone}");
    });
    assert_eq!(content(&sim.get("/v3/chats"), 200), serde_json::json!([]));
}

#[test]
fn dropped_messages_still_count() {
    let (mut sim, history) = with_history(30);
    sim.with_world(|world, _| world.set_retention(10));
    let target = sim.lake("/messages?limit=100");
    let page = content(&sim.get(&target), 200);
    assert_eq!((ids(&page).len(), &page["count"]), (10, &34.into()));
    let target = format!("/v4/groups/{}/messages/{}", sim.cast.lake, history[0]);
    assert_eq!(sim.get(&target).status, 404);
    sim.send_message(sim.cast.mara, "one more");
    let target = sim.lake("/messages?limit=100");
    let page = content(&sim.get(&target), 200);
    assert_eq!((ids(&page).len(), &page["count"]), (10, &35.into()));
}
