//! Samples of all rounds.

use std::collections::BTreeMap;

use serde_json::json;

/// One value for each client, column and round, in this order.
#[derive(Debug, Default)]
pub(super) struct Samples {
    values: BTreeMap<&'static str, BTreeMap<&'static str, BTreeMap<u32, f64>>>,
}

impl Samples {
    pub(super) fn add(
        &mut self,
        client: &'static str,
        column: &'static str,
        round: u32,
        value: f64,
    ) {
        let columns = self.values.entry(client).or_default();
        columns.entry(column).or_default().insert(round, value);
    }

    /// Returns the median of the rounds.
    pub(super) fn median(&self, client: &str, column: &str) -> Option<f64> {
        middle(self.rounds(client, column)?.values().copied().collect())
    }

    /// Returns the median of the ratios of two clients in the same round.
    pub(super) fn ratio(&self, dividend: &str, divisor: &str, column: &str) -> Option<f64> {
        let divisors = self.rounds(divisor, column)?;
        let ratios = self
            .rounds(dividend, column)?
            .iter()
            .filter_map(|(round, dividend)| {
                let divisor = divisors.get(round).filter(|divisor| **divisor > 0.0)?;
                Some(dividend / divisor)
            });
        middle(ratios.collect())
    }

    fn rounds(&self, client: &str, column: &str) -> Option<&BTreeMap<u32, f64>> {
        self.values.get(client)?.get(column)
    }

    pub(super) fn to_json(&self) -> serde_json::Value {
        json!(self.values)
    }
}

/// Returns the median, the upper one of two.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let mut samples = Samples::default();
        for (round, ours, theirs) in [(0, 2.0, 4.0), (1, 20.0, 40.0), (2, 1.0, 1.0)] {
            samples.add("ours", "cpu", round, ours);
            samples.add("theirs", "cpu", round, theirs);
        }
        samples.add("ours", "cpu", 3, 100.0);
        assert_eq!(samples.ratio("ours", "theirs", "cpu"), Some(0.5));
        assert_eq!(samples.median("theirs", "cpu"), Some(4.0));
        assert_eq!(samples.ratio("ours", "nobody", "cpu"), None);
    }
}
