//! Files for operators, and the examples of the README.

const README: &str = include_str!("../../README.md");
const FIGURES: &str = include_str!("../../src/figures.rs");
const ALERTS: &str = include_str!("../../operation/alerts.yml");
const DASHBOARD: &str = include_str!("../../operation/dashboard.json");
const PREFIX: &str = "groupme_relay_";

/// Returns the names of figures in a text, without the suffixes of histograms.
fn figures(text: &str) -> Vec<&str> {
    let names = text.split(PREFIX).skip(1).map(|rest| {
        let end = rest.find(|char: char| !char.is_ascii_lowercase() && char != '_');
        let name = &rest[..end.unwrap_or(rest.len())];
        name.strip_suffix("_bucket").unwrap_or(name)
    });
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn alerts_and_dashboard_use_figures_that_there_are() {
    let known = figures(FIGURES);
    for (file, text) in [("alerts.yml", ALERTS), ("dashboard.json", DASHBOARD)] {
        let used = figures(text);
        assert!(used.len() > 8, "{file}");
        for name in used {
            assert!(known.contains(&name), "{file}: {name}");
        }
    }
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    assert_eq!(dashboard["panels"].as_array().unwrap().len(), 9);
}

#[test]
fn the_readme_names_all_figures() {
    for name in figures(FIGURES) {
        assert!(README.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_example_is_that_of_the_readme() {
    let example = include_str!("../../examples/consumer.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    assert!(README.contains(&format!("```rust,no_run\n{program}```")));
}

#[test]
fn the_readme_names_all_codes() {
    for code in groupme_relay::ErrorCode::ALL {
        let name = code.name();
        // Both are what a caller sees who does not ask over NATS itself.
        if !["no_owner", "no_answer"].contains(&name) {
            assert!(README.contains(&format!("`{name}`")), "{name}");
        }
    }
}
