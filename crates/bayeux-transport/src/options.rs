//! Options of the lanes.

use core::{fmt, time::Duration};
use std::sync::Arc;

use http::{HeaderMap, HeaderName};

use crate::{
    ClientCertificate, Error, Proxy, RootStore,
    request_headers::{self, RequestHeaders, RequestHook},
};

/// Limits, timeouts, extra request headers, proxy and trusted roots of a set of
/// [`Lanes`](crate::Lanes).
///
/// Start from [`Options::default`] and change single fields.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Maximum size of a WebSocket message, all its fragments together, in bytes. Default: 1 MiB.
    pub max_frame: usize,
    /// Maximum size of an HTTP response body, in bytes. A long-polling response carries all
    /// messages that were queued since the last one. A longer one is read to its end and dropped, so
    /// that the server does not send it again; the session reports a gap. With
    /// [`Ack`](bayeux_proto::Ack) the server does send it again, because nothing has acknowledged
    /// it: the limit has to exceed what the server queues for a client. Default: 1 MiB.
    pub max_body: usize,
    /// Timeout of name lookup, TCP, proxy and TLS together. Default: 15 s.
    pub connect_timeout: Duration,
    /// Timeout of an ordinary exchange, connecting included. Default: 30 s.
    pub exchange_timeout: Duration,
    /// Time added to the hold of a held exchange to get its timeout. The session's own allowance
    /// should be shorter, so that the session decides. Default: 20 s.
    pub hold_allowance: Duration,
    /// Timeout of writing one batch to the socket. Default: 10 s.
    pub write_timeout: Duration,
    /// Maximum time by which bytes that flow extend the timeouts of exchanges and of writing: a slow
    /// link is no dead one. The session's own,
    /// [`Config::slow_allowance`](bayeux_proto::Config::slow_allowance), should be shorter, so that
    /// the session decides. Default: 6 min.
    pub slow_allowance: Duration,
    /// Time for which an idle HTTP connection is kept, if the server names none. If it does, by
    /// `Keep-Alive: timeout=`, the connection is kept one second less. Default: 4 s, because
    /// Node.js closes an idle connection after 5 s.
    pub idle_timeout: Duration,
    /// Maximum time for which an idle HTTP connection is kept, whatever the server names. A shorter
    /// one helps behind a firewall or load balancer that forgets idle connections sooner: a publish
    /// over such a connection ends as `Outcome::Unknown`. Default: 60 s.
    pub max_idle_timeout: Duration,
    /// Whether `/handshake`, `/connect` or `/disconnect` is appended to the path of an exchange with
    /// that message alone, for servers and gateways that route by it. `CometD` calls this
    /// `appendMessageTypeToURL`. Other messages go to the endpoint itself, and so do websockets.
    /// Default: false.
    pub append_operation: bool,
    /// Whether redirects to another origin are followed. The messages go there with everything that
    /// is in them, tokens in `ext` included; only headers, cookies and
    /// the client certificate stay behind. Redirects within
    /// the origin of the endpoint are always followed. Default: false.
    pub follow_to_other_origins: bool,
    /// Proxy to connect through. Default: none.
    pub proxy: Proxy,
    /// Root certificates to trust for TLS. Default: Mozilla's, if they are compiled in.
    pub roots: RootStore,
    /// Certificate for the server, if it asks for one. Other origins and proxies are never shown it.
    /// Default: none.
    pub client_certificate: Option<ClientCertificate>,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) hook: Option<RequestHook>,
}

impl Options {
    /// Sends a header with every exchange and every upgrade request. Its value is treated as a
    /// secret and never shown.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] if the name or value is not valid in HTTP, and for headers that the
    /// transport writes itself.
    pub fn add_header(&mut self, name: &str, value: &str) -> Result<&mut Self, Error> {
        let (legal, value) = request_headers::checked(name, value)?;
        self.headers.append(legal, value);
        Ok(self)
    }

    /// Offers a subprotocol in the upgrade to a websocket, after those added before (RFC 6455,
    /// section 1.9). A server that selects none of them is accepted.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] if the name is not a token, or was added before.
    pub fn add_subprotocol(&mut self, name: &str) -> Result<&mut Self, Error> {
        let error = |why| Error::Header {
            name: "sec-websocket-protocol".to_owned(),
            why,
        };
        // The characters of a token are those of a header's name.
        if HeaderName::try_from(name).is_err() {
            return Err(error("the subprotocol is not a token"));
        }
        if self.subprotocols.iter().any(|other| other == name) {
            return Err(error("the subprotocol was added before"));
        }
        self.subprotocols.push(name.to_owned());
        Ok(self)
    }

