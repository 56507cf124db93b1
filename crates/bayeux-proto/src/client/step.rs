//! Decisions of the parts about the session as a whole.

use alloc::string::String;

use crate::{Cause, ConnectionTypes, End, Transport};

/// Decision of a part about the session as a whole, carried out by `apply` alone.
#[derive(Debug)]
#[must_use = "a step changes nothing before it is applied"]
pub(super) enum Step {
    /// Changes nothing.
    Stay,
    /// Enters the established stage with this `clientId`.
    Establish {
        client_id: String,
        offered: Option<ConnectionTypes>,
    },
    /// Records a gap; the session continues.
    MarkGap(Cause),
    /// Sends another handshake after a failure.
    RetryHandshake { cause: Cause, over: Transport },
    /// Sends another connect after a failure. The server knows the session.
    RetryConnect(Cause),
    /// Connects again in the same session after a failure, unless the session must have expired by
    /// then.
    Resume(Cause),
    /// Gives the session up after a failure, and starts a new one with a handshake.
    Restart(Cause),
    /// Starts a new session over long-polling, because the websocket failed.
    FallBack(Cause),
    /// Moves the connect loop to the open websocket.
    Upgrade,
    /// Closes the websocket without waiting for the peer, which may never answer.
    DropSocket(Cause),
    /// Ends the session. A session that disconnects ends as [`End::Requested`] in any case.
    Finish(End),
}
