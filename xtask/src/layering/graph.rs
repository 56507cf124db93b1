//! Who depends on whom, reduced to names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::{DependencyKind, Metadata, PackageId};

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// The crate itself, its build script included.
    Build,
    /// Its tests, benches and examples.
    Test,
}

/// The dependencies the workspace's manifests declare, optional ones included, and what those
/// depend on in turn.
#[derive(Debug, Default)]
pub(super) struct Graph {
    members: BTreeSet<String>,
    declared: BTreeSet<(String, Purpose, String)>,
    resolved: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let mut graph = Self::default();
        for package in metadata.workspace_packages() {
            let name = package.name.to_string();
            for dependency in &package.dependencies {
                let purpose = match dependency.kind {
                    DependencyKind::Development => Purpose::Test,
                    _ => Purpose::Build,
                };
                graph.declare(&name, purpose, &dependency.name);
            }
            graph.members.insert(name);
        }
        let names: BTreeMap<&PackageId, &str> = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package.name.as_str()))
            .collect();
        for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
            for dependency in &node.deps {
                let built = dependency
                    .dep_kinds
                    .iter()
                    .any(|info| info.kind != DependencyKind::Development);
                if let (true, Some(from), Some(to)) =
                    (built, names.get(&node.id), names.get(&dependency.pkg))
                {
                    graph.resolve(from, to);
                }
            }
        }
        graph
    }

    fn declare(&mut self, from: &str, purpose: Purpose, to: &str) {
        self.declared
            .insert((from.to_owned(), purpose, to.to_owned()));
    }

    fn resolve(&mut self, from: &str, to: &str) {
        self.resolved
            .entry(from.to_owned())
            .or_default()
            .insert(to.to_owned());
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(String::as_str)
    }

    pub(super) fn is_member(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// Returns what the manifest of `from` names for `purpose`.
    pub(super) fn declared(&self, from: &str, purpose: Purpose) -> impl Iterator<Item = &str> {
        self.declared
            .iter()
            .filter(move |(f, p, _)| f == from && *p == purpose)
            .map(|(_, _, to)| to.as_str())
    }

    /// Returns the shortest chain of built dependencies from one crate to another, both included.
    pub(super) fn path(&self, from: &str, to: &str) -> Option<Vec<&str>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            let Some((at, nexts)) = self.resolved.get_key_value(at) else {
                continue;
            };
            for next in nexts.iter().map(String::as_str) {
                if next == from || came_from.contains_key(next) {
                    continue;
                }
                came_from.insert(next, at);
                if next == to {
                    let mut path = vec![next];
                    while let Some(previous) = path.last().and_then(|last| came_from.get(last)) {
                        path.push(previous);
                    }
                    path.reverse();
                    return Some(path);
                }
                queue.push_back(next);
            }
        }
        None
    }

    /// Builds a graph from lines such as `wire -> proto, simd-json` and `wire dev-> serde_json`.
    #[cfg(test)]
    pub(super) fn from_lines(lines: &str) -> Self {
        let mut graph = Self::default();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (from, purpose, to) = match line.split_once(" dev-> ") {
                Some((from, to)) => (from, Purpose::Test, to),
                None => match line.split_once(" -> ") {
                    Some((from, to)) => (from, Purpose::Build, to),
                    None => (line, Purpose::Build, ""),
                },
            };
            let outside = from.starts_with('(');
            let from = from.trim_matches(['(', ')']);
            if !outside {
                graph.members.insert(from.to_owned());
            }
            for to in to.split(", ").filter(|to| !to.is_empty()) {
                if !outside {
                    graph.declare(from, purpose, to);
                }
                if purpose == Purpose::Build {
                    graph.resolve(from, to);
                }
            }
        }
        graph
    }
}
