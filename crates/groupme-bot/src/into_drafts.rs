//! Conversion of what a handler returns into messages.

use groupme_client::Draft;

/// Error of a handler, of any type.
pub type HandlerError = Box<dyn core::error::Error + Send + Sync>;

/// Type that a handler may return.
///
/// A text or a [`Draft`] is sent to the conversation of the message; a text longer than
/// [`Draft::TEXT_LIMIT`] is sent in parts, cut at line ends where possible. `()` and `None` send
/// nothing. What a handler returns is sent once for each message, also if the program is killed and the
/// message comes again: see [`send_once`](groupme_client::DeliveryExt::send_once). The error of a `Result` goes to [`Bot::on_error`](crate::Bot::on_error).
pub trait IntoDrafts: Send + 'static {
    /// Returns the messages to send, in order.
    ///
    /// # Errors
    ///
    /// Returns the handler's error.
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError>;
}

impl IntoDrafts for () {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(Vec::new())
    }
}

impl IntoDrafts for Draft {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(vec![self])
    }
}

impl IntoDrafts for &'static str {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(Draft::split(self))
    }
}

impl IntoDrafts for String {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(Draft::split(&self))
    }
}

impl<A: IntoDrafts> IntoDrafts for Option<A> {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        self.map_or_else(|| Ok(Vec::new()), A::into_drafts)
    }
}

impl<A: IntoDrafts, E: Into<HandlerError> + Send + 'static> IntoDrafts for Result<A, E> {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        self.map_err(Into::into)?.into_drafts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_for_nothing_and_an_error_is_handed_on() {
        assert!(().into_drafts().unwrap().is_empty());
        assert!(None::<String>.into_drafts().unwrap().is_empty());
        let failed: Result<String, &str> = Err("no tea left");
        let error = failed.into_drafts().unwrap_err();
        assert_eq!(error.to_string(), "no tea left");
    }
}
