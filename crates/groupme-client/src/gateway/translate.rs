//! Translation of driver events to statuses, and to calls of the feed.

use std::sync::Arc;

use bayeux_proto::{ServerError, SessionEvent};
use bayeux_transport::DriverEvent;
use tokio::time::Instant;

use super::{Gateway, RESUBSCRIBE};
use crate::{ClientEnd, Delivery, DisconnectCause, Incoming, Origin, Status, unix_time};

impl Gateway {
    pub(super) fn translate(&mut self, event: DriverEvent) -> Option<Incoming> {
        match event {
            DriverEvent::Session(event) => {
                let feed = self.liveness(&event);
                let status = self.translate_session(event).map(Incoming::Status);
                if let Some(feed) = feed {
                    // The status comes before the deliveries that the feed makes of it.
                    if let Some(status) = status {
                        self.emit(status);
                    }
                    self.update_feed(feed);
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
                self.lane_error = Some(Arc::new(error));
                None
            }
            _ => None,
        }
    }

    /// Returns the effect of a session event on the feed.
    fn liveness(&mut self, event: &SessionEvent) -> Option<Liveness> {
        match event {
            SessionEvent::Up { resumed, .. } => {
                self.is_user_channel_active &= *resumed;
                self.is_user_channel_active.then_some(Liveness::Live)
            }
            // Events from here on are delivered again.
            SessionEvent::Gap { .. } if self.is_user_channel_active => Some(Liveness::Interrupted),
            SessionEvent::Gap { .. }
            | SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. } => Some(Liveness::Lost),
            SessionEvent::Subscribed(id)
                if self.driver.session().channel(*id) == Some(&self.user_channel) =>
            {
                self.is_user_channel_active = true;
                Some(Liveness::Live)
            }
            _ => None,
        }
    }

    fn update_feed(&mut self, liveness: Liveness) {
        let now = self.driver.lanes().clock().now();
        let Some(backfill) = &mut self.backfill else {
            return;
        };
        if liveness != Liveness::Live {
            backfill.handle_loss(now, groupme_delivery::GapCause::Connection);
        }
        if liveness != Liveness::Lost && !self.overflow.is_dropping() {
            backfill.handle_live(now, unix_time::now());
        }
    }

    fn translate_session(&mut self, event: SessionEvent) -> Option<Status> {
        Some(match event {
            SessionEvent::Connecting => Status::Connecting,
            SessionEvent::Up { transport, .. } => Status::Connected { transport },
            SessionEvent::Moved { transport } => Status::Moved { transport },
            SessionEvent::Gap { since, cause } => {
                let ago = self.driver.lanes().clock().now() - since;
                let known = self
                    .disconnect_cause
                    .take()
                    .filter(|known| *known.protocol() == cause);
                Status::ConnectionGap {
                    since: unix_time::before_now(ago),
                    cause: known.unwrap_or_else(|| self.cause(cause)),
                }
            }
            SessionEvent::Down { cause, retry_at } => {
                let cause = self.cause(cause);
                self.disconnect_cause = Some(cause.clone());
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
                if *channel == self.user_channel {
                    self.refusals = 0;
                    self.resubscribe_at = None;
                    self.resubscribe_failures = 0;
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
                if channel == self.user_channel {
                    if concerns_credentials(&error) {
                        self.credentials_refused(&error);
                    } else {
                        // Without its own channel, the account receives almost nothing.
                        self.resubscribe_failures += 1;
                        let delay = RESUBSCRIBE.ceiling(self.resubscribe_failures);
                        self.resubscribe_at = Some(Instant::now() + delay);
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
                self.end_override
                    .take()
                    .unwrap_or_else(|| ClientEnd::from_session(end)),
            ),
            _ => return None,
        })
    }

    /// Handles a refusal of the account's own channel, which concerns the token. The token may have
    /// been renewed meanwhile, so the channel is subscribed once more before the client ends.
    fn credentials_refused(&mut self, error: &ServerError) {
        self.refusals += 1;
        if self.refusals > 1 {
            self.end_override = Some(ClientEnd::Unauthorized(error.clone()));
            self.driver.session().disconnect();
            return;
        }
        self.subscribe(self.user_channel.clone());
    }

    /// Joins a cause with the error of its lane. Other lanes may end without an error, or with one
    /// that is not the cause.
    fn cause(&mut self, what: bayeux_proto::Cause) -> DisconnectCause {
        let source = self
            .lane_error
            .take_if(|error| what == bayeux_proto::Cause::Lane(error.close()));
        DisconnectCause::new(what, source)
    }

    fn disconnected(&self, cause: DisconnectCause, retry_at: bayeux_proto::Instant) -> Status {
        let retry_in = retry_at - self.driver.lanes().clock().now();
        Status::Disconnected { cause, retry_in }
    }
}

/// Effect of a session event on the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Liveness {
    Live,
    Lost,
    /// Lost, and live again.
    Interrupted,
}

/// Returns whether a refusal means that the token is invalid, or lacks permission.
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
