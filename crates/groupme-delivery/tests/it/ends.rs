//! Ends of a process: what is handed out, and what is reported lost.

use groupme_delivery::{Config, Feed};

use crate::world::{CHAT, GROUP, World, YOU};

#[test]
fn at_the_end_pushes_that_wait_are_handed_out_behind_a_loss_unless_the_next_start_has_them() {
    for has_ledger in [false, true] {
        let mut world = World::new();
        if !has_ledger {
            let feed = Feed::new(Config::default(), YOU.into(), world.saved(), 7);
            world.feed = feed.without_records();
        }
        world.say(GROUP, 1);
        world.live();
        world.say_live(GROUP, 2);
        world.lose();
        world.say(GROUP, 3);
        world.is_slow = true;
        world.live();
        assert!(world.say_live(GROUP, 4).is_empty());
        world.feed.handle_end(world.now);
        let handed_out: &[&str] = if has_ledger {
            &[]
        } else {
            &["lost 1835 Messages 2..4 (Ended)", "push 1835/4"]
        };
        assert_eq!(world.settle(), handed_out);
    }
}

/// Returns a world whose feed has no ledger.
fn without_ledger(config: Config) -> World {
    let mut world = World::with(config.clone());
    world.feed = Feed::new(config, YOU.into(), world.saved(), 7).without_records();
    world
}

#[test]
fn at_the_end_of_a_first_session_nothing_is_lost_before_its_pushes() {
    let mut world = without_ledger(Config::default());
    world.say(GROUP, 1);
    world.is_slow = true;
    world.live();
    assert!(world.say_live(GROUP, 2).is_empty());
    world.lose();
    world.feed.handle_end(world.now);
    assert_eq!(world.settle(), ["push 1835/2"]);
}

#[test]
fn at_the_end_a_gap_that_was_filled_is_no_loss() {
    let mut world = without_ledger(Config::default());
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    world.answer_first("groups");
    world.lose();
    let output = world.answer_all();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
    world.feed.handle_end(world.now);
    let output = world.settle();
    assert!(
        !output.iter().any(|line| line.starts_with("lost")),
        "{output:?}"
    );
}

#[test]
fn at_the_end_pushes_dropped_for_lack_of_room_are_reported() {
    let mut config = Config::default();
    config.push_buffer = 1;
    let mut world = without_ledger(config);
    world.say(GROUP, 1);
    world.say(CHAT, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    assert!(world.say_live(CHAT, 2).is_empty());
    assert!(world.say_live(GROUP, 2).is_empty());
    world.feed.handle_end(world.now);
    let output = world.settle();
    assert!(
        output.contains(&"lost 1835 Messages 1..2 (Ended)".to_owned()),
        "{output:?}"
    );
    assert!(output.contains(&"push 162+185/2".to_owned()), "{output:?}");
}
