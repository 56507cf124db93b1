//! Bodies of callbacks, which anybody who knows the URL of a bot can post.

use groupme_client::webhook::{CallbackError, MAX_BODY, Webhook, read};
use groupme_model::Message;
use groupme_rest::Options;

use super::{Check, ensure};

/// The input is the body of a request.
pub(super) fn target() -> Result<Check, String> {
    // Nothing is sent, and an address of loopback needs no TLS.
    let options = Options::with_base_url("http://127.0.0.1:1");
    let options = options.map_err(|error| error.to_string())?;
    let bot = Webhook::new("a-bot", &options).map_err(|error| error.to_string())?;
    Ok(Box::new(move |body| check(&bot, body)))
}

fn check(bot: &Webhook, body: &[u8]) -> Result<(), String> {
    let message = match read(body) {
        Ok(message) => message,
        Err(error) => return check_error(&error, body),
    };
    ensure(body.len() <= MAX_BODY, || {
        "a body without a limit".to_owned()
    })?;
    ensure(!message.id.as_str().is_empty(), || "no id".to_owned())?;
    let received = bot.receive(body).map_err(|error| error.to_string())?;
    ensure(
        received
            .as_ref()
            .is_none_or(|received| *received == message),
        || format!("{message:?} is received as {received:?}"),
    )?;
    // Whatever a bot keeps of the message, the next program has to read.
    let written = serde_json::to_string(&message).map_err(|error| error.to_string())?;
    let again: Message = serde_json::from_str(&written).map_err(|error| error.to_string())?;
    ensure(again == message, || {
        format!("{message:?} is written as {written}")
    })
}

fn check_error(error: &CallbackError, body: &[u8]) -> Result<(), String> {
    let is_large = matches!(error, CallbackError::TooLarge { .. });
    ensure(is_large == (body.len() > MAX_BODY), || {
        format!("{} bytes: {error}", body.len())
    })?;
    ensure(!error.to_string().is_empty(), || "no reason".to_owned())
}
