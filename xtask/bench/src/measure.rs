//! Rounds, medians, and what is counted.

use core::{hint::black_box, time::Duration};

use crate::{clock::thread_time, corpus::Corpus, random::Random, row::Row};

/// Enough for a median that holds still on a machine with other tenants.
const ROUNDS: usize = 41;

/// Prints, for each row: its name, and the median and the 10th percentile of nanoseconds a pass.
///
/// Rows take turns in every round, each time in another order, so that what disturbs the machine
/// disturbs all of them.
pub(crate) fn time(corpus: &Corpus, rows: &mut [Box<dyn Row>]) {
    let mut random = Random::new(ROUNDS as u64);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); rows.len()];
    for row in &mut *rows {
        black_box(row.pass(corpus));
    }
    for _ in 0..ROUNDS {
        random.shuffle(&mut order);
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

/// Prints, for each row: its name, and how often a pass allocates once buffers have grown.
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
