//! Measurement of time and allocations.

use core::{hint::black_box, time::Duration};

use fastrand::Rng;

use crate::{clock::thread_time, corpus::Corpus, row::Row};

/// Number of rounds, enough for a stable median on a shared machine.
const ROUNDS: usize = 41;

/// Seed of the orders of the rows.
const SEED: u64 = 41;

/// Prints the name of each row with the median and the 10th percentile of a pass, in nanoseconds.
///
/// Every round runs all rows in a random order, so a disturbance of the machine affects all of
/// them.
pub(crate) fn time(corpus: &Corpus, rows: &mut [Box<dyn Row>]) {
    let mut rng = Rng::with_seed(SEED);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); rows.len()];
    for row in &mut *rows {
        black_box(row.pass(corpus));
    }
    for _ in 0..ROUNDS {
        rng.shuffle(&mut order);
        for &at in &order {
            let start = thread_time();
            black_box(rows[at].pass(corpus));
            times[at].push(thread_time().saturating_sub(start));
        }
    }
    for (row, times) in rows.iter().zip(&mut times) {
        times.sort_unstable();
        let nanos = |time: Duration| time.as_nanos();
        println!(
            "{}\t{}\t{}",
            row.name(),
            nanos(times[ROUNDS / 2]),
            nanos(times[ROUNDS / 10])
        );
    }
}

/// Prints the name of each row with the number of allocations in a pass after buffers have grown.
#[cfg(feature = "count")]
pub(crate) fn allocations(corpus: &Corpus, rows: &mut [Box<dyn Row>]) {
    for row in rows {
        for _ in 0..4 {
            black_box(row.pass(corpus));
        }
        let counted = allocation_counter::measure(|| {
            black_box(row.pass(corpus));
        });
        println!("{}\t{}", row.name(), counted.count_total);
    }
}
