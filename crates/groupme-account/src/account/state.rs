//! State of an account, for the program that drives it.

use bayeux_proto::Usage;
use groupme_delivery::Feed;

use super::Account;

impl Account {
    /// Returns whether the lanes may be read. Otherwise events are left in the network.
    pub fn may_read(&self) -> bool {
        !self.overflow.is_stalled()
    }

    /// Returns whether the current session delivers the account's own channel.
    pub fn is_live(&self) -> bool {
        self.own.is_active && self.is_up
    }

    /// Returns whether [`publish`](Self::publish) has room for another event.
    pub fn has_room(&self) -> bool {
        self.session.has_room()
    }

    /// Returns whether there are changes to save.
    pub fn has_changes(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// Returns whether the session has ended. [`Status::Ended`](crate::Status::Ended) is handed out last.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Returns whether everything is delivered as it is pushed, no request is open, and all
    /// conversations of the [`Scope`](crate::Scope) are followed.
    pub fn is_settled(&self) -> bool {
        let is_synced = self
            .feed
            .as_ref()
            .is_none_or(|feed| feed.is_synced() && feed.requests() == 0 && feed.buffered() == 0);
        is_synced && self.following.is_settled()
    }

    /// Returns the number of deliveries and statuses waiting for the program.
    pub fn waiting(&self) -> usize {
        let backlog = self.feed.as_ref().map_or(0, Feed::backlog);
        self.ready.len() + backlog
    }

    /// Returns the resource usage of the session.
    pub fn usage(&self) -> Usage {
        self.session.usage()
    }
}
