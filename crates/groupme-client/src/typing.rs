//! A typing indicator that stays while a program works.

use core::{fmt, time::Duration};

use groupme_rest::Conversation;
use tokio::{
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{Error, Handle};

/// Typing indicator, shown until the value is dropped; of [`Handle::typing`].
#[must_use = "the indicator disappears when this value is dropped"]
pub struct Typing {
    task: AbortHandle,
}

impl Handle {
    /// Shows the user as typing in a conversation until the returned value is dropped. GroupMe has
    /// no event for the end: clients show the indicator for five seconds more, or until the message
    /// comes. [`send_typing`](Self::send_typing) shows it once.
    ///
    /// ```no_run
    /// use groupme_client::prelude::*;
    ///
    /// # async fn forecast() -> String { String::new() }
    /// # async fn answer(handle: Handle, group: GroupId) -> Result<(), Box<dyn std::error::Error>> {
    /// let typing = handle.typing(&group)?;
    /// let text = forecast().await;
    /// drop(typing);
    /// handle.send(&group, text).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Same as [`send_typing`](Self::send_typing); [`Error::NoRuntime`] outside a tokio runtime.
    pub fn typing(&self, conversation: impl Into<Conversation>) -> Result<Typing, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let (handle, conversation) = (self.clone(), conversation.into());
        handle.send_typing(&conversation)?;
        let task = runtime.spawn(async move {
            let mut ticks = interval(REPEAT);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // The first tick is at once.
            ticks.tick().await;
            loop {
                ticks.tick().await;
                match handle.send_typing(&conversation) {
                    Ok(()) | Err(Error::QueueFull) => {}
                    Err(error) => {
                        tracing::debug!(%error, "the typing indicator ends");
                        return;
                    }
                }
            }
        });
        Ok(Typing {
            task: task.abort_handle(),
        })
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Typing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typing")
    }
}

/// Time between two notices, less than the five seconds for which clients show one.
const REPEAT: Duration = Duration::from_secs(4);
