//! Close frames (RFC 6455, section 5.5.1).

use crate::Error;

/// Content of a close frame that a server sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CloseFrame {
    pub(crate) code: Option<u16>,
    /// Reason, safe to show; empty if there is none.
    pub(crate) reason: String,
}

impl CloseFrame {
    /// Parses the payload of a close frame.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Error> {
        let (code, reason) = match payload {
            [] => return Ok(Self::default()),
            [_] => {
                return Err(Error::Framing {
                    what: "half a close code",
                });
            }
            [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
        };
        if !may_be_sent(code) {
            return Err(Error::Framing {
                what: "a close code that is never sent",
            });
        }
        let reason = str::from_utf8(reason).map_err(|_| Error::NotUtf8 {
            what: "a close reason",
        })?;
        Ok(Self {
            code: Some(code),
            reason: presentable(reason),
        })
    }
}

/// Returns the code to close a WebSocket with after an error (RFC 6455, section 7.4.1), unless the
/// frame would not arrive.
pub(crate) fn code_for(error: &Error) -> Option<u16> {
    Some(match error {
        Error::Oversize { .. } => 1009,
        Error::NotBayeux { .. } | Error::NotUtf8 { .. } => 1007,
        Error::Framing { .. } => 1002,
        Error::Flood { .. } => 1008,
        _ => return None,
    })
}

/// Returns whether a close frame may contain a code: those of the RFC and of the registry that are
/// not reserved for local use, and those of libraries and applications.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Returns a reason without what must not be shown: characters that control a terminal are escaped,
/// and long words with digits, which may be ids or credentials, are left out.
fn presentable(reason: &str) -> String {
    let mut shown = String::with_capacity(reason.len());
    for piece in reason.split_inclusive(|c: char| !is_word(c)) {
        let word = piece.trim_end_matches(|c: char| !is_word(c));
        let rest = &piece[word.len()..];
        if word.len() >= MIN_SECRET && word.bytes().any(|byte| byte.is_ascii_digit()) {
            shown.push('…');
        } else {
            shown.push_str(word);
        }
        for c in rest.chars() {
            match c {
                '\'' | '"' => shown.push(c),
                _ => shown.extend(c.escape_debug()),
            }
        }
    }
    shown
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Length from which a word with a digit may be a secret, in bytes.
const MIN_SECRET: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_registry_and_of_applications_are_accepted_and_no_others() {
        for code in 0..=u16::MAX {
            let expected = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            let parsed = CloseFrame::parse(&code.to_be_bytes());
            assert_eq!(parsed.is_ok(), expected, "{code}");
        }
    }

    #[test]
    fn a_reason_is_kept_without_secrets_and_control_characters() {
        let reason = |text: &str| {
            let payload = [&4401_u16.to_be_bytes(), text.as_bytes()].concat();
            CloseFrame::parse(&payload).unwrap().reason
        };
        assert_eq!(reason("token expired"), "token expired");
        assert_eq!(reason("it's \"over\": é"), "it's \"over\": é");
        assert_eq!(
            reason("a\x1b[31m\u{202e}b\r\n"),
            "a\\u{1b}[31m\\u{202e}b\\r\\n"
        );
        assert_eq!(
            reason("no session 2ms8ro5edzz5kvs2s0ik8hzlwm2j9f0"),
            "no session …"
        );
        assert_eq!(
            reason("responsibilities-of-the-administrator"),
            "responsibilities-of-the-administrator"
        );
    }

    #[test]
    fn a_reason_that_is_not_utf8_is_refused() {
        let refused = CloseFrame::parse(b"\x03\xe8\xff");
        assert!(matches!(refused, Err(Error::NotUtf8 { .. })));
    }
}
