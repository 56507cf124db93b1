//! Figures of the back-off.

use sim::Figures;

#[test]
fn a_server_that_is_back_is_found_soon_and_one_that_is_out_is_left_alone() {
    // The measurement checks its bounds.
    let figures = Figures::measure().unwrap_or_else(|missed| panic!("{missed}"));
    assert_eq!(figures.outages.len(), 3);
    assert!(figures.attempts.iter().sum::<usize>() > 1_000);
}
