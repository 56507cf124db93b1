//! How to behave towards GroupMe's gateway, where Bayeux leaves the choice.

use core::time::Duration;

use bayeux_proto::{Config, Resume, Transport};

/// Which transports to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportPolicy {
    /// A websocket; long-polling where none can be opened, and back when one can.
    #[default]
    Auto,
    /// A websocket or nothing.
    WebSocket,
    /// Long-polling only.
    LongPolling,
}

impl TransportPolicy {
    /// The session's configuration for GroupMe.
    pub(crate) fn config(self) -> Config {
        let mut config = Config::default();
        config.transports = match self {
            Self::Auto => vec![Transport::WebSocket, Transport::LongPolling],
            Self::WebSocket => vec![Transport::WebSocket],
            Self::LongPolling => vec![Transport::LongPolling],
        };
        // The gateway goes on delivering into the dead socket about half the time.
        config.resume = Resume::FreshHandshake;
        // The gateway holds a connect for ten minutes, and closes silent sockets after ten, often
        // without a word. A short hold is a heartbeat through the whole of it.
        config.hold = Some(Duration::from_secs(25));
        // Some days it does not answer a held connect at all, and delivers all the same.
        config.probe = true;
        config.request_timeout = Duration::from_secs(15);
        config
    }
}
