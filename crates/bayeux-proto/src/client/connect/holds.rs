//! Holds of connects, as the server and the network in between have allowed them so far.

use core::time::Duration;

use crate::client::context::Context;

/// Experience with holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holds {
    /// Consecutive holds cut short by an intermediary.
    short: u32,
    /// Shorter hold to ask for, after several were cut short.
    cap: Option<Duration>,
    zero: ZeroHoldSupport,
}

/// Support of the server for `advice.timeout = 0`, which the specification leaves optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ZeroHoldSupport {
    #[default]
    Unknown,
    Honoured,
    Ignored,
}

impl Holds {
    /// Returns the experience that holds for another session, too.
    pub(super) fn for_new_session(self) -> Self {
        let zero = match self.zero {
            ZeroHoldSupport::Ignored => ZeroHoldSupport::Ignored,
            _ => ZeroHoldSupport::Unknown,
        };
        Self { zero, ..self }
    }

    /// Returns the hold to ask for, if it is shorter than the server's own. A longer one kills a
    /// session on Faye, which holds as long as asked but expires sessions by its own clock.
    pub(super) fn asked(&self, cx: &Context) -> Option<Duration> {
        let wanted = [cx.config.hold, self.cap].into_iter().flatten().min()?;
        (wanted < cx.server_hold()).then_some(wanted)
    }

    /// Records a reply. `ignored_zero` says whether it came late, to a connect without a hold.
    pub(super) fn answered(&mut self, ignored_zero: bool) {
        if ignored_zero {
            self.zero = ZeroHoldSupport::Ignored;
        } else if self.zero == ZeroHoldSupport::Unknown {
            self.zero = ZeroHoldSupport::Honoured;
        }
    }

    /// Returns whether the server is known to answer connects without a hold at once.
    pub(super) fn honours_zero(&self) -> bool {
        self.zero == ZeroHoldSupport::Honoured
    }

    /// Records a successful reply to a connect with a hold.
    pub(super) fn worked(&mut self) {
        self.short = 0;
    }

    /// Records a connect that was to be held for `hold`, and was cut after `lived`.
    pub(super) fn cut(&mut self, hold: Duration, lived: Duration) {
        if lived >= hold {
            return;
        }
        self.short += 1;
        if self.short >= 2 && lived >= MIN_HOLD {
            self.cap = Some(lived.mul_f32(0.75));
        }
    }
}

/// Minimum hold, below which a cut connect counts as a failure and not as an intermediary's
/// timeout.
pub(super) const MIN_HOLD: Duration = Duration::from_secs(1);
