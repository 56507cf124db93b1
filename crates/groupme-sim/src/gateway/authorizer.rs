//! Who may do what: the gateway's only question to the world behind it.

/// Decides which subscriptions and publishes are let through.
///
/// Faye leaves this to an extension that sets the `error` of a message; the gateway sends the text
/// of a refusal back exactly as given, with or without a code in front.
pub trait Authorizer {
    /// Asked for each channel of a `/meta/subscribe`, patterns included. `token` is the message's
    /// `ext.access_token`.
    ///
    /// # Errors
    ///
    /// The text for the reply's `error`.
    fn may_subscribe(&self, token: Option<&str>, channel: &str) -> Result<(), String>;

    /// Asked for each publish of a client. `kind` is the `type` inside its `data`.
    ///
    /// # Errors
    ///
    /// The text for the reply's `error`.
    fn may_publish(
        &self,
        token: Option<&str>,
        channel: &str,
        kind: Option<&str>,
    ) -> Result<(), String>;
}

/// Lets everything through.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing to know about it"
)]
pub struct AllowAll;

impl Authorizer for AllowAll {
    fn may_subscribe(&self, _: Option<&str>, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn may_publish(&self, _: Option<&str>, _: &str, _: Option<&str>) -> Result<(), String> {
        Ok(())
    }
}
