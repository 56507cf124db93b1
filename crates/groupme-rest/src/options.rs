//! Options of a client.

use core::{fmt, time::Duration};

use crate::{BaseUrl, BaseUrlError, Proxy, RetryPolicy, RootStore, Services};

/// Options of a [`Client`](crate::Client). The defaults suit GroupMe.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Base URLs of GroupMe's services. Default: GroupMe's own.
    pub services: Services,
    /// Average time between two requests with the same token. Up to four are sent at once, and at
    /// most eight in eight intervals. Default: 125 milliseconds, which is 8 requests a second;
    /// GroupMe answers 429 from about 10.
    pub request_interval: Duration,
    /// Retries of temporary failures.
    pub retry: RetryPolicy,
    /// Time limit for a connection, TLS included. Default: 10 seconds.
    pub connect_timeout: Duration,
    /// Time limit for one request and its response. Default: 20 seconds, and one second more for
    /// each 64 KiB of the request's body.
    pub request_timeout: Duration,
    /// Maximum size of a response body, in bytes after decompression. Default: 16 MiB.
    pub body_limit: usize,
    /// Proxy. Default: none, whatever the environment says; see [`Proxy::from_environment`].
    pub proxy: Proxy,
    /// Trusted root certificates. Default: Mozilla's, with the feature `bundled-roots`.
    pub roots: RootStore,
    /// Seed of jitter and message ids. Default: random. GroupMe takes messages of two clients with
    /// the same seed for duplicates.
    pub seed: Option<u64>,
}

impl Options {
    /// Returns options for another server than GroupMe, such as a simulator: all services below one
    /// URL, as [`Services::with_base_url`], and the defaults for everything else.
    ///
    /// # Errors
    ///
    /// Same as [`BaseUrl::new`].
    pub fn with_base_url(url: &str) -> Result<Self, BaseUrlError> {
        let services = Services::with_base_url(&BaseUrl::new(url)?);
        Ok(Self {
            services,
            ..Self::default()
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            services: Services::default(),
            request_interval: Duration::from_millis(125),
            retry: RetryPolicy::default(),
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
            .field("request_interval", &self.request_interval)
            .field("retry", &self.retry)
            .field("connect_timeout", &self.connect_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("body_limit", &self.body_limit)
            .field("proxy", &self.proxy)
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}
