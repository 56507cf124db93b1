//! TCP to the first address of a host that answers.

use core::{net::SocketAddr, time::Duration};
use std::io;

use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::sleep,
};

use crate::DialError;

/// TCP to a host.
pub(crate) async fn reach(host: &str, port: u16) -> Result<TcpStream, DialError> {
    let addresses: Vec<_> = lookup_host((host, port))
        .await
        .map_err(|source| DialError::Resolve {
            host: host.to_owned(),
            source,
        })?
        .collect();
    let stream = race(addresses).await.map_err(|source| DialError::Connect {
        host: host.to_owned(),
        port,
        source,
    })?;
    // What is sent is small and must not wait for more. Where that cannot be had, it is only slower.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "Nagle's algorithm stays on");
    }
    Ok(stream)
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
