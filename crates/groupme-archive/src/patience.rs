//! Waiting for the end of temporary failures.

use core::time::Duration;

use groupme_rest::Error;
use tokio::time::{Instant, sleep};

use crate::Progress;

/// Repeats a request until it succeeds, fails for good, or has failed for longer than `give_up_after`. The
/// client has retried each failure already.
pub(crate) async fn patiently<T>(
    give_up_after: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
    mut request: impl AsyncFnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let mut begun = None;
    let mut backoff = FIRST_WAIT;
    loop {
        let error = match request().await {
            Err(error) if error.is_transient() => error,
            outcome => return outcome,
        };
        let now = Instant::now();
        let begun = *begun.get_or_insert(now);
        let wait = error.retry_after().unwrap_or_default().max(backoff);
        let waited = now.duration_since(begun).saturating_add(wait);
        if waited > give_up_after {
            return Err(error);
        }
        tracing::debug!(%error, ?wait, "waiting");
        progress(Progress::Waiting {
            error: &error,
            wait,
        });
        sleep(wait).await;
        backoff = backoff.saturating_mul(2).min(LAST_WAIT);
    }
}

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LAST_WAIT: Duration = Duration::from_secs(30);
