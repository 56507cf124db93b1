//! How the program leaves: status codes that scripts can rely on.

use std::{
    fmt,
    io::{self, Write as _},
    process::ExitCode,
};

/// Why a command failed, as far as the exit status tells.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller asked for something impossible: status 2.
    Usage(anyhow::Error),
    /// The service refused the credentials: status 3.
    Credentials(anyhow::Error),
    /// GroupMe refused it, and would again: status 4.
    Refused(anyhow::Error),
    /// It may work later: status 5.
    Later(anyhow::Error),
    /// Some of the input could not be decoded, and each case has been told: status 1.
    Told,
    /// Anything else: status 1.
    Other(anyhow::Error),
}

impl Failure {
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// The same, with one more word of advice.
    pub(crate) fn and(self, advice: &str) -> Self {
        let more = |error: anyhow::Error| anyhow::anyhow!("{error:#}; {advice}");
        match self {
            Self::Usage(error) => Self::Usage(more(error)),
            Self::Credentials(error) => Self::Credentials(more(error)),
            Self::Refused(error) => Self::Refused(more(error)),
            Self::Later(error) => Self::Later(more(error)),
            Self::Other(error) => Self::Other(more(error)),
            Self::Told => Self::Told,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error)
            | Self::Credentials(error)
            | Self::Refused(error)
            | Self::Later(error)
            | Self::Other(error) => write!(f, "{error:#}"),
            Self::Told => Ok(()),
        }
    }
}

/// Says what went wrong, and with which status to leave.
pub(crate) fn report(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    if let Failure::Other(error) = &failure
        && is_closed_pipe(error)
    {
        // Whoever read our output has seen enough.
        return ExitCode::SUCCESS;
    }
    if !matches!(failure, Failure::Told) {
        // Where stderr is closed, the exit status still tells.
        let _ = writeln!(io::stderr(), "groupme: {failure}");
    }
    ExitCode::from(match failure {
        Failure::Usage(_) => 2,
        Failure::Credentials(_) => 3,
        Failure::Refused(_) => 4,
        Failure::Later(_) => 5,
        Failure::Told | Failure::Other(_) => 1,
    })
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
