//! Figures of one client, for the facade `metrics`.

use groupme_account::{Delivery, Incoming, Status};
use groupme_model::UserId;
use metrics::{SharedString, counter, gauge, histogram};

use crate::DeliveryExt as _;

/// Figures of one client. The front page lists the names.
pub(crate) struct Figures {
    user: SharedString,
    is_connected: bool,
}

impl Figures {
    pub(crate) fn new(user: &UserId) -> Self {
        Self {
            user: SharedString::from(user.as_str().to_owned()),
            is_connected: false,
        }
    }

    /// Counts an event or status that the program takes.
    pub(crate) fn count(&mut self, incoming: &Incoming) {
        match incoming {
            Incoming::Event(delivery) => self.count_event(delivery),
            Incoming::Status(status) => self.count_status(status),
            _ => {}
        }
    }

    fn count_event(&self, delivery: &Delivery) {
        let event = delivery.event();
        // Types that the model does not know come from outside, and there is no limit to them.
        let kind = if event.is_typed() {
            event.kind()
        } else {
            "unknown"
        };
        let origin = delivery.origin().name();
        let user = self.user.clone();
        counter!("groupme_events_total", "user" => user, "kind" => kind.to_owned(), "origin" => origin)
            .increment(1);
        if delivery.is_live()
            && let Some(age) = delivery.age()
        {
            histogram!("groupme_event_age_seconds", "user" => self.user.clone()).record(age);
        }
    }

    fn count_status(&mut self, status: &Status) {
        let user = || self.user.clone();
        match status {
            Status::Connected { transport } => {
                let transport = transport.name();
                counter!("groupme_connections_total", "user" => user(), "transport" => transport)
                    .increment(1);
                self.set_connected(true);
            }
            Status::Disconnected { .. } => {
                counter!("groupme_disconnects_total", "user" => user()).increment(1);
                self.set_connected(false);
            }
            Status::Ended(_) => self.set_connected(false),
            Status::ConnectionGap { .. } => {
                counter!("groupme_gaps_total", "user" => user()).increment(1);
            }
            Status::Unrecoverable(_) => {
                counter!("groupme_losses_total", "user" => user()).increment(1);
            }
            Status::Overflow { dropped, .. } => {
                counter!("groupme_overflow_events_total", "user" => user()).increment(*dropped);
            }
            Status::NotSaved(_) => {
                counter!("groupme_store_failures_total", "user" => user()).increment(1);
            }
            _ => {}
        }
    }

    fn set_connected(&mut self, is_connected: bool) {
        let connected = gauge!("groupme_connected", "user" => self.user.clone());
        match (self.is_connected, is_connected) {
            (false, true) => connected.increment(1.0),
            (true, false) => connected.decrement(1.0),
            _ => {}
        }
        self.is_connected = is_connected;
    }
}

/// A client that is dropped is not connected.
impl Drop for Figures {
    fn drop(&mut self) {
        self.set_connected(false);
    }
}
