//! Headers of single requests, supplied by the program.

use core::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{Error, encoding::Encoding};

/// Hook of [`Options::on_request`](crate::Options::on_request).
pub(crate) type RequestHook = Arc<dyn Fn(&mut RequestHeaders<'_>) + Send + Sync>;

/// Headers of a request about to be sent, for the hook of
/// [`Options::on_request`](crate::Options::on_request).
pub struct RequestHeaders<'r> {
    headers: &'r mut HeaderMap,
    is_upgrade: bool,
}

impl<'r> RequestHeaders<'r> {
    pub(crate) fn new(headers: &'r mut HeaderMap, is_upgrade: bool) -> Self {
        Self {
            headers,
            is_upgrade,
        }
    }

    /// Returns whether the request opens a websocket, and is not an exchange of long-polling.
    pub fn is_upgrade(&self) -> bool {
        self.is_upgrade
    }

    /// Sets a header, in place of one with the same name. Its value is treated as a secret and
    /// never shown.
    ///
    /// # Errors
    ///
    /// Fails in the same cases as [`Options::add_header`](crate::Options::add_header).
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let (name, value) = checked(name, value)?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// Sends a cookie beside those that the server has set, such as the session cookie of a web
    /// application that the program is logged in to. Its value is never shown.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] if name or value contain characters that cookies cannot have (RFC 6265,
    /// section 4.1.1).
    pub fn add_cookie(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let error = |why| Error::Header {
            name: "cookie".to_owned(),
            why,
        };
        if HeaderName::try_from(name).is_err() {
            return Err(error("the name of the cookie is not a token"));
        }
        let is_legal = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        if !value.bytes().all(is_legal) {
            return Err(error(
                "the value of the cookie has characters to be encoded",
            ));
        }
        let present = self.headers.get(header::COOKIE);
        let present = present.and_then(|value| value.to_str().ok());
        let cookies = match present {
            Some(present) => format!("{present}; {name}={value}"),
            None => format!("{name}={value}"),
        };
        let mut cookies = HeaderValue::try_from(cookies)
            .map_err(|_| error("the cookie cannot be sent in HTTP"))?;
        cookies.set_sensitive(true);
        self.headers.insert(header::COOKIE, cookies);
        Ok(())
    }
}

impl fmt::Debug for RequestHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHeaders")
            .field("headers", &self.headers.keys())
            .field("is_upgrade", &self.is_upgrade)
            .finish()
    }
}

/// Returns a header that a program may add to requests.
pub(crate) fn checked(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let error = |why| Error::Header {
        name: name.to_owned(),
        why,
    };
    let legal = HeaderName::try_from(name).map_err(|_| error("its name is not valid in HTTP"))?;
    let mut value =
        HeaderValue::try_from(value).map_err(|_| error("its value is not valid in HTTP"))?;
    if legal == header::SEC_WEBSOCKET_PROTOCOL {
        return Err(error("`Options::add_subprotocol` offers subprotocols"));
    }
    if legal == header::ACCEPT_ENCODING && !value.to_str().is_ok_and(Encoding::accepts_only_known) {
        return Err(error("only gzip can be read"));
    }
    if legal == header::COOKIE {
        return Err(error(
            "cookies come from the server, and from the hook for requests",
        ));
    }
    if RESERVED_HEADERS.contains(&legal) || legal.as_str().starts_with("sec-websocket-") {
        return Err(error("the transport writes it itself"));
    }
    value.set_sensitive(true);
    Ok((legal, value))
}

/// Headers that frame a message or name the connection.
const RESERVED_HEADERS: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
