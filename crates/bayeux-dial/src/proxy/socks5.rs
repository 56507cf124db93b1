//! Connections through SOCKS5 proxies (RFC 1928), with user name and password (RFC 1929).
//!
//! hyper-util's `SocksV5` is not used: its error type is private, so that a wrong password could
//! not be distinguished from an unreachable host, and its local name lookup blocks the thread.

use core::net::IpAddr;
use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::server::Credentials;
use crate::{DialError, Stream, Target};

#[derive(Clone)]
pub(super) struct Options {
    /// The proxy looks up names; otherwise they are looked up on this machine.
    resolves_names: bool,
    credentials: Option<Credentials>,
}

impl Options {
    pub(super) fn new(
        resolves_names: bool,
        credentials: Option<Credentials>,
    ) -> Result<Self, &'static str> {
        let is_sendable = |text: &[u8]| u8::try_from(text.len()).is_ok();
        let has_unsendable = credentials
            .as_ref()
            .is_some_and(|c| !is_sendable(&c.user) || !is_sendable(&c.password));
        if has_unsendable {
            return Err("its user name or password is longer than 255 bytes");
        }
        Ok(Self {
            resolves_names,
            credentials,
        })
    }

    /// Returns whether the proxy looks up names.
    pub(super) fn resolves_names(&self) -> bool {
        self.resolves_names
    }
}

/// Asks the SOCKS5 proxy at the other end of `stream` for a connection to `target`.
pub(super) async fn open(
    mut stream: Stream,
    proxy: &str,
    options: &Options,
    target: &Target,
) -> Result<Stream, DialError> {
    let request = request(target)?;
    match handshake(&mut stream, options, &request).await {
        Ok(()) => Ok(stream),
        Err(Failure::Auth(what)) => Err(DialError::ProxyAuth {
            proxy: proxy.to_owned(),
            what,
        }),
        Err(Failure::Reply(reply)) => Err(DialError::Socks {
            proxy: proxy.to_owned(),
            reply,
        }),
        Err(Failure::Io(error)) => Err(DialError::TunnelBroke {
            proxy: proxy.to_owned(),
            source: Some(error.into()),
        }),
    }
}

enum Failure {
    Auth(&'static str),
    Reply(u8),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

async fn handshake(stream: &mut Stream, options: &Options, request: &[u8]) -> Result<(), Failure> {
    let methods: &[u8] = match options.credentials {
        None => &[VERSION, 1, NO_AUTH],
        Some(_) => &[VERSION, 2, NO_AUTH, USER_PASSWORD],
    };
    stream.write_all(methods).await?;
    let method = read_reply(stream, VERSION).await?;
    match (method, &options.credentials) {
        (NO_AUTH, _) => {}
        (USER_PASSWORD, Some(credentials)) => authenticate(stream, credentials).await?,
        (NO_METHOD, None) => return Err(Failure::Auth("it needs them, and there are none")),
        (NO_METHOD, Some(_)) => return Err(Failure::Auth("it accepts another method only")),
        _ => return Err(violation("an unknown authentication method")),
    }
    stream.write_all(request).await?;
    let reply = read_reply(stream, VERSION).await?;
    if reply != SUCCEEDED {
        return Err(Failure::Reply(reply));
    }
    // The address that the proxy has bound is of no use, but has to be read.
    let [_reserved, kind] = read(stream).await?;
    let len = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(stream.read_u8().await?),
        _ => return Err(violation("an unknown address type")),
    };
    let mut address_and_port = [0; u8::MAX as usize + 2];
    stream
        .read_exact(&mut address_and_port[..len.saturating_add(2)])
        .await?;
    Ok(())
}

/// Sends user name and password (RFC 1929).
async fn authenticate(stream: &mut Stream, credentials: &Credentials) -> Result<(), Failure> {
    let mut message = vec![AUTH_VERSION];
    for text in [&credentials.user, &credentials.password] {
        push_with_length(&mut message, text);
    }
    stream.write_all(&message).await?;
    match read_reply(stream, AUTH_VERSION).await? {
        SUCCEEDED => Ok(()),
        _ => Err(Failure::Auth("it refuses them")),
    }
}

/// Returns the request for a connection to `target` (RFC 1928, section 4).
fn request(target: &Target) -> Result<Vec<u8>, DialError> {
    let (host, port) = (target.host(), target.port());
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            if u8::try_from(host.len()).is_err() {
                return Err(DialError::Proxy {
                    what: "the name of the host behind it is longer than 255 bytes",
                });
            }
            request.push(NAME);
            push_with_length(&mut request, host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

/// Appends a text of at most 255 bytes, which has been checked, after its length.
fn push_with_length(message: &mut Vec<u8>, text: &[u8]) {
    message.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    message.extend(text.iter().take(usize::from(u8::MAX)));
}

/// Reads a version and a code, and returns the code.
async fn read_reply(stream: &mut Stream, version: u8) -> Result<u8, Failure> {
    let [found, code] = read(stream).await?;
    if found == version {
        Ok(code)
    } else {
        Err(violation("an answer that is not SOCKS5"))
    }
}

async fn read(stream: &mut Stream) -> io::Result<[u8; 2]> {
    let mut bytes = [0; 2];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn violation(what: &'static str) -> Failure {
    Failure::Io(io::Error::new(io::ErrorKind::InvalidData, what))
}

const VERSION: u8 = 5;
const AUTH_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const SUCCEEDED: u8 = 0;

/// Authentication methods (RFC 1928, section 3).
const NO_AUTH: u8 = 0;
const USER_PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;

/// Address types (RFC 1928, section 5).
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
