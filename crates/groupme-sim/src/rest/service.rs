//! Services of GroupMe, by the first part of a path.

use super::query::decode;

/// Host of GroupMe, and the version of its API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    V1,
    /// `v2.groupme.com`, whose paths have no version.
    V2,
    V3,
    V4,
    Image,
    Video,
    File,
    /// `m.groupme.com`: uploads of the web app.
    Media,
    /// `i.groupme.com`: uploaded pictures.
    Pictures,
    /// `v.groupme.com`: processed videos.
    Videos,
    /// `cdn2.groupme.com`: presigned uploads.
    Cdn,
}

impl Service {
    /// Splits a path into service and segments; `None` for an unknown service.
    pub(super) fn of(path: &str) -> Option<(Self, Vec<String>)> {
        let mut segments = path.strip_prefix('/')?.split('/').map(decode);
        let first = segments.next()?;
        let service = match &*first {
            "v1" => Self::V1,
            "v2" => Self::V2,
            "v3" => Self::V3,
            "v4" => Self::V4,
            "image" => Self::Image,
            "video" => Self::Video,
            "file" if segments.next()? == "v1" => Self::File,
            "m" => Self::Media,
            "i" => Self::Pictures,
            "v" => Self::Videos,
            "cdn2" => Self::Cdn,
            "read_receipts" | "users" | "groups" | "direct_messages" => {
                return Some((Self::V2, core::iter::once(first).chain(segments).collect()));
            }
            _ => return None,
        };
        Some((service, segments.collect()))
    }

    /// Returns the URL of a path at this service: at the simulator if its host is known, otherwise
    /// at GroupMe.
    pub(super) fn url(self, host: Option<&str>, path: &str) -> String {
        let (here, there) = match self {
            Self::V1 => ("v1", "api.groupme.com/v1"),
            Self::V2 => ("v2", "v2.groupme.com"),
            Self::V3 => ("v3", "api.groupme.com/v3"),
            Self::V4 => ("v4", "api.groupme.com/v4"),
            Self::Image => ("image", "image.groupme.com"),
            Self::Video => ("video", "video.groupme.com"),
            Self::File => ("file/v1", "file.groupme.com/v1"),
            Self::Media => ("m", "m.groupme.com"),
            Self::Pictures => ("i", "i.groupme.com"),
            Self::Videos => ("v", "v.groupme.com"),
            Self::Cdn => ("cdn2", "cdn2.groupme.com"),
        };
        match host {
            Some(host) => format!("http://{host}/{here}/{path}"),
            None => format!("https://{there}/{path}"),
        }
    }
}
