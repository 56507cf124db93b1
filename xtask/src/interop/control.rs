//! The control plane of a server: one HTTP request per command.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, bail};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// Asks the server with its control plane at `port` to carry out a command.
///
/// # Errors
///
/// If the server is gone or does not know the command.
pub(super) fn ask(port: u16, command: &str, arguments: &Value) -> anyhow::Result<()> {
    exchange(port, command, &arguments.to_string())
        .with_context(|| format!("the server was asked to {command}"))
}

fn exchange(port: u16, command: &str, body: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let request = format!(
        "POST /{command} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    if !response.starts_with("HTTP/1.1 204") {
        let reason = response.rsplit("\r\n\r\n").next().unwrap_or_default();
        bail!("it answered: {reason}");
    }
    Ok(())
}
