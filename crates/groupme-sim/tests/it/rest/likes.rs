//! Lists of messages with reactions.

use core::time::Duration;

use groupme_sim::SimMessageId;
use serde_json::{Value, json};

use super::{assert_empty, content, fixture};
use crate::{peer::VirtualSim, shape::assert_includes};

#[track_caller]
fn texts(list: &Value) -> Vec<&str> {
    let messages = list["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

/// Posts two messages of Mara and one of the user, a second apart, with six reactions, 1.5 s apart.
fn post_jokes(sim: &mut VirtualSim) -> [SimMessageId; 3] {
    let (me, mara, jonas, theo) = {
        let cast = &sim.cast;
        (cast.me, cast.mara, cast.jonas, cast.theo)
    };
    let mut send = |author, text| {
        sim.pass(Duration::from_secs(1));
        sim.send_message(author, text)
    };
    let jokes = [send(mara, "first"), send(mara, "second"), send(me, "third")];
    for (joke, by) in [(0, me), (2, theo), (2, me), (0, jonas), (1, me), (0, theo)] {
        sim.pass(Duration::from_millis(1500));
        sim.with_world(|world, _| world.react(jokes[joke], by, "🤣").unwrap());
    }
    jokes
}

#[test]
fn the_favourites_of_a_period_come_by_the_number_of_reactions() {
    let mut sim = VirtualSim::new();
    let jokes = post_jokes(&mut sim);
    let target = sim.lake("/likes?period=day");
    let list = content(&sim.get(&target), 200);
    assert_includes(&list, fixture!("groups.likes.get.response"));
    assert_eq!(texts(&list), ["first", "third", "second"]);

    sim.pass(Duration::from_hours(25));
    let late = sim.send_message(sim.cast.theo, "late");
    sim.with_world(|world, cast| {
        world.react(late, cast.mara, "❤️").unwrap();
        world.unreact(jokes[1], cast.me).unwrap();
        world.delete(jokes[2]).unwrap();
    });
    assert_eq!(texts(&content(&sim.get(&target), 200)), ["late"]);
    for period in ["week", "month"] {
        let target = sim.lake(&format!("/likes?period={period}"));
        assert_eq!(texts(&content(&sim.get(&target), 200)), ["first", "late"]);
    }
    for wrong in ["", "?period=year", "?period="] {
        let target = sim.lake(&format!("/likes{wrong}"));
        assert_eq!(sim.get(&target).status, 400, "{wrong}");
    }
}

#[test]
fn the_callers_likes_are_sorted_by_time_of_reaction() {
    let mut sim = VirtualSim::new();
    post_jokes(&mut sim);
    let target = sim.lake("/likes/mine");
    let mine = content(&sim.get(&target), 200);
    assert_includes(&mine, fixture!("groups.likes.mine.get.response"));
    assert_eq!(texts(&mine), ["second", "third", "first"]);
    // Three messages take 3 s, and the fifth reaction comes 7.5 s later.
    assert_eq!(mine["messages"][0]["liked_at"], "2026-07-29T17:27:45.5000Z");
}

#[test]
fn likes_of_the_callers_messages_are_sorted_by_time_of_reaction() {
    let mut sim = VirtualSim::new();
    post_jokes(&mut sim);
    let target = sim.lake("/likes/for_me");
    let own = content(&sim.get(&target), 200);
    assert_includes(&own, fixture!("groups.likes.for_me.get.response"));
    assert_eq!(texts(&own), ["third"]);
    let maras = sim.request(sim.cast.mara, "GET", &target, "");
    let maras = content(&maras, 200);
    assert_eq!(texts(&maras), ["first", "second"]);
    // The author's own reaction does not count.
    let lonely = sim.send_message(sim.cast.me, "I like it");
    sim.with_world(|world, cast| world.react(lonely, cast.me, "❤️").unwrap());
    assert_eq!(texts(&content(&sim.get(&target), 200)), ["third"]);
}

#[test]
fn direct_messages_have_the_same_lists() {
    let mut sim = VirtualSim::new();
    sim.with_world(|world, cast| {
        let hers = world.direct_message(cast.mara, cast.me, "hers").unwrap();
        let mine = world.direct_message(cast.me, cast.mara, "mine").unwrap();
        world.react(hers, cast.me, "❤️").unwrap();
        world.react(mine, cast.mara, "❤️").unwrap();
    });
    let list = |sim: &mut VirtualSim, which: &str| {
        let mara = sim.cast.mara;
        let target = format!("/v4/likes/direct_messages/{which}?other_user_id={mara}");
        content(&sim.get(&target), 200)
    };
    assert_eq!(texts(&list(&mut sim, "mine")), ["hers"]);
    assert_eq!(texts(&list(&mut sim, "for_me")), ["mine"]);
    let target = "/v4/likes/direct_messages/mine";
    assert_eq!(sim.get(target).status, 400, "whose?");
}

#[test]
fn nothing_liked_is_an_empty_list_and_nothing_of_others_is_shown() {
    let mut sim = VirtualSim::new();
    let surprise = sim.cast.surprise;
    for which in ["/likes?period=day", "/likes/mine", "/likes/for_me"] {
        let target = sim.lake(which);
        assert_eq!(content(&sim.get(&target), 200), json!({ "messages": [] }));
        assert_empty(&sim.get(&format!("/v3/groups/{surprise}{which}")), 404);
    }
}
