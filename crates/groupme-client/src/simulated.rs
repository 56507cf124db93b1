//! Clients of a simulated GroupMe, for tests.

use groupme_model::UserId;
use groupme_rest::Token;
use groupme_sim::Sim;

use crate::{Builder, Client, Error};

impl Client {
    /// Returns a builder for the account of a simulated GroupMe: with its token, user and URLs.
    /// Needs the feature `sim`.
    ///
    /// ```
    /// use groupme_client::{prelude::*, sim::Sim};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sim = Sim::start().await?;
    /// let mut client = Client::simulated(&sim)?.connect()?;
    /// sim.until_listening().await?;
    /// sim.say("hello")?;
    /// let delivery = client.next_event().await?.expect("no end yet");
    /// assert_eq!(delivery.event().alert(), Some("Mara: hello"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Token`] if the simulator was started with a token that cannot be one.
    pub fn simulated(sim: &Sim) -> Result<Builder, Error> {
        let token = Token::new(sim.token())?;
        let builder = Self::builder(token, UserId::new(sim.user_id()));
        Ok(builder
            .gateway_url(sim.gateway_url())
            .api_url(sim.root_url()))
    }
}
