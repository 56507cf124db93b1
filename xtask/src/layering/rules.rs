//! The rules, as tables.

use core::fmt;

use super::graph::{Graph, Purpose};

/// A crate of ours and what of ours it may be built from.
struct Layer {
    name: &'static str,
    over: &'static [&'static str],
}

/// From the bottom up. A crate that is not named here may not exist.
const LAYERS: &[Layer] = &[
    Layer {
        name: "bayeux-proto",
        over: &[],
    },
    Layer {
        name: "bayeux-wire",
        over: &["bayeux-proto"],
    },
    Layer {
        name: "groupme-model",
        over: &["bayeux-wire"],
    },
    Layer {
        name: "bayeux-dial",
        over: &[],
    },
    Layer {
        name: "bayeux-transport",
        over: &["bayeux-dial", "bayeux-proto", "bayeux-wire"],
    },
    Layer {
        name: "groupme-rest",
        over: &["bayeux-dial", "bayeux-wire", "groupme-model"],
    },
    Layer {
        name: "groupme-delivery",
        over: &["bayeux-proto", "bayeux-wire", "groupme-model"],
    },
    Layer {
        name: "groupme-sim",
        over: &["bayeux-proto", "bayeux-wire", "groupme-model"],
    },
    Layer {
        name: "groupme-client",
        over: &[
            "bayeux-proto",
            "bayeux-transport",
            "bayeux-wire",
            "groupme-delivery",
            "groupme-model",
            "groupme-rest",
        ],
    },
    Layer {
        name: "groupme-cli",
        over: &[
            "bayeux-wire",
            "groupme-client",
            "groupme-model",
            "groupme-rest",
            "groupme-sim",
        ],
    },
    Layer {
        name: "examples",
        over: &[],
    },
    Layer {
        name: "xtask",
        over: &[],
    },
    Layer {
        name: "fuzz",
        over: &["bayeux-wire", "groupme-model"],
    },
    Layer {
        name: "bench",
        over: &["bayeux-wire", "groupme-model"],
    },
    Layer {
        name: "sim",
        over: &[
            "bayeux-proto",
            "bayeux-wire",
            "groupme-delivery",
            "groupme-model",
            "groupme-sim",
        ],
    },
    Layer {
        name: "soak",
        over: &["groupme-client", "groupme-sim"],
    },
];

/// A third-party crate that only some of ours may name, in tests too.
struct Private {
    dependency: &'static str,
    of: &'static [&'static str],
}

const PRIVATE: &[Private] = &[
    Private {
        dependency: "simd-json",
        // Only to be compared with: what is measured and fuzzed here has a parser of its own.
        of: &["bench", "fuzz"],
    },
    Private {
        dependency: "fastwebsockets",
        // An example shows how a server of one's own brings its sockets.
        of: &["bayeux-transport", "groupme-sim", "examples"],
    },
    Private {
        dependency: "hyper",
        of: &[
            "bayeux-dial",
            "bayeux-transport",
            "groupme-sim",
            "groupme-rest",
            "examples",
        ],
    },
    Private {
        dependency: "hyper-util",
        of: &[
            "bayeux-dial",
            "bayeux-transport",
            "groupme-sim",
            "groupme-rest",
            "examples",
        ],
    },
];

/// The crates that do no IO: what must not be reachable from them, by any chain.
const NO_IO: &[&str] = &[
    "bayeux-proto",
    "bayeux-wire",
    "groupme-model",
    "groupme-delivery",
];
const IO: &[&str] = &["tokio", "mio", "hyper", "socket2"];

/// An edge that is against a rule, and the rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation {
    edge: String,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.edge, self.rule)
    }
}

/// Returns every edge that is against a rule.
pub(super) fn check(graph: &Graph) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in graph.members() {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == member) else {
            violations.push(Violation {
                edge: member.to_owned(),
                rule: "has no place in the diagram; give it one in xtask/src/layering/rules.rs"
                    .to_owned(),
            });
            continue;
        };
        check_layer(graph, layer, &mut violations);
        check_tests(graph, layer, &mut violations);
        check_private(graph, member, &mut violations);
    }
    check_io(graph, &mut violations);
    violations
}

