//! Pace of requests while the connection breaks again and again: lists first, comparisons sparing.

use core::time::Duration;

use bayeux_proto::Instant;

use crate::world::World;

/// Requests of a feed with eight groups whose connection breaks every two seconds, with a message
/// to each group meanwhile: histories and comparisons with their times, and whether lists went first.
fn requests_while_breaking(gaps: u64) -> (Vec<(Instant, String)>, bool) {
    let groups: Vec<String> = (1000..1008).map(|group| group.to_string()).collect();
    let mut world = World::new();
    for group in &groups {
        world.say(group, 1);
    }
    world.live();
    let (mut histories, mut lists_first) = (Vec::new(), true);
    for gap in 2..2 + gaps {
        world.lose();
        for group in &groups {
            world.say(group, gap);
        }
        world.feed.handle_live(world.now, world.unix_time());
        let mut first = Vec::new();
        let end = world.now + Duration::from_secs(2);
        loop {
            let asked = world.asked.len();
            while world.ask_one() {
                world.take();
            }
            let asked = world.asked.drain(asked..);
            for line in asked {
                first.push(line.clone());
                if !["groups", "chats", "memberships"]
                    .iter()
                    .any(|list| line.starts_with(list))
                {
                    histories.push((world.now, line));
                }
            }
            match world.feed.poll_timeout().filter(|at| *at <= end) {
                Some(at) => world.now = world.now.max(at),
                None => break,
            }
            world.feed.handle_timeout(world.now);
        }
        world.now = end;
        lists_first &= first[0].starts_with("groups");
    }
    (histories, lists_first)
}

#[test]
fn histories_leave_room_for_lists_while_the_connection_breaks_again_and_again() {
    let (histories, lists_first) = requests_while_breaking(10);
    assert!(lists_first);
    // The first gap is filled at once.
    let later = &histories[16..];
    for (at, _) in later {
        let second = *at..*at + Duration::from_secs(1);
        let count = later.iter().filter(|(at, _)| second.contains(at)).count();
        assert!(count <= 6, "{count} at {at:?}");
    }
    let comparisons: Vec<Instant> = later
        .iter()
        .filter(|(_, line)| line.starts_with("newest"))
        .map(|(at, _)| *at)
        .collect();
    assert!(comparisons.len() > 4, "{}", comparisons.len());
    for pair in comparisons.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(1), "{pair:?}");
    }
}
