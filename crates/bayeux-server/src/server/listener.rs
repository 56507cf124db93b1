//! Listener for Bayeux alone.

use core::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time,
};

use super::{Server, phase::Phase, write_timeout::WriteTimeout};

/// Address of a client, in the extensions of a [request](crate::Message::request) over a listener
/// of [`Server::serve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an address and no more")]
pub struct Peer(pub SocketAddr);

impl Server {
    /// Accepts connections until the server is [shut down](Self::shut_down), whatever the path of
    /// their requests. For TLS, a proxy stands in front, or the application accepts connections
    /// itself and passes requests to [`call`](Self::call). Dropping the future drops all
    /// connections that are no websocket.
    pub async fn serve(&self, listener: TcpListener) {
        let life = &self.shared.life;
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
                () = life.until(Phase::Draining) => break,
            };
            match accepted {
                Ok(_) if connections.len() >= self.shared.options.max_lanes => {
                    tracing::debug!("refused a connection: there are too many");
                }
                Ok((stream, peer)) => {
                    let (server, task) = (self.clone(), life.task());
                    connections.spawn(async move {
                        let _task = task;
                        server.serve_connection(stream, peer).await;
                    });
                }
                Err(error) => {
                    // The usual cause is a lack of file descriptors, which only time can cure.
                    tracing::warn!(cause = %error, "cannot accept a connection");
                    time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    async fn serve_connection(&self, stream: TcpStream, peer: SocketAddr) {
        let life = &self.shared.life;
        let timeout = self.shared.options.request_timeout;
        // Frames are small, and clients wait for each.
        let _ = stream.set_nodelay(true);
        let service = service_fn(async |mut request| {
            http::Request::extensions_mut(&mut request).insert(Peer(peer));
            Ok::<_, Infallible>(self.call::<hyper::body::Incoming>(request).await)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeout)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(WriteTimeout::new(stream, timeout)), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            () = life.until(Phase::Draining) => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = &mut connection => ended,
                    () = life.until(Phase::Stopped) => Ok(()),
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(cause = %error, "connection ended");
        }
    }
}

/// Maximum size of the head of a request, in bytes: as long as an address can be, by which a batch comes
/// with callback-polling. Until a head is whole, it is kept.
const MAX_HEAD: usize = 64 << 10;
