//! Settings of the Bayeux session for GroupMe's gateway.

use core::time::Duration;

use bayeux_proto::{Config, Resume, Transport};

/// Allowed transports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportPolicy {
    /// Websocket, with long-polling as a fallback while none can be opened.
    #[default]
    Auto,
    /// Websocket only.
    WebSocket,
    /// Long-polling only.
    LongPolling,
}

impl TransportPolicy {
    /// Returns the session's configuration for GroupMe.
    pub(crate) fn config(self) -> Config {
        let mut config = Config::default();
        config.transports = match self {
            Self::Auto => vec![Transport::WebSocket, Transport::LongPolling],
            Self::WebSocket => vec![Transport::WebSocket],
            Self::LongPolling => vec![Transport::LongPolling],
        };
        // About half the time, the gateway goes on delivering into the dead socket.
        config.resume = Resume::FreshHandshake;
        // The gateway holds a connect for ten minutes and closes silent sockets after ten, often
        // without a close frame. A short hold is an end-to-end heartbeat.
        config.hold = Some(Duration::from_secs(25));
        // At times the gateway never answers a held connect, and still delivers events.
        config.probe = true;
        config.request_timeout = Duration::from_secs(15);
        // The token travels in `ext`, so a status 403 comes from something in between: a firewall, a
        // content delivery network. It passes.
        config.forbidden_limit = None;
        config
    }
}
