//! Callbacks of bots: GroupMe posts each message of a bot's group to a URL of the program. The body
//! is read within the limits of an answer, because anybody who knows the URL can post to it.

use core::fmt;
use std::sync::Arc;

use bayeux_wire::{DecodeError, Value};
use groupme_model::{Attachment, FromValue as _, Message};

use crate::{
    BoxError,
    parse::{ParseError, check_memory},
    response,
};

/// Reads the body of a callback: a message, whoever wrote it.
///
/// # Errors
///
/// [`CallbackError`] if the body is not a message: it is not from GroupMe.
pub fn read(body: &[u8]) -> Result<Message, CallbackError> {
    if body.len() > MAX_BODY {
        return Err(CallbackError::TooLarge {
            size: body.len(),
            limit: MAX_BODY,
        });
    }
    let frame = response::decode(body).map(Arc::new);
    let frame = frame.map_err(|error| match error {
        DecodeError::TooManyValues { .. } | DecodeError::TooManyObjects { .. } => {
            CallbackError::TooDense(ParseError::Json(error).into())
        }
        error => CallbackError::Json(Box::new(error)),
    })?;
    let root = frame.root().unwrap_or_default();
    let lists: Vec<Value<'_>> = root.get("attachments").into_iter().collect();
    check_memory::<Attachment>(&frame, &lists)
        .map_err(|error| CallbackError::TooDense(error.into()))?;
    Message::from_value(root)
        .filter(|message| !message.id.is_empty())
        .ok_or(CallbackError::NoMessage)
}

/// Error for a body that is not a callback of GroupMe. Answer with HTTP status 400.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// The body is not JSON.
    #[error("the body of the callback is not JSON")]
    Json(#[source] BoxError),
    /// The body is JSON, and not a message: it has no `id`.
    #[error("the body of the callback is not a message: it has no id")]
    NoMessage,
    /// The body is larger than any message.
    #[error("the body of the callback has {size} bytes, and a message has {limit} at most")]
    TooLarge {
        /// Size of the body, in bytes.
        size: usize,
        /// Maximum size, in bytes.
        limit: usize,
    },
    /// The body would take far more memory than its size.
    #[error("the body of the callback has more values than a message of its size")]
    TooDense(#[source] BoxError),
}

/// Shows the text with those of the sources.
impl fmt::Debug for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::write_chain(self, f)
    }
}

/// Maximum size of a callback, in bytes. A text has 1,000 characters.
pub const MAX_BODY: usize = 256 * 1024;
