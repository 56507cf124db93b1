//! Faults committed on purpose, and who catches them.

use sim::{Campaign, Sabotage};

/// Runs seeds with a fault on purpose until an invariant catches it, and says which.
fn caught(sabotage: Sabotage) -> &'static str {
    let mut campaign = Campaign::new(1, 5_000);
    campaign.sabotage = Some(sabotage);
    campaign.twice = 1;
    match campaign.run() {
        Ok(tally) => panic!("{sabotage:?} goes unnoticed: {tally}"),
        Err(failure) => failure.violation.invariant,
    }
}

#[test]
fn a_second_connect_is_caught() {
    let invariant = caught(Sabotage::SecondConnect);
    assert_eq!(invariant, "at most one connect outstanding");
}

#[test]
fn a_stale_client_id_is_caught() {
    assert_eq!(caught(Sabotage::StaleClientId), "no stale clientId");
}

#[test]
fn commands_that_settle_never_or_twice_or_are_sent_twice_are_caught() {
    for sabotage in [
        Sabotage::SwallowSettle,
        Sabotage::SettleTwice,
        Sabotage::SubscribedTwice,
        Sabotage::SwallowSubscribed,
        Sabotage::PublishTwice,
    ] {
        let invariant = caught(sabotage);
        assert_eq!(
            invariant, "every command settles exactly once",
            "{sabotage:?}"
        );
    }
}

#[test]
fn events_lost_doubled_or_swapped_are_caught() {
    for sabotage in [
        Sabotage::DropDelivery,
        Sabotage::DeliverTwice,
        Sabotage::SwapDeliveries,
    ] {
        let invariant = caught(sabotage);
        assert_eq!(
            invariant, "every event once, in order, or in a gap",
            "{sabotage:?}"
        );
    }
}

#[test]
fn messages_that_delivery_loses_doubles_or_swaps_are_caught() {
    for sabotage in [
        Sabotage::DropHanded,
        Sabotage::HandTwice,
        Sabotage::SwapHanded,
        Sabotage::SwallowLost,
        Sabotage::ForgetAcknowledged,
    ] {
        let invariant = caught(sabotage);
        assert_eq!(
            invariant, "every message once and in order, or told to be lost",
            "{sabotage:?}"
        );
    }
}

#[test]
fn changes_that_delivery_loses_or_tells_twice_are_caught() {
    for sabotage in [Sabotage::DropChanged, Sabotage::DeleteTwice] {
        let invariant = caught(sabotage);
        assert_eq!(invariant, "every change is told once", "{sabotage:?}");
    }
}

#[test]
fn own_messages_that_are_not_known_are_caught() {
    let invariant = caught(Sabotage::DisownHanded);
    assert_eq!(invariant, "own messages are known and sent once");
}

#[test]
fn gaps_kept_back_or_told_too_short_are_caught() {
    for sabotage in [Sabotage::SwallowGap, Sabotage::ShortenGap] {
        let invariant = caught(sabotage);
        assert_eq!(
            invariant, "every event once, in order, or in a gap",
            "{sabotage:?}"
        );
    }
}

#[test]
fn a_client_that_does_not_subscribe_again_is_caught() {
    let invariant = caught(Sabotage::NeverResubscribe);
    assert!(
        [
            "every subscription wanted is active or refused",
            "every command settles exactly once",
            "all is well once the network has healed",
        ]
        .contains(&invariant),
        "{invariant}"
    );
}

#[test]
fn memory_that_grows_is_caught() {
    assert_eq!(caught(Sabotage::GrowQueue), "memory is bounded");
}

#[test]
fn haste_and_busy_waiting_are_caught() {
    for sabotage in [Sabotage::TooFast, Sabotage::Spin] {
        assert_eq!(caught(sabotage), "no faster than the cap", "{sabotage:?}");
    }
}

#[test]
fn lanes_used_after_their_end_or_never_ended_are_caught() {
    for sabotage in [Sabotage::UseDeadLane, Sabotage::LoseClose] {
        assert_eq!(caught(sabotage), "every lane ends once", "{sabotage:?}");
    }
    // Whatever is left open goes on carrying what was outstanding on it.
    let invariant = caught(Sabotage::LeakLane);
    assert!(
        ["every lane ends once", "at most one connect outstanding"].contains(&invariant),
        "{invariant}"
    );
}

#[test]
fn a_panic_is_caught() {
    assert_eq!(caught(Sabotage::Panic), "no panic");
}

#[test]
fn what_a_seed_does_not_decide_is_caught() {
    assert_eq!(caught(Sabotage::Wander), "same seed, same transcript");
}
