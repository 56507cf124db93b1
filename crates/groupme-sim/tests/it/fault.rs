//! Fault plans: faults of frames, connections and requests, all decided by a seed.

use core::{iter, time::Duration};

use bayeux_proto::Instant;
use groupme_sim::{
    Backend, ConnectionFaults, Direction, FaultInjector, FaultPlan, IdleTimeout, Incident, Link,
    Probability, Throttle,
};

const START: Instant = Instant::ORIGIN;

fn ms(time: u64) -> Duration {
    Duration::from_millis(time)
}

/// Returns the first connection of a plan after `change`.
fn link(change: impl FnOnce(&mut FaultPlan)) -> Link {
    let mut plan = FaultPlan::new(1);
    change(&mut plan);
    FaultInjector::new(plan, START).open_link(START)
}

fn send(link: &mut Link, now: Instant, frames: &[&str]) {
    for frame in frames {
        link.handle_frame(now, Direction::ToClient, frame.as_bytes().to_vec());
    }
}

fn arrived(link: &mut Link, now: Instant) -> Vec<String> {
    iter::from_fn(|| link.poll_frame(now, Direction::ToClient))
        .map(|frame| String::from_utf8(frame).unwrap())
        .collect()
}

#[test]
fn without_faults_frames_arrive_at_once_and_in_order() {
    let mut link = link(|_| {});
    send(&mut link, START, &["a", "b", "c"]);
    assert_eq!(link.poll_timeout(), Some(START));
    assert_eq!(arrived(&mut link, START), ["a", "b", "c"]);
    assert_eq!(link.poll_timeout(), None);
    assert_eq!(link.connection_faults(), ConnectionFaults::default());
}

#[test]
fn a_lost_frame_does_not_arrive_and_the_other_direction_is_not_affected() {
    let mut link = link(|plan| plan.to_client.drop = Probability::ALWAYS);
    send(&mut link, START, &["a", "b"]);
    assert_eq!(arrived(&mut link, START + ms(60_000)), [""; 0]);
    link.handle_frame(START, Direction::ToServer, b"up".to_vec());
    assert_eq!(
        link.poll_frame(START, Direction::ToServer).as_deref(),
        Some(&b"up"[..])
    );
}

#[test]
fn a_duplicated_frame_arrives_twice() {
    let mut link = link(|plan| plan.to_client.duplicate = Probability::ALWAYS);
    send(&mut link, START, &["a", "b"]);
    assert_eq!(arrived(&mut link, START), ["a", "a", "b", "b"]);
}

#[test]
fn delayed_frames_arrive_in_order_and_in_time() {
    let mut link = link(|plan| {
        plan.to_client.delay = Probability::percent(50);
        plan.to_client.max_delay = ms(100);
    });
    let sent: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let mut received = Vec::new();
    let mut late = 0;
    for (frame, at) in sent.iter().zip(0..) {
        let now = START + ms(at);
        send(&mut link, now, &[frame]);
        received.extend(arrived(&mut link, now));
        late += u32::from(link.poll_timeout().is_some());
    }
    assert!(late > 20, "{late}");
    received.extend(arrived(&mut link, START + ms(100 + 100)));
    assert_eq!(received, sent);
}

#[test]
fn an_overtaken_frame_comes_behind_the_next_or_late() {
    let mut link = link(|plan| {
        plan.to_client.reorder = Probability::ALWAYS;
        plan.to_client.max_delay = ms(100);
    });
    send(&mut link, START, &["a", "b", "c"]);
    assert_eq!(arrived(&mut link, START), ["b", "a"]);
    assert_eq!(link.poll_timeout(), Some(START + ms(100)));
    assert_eq!(arrived(&mut link, START + ms(99)), [""; 0]);
    assert_eq!(arrived(&mut link, START + ms(100)), ["c"]);
    assert_eq!(link.poll_timeout(), None);
}

#[test]
fn a_truncated_frame_is_a_prefix_of_the_original() {
    let mut link = link(|plan| plan.to_client.truncate = Probability::ALWAYS);
    let frame = r#"[{"channel":"/meta/connect"}]"#;
    for _ in 0..100 {
        send(&mut link, START, &[frame, ""]);
        let cut = arrived(&mut link, START);
        assert!(
            cut[0].len() < frame.len() && frame.starts_with(&*cut[0]),
            "{cut:?}"
        );
        assert_eq!(cut[1], "");
    }
}

#[test]
fn a_corrupted_frame_keeps_its_length_and_differs() {
    let mut link = link(|plan| plan.to_client.corrupt = Probability::ALWAYS);
    let frame = vec![b' '; 64];
    let mut invalid = 0;
    for _ in 0..100 {
        link.handle_frame(START, Direction::ToClient, frame.clone());
        let garbled = link.poll_frame(START, Direction::ToClient).unwrap();
        assert_eq!(garbled.len(), frame.len());
        let changed = iter::zip(&garbled, &frame).filter(|(one, other)| one != other);
        // Flipping the same bit twice changes nothing, but that is rare.
        assert!(changed.count() <= 5);
        invalid += u32::from(String::from_utf8(garbled).is_err());
    }
    assert!(invalid > 10, "{invalid}");
    // An empty frame cannot be corrupted.
    link.handle_frame(START, Direction::ToClient, Vec::new());
    assert_eq!(
        link.poll_frame(START, Direction::ToClient),
        Some(Vec::new())
    );
}

