//! Programs that `cargo xtask bench model` and `cargo xtask bench history` compare, each a row of
//! the table. SUITE is `model` or `history`.
//!
//! - `bench SUITE check` lets every row read the corpus and compares their checksums.
//! - `bench SUITE time` measures the CPU time of each row.
//! - `bench SUITE run ROW PASSES` runs one row, for an external profiler.
//! - `bench SUITE allocations` counts the allocations of each row; it needs the feature `count`.
//!
//! The output has one line for each row, with columns separated by tabs.

mod checksum;
mod clock;
mod corpus;
mod measure;
mod row;

use std::process::ExitCode;

use crate::{corpus::Corpus, row::Row};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (corpus, mut rows) = match args.first() {
        Some(&"history") => (Corpus::pages(), row::history()),
        _ => (Corpus::generate(), row::model()),
    };
    let done = match args.get(1..).unwrap_or_default() {
        ["check"] => check(&corpus, &mut rows),
        ["time"] => {
            measure::time(&corpus, &mut rows);
            Ok(())
        }
        ["run", name, passes] => run(&corpus, &mut rows, name, passes),
        #[cfg(feature = "count")]
        ["allocations"] => {
            measure::allocations(&corpus, &mut rows);
            Ok(())
        }
        _ => {
            Err("usage: bench model|history check | time | run ROW PASSES | allocations".to_owned())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Compares the checksums of the rows, and prints the size of the corpus.
fn check(corpus: &Corpus, rows: &mut [Box<dyn Row>]) -> Result<(), String> {
    let mut expected = None;
    for row in rows {
        let sum = row.check(corpus);
        let expected = *expected.get_or_insert(sum);
        if sum != expected {
            let name = row.name();
            return Err(format!(
                "the checksum of {name} is {sum:x}, that of the first row {expected:x}"
            ));
        }
    }
    println!(
        "{}\t{}\t{}",
        corpus.frames().len(),
        corpus.messages(),
        corpus.bytes()
    );
    Ok(())
}

fn run(corpus: &Corpus, rows: &mut [Box<dyn Row>], name: &str, passes: &str) -> Result<(), String> {
    let passes: u32 = passes
        .parse()
        .map_err(|_| format!("{passes} is not a number of passes"))?;
    let row = rows
        .iter_mut()
        .find(|row| row.name() == name)
        .ok_or_else(|| format!("there is no row {name}"))?;
    for _ in 0..passes {
        core::hint::black_box(row.pass(corpus));
    }
    Ok(())
}
