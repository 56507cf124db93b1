//! Answers of GroupMe with an error status.

use core::{fmt, time::Duration};

use groupme_model::Json;

use crate::CallName;

/// Answer of GroupMe with an error status.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// Name of the call.
    pub call: CallName,
    /// HTTP status, which decides the variant of [`Error`](crate::Error).
    pub status: u16,
    /// GroupMe's own code (`meta.code`), where it says more than the status: 40102
    /// (`device_verification_failed`) refuses everything but GroupMe's apps.
    pub code: Option<i64>,
    /// Messages of GroupMe; often none.
    pub errors: Vec<String>,
    /// Further details (`meta.details`), such as the reason why joining a group was refused.
    pub details: Option<Json>,
    /// Delay before a retry, if GroupMe names one: at most 24 hours.
    pub retry_after: Option<Duration>,
    /// Whether GroupMe may have processed an earlier attempt of the call, whose answer was lost: what the
    /// call creates may be there although this attempt was refused.
    pub may_be_done: bool,
}

impl ApiError {
    /// Returns an error with a status and nothing else.
    pub fn new(call: CallName, status: u16) -> Self {
        Self {
            call,
            status,
            code: None,
            errors: Vec::new(),
            details: None,
            retry_after: None,
            may_be_done: false,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` was answered with status {}",
            self.call, self.status
        )?;
        if let Some(code) = self.code.filter(|code| *code != i64::from(self.status)) {
            write!(f, " ({code})")?;
        }
        for (index, error) in self.errors.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            // Line breaks would break the promise of one line.
            for char in error.chars() {
                write!(f, "{}", if char.is_control() { ' ' } else { char })?;
            }
        }
        if self.may_be_done {
            f.write_str(" (an earlier attempt had no answer, and may have been processed)")?;
        }
        Ok(())
    }
}
