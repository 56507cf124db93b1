//! One cell of one of the two matrices.

use core::fmt;

use clap::{ValueEnum, builder::PossibleValuesParser};

use super::{
    build::Tools,
    case::Case,
    report::Failure,
    trial::{self, Trial},
    visit::{self, Errand, Visit},
};

/// What can be run alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// Our client at a server of others.
    Trial(Trial),
    /// A client of others at our server.
    Visit(Visit),
}

/// Returns every cell there is.
pub(super) fn all() -> impl Iterator<Item = Cell> {
    let trials = trial::all().map(Cell::Trial);
    trials.chain(visit::all().map(Cell::Visit))
}

/// Returns the parser of the name of a case, of either matrix.
pub(super) fn cases() -> PossibleValuesParser {
    let errands = Errand::value_variants().iter();
    let errands = errands.filter_map(ValueEnum::to_possible_value);
    let mut values: Vec<_> = Case::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .collect();
    for errand in errands {
        if !values
            .iter()
            .any(|case| case.get_name() == errand.get_name())
        {
            values.push(errand);
        }
    }
    PossibleValuesParser::new(values)
}

impl Cell {
    /// Runs it, between processes of its own.
    pub(super) fn run(&self, tools: &Tools) -> Result<(), Failure> {
        match self {
            Self::Trial(trial) => trial.run(tools),
            Self::Visit(visit) => visit.run(tools),
        }
    }

    pub(super) fn is_visit(&self) -> bool {
        matches!(self, Self::Visit(_))
    }

    /// Tells whether it mostly waits.
    pub(super) fn is_long(&self) -> bool {
        match self {
            Self::Trial(trial) => trial.case.is_long(),
            Self::Visit(visit) => visit.is_long(),
        }
    }

    /// Returns the place and the name of its row.
    pub(super) fn row(&self) -> (usize, String) {
        match self {
            Self::Trial(trial) => trial.row(),
            Self::Visit(visit) => visit.row(),
        }
    }

    /// Returns the place and the name of its column.
    pub(super) fn column(&self) -> (usize, String) {
        match self {
            Self::Trial(trial) => (trial.case as usize, trial.case.to_string()),
            Self::Visit(visit) => (visit.errand as usize, visit.errand.to_string()),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trial(trial) => trial.fmt(f),
            Self::Visit(visit) => visit.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cell_has_options_of_its_own_and_a_place_of_its_own() {
        let cells: Vec<_> = all().collect();
        let options: BTreeSet<_> = cells.iter().map(Cell::to_string).collect();
        assert_eq!(options.len(), cells.len());
        let places: BTreeSet<_> = cells
            .iter()
            .map(|cell| (cell.is_visit(), cell.row(), cell.column()))
            .collect();
        assert_eq!(places.len(), cells.len());
    }
}
