//! `cargo xtask layering`: the direction of dependencies inside the workspace.
//!
//! `.layers.toml` has the diagram, which cargo-deny checks. Rules that cargo-deny cannot express
//! are checked here, and [`signatures`] checks that public signatures name no type of a dependency.

mod signatures;

use std::fs;

use anyhow::{Context, bail};
use cargo_metadata::DependencyKind;

use crate::{deny, workspace::Workspace};

/// Checks the diagram, the rules below and the public signatures; prints each violation.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    deny::check(workspace, ".layers.toml", &["bans"])?;
    let mut violations = dependencies(workspace)?;
    violations.extend(signatures::check(workspace)?);
    for violation in &violations {
        eprintln!("layering: {violation}");
    }
    if !violations.is_empty() {
        bail!("{} violations of the layering", violations.len());
    }
    let libraries = workspace.libraries().count();
    println!("layering: no dependency in the public signatures of {libraries} libraries");
    Ok(())
}

/// Returns the dependencies that no layer may have, and the libraries that have no layer.
fn dependencies(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let members = workspace.metadata().workspace_packages();
    let is_member = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let mut violations = Vec::new();
    for member in &members {
        for dependency in &member.dependencies {
            let is_built = dependency.kind != DependencyKind::Development;
            let (from, to) = (member.name.as_str(), dependency.name.as_str());
            if let Some(rule) = broken_rule(from, to, is_built, is_member(to)) {
                violations.push(format!("{from} -> {to}: {rule}"));
            }
        }
    }
    let path = workspace.root().join(".layers.toml");
    let layers = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    for library in workspace.libraries() {
        if !layers.contains(&format!("{{ crate = \"{}\"", library.name)) {
            violations.push(format!("{}: not in .layers.toml", library.name));
        }
    }
    Ok(violations)
}

/// Returns the rule against a dependency, if any. `is_built` is false for a dependency of tests.
fn broken_rule(from: &str, to: &str, is_built: bool, is_member: bool) -> Option<&'static str> {
    if from == "bayeux-proto" && is_built {
        Some("bayeux-proto has no dependencies")
    } else if from.starts_with("bayeux-") && to.starts_with("groupme-") {
        Some("no bayeux crate uses a groupme crate, in tests either")
    } else if from == "xtask" && is_member {
        Some("xtask uses no other member, in tests either: it must build when they do not")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_cargo_deny_cannot_express() {
        let is_refused = |from, to, is_built| broken_rule(from, to, is_built, true).is_some();
        assert!(is_refused("bayeux-proto", "memchr", true));
        assert!(!is_refused("bayeux-proto", "proptest", false));
        assert!(is_refused("bayeux-transport", "groupme-sim", false));
        assert!(is_refused("xtask", "bayeux-wire", false));
        assert!(!is_refused("groupme-client", "groupme-sim", false));
    }

    #[test]
    fn every_library_of_this_workspace_has_a_layer() {
        let workspace = Workspace::load().unwrap();
        assert_eq!(dependencies(&workspace).unwrap(), Vec::<String>::new());
    }
}
