//! `cargo xtask layering`: the layer diagram of `crates/README.md`, executed.
//!
//! What a crate is built from and what its tests use are judged by different rules; both are in
//! [`rules`].

mod graph;
mod rules;

use anyhow::bail;

use crate::workspace::Workspace;
use graph::Graph;

/// Checks every dependency between our crates, and who reaches which third-party crate.
///
/// # Errors
///
/// If an edge is against a rule; each is printed with its rule.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let graph = Graph::of(workspace.metadata());
    let violations = rules::check(&graph);
    for violation in &violations {
        eprintln!("layering: {violation}");
    }
    if !violations.is_empty() {
        bail!("{} dependencies are against the layering", violations.len());
    }
    println!(
        "layering: {} crates, all in their layers",
        graph.members().count()
    );
    Ok(())
}
