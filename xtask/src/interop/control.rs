//! Commands to a server of others: one HTTP request each, to its control port.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, bail};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a command to the control port of a server and waits until it is carried out.
///
/// # Errors
///
/// If the server is gone or does not know the command.
pub(super) fn send(port: u16, command: &str, arguments: &Value) -> anyhow::Result<()> {
    exchange(port, command, &arguments.to_string())
        .with_context(|| format!("command {command} to the server"))
}

fn exchange(port: u16, command: &str, body: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let length = body.len();
    let request = format!(
        "POST /{command} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    if !response.starts_with("HTTP/1.1 204") {
        let reason = response.rsplit("\r\n\r\n").next().unwrap_or_default();
        bail!("{reason}");
    }
    Ok(())
}
