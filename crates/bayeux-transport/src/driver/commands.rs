//! Commands of the program, at the time of the lanes' clock.

use bayeux_proto::{Channel, Misuse, PublishId};

use super::Driver;

impl<E> Driver<E> {
    /// Starts connecting: see [`Session::connect`](bayeux_proto::Session::connect).
    pub fn connect(&mut self) {
        let now = self.lanes.clock().now();
        self.session().connect(now);
    }

    /// Publishes an event: see [`Session::publish`](bayeux_proto::Session::publish).
    ///
    /// # Errors
    ///
    /// Same as [`Session::publish`](bayeux_proto::Session::publish).
    pub fn publish(&mut self, channel: &Channel, json: &str) -> Result<PublishId, Misuse> {
        let now = self.lanes.clock().now();
        self.session().publish(now, channel, json)
    }

    /// Publishes the request of a remote call: see [`Session::call`](bayeux_proto::Session::call).
    ///
    /// # Errors
    ///
    /// Same as [`Session::call`](bayeux_proto::Session::call).
    pub fn call(&mut self, channel: &Channel, json: &str) -> Result<PublishId, Misuse> {
        let now = self.lanes.clock().now();
        self.session().call(now, channel, json)
    }

    /// Disconnects: see [`Session::disconnect`](bayeux_proto::Session::disconnect).
    pub fn disconnect(&mut self) {
        let now = self.lanes.clock().now();
        self.session().disconnect(now);
    }

    /// Tells the session that the network may have changed or the machine has woken from sleep.
    pub fn wake(&mut self) {
        let now = self.lanes.clock().now();
        self.session().handle_wake(now);
    }
}
