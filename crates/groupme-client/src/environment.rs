//! Settings from the environment, for programs that read them there.

use groupme_model::UserId;
use groupme_rest::{Options as RestOptions, Token};

use crate::{Builder, Client, Error};

impl Client {
    /// Returns a builder for the account that the environment names:
    ///
    /// | variable | meaning | without it |
    /// |---|---|---|
    /// | `GROUPME_ACCESS_TOKEN` | access token, from [dev.groupme.com](https://dev.groupme.com) | an error |
    /// | `GROUPME_USER_ID` | id of the token's user | GroupMe is asked |
    /// | `GROUPME_API_URL` | base URL of another REST API, such as a simulator's, along with the gateway's | GroupMe's |
    /// | `GROUPME_GATEWAY_URL` | URL of another gateway, along with the API's | GroupMe's |
    ///
    /// `groupme sim` prints the URLs of a simulated GroupMe. Nothing else in this crate reads the
    /// environment.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] without a token, [`Error::Token`] for a malformed token, [`Error::OneUrl`]
    /// for one URL of two, [`Error::ApiUrl`] for an invalid URL, and the errors of [`current_user`](Self::current_user).
    pub async fn from_environment() -> Result<Builder, Error> {
        let token = variable("GROUPME_ACCESS_TOKEN").ok_or(Error::NoToken)?;
        let token = Token::new(&token)?;
        let api = variable("GROUPME_API_URL");
        let gateway = variable("GROUPME_GATEWAY_URL");
        if api.is_some() != gateway.is_some() {
            return Err(Error::OneUrl);
        }
        let mut options = RestOptions::default();
        if let Some(api) = &api {
            options = RestOptions::with_base_url(api)?;
        }
        let user = match variable("GROUPME_USER_ID") {
            Some(user) => UserId::new(user),
            None => Self::current_user_with(&token, &options).await?,
        };
        let mut builder = Self::builder(token, user);
        if let Some(gateway) = gateway {
            builder = builder.gateway_url(gateway);
        }
        if let Some(api) = api {
            builder = builder.api_url(api);
        }
        Ok(builder)
    }
}

/// Returns a variable of the environment, unless it is empty.
#[expect(clippy::disallowed_methods, reason = "that is what its caller is for")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
