//! Reports of the suite.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, bail};
use serde_json::Value;

/// Prints a summary of the report on an agent in a directory.
///
/// # Errors
///
/// If there is no report, or a case failed.
pub(super) fn check(reports: &Path, agent: &str) -> anyhow::Result<()> {
    let index = fs::read(reports.join("index.json")).context("the suite left no report")?;
    let index: Value = serde_json::from_slice(&index)?;
    println!("{agent}");
    summarize(&index[agent])
}

/// Prints the number of cases by group and behaviour, and the name of each that did not pass.
fn summarize(cases: &Value) -> anyhow::Result<()> {
    let cases = cases.as_object().context("the report has no cases")?;
    let mut groups = BTreeMap::<u32, BTreeMap<&str, u32>>::new();
    let mut failed = Vec::new();
    for (name, case) in cases {
        let group = name.split('.').next().and_then(|group| group.parse().ok());
        let behavior = case["behavior"].as_str().unwrap_or("MISSING");
        let close = case["behaviorClose"].as_str().unwrap_or("MISSING");
        let passed = |word| matches!(word, "OK" | "NON-STRICT" | "INFORMATIONAL");
        if !passed(behavior) || !passed(close) {
            failed.push(format!("{name} ({behavior}, close {close})"));
        }
        *groups
            .entry(group.unwrap_or_default())
            .or_default()
            .entry(behavior)
            .or_default() += 1;
    }
    for (group, counts) in &groups {
        let counts: Vec<_> = counts
            .iter()
            .map(|(behavior, count)| format!("{count} {behavior}"))
            .collect();
        println!("{group:>3}  {}", counts.join(", "));
    }
    println!("{} cases, {} failed", cases.len(), failed.len());
    if groups.is_empty() || !failed.is_empty() {
        bail!("failed cases: {}", failed.join(", "));
    }
    Ok(())
}
