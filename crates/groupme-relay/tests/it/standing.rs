//! Standing of an account at a node.

use core::time::Duration;

use groupme_relay::{Standing, Stop};

/// Stops an account again and again for a reason, and returns the seconds until it may start each time.
fn waits(reason: Stop, stops: usize) -> Vec<Option<u64>> {
    let mut standing = Standing::new(1);
    let mut now = Duration::from_secs(1000);
    let mut waits = Vec::new();
    for _ in 0..stops {
        assert!(standing.may_start(now));
        standing.start(now);
        assert!(standing.is_running() && !standing.may_start(now));
        standing.stop(now, reason);
        let seconds = (0..10_000).find(|wait| standing.may_start(now + Duration::from_secs(*wait)));
        waits.push(seconds);
        match seconds {
            Some(seconds) => now += Duration::from_secs(seconds),
            None => break,
        }
    }
    waits
}

#[test]
fn a_quarrel_about_an_account_slows_down() {
    let waits = waits(Stop::Fenced, 12);
    assert_eq!(waits[..4], [Some(1), Some(2), Some(4), Some(8)]);
    assert_eq!(waits[11], Some(300));
}

#[test]
fn a_refused_token_is_not_tried_again() {
    assert_eq!(waits(Stop::Refused, 3), [None]);
}

#[test]
fn a_defect_is_tried_ten_times() {
    let waits = waits(Stop::Broken, 20);
    assert_eq!(waits.len(), 10);
    assert_eq!((waits[0], waits[9]), (Some(1), None));
}

#[test]
fn an_account_that_the_gateway_refuses_is_tried_again_after_a_minute_and_later_after_an_hour() {
    let waits = waits(Stop::Turned, 10);
    assert_eq!((waits[0], waits[9]), (Some(60), Some(3600)));
    assert_eq!(self::waits(Stop::Asked, 3), [Some(0); 3]);
}

#[test]
fn a_stop_after_a_long_life_is_the_first_of_its_kind() {
    let mut standing = Standing::new(1);
    let mut now = Duration::ZERO;
    for _ in 0..50 {
        standing.start(now);
        now += Duration::from_mins(11);
        standing.stop(now, Stop::Broken);
        now += Duration::from_secs(1);
        assert!(standing.may_start(now));
    }
    assert_eq!(standing.reason(), Some(Stop::Broken));
}
