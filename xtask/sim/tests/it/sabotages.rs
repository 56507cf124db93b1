//! Defects on purpose, and the invariants that catch them.

use sim::{Campaign, Sabotage};

/// Defines a test for each sabotage: some seed fails with it, and by one of these invariants.
macro_rules! caught {
    ($($test:ident: $sabotage:ident by $($invariant:literal),+;)+) => {
        $(
            #[test]
            fn $test() {
                let mut campaign = Campaign::new(1, 5_000);
                campaign.sabotage = Some(Sabotage::$sabotage);
                campaign.twice = 1;
                match campaign.run() {
                    Ok(counters) => panic!("the sabotage is not caught: {counters}"),
                    Err(failure) => {
                        let name = failure.violation.invariant;
                        assert!([$($invariant),+].contains(&name), "{}", failure.violation);
                    }
                }
            }
        )+
    };
}

caught! {
    a_second_connect_is_caught: ConcurrentConnects by "at most one connect outstanding";
    a_stale_client_id_is_caught: StaleClientId by "no stale clientId";
    a_publish_without_an_outcome_is_caught: OmitOutcome by "every command settles exactly once";
    a_second_outcome_is_caught: DuplicateOutcome by "every command settles exactly once";
    a_channel_reported_active_twice_is_caught: DuplicateSubscribed by
        "every command settles exactly once";
    an_active_channel_without_a_report_is_caught: OmitSubscribed by
        "every command settles exactly once",
        "every subscription wanted is active or refused";
    a_publish_sent_twice_is_caught: DuplicatePublish by "every command settles exactly once";
    a_lost_event_is_caught: DropEvent by "every event once, in order, or in a gap";
    a_doubled_event_is_caught: DuplicateEvent by "every event once, in order, or in a gap";
    swapped_events_are_caught: SwapEvents by "every event once, in order, or in a gap";
    a_lost_message_is_caught: DropMessage by "every message once and in order, or reported lost";
    a_doubled_message_is_caught: DuplicateMessage by
        "every message once and in order, or reported lost";
    swapped_messages_are_caught: SwapMessages by
        "every message once and in order, or reported lost";
    a_loss_without_a_report_is_caught: OmitLost by
        "every message once and in order, or reported lost";
    a_forgotten_acknowledgement_is_caught: ForgetAcknowledgement by
        "every message once and in order, or reported lost";
    a_save_that_is_skipped_is_caught: SkipSave by
        "every message once and in order, or reported lost";
    a_delivery_before_its_save_is_caught: HandOutUnsaved by
        "every message once and in order, or reported lost";
    a_baseline_that_is_saved_late_is_caught: SaveBaselineLate by
        "every message once and in order, or reported lost";
    a_store_that_does_not_know_what_was_delivered_is_caught: ForgetSeen by
        "every message once and in order, or reported lost",
        "every change is reported once";
    a_page_without_one_of_its_messages_is_caught: CutPages by
        "every message once and in order, or reported lost",
        "every change is reported once",
        "no loss is reported without need";
    an_error_that_is_taken_for_an_empty_list_is_caught: TakeErrorsForEmpty by
        "every message once and in order, or reported lost",
        "no loss is reported without need";
    events_that_are_dropped_without_a_mark_are_caught: DropUnread by
        "every message once and in order, or reported lost";
    a_lost_change_is_caught: DropChange by "every change is reported once";
    a_doubled_deletion_is_caught: DuplicateDeletion by "every change is reported once";
    an_own_message_marked_as_foreign_is_caught: MisattributeOwn by
        "own messages are known and sent once";
    a_gap_without_a_report_is_caught: OmitGap by "every event once, in order, or in a gap";
    a_gap_reported_too_short_is_caught: ShortenGap by "every event once, in order, or in a gap";
    a_client_that_does_not_subscribe_again_is_caught: NeverResubscribe by
        "every subscription wanted is active or refused",
        "every command settles exactly once",
        "all is well once the network has healed";
    memory_that_grows_is_caught: GrowQueue by "memory is bounded";
    connects_above_the_limit_are_caught: ExceedConnectRate by "no faster than the cap";
    busy_waiting_is_caught: BusyLoop by "no faster than the cap";
    a_lane_used_after_its_end_is_caught: UseClosedLane by "every lane ends once";
    a_close_that_is_not_reported_is_caught: OmitClose by "every lane ends once";
    // A lane that is left open continues carrying its outstanding connect.
    a_lane_left_open_is_caught: LeakLane by
        "every lane ends once",
        "at most one connect outstanding";
    a_panic_is_caught: Panic by "no panic";
    a_run_that_depends_on_more_than_its_seed_is_caught: Nondeterminism by
        "same seed, same transcript";
}
