//! The corpus of each target and a few mutations of it; `cargo xtask fuzz` runs many more.

#[test]
fn every_target_holds_for_its_corpus_and_some_mutations() {
    for name in fuzz::NAMES {
        let summary = fuzz::run(name, 5_000, 7).unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: {summary}");
    }
}
