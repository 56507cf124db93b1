//! Authorization of subscriptions and publishes.

/// Authorizes subscriptions and publishes.
///
/// Faye leaves this to an extension that sets the `error` of a message. The gateway sends the text
/// of a refusal unchanged, with or without a code in front.
pub trait Authorizer {
    /// Authorizes each channel of a `/meta/subscribe`, patterns included. `token` is the message's
    /// `ext.access_token`.
    ///
    /// # Errors
    ///
    /// Text of the reply's `error`.
    fn may_subscribe(&self, token: Option<&str>, channel: &str) -> Result<(), String>;

    /// Authorizes each publish of a client. `kind` is the `type` inside its `data`.
    ///
    /// # Errors
    ///
    /// Text of the reply's `error`.
    fn may_publish(
        &self,
        token: Option<&str>,
        channel: &str,
        kind: Option<&str>,
    ) -> Result<(), String>;
}

/// Authorizes everything.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct without state")]
pub struct AllowAll;

impl Authorizer for AllowAll {
    fn may_subscribe(&self, _: Option<&str>, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn may_publish(&self, _: Option<&str>, _: &str, _: Option<&str>) -> Result<(), String> {
        Ok(())
    }
}
