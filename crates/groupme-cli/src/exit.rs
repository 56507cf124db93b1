//! Exit statuses, stable for scripts.

use crate::output::escape_control;

use std::{
    fmt,
    io::{self, Write as _},
    process::ExitCode,
};

/// A failed command, classified by exit status.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong usage: status 2.
    Usage(anyhow::Error),
    /// Credentials refused by GroupMe: status 3.
    Credentials(anyhow::Error),
    /// Request refused by GroupMe for good: status 4.
    Refused(anyhow::Error),
    /// Temporary failure: status 5.
    Temporary(anyhow::Error),
    /// Output or a state file that cannot be written: status 6, or success if the reader has closed the pipe, as
    /// `head` does.
    Output(anyhow::Error),
    /// Reader of the output that has ended before the command, which would run on: status 6, without a
    /// word, as other commands end by the signal for that.
    Unread,
    /// Less than the server had promised: status 7.
    Incomplete(anyhow::Error),
    /// Undecodable input, already reported line by line: status 1.
    Reported,
    /// Any other error: status 1.
    Other(anyhow::Error),
}

impl Failure {
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// Makes a write to a closed pipe a failure of its own, for a command that would have continued: it has
    /// not done its work.
    pub(crate) fn with_closed_pipe(self) -> Self {
        match self {
            Self::Output(error) if is_closed_pipe(&error) => Self::Unread,
            failure => failure,
        }
    }

    /// Returns the failure to print the outcome of a change, which took effect.
    pub(crate) fn not_shown(error: io::Error, done: &str) -> Self {
        let error = anyhow::Error::from(error).context(CANNOT_PRINT);
        Self::Output(error.context(format!("{done}, and the outcome is not shown")))
    }

    /// Appends advice to the error's text.
    pub(crate) fn and(self, advice: &str) -> Self {
        let more = |error: anyhow::Error| anyhow::anyhow!("{error:#}; {advice}");
        match self {
            Self::Usage(error) => Self::Usage(more(error)),
            Self::Credentials(error) => Self::Credentials(more(error)),
            Self::Refused(error) => Self::Refused(more(error)),
            Self::Temporary(error) => Self::Temporary(more(error)),
            Self::Output(error) => Self::Output(more(error)),
            Self::Incomplete(error) => Self::Incomplete(more(error)),
            Self::Other(error) => Self::Other(more(error)),
            silent @ (Self::Reported | Self::Unread) => silent,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// Commands pass on the errors of printing; those of reading have a context of their own.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(anyhow::Error::from(error).context(CANNOT_PRINT))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error)
            | Self::Credentials(error)
            | Self::Refused(error)
            | Self::Temporary(error)
            | Self::Output(error)
            | Self::Incomplete(error)
            | Self::Other(error) => write!(f, "{error:#}"),
            Self::Reported | Self::Unread => Ok(()),
        }
    }
}

/// Prints the error and returns the exit status.
pub(crate) fn report(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    if let Failure::Output(error) = &failure
        && is_closed_pipe(error)
    {
        // The reader of the output has closed the pipe on purpose, as `head` does.
        return ExitCode::SUCCESS;
    }
    if !matches!(failure, Failure::Reported | Failure::Unread) {
        // With stderr closed, the exit status still reports the failure.
        let _ = writeln!(
            io::stderr(),
            "groupme: {}",
            escape_control(&failure.to_string())
        );
    }
    ExitCode::from(match failure {
        Failure::Usage(_) => 2,
        Failure::Credentials(_) => 3,
        Failure::Refused(_) => 4,
        Failure::Temporary(_) => 5,
        Failure::Output(_) | Failure::Unread => 6,
        Failure::Incomplete(_) => 7,
        Failure::Reported | Failure::Other(_) => 1,
    })
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

const CANNOT_PRINT: &str = "cannot write to standard output";
