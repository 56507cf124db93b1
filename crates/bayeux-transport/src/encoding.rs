//! Bodies that are compressed.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use http::{HeaderMap, header};

use crate::Error;

/// Encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    /// Reads `Content-Encoding`.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let mut encoding = Self::Identity;
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        for name in values.flat_map(|value| value.as_bytes().split(|&byte| byte == b',')) {
            let name = name.trim_ascii().to_ascii_lowercase();
            encoding = match (&*name, encoding) {
                (b"" | b"identity", before) => before,
                (b"gzip" | b"x-gzip", Self::Identity) => Self::Gzip,
                _ => return Err(Error::Encoding),
            };
        }
        Ok(encoding)
    }

    /// Returns whether all encodings of an `Accept-Encoding` can be read.
    pub(crate) fn accepts_only_known(value: &str) -> bool {
        value.split(',').all(|item| {
            let name = item.split(';').next().unwrap_or_default().trim();
            ["gzip", "x-gzip", "identity", ""]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
        })
    }

    /// Decodes a body of at most `limit` bytes.
    pub(crate) fn decode(self, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, Error> {
        if self == Self::Identity {
            return Ok(body);
        }
        let mut decoded = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut rest = &*body;
        for _ in 0..MAX_MEMBERS {
            let mut member = GzDecoder::new(rest);
            let left = most.saturating_sub(u64::try_from(decoded.len()).unwrap_or(u64::MAX));
            member
                .by_ref()
                .take(left)
                .read_to_end(&mut decoded)
                .map_err(|source| Error::BadGzip(source.into()))?;
            if decoded.len() > limit {
                return Err(Error::Oversize { limit });
            }
            rest = member.into_inner();
            if rest.is_empty() {
                return Ok(decoded);
            }
        }
        Err(Error::Flood {
            what: "gzip of too many members",
        })
    }
}

/// Maximum number of gzip members in a body. Each costs time, and may be empty.
const MAX_MEMBERS: u32 = 1_000;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn gzip_and_identity_are_known_and_everything_else_is_named() {
        for (value, expected) in [
            (None, Some(Encoding::Identity)),
            (Some("identity"), Some(Encoding::Identity)),
            (Some("gzip"), Some(Encoding::Gzip)),
            (Some("X-GZip, identity"), Some(Encoding::Gzip)),
            (Some("br"), None),
            (Some("gzip, gzip"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(Encoding::of(&headers).ok(), expected, "{value:?}");
        }
    }
}