#[test]
fn the_same_seed_does_the_same_whatever_else_happens_in_between() {
    let plan = |seed| {
        let mut plan = FaultPlan::new(seed);
        plan.links.reset = Probability::percent(50);
        plan.links.half_open = Probability::percent(50);
        plan.links.refuse_upgrade = Probability::percent(50);
        plan.to_client.drop = Probability::percent(50);
        plan.rest.probability = Probability::percent(50);
        plan
    };
    // Drives the connections once one after the other, and once all together with requests in
    // between.
    let frames = |link: &mut Link| {
        (0..50)
            .map(|number: u32| {
                send(link, START, &[&*number.to_string()]);
                arrived(link, START)
            })
            .collect::<Vec<_>>()
    };
    let mut one_by_one = FaultInjector::new(plan(3), START);
    let first: Vec<_> = (0..20)
        .map(|_| {
            let mut link = one_by_one.open_link(START);
            (link.connection_faults(), frames(&mut link))
        })
        .collect();
    let mut at_a_time = FaultInjector::new(plan(3), START);
    let mut links: Vec<Link> = (0..20)
        .map(|_| {
            at_a_time.response_fault(START, Backend::Gateway);
            at_a_time.open_link(START)
        })
        .collect();
    let mut second: Vec<_> = links
        .iter_mut()
        .rev()
        .map(|link| (link.connection_faults(), frames(link)))
        .collect();
    second.reverse();
    assert_eq!(first, second);

    let judged = |seed| {
        let mut faults = FaultInjector::new(plan(seed), START);
        (0..200)
            .map(|_| faults.response_fault(START, Backend::Rest))
            .collect::<Vec<_>>()
    };
    assert_eq!(judged(3), judged(3));
    assert_ne!(judged(3), judged(4));
}

#[test]
fn connections_get_the_faults_of_the_plan() {
    let mut plan = FaultPlan::new(5);
    plan.links.reset = Probability::percent(30);
    plan.links.half_open = Probability::percent(30);
    plan.links.window = ms(700);
    plan.links.refuse_upgrade = Probability::percent(30);
    plan.links.slow = Probability::percent(30);
    let idle = IdleTimeout {
        after: ms(9),
        silent: true,
    };
    plan.links.idle = Some(idle);
    let pace = plan.links.throttle;
    let mut faults = FaultInjector::new(plan, START);
    let connections: Vec<ConnectionFaults> = (0..1000)
        .map(|_| faults.open_link(START).connection_faults())
        .collect();
    let often = |hit: fn(&ConnectionFaults) -> bool| {
        let hits = connections.iter().filter(|faults| hit(faults)).count();
        assert!((200..400).contains(&hits), "{hits}");
    };
    often(|faults| faults.reset.is_some());
    often(|faults| faults.half_open.is_some());
    often(|faults| faults.upgrade_refusal.is_some());
    often(|faults| faults.throttle.is_some());
    for faults in &connections {
        assert!(faults.reset.is_none_or(|at| at <= ms(700)));
        assert!(faults.half_open.is_none_or(|at| at <= ms(700)));
        assert!(
            faults
                .upgrade_refusal
                .is_none_or(|status| [403, 426, 503].contains(&status))
        );
        assert!(faults.throttle.is_none_or(|slow| slow == pace));
        assert_eq!(faults.idle, Some(idle));
    }
}

#[test]
fn one_connection_alone_can_be_slow() {
    let mut plan = FaultPlan::new(5);
    plan.links.slow = Probability::ALWAYS;
    plan.links.throttle = Throttle {
        bytes: 100,
        every: ms(50),
    };
    plan.only_link = Some(2);
    let mut faults = FaultInjector::new(plan, START);
    let slow: Vec<bool> = (0..5)
        .map(|_| {
            faults
                .open_link(START)
                .connection_faults()
                .throttle
                .is_some()
        })
        .collect();
    assert_eq!(slow, [false, false, true, false, false]);
    let throttle = faults.plan().links.throttle;
    assert_eq!(
        (
            throttle.duration_of(0),
            throttle.duration_of(1),
            throttle.duration_of(250)
        ),
        (ms(0), ms(50), ms(150))
    );
}

