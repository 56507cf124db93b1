//! The REST client with the current token.

use std::sync::{Arc, Mutex, PoisonError};

use groupme_rest::{Client, Options, SetupError, Token};

use crate::token::SharedSource;

/// REST client with the current token. Clones share its connections and its rate limit.
#[derive(Clone)]
pub(crate) struct Rest {
    source: SharedSource,
    current: Arc<Mutex<(Token, Client)>>,
}

impl Rest {
    pub(crate) fn new(source: SharedSource, options: &Options) -> Result<Self, SetupError> {
        let token = source.token();
        let client = Client::new(token.clone(), options)?;
        Ok(Self {
            source,
            current: Arc::new(Mutex::new((token, client))),
        })
    }

    /// Shares the connections of another client, but not its rate limit.
    pub(crate) fn over(source: SharedSource, client: &Client) -> Self {
        let token = source.token();
        let client = client.with_token(token.clone());
        Self {
            source,
            current: Arc::new(Mutex::new((token, client))),
        }
    }

    /// Returns the client with the current token.
    pub(crate) fn client(&self) -> Client {
        let token = self.source.token();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.0 != token {
            let client = current.1.with_token(token.clone());
            *current = (token, client);
        }
        current.1.clone()
    }
}
