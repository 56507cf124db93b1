//! A connection to the simulator's control API.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
    header::HOST,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

#[derive(Debug)]
pub(super) struct Control {
    requests: SendRequest<Full<Bytes>>,
    address: String,
}

impl Control {
    /// # Errors
    ///
    /// If the simulator does not listen at this address, such as `127.0.0.1:4000`.
    pub(super) async fn connect(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.with_context(|| format!("no simulator at {address}"))?;
        stream.set_nodelay(true)?;
        let (requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its error reaches the request that it concerns.
        tokio::spawn(connection);
        Ok(Self {
            requests,
            address: address.to_owned(),
        })
    }

    /// Posts `body` to a path below `/sim/v1`, and returns the answer.
    ///
    /// # Errors
    ///
    /// If the connection is lost, or the simulator refuses the request.
    pub(super) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Request::post(format!("/sim/v1{path}"))
            .header(HOST, &self.address)
            .body(Full::from(body.to_string()))?;
        self.requests.ready().await?;
        let response = self.requests.send_request(request).await?;
        let status = response.status();
        let answer = response.into_body().collect().await?.to_bytes();
        ensure!(
            status.is_success(),
            "the simulator answered {status} to {path}: {}",
            String::from_utf8_lossy(&answer)
        );
        Ok(serde_json::from_slice(&answer)?)
    }
}
