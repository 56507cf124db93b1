//! Defects on purpose, and the invariants that catch them.

use sim::{Campaign, Sabotage};

/// Runs seeds with a sabotage until an invariant fails, and returns its name.
fn caught(sabotage: Sabotage) -> &'static str {
    let mut campaign = Campaign::new(1, 5_000);
    campaign.sabotage = Some(sabotage);
    campaign.twice = 1;
    match campaign.run() {
        Ok(counters) => panic!("{sabotage:?} is not caught: {counters}"),
        Err(failure) => failure.violation.invariant,
    }
}

#[test]
fn a_second_connect_is_caught() {
    let invariant = caught(Sabotage::ConcurrentConnects);
    assert_eq!(invariant, "at most one connect outstanding");
}

#[test]
fn a_stale_client_id_is_caught() {
    assert_eq!(caught(Sabotage::StaleClientId), "no stale clientId");
}

#[test]
fn commands_that_settle_never_or_twice_or_are_sent_twice_are_caught() {
    for sabotage in [
        Sabotage::OmitOutcome,
        Sabotage::DuplicateOutcome,
        Sabotage::DuplicateSubscribed,
        Sabotage::OmitSubscribed,
        Sabotage::DuplicatePublish,
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
        Sabotage::DropEvent,
        Sabotage::DuplicateEvent,
        Sabotage::SwapEvents,
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
        Sabotage::DropMessage,
        Sabotage::DuplicateMessage,
        Sabotage::SwapMessages,
        Sabotage::OmitLost,
        Sabotage::ForgetAcknowledgement,
    ] {
        let invariant = caught(sabotage);
        assert_eq!(
            invariant, "every message once and in order, or reported lost",
            "{sabotage:?}"
        );
    }
}

#[test]
fn changes_lost_or_reported_twice_are_caught() {
    for sabotage in [Sabotage::DropChange, Sabotage::DuplicateDeletion] {
        let invariant = caught(sabotage);
        assert_eq!(invariant, "every change is told once", "{sabotage:?}");
    }
}

#[test]
fn own_messages_marked_as_foreign_are_caught() {
    let invariant = caught(Sabotage::MisattributeOwn);
    assert_eq!(invariant, "own messages are known and sent once");
}

#[test]
fn gaps_omitted_or_reported_too_short_are_caught() {
    for sabotage in [Sabotage::OmitGap, Sabotage::ShortenGap] {
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
fn connects_above_the_limit_and_busy_waiting_are_caught() {
    for sabotage in [Sabotage::ExceedConnectRate, Sabotage::BusyLoop] {
        assert_eq!(caught(sabotage), "no faster than the cap", "{sabotage:?}");
    }
}

#[test]
fn lanes_used_after_their_end_or_never_ended_are_caught() {
    for sabotage in [Sabotage::UseClosedLane, Sabotage::OmitClose] {
        assert_eq!(caught(sabotage), "every lane ends once", "{sabotage:?}");
    }
    // A lane that is left open goes on carrying its outstanding connect.
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
fn a_run_that_depends_on_more_than_its_seed_is_caught() {
    assert_eq!(
        caught(Sabotage::Nondeterminism),
        "same seed, same transcript"
    );
}
