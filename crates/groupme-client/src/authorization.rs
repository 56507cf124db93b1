//! The `ext` field that GroupMe requires on subscribes and publishes.

use core::fmt;
use std::io::Write as _;

use bayeux_proto::{Extension, Outgoing};

use crate::{token::SharedSource, unix_time};

/// Writes the token and the current time into each message that needs them (GroupMe's push
/// tutorial, "Subscribing to a user channel").
pub(crate) struct Authorization {
    source: SharedSource,
}

impl Authorization {
    pub(crate) fn new(source: SharedSource) -> Self {
        Self { source }
    }
}

impl Extension for Authorization {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        if !matches!(outgoing, Outgoing::Subscribe(_) | Outgoing::Publish(_)) {
            return;
        }
        let token = self.source.token();
        let (token, seconds) = (token.expose(), unix_time::now().as_millis() / 1000);
        // A token has no character that JSON escapes, and writing to memory does not fail.
        let _ = write!(out, r#"{{"access_token":"{token}","timestamp":{seconds}}}"#);
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").finish_non_exhaustive()
    }
}
