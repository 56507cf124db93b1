//! Rust source taken apart into code and comments, line by line.
//!
//! Not a Rust lexer: just enough of one to know what is a comment, what is a string, and what is
//! neither.

/// A source with everything that is not of one kind blanked out; lines keep their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// The source without comments and without the contents of strings.
    pub(super) code: String,
    /// The comments alone, their slashes included.
    pub(super) comments: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    Line,
    Block {
        depth: usize,
    },
    Text,
    /// A raw string closed by a quote and this many hashes.
    Raw {
        hashes: usize,
    },
}

/// Takes a source apart.
pub(super) fn split(source: &str) -> Split {
    let mut split = Split::default();
    let mut state = State::Code;
    let mut previous = ' ';
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (taken, next) = step(state, rest, previous);
        let piece = &rest[..taken];
        match (state, next) {
            (State::Line | State::Block { .. }, _) | (_, State::Line | State::Block { .. }) => {
                keep(&mut split.comments, &mut split.code, piece);
            }
            (State::Code, _) => keep(&mut split.code, &mut split.comments, piece),
            (State::Text | State::Raw { .. }, _) => {
                blank(&mut split.code, piece);
                blank(&mut split.comments, piece);
            }
        }
        previous = c;
        state = next;
        rest = &rest[taken..];
    }
    split
}

/// Returns how many bytes to take and the state after them.
fn step(state: State, rest: &str, previous: char) -> (usize, State) {
    let one = rest.chars().next().map_or(0, char::len_utf8);
    match state {
        State::Code => {
            if rest.starts_with("//") {
                (2, State::Line)
            } else if rest.starts_with("/*") {
                (2, State::Block { depth: 1 })
            } else if rest.starts_with('"') {
                (1, State::Text)
            } else if let (false, Some((taken, hashes))) = (is_word(previous), raw_opening(rest)) {
                (taken, State::Raw { hashes })
            } else {
                (char_literal(rest).unwrap_or(one), State::Code)
            }
        }
        State::Line => (
            one,
            if rest.starts_with('\n') {
                State::Code
            } else {
                State::Line
            },
        ),
        State::Block { depth } => {
            if rest.starts_with("/*") {
                (2, State::Block { depth: depth + 1 })
            } else if rest.starts_with("*/") {
                (
                    2,
                    if depth == 1 {
                        State::Code
                    } else {
                        State::Block { depth: depth - 1 }
                    },
                )
            } else {
                (one, state)
            }
        }
        State::Text => {
            if let Some(escaped) = rest.strip_prefix('\\') {
                (1 + escaped.chars().next().map_or(0, char::len_utf8), state)
            } else {
                (
                    one,
                    if rest.starts_with('"') {
                        State::Code
                    } else {
                        state
                    },
                )
            }
        }
        State::Raw { hashes } => {
            let closed = rest.strip_prefix('"').is_some_and(|after| {
                after
                    .bytes()
                    .take(hashes)
                    .filter(|&byte| byte == b'#')
                    .count()
                    == hashes
            });
            if closed {
                (1 + hashes, State::Code)
            } else {
                (one, state)
            }
        }
    }
}

/// Recognises the opening of a raw string: its length and its hashes.
fn raw_opening(rest: &str) -> Option<(usize, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix)
            .is_some_and(|after| after.starts_with(['"', '#']))
    })?;
    let hashes = rest[prefix.len()..]
        .bytes()
        .take_while(|&byte| byte == b'#')
        .count();
    let taken = prefix.len() + hashes;
    rest[taken..]
        .starts_with('"')
        .then_some((taken + 1, hashes))
}

/// Recognises a character literal, which may hold a quote or a slash; a lifetime is none.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let end = if inner.starts_with('\\') {
        2 + inner.get(2..)?.find('\'')?
    } else {
        let width = inner.chars().next()?.len_utf8();
        inner[width..].starts_with('\'').then_some(width)?
    };
    Some(1 + end + 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn keep(kept: &mut String, blanked: &mut String, piece: &str) {
    kept.push_str(piece);
    blank(blanked, piece);
}

fn blank(out: &mut String, piece: &str) {
    out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        split(source)
            .code
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn comments(source: &str) -> String {
        split(source)
            .comments
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn comments_and_code_part_ways() {
        let source = "a(); // one\n/* two /* three */ four */ b();\n/// five\nc();";
        assert_eq!(code(source), "a(); b(); c();");
        assert_eq!(
            comments(source),
            "// one /* two /* three */ four */ /// five"
        );
    }

    #[test]
    fn strings_are_neither() {
        let source = r##"f("// no \" comment", r#"todo!() "inside" "#, b"x"); // yes"##;
        assert_eq!(comments(source), "// yes");
        assert!(!code(source).contains("todo"), "{}", code(source));
    }

    #[test]
    fn quotes_and_slashes_in_character_literals_open_nothing() {
        assert_eq!(comments("m('\"'); n('\\''); o('/'); // after"), "// after");
        assert_eq!(
            code("fn f<'a>(x: &'a str) -> &'a str { x } // x"),
            "fn f<'a>(x: &'a str) -> &'a str { x }"
        );
    }

    #[test]
    fn an_identifier_that_ends_in_r_opens_no_raw_string() {
        assert_eq!(comments("for\"x\" // c"), "// c");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let source = "\"two\nlines\"\n// third\nfourth";
        let split = split(source);
        assert_eq!(split.code.lines().nth(3), Some("fourth"));
        assert_eq!(split.comments.lines().nth(2), Some("// third"));
    }
}
