//! Sources of the access token.

use std::sync::{Arc, Mutex, PoisonError};

use groupme_rest::Token;

/// Source of the access token, called each time a request with a token is sent.
///
/// A [`Token`] is a source of itself. For tokens that are renewed, pass a closure that returns the
/// latest one. It must not block, and must not use the client's handle. A panic of it ends the client
/// with [`ClientEnd::Internal`](crate::ClientEnd::Internal).
pub trait TokenSource: Send + 'static {
    /// Returns the current token.
    fn token(&mut self) -> Token;
}

impl TokenSource for Token {
    fn token(&mut self) -> Token {
        self.clone()
    }
}

impl<F: FnMut() -> Token + Send + 'static> TokenSource for F {
    fn token(&mut self) -> Token {
        self()
    }
}

/// Token source shared by everything that sends the token.
#[derive(Clone)]
pub(crate) struct SharedSource(Arc<Mutex<dyn TokenSource>>);

impl SharedSource {
    pub(crate) fn new(source: impl TokenSource) -> Self {
        Self(Arc::new(Mutex::new(source)))
    }

    pub(crate) fn token(&self) -> Token {
        // A source that panicked once is called again.
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        source.token()
    }
}
