//! The cookie jar that exchanges and upgrades share.
//!
//! `CometD` ties a session to a cookie, so a cookie that the handshake set over HTTP must be sent
//! with every later exchange and with the upgrade request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::CookieStore;
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use url::Url;

#[derive(Default)]
pub(crate) struct Cookies(Mutex<CookieStore>);

impl Cookies {
    /// Stores the cookies of a response from `url`. Values that are not cookies for `url` are
    /// ignored.
    pub(crate) fn store(&self, url: &Url, headers: &HeaderMap) {
        if !headers.contains_key(SET_COOKIE) {
            return;
        }
        let mut jar = self.jar();
        for cookie in headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
        {
            if cookie.len() > MAX_COOKIE || jar.parse(cookie, url).is_err() {
                tracing::debug!("a cookie was refused");
            }
        }
        let size: usize = jar
            .iter_any()
            .map(|cookie| cookie.name().len().saturating_add(cookie.value().len()))
            .sum();
        if jar.iter_any().count() > MAX_COOKIES || size > MAX_SIZE {
            tracing::debug!("the server set too many cookies: the jar is emptied");
            jar.clear();
        }
    }

    /// Returns the `Cookie` header of a request to `url`.
    pub(crate) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let jar = self.jar();
        let mut text = String::new();
        for (name, value) in jar.get_request_values(url) {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        }
        drop(jar);
        let mut header = HeaderValue::try_from(text)
            .ok()
            .filter(|header| !header.is_empty())?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Returns the cookies as a server sets them.
    pub(crate) fn texts(&self) -> Vec<String> {
        let jar = self.jar();
        let live = jar.iter_unexpired();
        live.map(|cookie| (**cookie).to_string()).collect()
    }

    /// Adds cookies, each as a server at `url` sets it.
    pub(crate) fn restore(&self, url: &Url, cookies: impl IntoIterator<Item: AsRef<str>>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            // What is no header is no cookie.
            if let Ok(cookie) = HeaderValue::try_from(cookie.as_ref()) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        self.store(url, &headers);
    }

    fn jar(&self) -> MutexGuard<'_, CookieStore> {
        // No code that holds the lock leaves the jar half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Maximum size of a cookie with its attributes, in bytes, as in browsers (RFC 6265, section 6.1).
const MAX_COOKIE: usize = 4096;

/// Maximum size of all cookies, in bytes: they are sent with each request.
const MAX_SIZE: usize = 32 * 1024;

/// Maximum number of cookies. A session needs a handful; a jar beyond this is being filled on
/// purpose, and emptying it costs at most a new handshake.
const MAX_COOKIES: usize = 64;
