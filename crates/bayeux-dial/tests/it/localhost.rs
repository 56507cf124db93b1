//! Names below `localhost`.

use bayeux_dial::{Dialer, Target};
use tokio::net::TcpListener;

#[tokio::test]
async fn names_below_localhost_are_dialed_at_the_loopback_addresses() {
    let dialer = Dialer::default();
    for address in ["127.0.0.1:0", "[::1]:0"] {
        // Machines without IPv6 have no second address to test.
        let Ok(listener) = TcpListener::bind(address).await else {
            continue;
        };
        let port = listener.local_addr().unwrap().port();
        for name in ["localhost", "any.localhost", "LOCALHOST"] {
            let target = Target::new(name, port, false);
            assert!(target.is_loopback());
            let (stream, accepted) = tokio::join!(dialer.dial(&target), listener.accept());
            stream.unwrap();
            assert!(accepted.unwrap().1.ip().is_loopback(), "{name}");
        }
    }
}
