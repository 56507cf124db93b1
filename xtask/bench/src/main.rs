//! Rows of `cargo xtask bench model`: ways to read the same frames, one table.
//!
//! - `bench check`: every row reads the corpus, and all must have read the same.
//! - `bench time`: CPU time of each row.
//! - `bench run ROW PASSES`: one row, for a tool that watches from outside.
//! - `bench allocations`: how often each row allocates, in a build with the feature `count`.
//!
//! Output is a line for each row, its columns separated by tabs.

mod clock;
mod corpus;
mod facts;
mod measure;
mod random;
mod row;

use std::process::ExitCode;

use crate::{corpus::Corpus, row::Row};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let corpus = Corpus::generate();
    let mut rows = row::all();
    let done = match args[..] {
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
        _ => Err("usage: bench check | time | run ROW PASSES | allocations".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Compares what the rows read, and tells how large the corpus is.
fn check(corpus: &Corpus, rows: &mut [Box<dyn Row>]) -> Result<(), String> {
    let mut expected = None;
    for row in rows {
        let sum = row.check(corpus);
        let expected = *expected.get_or_insert(sum);
        if sum != expected {
            let name = row.name();
            return Err(format!(
                "{name} reads {sum:x} where others read {expected:x}"
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
        .map_err(|_| format!("{passes} is no number of passes"))?;
    let row = rows
        .iter_mut()
        .find(|row| row.name() == name)
        .ok_or_else(|| format!("there is no row called {name}"))?;
    for _ in 0..passes {
        core::hint::black_box(row.pass(corpus));
    }
    Ok(())
}
