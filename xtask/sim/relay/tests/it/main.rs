//! Storms from the first seeds, and with each promise broken.

use clap::ValueEnum as _;
use relay_sim::{Sabotage, run};

#[test]
fn nothing_is_lost_duplicated_or_out_of_order_in_any_storm() {
    for seed in 0..40 {
        let report = run(seed, None);
        assert!(
            report.faults.is_empty(),
            "seed {seed}: {:#?}",
            report.faults
        );
        assert!(report.entries > 0);
    }
}

#[test]
fn every_promise_that_is_broken_is_noticed() {
    for sabotage in Sabotage::value_variants() {
        let noticed = (0..40).find(|seed| !run(*seed, Some(*sabotage)).faults.is_empty());
        assert!(noticed.is_some(), "{sabotage:?}");
    }
}
