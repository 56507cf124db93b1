//! Failures of connections.

use core::fmt;

use super::BoxError;

/// Failure to connect, or of a connection.
#[derive(thiserror::Error)]
#[error("{}", state.text())]
pub struct TransportError {
    state: Connection,
    #[source]
    source: BoxError,
}

/// Shows the text with those of the sources.
impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_chain(self, f)
    }
}

/// State of a connection that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// No byte of the request was sent.
    NotMade,
    /// No byte of the latest attempt was sent, after one that the server may have received.
    NotMadeAgain,
    /// Broken after the request, or a part of it, was sent.
    Broken,
    /// Closed by the server before the end of its answer.
    ClosedEarly,
}

impl Connection {
    fn text(self) -> &'static str {
        match self {
            Self::NotMade => "cannot connect",
            Self::NotMadeAgain => {
                "cannot connect again (an earlier attempt had no answer, and may have been processed)"
            }
            Self::Broken => "the connection broke",
            Self::ClosedEarly => "the server closed the connection before the end of its answer",
        }
    }
}

impl TransportError {
    /// Returns a failure. `is_sent`: the server may have received the request.
    pub fn new(is_sent: bool, source: impl Into<BoxError>) -> Self {
        Self {
            state: if is_sent {
                Connection::Broken
            } else {
                Connection::NotMade
            },
            source: source.into(),
        }
    }

    /// Returns the failure of a connection that the server, or a proxy before it, closed although its
    /// answer was not complete, or had not begun.
    pub fn closed_early(source: impl Into<BoxError>) -> Self {
        Self {
            state: Connection::ClosedEarly,
            source: source.into(),
        }
    }

    /// Notes that the server may have received an earlier attempt of the request.
    pub(super) fn after_a_lost_answer(mut self) -> Self {
        if self.state == Connection::NotMade {
            self.state = Connection::NotMadeAgain;
        }
        self
    }

    /// Returns whether the server may have received the request.
    pub fn is_sent(&self) -> bool {
        self.state != Connection::NotMade
    }

    /// Returns whether the server, or a proxy before it, closed the connection before the end of its
    /// answer. Otherwise the network may be at fault.
    pub fn is_closed_early(&self) -> bool {
        self.state == Connection::ClosedEarly
    }
}
