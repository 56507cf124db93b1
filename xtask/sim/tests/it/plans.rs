//! Plans and transcripts.

use sim::{Campaign, Plan, Sabotage, Transcript, guarded, shrink};

#[test]
fn some_seeds_hold_and_do_not_hold_for_want_of_anything_happening() {
    let tally = Campaign::new(1, 60).run();
    let tally = tally.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(tally.runs, 60);
    assert!(tally.faults > 100 && tally.gaps > 50, "{tally}");
    assert!(tally.delivered > 500 && tally.settled > 100, "{tally}");
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
fn the_number_of_a_transcript_stands_for_all_of_it() {
    let fingerprint = |seed| {
        let report = guarded(&Plan::new(seed), Transcript::hash(), None);
        report.transcript.fingerprint()
    };
    assert_eq!(fingerprint(3), fingerprint(3));
    assert_ne!(fingerprint(3), fingerprint(4));
    assert_eq!(Transcript::none().fingerprint(), None);
}

#[test]
fn a_plan_that_fails_is_cut_down_to_what_it_fails_with() {
    let sabotage = Some(Sabotage::SettleTwice);
    let failure = {
        let mut campaign = Campaign::new(1, 200);
        campaign.sabotage = sabotage;
        campaign.run().expect_err("settling twice is not caught")
    };
    let plan = Plan::new(failure.seed);
    let less = shrink(&plan, failure.violation.invariant, sabotage);
    assert!(less.steps.len() < plan.steps.len());
    let again = guarded(&less, Transcript::text(), sabotage);
    let violation = again.violation.expect("it fails still");
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
