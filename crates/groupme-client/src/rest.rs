//! The REST client with the current token.

use std::sync::{Arc, Mutex, PoisonError};

use groupme_model::UserId;
use groupme_rest::{Client, Options, SetupError, Token};

use crate::token::SharedSource;

/// REST client with the current token. Clones share its connections and its rate limit.
#[derive(Clone)]
pub(crate) struct Rest {
    source: SharedSource,
    user: UserId,
    current: Arc<Mutex<(Token, Client)>>,
}

impl Rest {
    pub(crate) fn new(
        source: SharedSource,
        user: UserId,
        options: &Options,
    ) -> Result<Self, SetupError> {
        let token = source.token();
        let client = Client::new(token.clone(), options)?.with_user(user.clone());
        Ok(Self {
            source,
            user,
            current: Arc::new(Mutex::new((token, client))),
        })
    }

    /// Shares the connections of another client, but not its rate limit.
    pub(crate) fn over(source: SharedSource, user: UserId, client: &Client) -> Self {
        let token = source.token();
        let client = client.with_token(token.clone()).with_user(user.clone());
        Self {
            source,
            user,
            current: Arc::new(Mutex::new((token, client))),
        }
    }

    /// Returns the client with the current token.
    pub(crate) fn client(&self) -> Client {
        let token = self.source.token();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.0 != token {
            let client = current.1.with_token(token.clone());
            let client = client.with_user(self.user.clone());
            *current = (token, client);
        }
        current.1.clone()
    }
}
