//! Outages: how soon a server that is back is found, how many attempts it sees until then, and how
//! the attempts of many clients are spread.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Close, Config, Instant, Message, Reconnect, Resume};

use crate::{
    backoff::websocket_only,
    peer::Peer,
    session_loss::next_handshake,
    world::{Kind, World, millis, reconnect},
};

const UNAVAILABLE: Close = Close::Status {
    status: 503,
    retry_after: None,
};

/// Ways to refuse an attempt, and the transports to try.
fn refusals() -> [(Close, Config); 4] {
    [
        (Close::ConnectionRefused, Config::default()),
        (Close::Unreachable, Config::default()),
        (UNAVAILABLE, Config::default()),
        (UNAVAILABLE, websocket_only()),
    ]
}

/// Refuses every attempt until `end`. Returns the time of each.
fn refuse_until(world: &mut World, end: Instant, why: Close) -> Vec<Instant> {
    let mut times = vec![];
    while world.pass_until(end, |world| !world.lanes.is_empty()) && world.now < end {
        while let Some((lane, _)) = world.lanes.first_key_value() {
            times.push(world.now);
            world.close(*lane, why);
        }
    }
    times
}

/// Creates a client whose server vanishes now, after 15 s of service.
fn lost(config: Config, seed: u64) -> World {
    let mut world = World::new(config, seed);
    world.session.connect(world.now);
    world.drain();
    world.open();
    let mut world = world.establish();
    world.pass(millis(15_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world
}

/// Returns the time from the return of the server to the first attempt.
fn search(config: Config, seed: u64, why: Close, outage: Duration) -> Duration {
    let mut world = lost(config, seed);
    let back = world.now + outage;
    refuse_until(&mut world, back, why);
    let limit = back + Duration::from_hours(1);
    assert!(world.pass_until(limit, |world| !world.lanes.is_empty()));
    world.now - back
}

// C139
#[test]
fn a_server_that_is_back_is_found_within_a_second_or_a_fifth_of_the_outage() {
    for (why, config) in refusals() {
        for outage in [
            500, 1_000, 2_000, 5_000, 10_000, 30_000, 120_000, 600_000, 1_800_000,
        ] {
            let outage = millis(outage);
            let limit = (outage / 5).max(millis(1_000)).min(config.backoff_cap);
            let mut waits: Vec<_> = (0..200)
                .map(|seed| search(config.clone(), seed, why, outage))
                .collect();
            waits.sort();
            let [median, longest] = [waits[100], waits[199]];
            println!("{why}, down for {outage:?}: found after {median:.1?}, at most {longest:.1?}");
            assert!(longest <= limit, "{why} {outage:?}: {longest:?}");
            let median_limit = (outage / 10).max(millis(800));
            assert!(median <= median_limit, "{why} {outage:?}: {median:?}");
        }
    }
}

// C139
#[test]
fn a_refusing_server_sees_at_most_30_attempts_in_a_minute_and_200_in_an_hour() {
    for (why, config) in refusals() {
        let mut most = [0, 0];
        for seed in 0..200 {
            let mut world = lost(config.clone(), seed);
            let start = world.now;
            let times = refuse_until(&mut world, start + Duration::from_hours(1), why);
            let minute = times.partition_point(|at| *at < start + Duration::from_mins(1));
            most = [most[0].max(minute), most[1].max(times.len())];
        }
        println!("{why}: at most {most:?} attempts in the first minute and hour");
        assert!(most[0] <= 30 && most[1] <= 200, "{why}: {most:?}");
    }
}

// C139
#[test]
fn refused_connections_are_retried_sooner_than_refused_requests() {
    let attempts = |why| {
        let mut world = lost(websocket_only(), 7);
        let end = world.now + millis(10_000);
        refuse_until(&mut world, end, why).len()
    };
    assert!(attempts(Close::ConnectionRefused) > attempts(UNAVAILABLE) + 1);
}

/// Asserts that no tenth of the time in which the attempts come has more than three times the
/// mean.
fn assert_spread(times: &[Duration], what: &str) {
    let longest = times.iter().max().copied().unwrap_or_default();
    let width = longest / 10 + Duration::from_micros(1);
    let bucket = |index: u32| width * index..width * (index + 1);
    let histogram: Vec<_> = (0..10)
        .map(|index| times.iter().filter(|at| bucket(index).contains(at)).count())
        .collect();
    println!("{what}: attempts in every {width:.1?}: {histogram:?}");
    assert!(
        histogram.iter().all(|count| *count <= 3 * times.len() / 10),
        "{what}: {histogram:?}"
    );
}

// C108
#[test]
fn the_attempts_of_a_thousand_clients_after_a_restart_are_spread_evenly() {
    for (why, config) in refusals() {
        for outage in [0, 2_000, 30_000, 300_000] {
            let found = |seed| search(config.clone(), seed, why, millis(outage));
            let times: Vec<_> = (0..1000).map(found).collect();
            assert_spread(&times, &format!("{why}, down for {outage} ms"));
        }
    }
}

/// Serves a subscriber whose socket breaks each time `after` the handshake was answered. Returns
/// the time from the break to the next socket, for each of 30 breaks.
fn breaks(config: Config, after: Duration, subscribed: bool) -> Vec<Duration> {
    let mut world = World::connecting(config);
    if subscribed {
        world.subscribe("/foo");
    }
    let mut peer = Peer::default();
    let mut silences = vec![];
    for _ in 0..30 {
        peer.serve(&mut world, after);
        let lane = world.lane(Kind::Socket);
        let broken = world.now;
        world.close(lane, Close::Lost);
        assert!(world.pass_until(broken + Duration::from_mins(2), World::is_opening));
        silences.push(world.now - broken);
    }
    silences
}

fn resuming() -> [Config; 2] {
    let mut fresh = websocket_only();
    fresh.resume = Resume::FreshHandshake;
    [websocket_only(), fresh]
}

// C109
#[test]
fn sockets_that_break_every_two_seconds_are_replaced_at_once() {
    for config in resuming() {
        let silences = breaks(config, millis(2_000), true);
        assert!(silences.iter().all(|s| *s < millis(250)), "{silences:?}");
    }
}

// C109
#[test]
fn sockets_that_break_within_a_second_or_without_a_subscription_are_backed_off_from() {
    for config in resuming() {
        for (after, subscribed) in [(900, true), (2_000, false)] {
            let silences = breaks(config.clone(), millis(after), subscribed);
            assert!(silences[1..].iter().all(|s| *s >= millis(250)));
            assert!(silences[29] > millis(5_000), "{silences:?}");
        }
    }
}

// C109
#[test]
fn silent_ends_of_a_subscriber_are_not_backed_off_from_although_no_connect_was_answered() {
    let mut world = World::connecting(websocket_only());
    world.subscribe("/foo");
    let mut peer = Peer::default();
    peer.ignores_connects = true;
    let mut silences = vec![];
    for ends in 1..=10 {
        let failed = |world: &World| world.downs().len() == ends;
        assert!(peer.serve_until(&mut world, Duration::from_mins(10), failed));
        let broken = world.now;
        assert!(world.pass_until(broken + Duration::from_mins(2), World::is_opening));
        silences.push(world.now - broken);
    }
    assert!(silences.iter().all(|s| *s < millis(250)), "{silences:?}");
}

/// Reconnects after an outage of 30 s, and has the session refused as unknown. Returns the time until
/// the next handshake.
fn replace(world: &mut World) -> Duration {
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401::Unknown client")
    };
    world.answer(&connect, &[gone]);
    let lost_at = world.now;
    next_handshake(world, millis(10_000));
    world.now - lost_at
}

// C139
#[test]
fn a_server_that_is_back_without_the_session_gets_a_handshake_at_once() {
    for why in [Close::ConnectionRefused, UNAVAILABLE] {
        for seed in 0..50 {
            let mut config = websocket_only();
            config.resume = Resume::SameSession;
            let mut world = lost(config, seed);
            let back = world.now + millis(30_000);
            refuse_until(&mut world, back, why);
            world.reopen();
            let delay = replace(&mut world);
            assert!(delay <= millis(250), "{why}, seed {seed}: {delay:?}");
            // Sessions that are unknown one after another are a fault of the server.
            world.answer_handshake("bob");
            let delay = replace(&mut world);
            assert!(delay >= millis(640), "{why}, seed {seed}: {delay:?}");
        }
    }
}