fn check_layer(graph: &Graph, layer: &Layer, violations: &mut Vec<Violation>) {
    for to in graph.declared(layer.name, Purpose::Build) {
        let rule = if layer.name == "bayeux-proto" {
            "bayeux-proto has no dependencies".to_owned()
        } else if !graph.is_member(to) || layer.over.contains(&to) {
            continue;
        } else if layer.over.is_empty() {
            format!("{} is built from nothing of ours", layer.name)
        } else {
            format!(
                "{} is built from nothing of ours but {}",
                layer.name,
                layer.over.join(", ")
            )
        };
        violations.push(Violation {
            edge: format!("{} -> {to}", layer.name),
            rule,
        });
    }
}

/// Tests may reach higher than the crate itself, for the simulator, but not everywhere.
fn check_tests(graph: &Graph, layer: &Layer, violations: &mut Vec<Violation>) {
    for to in graph.declared(layer.name, Purpose::Test) {
        let rule = if layer.name == "xtask" && graph.is_member(to) {
            "xtask uses nothing of ours, in tests either"
        } else if layer.name.starts_with("bayeux-") && to.starts_with("groupme-") {
            "the bayeux crates know nothing of GroupMe, in tests either"
        } else if NO_IO.contains(&layer.name) && IO.contains(&to) {
            "a crate that does no IO is tested without any"
        } else {
            continue;
        };
        violations.push(Violation {
            edge: format!("{} -> {to} (dev)", layer.name),
            rule: rule.to_owned(),
        });
    }
}

fn check_private(graph: &Graph, member: &str, violations: &mut Vec<Violation>) {
    for (purpose, suffix) in [(Purpose::Build, ""), (Purpose::Test, " (dev)")] {
        for to in graph.declared(member, purpose) {
            let Some(private) = PRIVATE.iter().find(|private| private.dependency == to) else {
                continue;
            };
            if !private.of.contains(&member) {
                violations.push(Violation {
                    edge: format!("{member} -> {to}{suffix}"),
                    rule: format!("only {} may name {to}", private.of.join(", ")),
                });
            }
        }
    }
}

