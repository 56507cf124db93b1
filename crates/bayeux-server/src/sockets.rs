//! Parts for a server with a core of its own: a websocket, an HTTP exchange, and the way from the
//! core to both.
//!
//! [`Server`](crate::Server) is made of these parts. A program whose core is more than
//! [`bayeux_proto::server::Server`], such as a simulator, combines them itself:
//!
//! 1. Each websocket and each HTTP exchange gets a [`LaneId`](bayeux_proto::LaneId), and
//!    [`Lanes`] keeps the way to it.
//! 2. A request for an upgrade ([`is_upgrade`]) is answered by [`accept`], and the socket served by
//!    [`Socket::serve`]. Any other request carries a [`Batch`], and its [`Answer`] becomes a
//!    response.
//! 3. The core hands its outputs to [`Lanes`], never waits for a client, and drops a lane that does
//!    not keep up.

mod batch;
mod budget;
mod lanes;
mod reader;
mod response;
mod socket;
mod upgrade;

pub use self::{
    batch::Batch,
    lanes::{Answer, Lanes, Output, PendingAnswer, QueueLimits, SocketOutputs},
    response::{allow, preflight, rejection},
    socket::{Messages, Outputs, Socket},
    upgrade::{accept, is_upgrade},
};
#[cfg(feature = "wire")]
pub(crate) use self::{
    budget::{Budget, Share},
    response::COOKIE,
};
