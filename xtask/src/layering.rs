//! `cargo xtask layering`: the layer diagram of `crates/README.md`, executed.
//!
//! What a crate is built from and what its tests use are judged by different rules; both are in
//! [`rules`]. What a crate shows of its dependencies is judged by [`signatures`].

mod graph;
mod rules;
mod signatures;

use anyhow::bail;

use crate::workspace::Workspace;
use graph::Graph;

/// Checks every dependency between our crates, who reaches which third-party crate, and that no
/// public signature shows one.
///
/// # Errors
///
/// If an edge or a signature is against a rule, each of which is printed, or if the signatures
/// cannot be read.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let graph = Graph::of(workspace.metadata());
    let edges = rules::check(&graph);
    for violation in &edges {
        eprintln!("layering: {violation}");
    }
    let signatures = signatures::check(workspace)?;
    for violation in &signatures {
        eprintln!("layering: {violation}");
    }
    if !edges.is_empty() || !signatures.is_empty() {
        bail!(
            "{} dependencies and {} signatures are against the layering",
            edges.len(),
            signatures.len()
        );
    }
    println!(
        "layering: {} crates, all in their layers; {} libraries show no dependency",
        graph.members().count(),
        workspace.libraries().count()
    );
    Ok(())
}
