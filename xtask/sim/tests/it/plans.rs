//! Plans and transcripts.

use sim::{Campaign, Plan, Sabotage, Transcript, guarded, shrink};

#[test]
fn some_seeds_hold_while_a_lot_happens() {
    let counters = Campaign::new(1, 60).run();
    let counters = counters.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(counters.get("runs"), 60);
    for (name, least) in [
        ("faults", 100),
        ("gaps", 50),
        ("events received", 500),
        ("publishes settled", 100),
    ] {
        assert!(counters.get(name) > least, "{name}: {counters}");
    }
}

#[test]
fn the_same_seed_gives_the_same_transcript_and_another_seed_another() {
    let transcript = |seed| {
        let report = guarded(&Plan::new(seed), Transcript::text(), None);
        report.transcript.as_text().to_owned()
    };
    for seed in 1..=10 {
        assert_eq!(transcript(seed), transcript(seed), "seed {seed}");
    }
    assert_ne!(transcript(1), transcript(2));
}

#[test]
fn a_hash_stands_for_a_whole_transcript() {
    let fingerprint = |seed| {
        let report = guarded(&Plan::new(seed), Transcript::hash(), None);
        report.transcript.fingerprint()
    };
    assert_eq!(fingerprint(3), fingerprint(3));
    assert_ne!(fingerprint(3), fingerprint(4));
    assert_eq!(Transcript::none().fingerprint(), None);
}

#[test]
fn a_failing_plan_is_shrunk_and_still_fails() {
    let sabotage = Some(Sabotage::DuplicateOutcome);
    let failure = {
        let mut campaign = Campaign::new(1, 200);
        campaign.sabotage = sabotage;
        campaign
            .run()
            .expect_err("an outcome reported twice is not caught")
    };
    let plan = Plan::new(failure.seed);
    let less = shrink(&plan, failure.violation.invariant, sabotage);
    assert!(less.steps() < plan.steps());
    let again = guarded(&less, Transcript::text(), sabotage);
    let violation = again.violation.expect("the shrunk plan still fails");
    assert_eq!(violation.invariant, failure.violation.invariant);
    assert!(again.transcript.as_text().contains("VIOLATION"));
}

#[test]
fn more_threads_run_the_same_seeds() {
    let campaign = Campaign::new(100, 20);
    let mut wide = campaign;
    wide.threads = 3;
    let [narrow, wide] = [campaign, wide].map(|campaign| campaign.run().map_err(|f| f.seed));
    assert_eq!(narrow, wide);
}
