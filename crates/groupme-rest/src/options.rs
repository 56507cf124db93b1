//! What can be chosen about a client.

use core::{fmt, time::Duration};

use crate::{Proxy, RetryPolicy, RootStore, Services};

/// What can be chosen about a [`Client`](crate::Client). The defaults suit GroupMe.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Where GroupMe's services are. Default: at GroupMe.
    pub services: Services,
    /// The time between two requests of the same token, from departure to departure. Default: 125
    /// milliseconds, which is 8 a second; GroupMe begins to refuse at about 10.
    pub interval: Duration,
    /// How failures that pass are dealt with.
    pub patience: RetryPolicy,
    /// How long a connection may take to stand, TLS included. Default: 10 seconds.
    pub connect_timeout: Duration,
    /// How long one request may take, from its departure to the end of the response. Default: 20
    /// seconds. One with a large body, such as an upload, has a second more for each 64 KiB.
    pub request_timeout: Duration,
    /// How many bytes a response may have, decompressed. Default: 16 MiB.
    pub body_limit: usize,
    /// Through which proxy to go. Default: none, whatever the environment says; see
    /// [`Proxy::from_environment`].
    pub proxy: Proxy,
    /// Whom to trust where there is TLS. Default: Mozilla's roots, where they are compiled in.
    pub roots: RootStore,
    /// What jitter and the ids of messages are drawn from. Default: another one each time. Two
    /// clients with the same seed send messages with the same ids, which GroupMe takes for
    /// repetitions.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            services: Services::default(),
            interval: Duration::from_millis(125),
            patience: RetryPolicy::default(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(20),
            body_limit: 16 << 20,
            proxy: Proxy::none(),
            roots: RootStore::default(),
            seed: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("services", &self.services)
            .field("interval", &self.interval)
            .field("patience", &self.patience)
            .field("connect_timeout", &self.connect_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("body_limit", &self.body_limit)
            .field("proxy", &self.proxy)
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}