    /// Calls `hook` for every request, before it is sent, to set headers and cookies that change
    /// while the session lives, such as a bearer token. Requests to another origin, after a
    /// redirect, are sent without.
    ///
    /// The hook must not block. If it panics, the request is not sent and its lane ends with
    /// [`Error::Hook`]. A token that the server refuses shows as
    /// [`DriverEvent::LaneFailed`](crate::DriverEvent::LaneFailed) with the HTTP status; the next
    /// attempt asks the hook again, and continues in the same session if it still lives. Five such
    /// refusals in a row end the session:
    /// [`Config::unauthorized_limit`](bayeux_proto::Config::unauthorized_limit) and
    /// [`forbidden_limit`](bayeux_proto::Config::forbidden_limit).
    ///
    /// ```
    /// # use std::sync::{Arc, RwLock};
    /// let token = Arc::new(RwLock::new("first".to_owned()));
    /// let current = Arc::clone(&token);
    /// let mut options = bayeux_transport::Options::default();
    /// options.on_request(move |request| {
    ///     let token = current.read().expect("no holder of the lock panics");
    ///     // A token that HTTP cannot carry is not sent, and the server refuses the request.
    ///     request.set("Authorization", &format!("Bearer {token}")).ok();
    /// });
    /// ```
    pub fn on_request(
        &mut self,
        hook: impl Fn(&mut RequestHeaders<'_>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.hook = Some(Arc::new(hook));
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_frame: 1024 * 1024,
            max_body: 1024 * 1024,
            connect_timeout: Duration::from_secs(15),
            exchange_timeout: Duration::from_secs(30),
            hold_allowance: Duration::from_secs(20),
            write_timeout: Duration::from_secs(10),
            slow_allowance: Duration::from_mins(6),
            idle_timeout: Duration::from_secs(4),
            max_idle_timeout: Duration::from_mins(1),
            append_operation: false,
            follow_to_other_origins: false,
            proxy: Proxy::none(),
            headers: HeaderMap::new(),
            hook: None,
            client_certificate: None,
            subprotocols: Vec::new(),
            roots: RootStore::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_frame", &self.max_frame)
            .field("max_body", &self.max_body)
            .field("connect_timeout", &self.connect_timeout)
            .field("exchange_timeout", &self.exchange_timeout)
            .field("hold_allowance", &self.hold_allowance)
            .field("write_timeout", &self.write_timeout)
            .field("slow_allowance", &self.slow_allowance)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_idle_timeout", &self.max_idle_timeout)
            .field("append_operation", &self.append_operation)
            .field("follow_to_other_origins", &self.follow_to_other_origins)
            .field("proxy", &self.proxy)
            .field("roots", &self.roots)
            .field("client_certificate", &self.client_certificate)
            .field("subprotocols", &self.subprotocols)
            .field("headers", &self.headers.keys())
            .field("has_hook", &self.hook.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_added_and_never_shown() {
        let mut options = Options::default();
        options.add_header("X-Access-Token", "secret").unwrap();
        options
            .add_header("X-Access-Token", "another secret")
            .unwrap();
        assert_eq!(options.headers.get_all("x-access-token").iter().count(), 2);
        let shown = format!("{options:?} {:?}", options.headers);
        assert!(
            shown.contains("x-access-token") && !shown.contains("secret"),
            "{shown}"
        );
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_refused_without_showing_its_value() {
        for (name, value) in [
            ("no name", "secret"),
            ("x", "secret\r\n"),
            ("Host", "secret"),
            ("Cookie", "secret"),
            ("transfer-encoding", "secret"),
            ("Sec-WebSocket-Protocol", "secret"),
            ("Accept-Encoding", "secret"),
            ("Accept-Encoding", "gzip, br"),
        ] {
            let mut options = Options::default();
            let error = options.add_header(name, value).unwrap_err();
            assert!(matches!(error, Error::Header { .. }));
            assert!(error.to_string().contains(name) && !error.to_string().contains("secret"));
        }
    }
}
