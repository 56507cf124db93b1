//! Where the access token comes from.

use std::sync::{Arc, Mutex, PoisonError};

use groupme_rest::Token;

/// Where the token comes from, asked each time something that carries one is sent.
///
/// A [`Token`] is a source of itself; for tokens that are renewed, supply a closure that returns
/// the latest one. It is called on the client's task and must not block.
pub trait TokenSource: Send + 'static {
    /// The token to send now.
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

/// One source for all that sends the token.
#[derive(Clone)]
pub(crate) struct SharedSource(Arc<Mutex<dyn TokenSource>>);

impl SharedSource {
    pub(crate) fn new(source: impl TokenSource) -> Self {
        Self(Arc::new(Mutex::new(source)))
    }

    pub(crate) fn token(&self) -> Token {
        // A source that panicked once may do better the next time.
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        source.token()
    }
}
