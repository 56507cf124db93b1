//! TCP and TLS to the endpoint.

use core::{
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::io;

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::client::TlsStream;

use crate::{Error, road::Road};

/// Opens a connection to the endpoint, within the time the options allow.
pub(crate) async fn connect(road: &Road) -> Result<Stream, Error> {
    let limit = road.options.connect_timeout;
    let connecting = async {
        let endpoint = &road.endpoint;
        let stream = match &road.proxy {
            None => reach(endpoint.host(), endpoint.port()).await?,
            Some(hop) => {
                let stream = reach(&hop.host, hop.port).await?;
                let stream = secure(road, hop.is_secure, &hop.host, stream).await?;
                hop.open(stream, &endpoint.tunnel_target()).await?
            }
        };
        secure(road, endpoint.is_secure(), endpoint.host(), stream).await
    };
    timeout(limit, connecting)
        .await
        .unwrap_or(Err(Error::TimedOut {
            doing: "connecting",
            limit,
        }))
}

/// TCP to a host.
async fn reach(host: &str, port: u16) -> Result<Stream, Error> {
    let addresses: Vec<_> = lookup_host((host, port))
        .await
        .map_err(|source| Error::Resolve {
            host: host.to_owned(),
            source,
        })?
        .collect();
    let stream = race(addresses).await.map_err(|source| Error::Connect {
        host: host.to_owned(),
        port,
        source,
    })?;
    // Batches are small and wait for nothing. Without it they are only slower.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "Nagle's algorithm stays on");
    }
    Ok(Stream::Plain(stream))
}

/// TLS over it, if that is wanted.
async fn secure(road: &Road, wanted: bool, host: &str, stream: Stream) -> Result<Stream, Error> {
    match &road.tls {
        Some(tls) if wanted => tls.wrap(host, stream).await,
        _ => Ok(stream),
    }
}

/// Tries the addresses in turn, each a little after the one before it, and takes the first
/// connection that stands: a host whose IPv6 leads nowhere is still reached (RFC 8305, section 5).
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut refusal = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut untried = alternating(addresses).into_iter();
    let mut attempts = JoinSet::new();
    attempts.spawn(attempt(untried.next()));
    while !attempts.is_empty() {
        let outcome = tokio::select! {
            Some(outcome) = attempts.join_next() => outcome,
            () = sleep(STAGGER), if untried.len() > 0 => {
                attempts.spawn(attempt(untried.next()));
                continue;
            }
        };
        match outcome {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(Some(error))) => refusal = error,
            Ok(Err(None)) => {}
            Err(error) => refusal = error.into(),
        }
        if untried.len() > 0 {
            attempts.spawn(attempt(untried.next()));
        }
    }
    Err(refusal)
}

async fn attempt(address: Option<SocketAddr>) -> Result<TcpStream, Option<io::Error>> {
    TcpStream::connect(address.ok_or(None)?).await.map_err(Some)
}

/// The resolver's order, but the two families in turn, starting with the one it prefers.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = Vec::with_capacity(preferred.len() + other.len());
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    loop {
        let before = order.len();
        order.extend(preferred.next());
        order.extend(other.next());
        if order.len() == before {
            return order;
        }
    }
}

/// RFC 8305, section 5: the recommended delay between attempts.
const STAGGER: Duration = Duration::from_millis(250);

/// A connection, with or without TLS; with it twice through a tunnel of a proxy that has it.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<Self>>),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_in_the_resolvers_order() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let given = ["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1"].map(address);
        let tried = ["[::1]:1", "127.0.0.1:1", "[::2]:1", "[::3]:1"].map(address);
        assert_eq!(alternating(given.to_vec()), tried);
        assert_eq!(alternating(Vec::new()), []);
    }
}
