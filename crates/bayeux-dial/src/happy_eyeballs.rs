//! TCP to the first address of a host that answers ("Happy Eyeballs", RFC 8305).
//!
//! hyper-util's `HttpConnector` races the two families only. Within a family it waits for an
//! address to fail before it tries the next. Measured with two addresses of which the first drops
//! packets: no connection after 40 s, or one after 7.5 s if it is given a timeout of 15 s; here
//! after 0.25 s. Its error type is private, so that a name without an address could not be
//! distinguished either.

use core::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use std::io;

use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::sleep,
};

use crate::{DialError, target};

/// Connects to a host by TCP.
pub(crate) async fn connect(host: &str, port: u16) -> Result<TcpStream, DialError> {
    let addresses = resolve(host, port).await?;
    let stream = race(addresses).await.map_err(|source| DialError::Connect {
        host: host.to_owned(),
        port,
        source,
    })?;
    // Requests are small and must not wait to be merged. A failure only makes them slower.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "Nagle's algorithm stays on");
    }
    Ok(stream)
}

/// Returns the addresses of a host, in the resolver's order.
pub(crate) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
    if target::is_localhost(host) {
        return Ok(vec![
            (Ipv4Addr::LOCALHOST, port).into(),
            (Ipv6Addr::LOCALHOST, port).into(),
        ]);
    }
    let addresses = lookup_host((host, port)).await;
    let addresses = addresses.map_err(|source| DialError::Resolve {
        host: host.to_owned(),
        source,
    })?;
    Ok(addresses.collect())
}

/// Tries the addresses in turn, each [`STAGGER`] after the one before or as soon as that fails, and
/// returns the first connection: a host whose IPv6 is broken is still reached (RFC 8305, section
/// 5).
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut last_error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
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
            Ok(Err(Some(error))) => last_error = error,
            Ok(Err(None)) => {}
            Err(error) => last_error = error.into(),
        }
        if untried.len() > 0 {
            attempts.spawn(attempt(untried.next()));
        }
    }
    Err(last_error)
}

async fn attempt(address: Option<SocketAddr>) -> Result<TcpStream, Option<io::Error>> {
    TcpStream::connect(address.ok_or(None)?).await.map_err(Some)
}

/// Returns the addresses in the resolver's order, except that the two families alternate, starting
/// with the preferred one.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = Vec::with_capacity(preferred.len().saturating_add(other.len()));
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

/// Delay between two attempts, as RFC 8305 (section 5) recommends.
const STAGGER: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_in_the_resolvers_order() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let given = ["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1"].map(address);
        let tried = ["[::1]:1", "127.0.0.1:1", "[::2]:1", "[::3]:1"].map(address);
        assert_eq!(alternating(given.to_vec()), tried);
        assert_eq!(alternating(Vec::new()), []);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_drops_packets_delays_the_next_one_by_the_stagger_only() {
        use tokio::{
            net::{TcpListener, TcpSocket},
            time::{Instant, timeout},
        };

        // Linux drops connection requests to a full queue.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let full = socket.local_addr().unwrap();
        let _listener = socket.listen(1).unwrap();
        let mut queued = Vec::new();
        while let Ok(stream) = timeout(STAGGER, TcpStream::connect(full)).await {
            queued.push(stream.unwrap());
        }
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let start = Instant::now();
        let stream = race(vec![full, live.local_addr().unwrap()]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live.local_addr().unwrap());
        assert!(start.elapsed() >= STAGGER);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn names_below_localhost_are_not_looked_up() {
        for name in ["localhost", "LOCALHOST", "a.localhost", "a.b.LocalHost"] {
            let addresses = resolve(name, 7).await.unwrap();
            assert!(addresses.iter().all(|address| address.ip().is_loopback()));
            assert_eq!(addresses.len(), 2, "{name}");
        }
    }
}