#[test]
fn error_responses_are_pages_or_envelopes() {
    let mut plan = FaultPlan::new(9);
    plan.rest.probability = Probability::ALWAYS;
    let mut faults = FaultInjector::new(plan, START);
    let answers: Vec<_> = (0..100)
        .filter_map(|_| faults.response_fault(START, Backend::Rest))
        .collect();
    assert_eq!(answers.len(), 100);
    for answer in &answers {
        let body = answer.body();
        assert!([429, 503].contains(&answer.status));
        if answer.html {
            assert!(body.starts_with("<!DOCTYPE html>") && answer.content_type() == "text/html");
        } else {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["meta"]["code"], answer.status);
        }
    }
    for both in [true, false] {
        assert!(answers.iter().any(|answer| answer.html == both));
        assert!(answers.iter().any(|answer| answer.executed == both));
    }
    assert_eq!(faults.response_fault(START, Backend::Gateway), None);
}

#[test]
fn incidents_come_at_their_times_once_or_repeatedly() {
    let plan = FaultPlan::new(1)
        .every(ms(100), Incident::BreakConnections)
        .after(ms(150), Incident::Restart)
        .after(ms(150), Incident::Burst(3));
    let mut faults = FaultInjector::new(plan, START + ms(1000));
    let mut seen = Vec::new();
    while let Some(at) = faults.poll_timeout().filter(|at| *at <= START + ms(1300)) {
        assert_eq!(faults.poll_incident(before(at)), None);
        seen.extend(iter::from_fn(|| faults.poll_incident(at)).map(|incident| (at, incident)));
    }
    let at = |time| START + ms(time);
    assert_eq!(
        seen,
        [
            (at(1100), Incident::BreakConnections),
            (at(1150), Incident::Restart),
            (at(1150), Incident::Burst(3)),
            (at(1200), Incident::BreakConnections),
            (at(1300), Incident::BreakConnections),
        ]
    );
    // After a standstill a series occurs once, without making up for missed times.
    let late: Vec<_> = iter::from_fn(|| faults.poll_incident(at(9000))).collect();
    assert_eq!(late, [Incident::BreakConnections]);
    assert_eq!(faults.poll_timeout(), Some(at(9100)));
}

#[test]
fn the_end_of_a_plan_ends_all_faults_and_a_freeze() {
    let mut plan = FaultPlan::from_seed(1)
        .after(ms(50), Incident::Freeze)
        .after(ms(200), Incident::Restart)
        .until(ms(100));
    plan.schedule.retain(|entry| entry.at <= ms(200));
    plan.rest.probability = Probability::ALWAYS;
    plan.links.reset = Probability::ALWAYS;
    plan.to_client.drop = Probability::ALWAYS;
    let mut faults = FaultInjector::new(plan, START);
    let mut early = faults.open_link(START);
    assert_eq!(faults.poll_incident(START + ms(99)), Some(Incident::Freeze));
    assert_eq!(faults.poll_timeout(), Some(START + ms(100)));
    let end = START + ms(100);
    assert_eq!(faults.poll_incident(end), Some(Incident::Thaw));
    assert_eq!(
        (faults.poll_incident(end), faults.poll_timeout()),
        (None, None)
    );
    assert!(faults.is_over(end));
    assert_eq!(faults.response_fault(end, Backend::Rest), None);
    assert_eq!(
        faults.open_link(end).connection_faults(),
        ConnectionFaults::default()
    );
    // The end of the plan also covers open connections.
    send(&mut early, START, &["lost"]);
    send(&mut early, end, &["found"]);
    assert_eq!(arrived(&mut early, end), ["found"]);
}

#[test]
fn seeds_generate_all_kinds_of_plans() {
    let plans: Vec<FaultPlan> = (0..200).map(FaultPlan::from_seed).collect();
    let some = |hit: fn(&FaultPlan) -> bool| {
        let hits = plans.iter().filter(|plan| hit(plan)).count();
        assert!((10..190).contains(&hits), "{hits}");
    };
    some(|plan| !plan.to_client.drop.is_never());
    some(|plan| !plan.to_server.reorder.is_never());
    some(|plan| !plan.links.half_open.is_never());
    some(|plan| !plan.gateway.probability.is_never());
    some(|plan| !plan.rest.probability.is_never());
    some(|plan| plan.links.idle.is_some());
    some(|plan| {
        plan.schedule
            .iter()
            .any(|entry| entry.incident == Incident::Restart)
    });
    for plan in &plans {
        assert_eq!(
            format!("{plan:?}"),
            format!("{:?}", FaultPlan::from_seed(plan.seed))
        );
        let tcp = plan.clone().tcp_only();
        assert_eq!(tcp.to_client.delay, plan.to_client.delay);
        assert!(
            [&tcp.to_client, &tcp.to_server]
                .iter()
                .all(|way| way.drop.is_never()
                    && way.duplicate.is_never()
                    && way.reorder.is_never()
                    && way.truncate.is_never()
                    && way.corrupt.is_never())
        );
    }
}

fn before(at: Instant) -> Instant {
    Instant::from_origin(at.since_origin().saturating_sub(Duration::from_nanos(1)))
}
