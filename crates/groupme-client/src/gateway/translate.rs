//! What the driver says, as the program is told.

use std::sync::Arc;

use bayeux_proto::{ServerError, SessionEvent};
use bayeux_transport::DriverEvent;
use tokio::time::Instant;

use super::{FIRST_PATIENCE, Gateway, LAST_PATIENCE};
use crate::{ClientEnd, Delivery, DisconnectCause, Incoming, Origin, Status, wall};

impl Gateway {
    pub(super) fn translate(&mut self, event: DriverEvent) -> Option<Incoming> {
        match event {
            DriverEvent::Session(event) => {
                let feed = self.liveness(&event);
                let status = self.translate_session(event).map(Incoming::Status);
                if let Some(feed) = feed {
                    // What is told now comes before what the feed makes of it.
                    if let Some(status) = status {
                        self.tell(status);
                    }
                    self.inform(feed);
                    return None;
                }
                status
            }
            DriverEvent::Delivery(delivery) => {
                if self.overflow.drop_one() {
                    return None;
                }
                let (frame, index) = delivery.into_parts();
                let Some(backfill) = &mut self.backfill else {
                    return Delivery::new(frame, index, Origin::Push).map(Incoming::Event);
                };
                backfill.handle_push(self.driver.lanes().clock().now(), frame, index);
                None
            }
            DriverEvent::Unexpected(why, delivery) => {
                tracing::debug!(?why, channel = delivery.channel(), "a message of no use");
                None
            }
            DriverEvent::LaneFailed(lane, error) => {
                tracing::debug!(
                    lane = lane.number(),
                    error = display_chain(&error),
                    "a lane failed"
                );
                self.failure = Some(Arc::new(error));
                None
            }
            _ => None,
        }
    }

    /// What an event of the session means for the feed.
    fn liveness(&mut self, event: &SessionEvent) -> Option<Liveness> {
        match event {
            SessionEvent::Up { resumed, .. } => {
                self.is_own_active &= *resumed;
                self.is_own_active.then_some(Liveness::Live)
            }
            // What was missed was missed; what comes from now on does come.
            SessionEvent::Gap { .. } if self.is_own_active => Some(Liveness::Interrupted),
            SessionEvent::Gap { .. }
            | SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. } => Some(Liveness::Lost),
            SessionEvent::Subscribed(id)
                if self.driver.session().channel(*id) == Some(&self.own) =>
            {
                self.is_own_active = true;
                Some(Liveness::Live)
            }
            _ => None,
        }
    }

    fn inform(&mut self, liveness: Liveness) {
        let now = self.driver.lanes().clock().now();
        let Some(backfill) = &mut self.backfill else {
            return;
        };
        if liveness != Liveness::Live {
            backfill.handle_loss(now, groupme_delivery::GapCause::Connection);
        }
        if liveness != Liveness::Lost && !self.overflow.is_dropping() {
            backfill.handle_live(now, wall::now());
        }
    }

    fn translate_session(&mut self, event: SessionEvent) -> Option<Status> {
        Some(match event {
            SessionEvent::Connecting => Status::Connecting,
            SessionEvent::Up { transport, .. } => Status::Connected { transport },
            SessionEvent::Moved { transport } => Status::Moved { transport },
            SessionEvent::Gap { since, cause } => {
                let ago = self.driver.lanes().clock().now() - since;
                let loss = self.loss.take().filter(|loss| *loss.protocol() == cause);
                Status::ConnectionGap {
                    since: wall::before_now(ago),
                    cause: loss.unwrap_or_else(|| self.cause(cause)),
                }
            }
            SessionEvent::Down { cause, retry_at } => {
                let cause = self.cause(cause);
                self.loss = Some(cause.clone());
                self.disconnected(cause, retry_at)
            }
            SessionEvent::AttemptFailed {
                cause, retry_at, ..
            } => {
                let cause = self.cause(cause);
                self.disconnected(cause, retry_at)
            }
            SessionEvent::Subscribed(id) => {
                let channel = self.driver.session().channel(id)?;
                if *channel == self.own {
                    self.refusals = 0;
                    self.ask_again = None;
                    self.patience = FIRST_PATIENCE;
                }
                if let Some(backfill) = &mut self.backfill {
                    backfill.watch(channel.as_str(), true);
                }
                Status::Subscribed {
                    channel: channel.as_str().into(),
                }
            }
            SessionEvent::Refused(id, error) => {
                let channel = self.driver.session().channel(id)?.clone();
                if let Some(backfill) = &mut self.backfill {
                    backfill.watch(channel.as_str(), false);
                }
                if channel == self.own {
                    if concerns_credentials(&error) {
                        self.credentials_refused(&error);
                    } else {
                        // Without it the client is all but deaf.
                        self.ask_again = Some(Instant::now() + self.patience);
                        self.patience = (self.patience * 2).min(LAST_PATIENCE);
                    }
                }
                Status::Refused {
                    channel: channel.as_str().into(),
                    error,
                }
            }
            SessionEvent::Published(_, outcome) => {
                tracing::debug!(?outcome, "a publish is settled");
                return None;
            }
            SessionEvent::Ended(end) => Status::Ended(
                self.verdict
                    .take()
                    .unwrap_or_else(|| ClientEnd::from_session(end)),
            ),
            _ => return None,
        })
    }

    /// A refusal of the account's own channel is about the token; of any other, about that channel.
    /// The token may have been renewed meanwhile, so it is asked for once more.
    fn credentials_refused(&mut self, error: &ServerError) {
        self.refusals += 1;
        if self.refusals > 1 {
            self.verdict = Some(ClientEnd::Unauthorized(error.clone()));
            self.driver.session().disconnect();
            return;
        }
        self.subscribe(self.own.clone());
    }

    /// Joins a cause with the error of the lane that it speaks of. Lanes also end without one, and
    /// with one that is of no consequence.
    fn cause(&mut self, what: bayeux_proto::Cause) -> DisconnectCause {
        let source = self
            .failure
            .take_if(|error| what == bayeux_proto::Cause::Lane(error.close()));
        DisconnectCause::new(what, source)
    }

    fn disconnected(&self, cause: DisconnectCause, retry_at: bayeux_proto::Instant) -> Status {
        let retry_in = retry_at - self.driver.lanes().clock().now();
        Status::Disconnected { cause, retry_in }
    }
}

/// What the session's fortune means for the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Liveness {
    Live,
    Lost,
    /// Lost, and live again.
    Interrupted,
}

/// Whether a refusal says that the token is not good, or not good for this.
fn concerns_credentials(error: &ServerError) -> bool {
    let text = error.text.to_ascii_lowercase();
    matches!(error.code, Some(401 | 403))
        || ["auth", "token", "credential", "denied", "forbidden"]
            .iter()
            .any(|word| text.contains(word))
}

fn display_chain(error: &bayeux_transport::Error) -> String {
    let mut text = error.to_string();
    let mut source = core::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
