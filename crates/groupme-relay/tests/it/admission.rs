//! Pace of starts.

use core::time::Duration;

use groupme_relay::Admission;

#[test]
fn the_pace_is_kept_and_a_rest_allows_a_few_at_once() {
    let mut admission = Admission::new(20, 5);
    let mut now = Duration::ZERO;
    let mut starts = Vec::new();
    while now < Duration::from_secs(10) {
        match admission.take(now) {
            Ok(()) => starts.push(now),
            Err(wait) => {
                assert!(wait > Duration::ZERO);
                now += wait;
            }
        }
    }
    assert_eq!(starts.iter().filter(|start| start.is_zero()).count(), 5);
    assert!((204..=206).contains(&starts.len()), "{}", starts.len());

    let later = now + Duration::from_mins(5);
    let at_once = (0..100)
        .take_while(|_| admission.take(later).is_ok())
        .count();
    assert_eq!(at_once, 5);
}

#[test]
fn a_clock_that_steps_back_gives_no_permits() {
    let mut admission = Admission::new(1, 1);
    admission.take(Duration::from_secs(10)).unwrap();
    assert!(admission.take(Duration::from_secs(5)).is_err());
    assert!(admission.take(Duration::from_millis(10_500)).is_err());
    admission.take(Duration::from_secs(11)).unwrap();
}

#[test]
fn after_the_time_to_wait_there_is_a_permit() {
    for per_second in 1..200 {
        let mut admission = Admission::new(per_second, 3);
        let mut now = Duration::from_nanos(u64::from(per_second) * 333_333_333);
        for _ in 0..500 {
            if let Err(wait) = admission.take(now) {
                now += wait;
                assert_eq!(admission.take(now), Ok(()), "{per_second} a second");
            }
        }
    }
}