fn check_io(graph: &Graph, violations: &mut Vec<Violation>) {
    for from in NO_IO {
        for to in IO {
            if let Some(path) = graph.path(from, to) {
                violations.push(Violation {
                    edge: path.join(" -> "),
                    rule: format!("{from} does no IO, so it must not reach {to}"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagram as it is meant to be.
    const SOUND: &str = "
        bayeux-proto
        bayeux-wire -> bayeux-proto, simdutf8, wide
        groupme-model -> bayeux-wire, serde
        bayeux-dial -> tokio, hyper, hyper-util
        bayeux-transport -> bayeux-dial, bayeux-proto, bayeux-wire, tokio, hyper, fastwebsockets
        groupme-rest -> bayeux-dial, groupme-model, hyper, tokio
        groupme-sim -> bayeux-proto, bayeux-wire, groupme-model, tokio, hyper, fastwebsockets
        groupme-client -> bayeux-proto, bayeux-transport, groupme-rest, groupme-model, tokio
        groupme-client dev-> groupme-sim
        groupme-cli -> groupme-client, groupme-sim, tokio
        examples dev-> groupme-client, groupme-sim, tokio
        xtask -> clap
        bench -> bayeux-wire, groupme-model, simd-json
        (tokio) -> mio
    ";

    /// Returns what the check says of the sound diagram with one more line.
    fn with(line: &str) -> Vec<String> {
        let graph = Graph::from_lines(&format!("{SOUND}\n{line}"));
        check(&graph).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn the_diagram_itself_is_sound() {
        assert_eq!(with(""), Vec::<String>::new());
    }

    #[test]
    fn the_protocol_core_depends_on_nothing() {
        assert_eq!(
            with("bayeux-proto -> memchr"),
            ["bayeux-proto -> memchr: bayeux-proto has no dependencies"]
        );
    }

    #[test]
    fn a_lower_layer_does_not_see_a_higher_one() {
        assert_eq!(
            with("bayeux-wire -> groupme-model"),
            ["bayeux-wire -> groupme-model: \
              bayeux-wire is built from nothing of ours but bayeux-proto"]
        );
    }

    #[test]
    fn gateway_and_rest_do_not_know_each_other() {
        assert_eq!(
            with("groupme-rest -> bayeux-transport"),
            ["groupme-rest -> bayeux-transport: \
              groupme-rest is built from nothing of ours but bayeux-dial, bayeux-wire, groupme-model"]
        );
        assert_eq!(with("bayeux-transport -> groupme-rest").len(), 1);
        assert_eq!(with("bayeux-transport -> groupme-model").len(), 1);
    }

    #[test]
    fn a_parser_to_compare_with_is_named_by_nothing_else_even_for_tests() {
        assert_eq!(
            with("groupme-model -> simd-json"),
            ["groupme-model -> simd-json: only bench, fuzz may name simd-json"]
        );
        assert_eq!(
            with("groupme-client dev-> simd-json"),
            ["groupme-client -> simd-json (dev): only bench, fuzz may name simd-json"]
        );
    }

    #[test]
    fn sockets_and_http_live_in_the_io_crates() {
        assert_eq!(with("groupme-client -> fastwebsockets").len(), 1);
        assert_eq!(with("groupme-rest -> fastwebsockets").len(), 1);
        assert_eq!(with("groupme-cli -> hyper").len(), 1);
        assert_eq!(with("groupme-cli dev-> hyper-util").len(), 1);
        assert!(with("examples dev-> hyper-util").is_empty());
    }

    #[test]
    fn nothing_below_the_transport_reaches_the_runtime_by_any_chain() {
        let found = with("groupme-model -> sneaky\n(sneaky) -> tokio");
        assert_eq!(
            found,
            [
                "groupme-model -> sneaky -> tokio: groupme-model does no IO, so it must not reach tokio",
                "groupme-model -> sneaky -> tokio -> mio: groupme-model does no IO, so it must not reach mio",
            ]
        );
    }

    #[test]
    fn tests_of_the_bayeux_crates_know_nothing_of_groupme() {
        assert_eq!(
            with("bayeux-transport dev-> groupme-sim"),
            ["bayeux-transport -> groupme-sim (dev): \
              the bayeux crates know nothing of GroupMe, in tests either"]
        );
    }

    #[test]
    fn crates_without_io_are_tested_without_it() {
        assert_eq!(
            with("bayeux-proto dev-> tokio"),
            ["bayeux-proto -> tokio (dev): a crate that does no IO is tested without any"]
        );
    }

    #[test]
    fn chores_use_nothing_of_ours() {
        assert_eq!(
            with("xtask -> bayeux-wire"),
            ["xtask -> bayeux-wire: xtask is built from nothing of ours"]
        );
        assert_eq!(with("xtask dev-> bayeux-proto").len(), 1);
    }

    #[test]
    fn a_crate_outside_the_diagram_is_refused() {
        let found = with("groupme-extra -> serde");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("groupme-extra: has no place"),
            "{found:?}"
        );
    }

    #[test]
    fn this_workspace_is_read_as_it_is() {
        let workspace = crate::workspace::Workspace::load().unwrap();
        let graph = Graph::of(workspace.metadata());
        assert!(graph.is_member("bayeux-proto"));
        assert!(
            graph
                .declared("bayeux-wire", Purpose::Build)
                .any(|to| to == "simdutf8")
        );
        assert_eq!(
            graph
                .path("groupme-client", "bayeux-wire")
                .map(|path| path.len()),
            Some(2),
            "the client names bayeux-wire itself"
        );
    }
}
