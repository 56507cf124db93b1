//! Links by which a group can be joined.

use core::{fmt, str::FromStr};

use bayeux_dial::HttpUrl;
use groupme_model::GroupId;

/// Link by which a group can be joined, such as `https://groupme.com/join_group/1835/AbCd12`.
///
/// ```
/// use groupme_rest::{ShareLink, endpoint::groups};
///
/// let link: ShareLink = "https://groupme.com/join_group/1835/AbCd12".parse()?;
/// assert_eq!((link.group().as_str(), link.token()), ("1835", "AbCd12"));
/// let join = groups::join(link.group(), link.token(), None);
/// # Ok::<(), groupme_rest::ShareLinkError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ShareLink {
    group: GroupId,
    token: String,
}

impl ShareLink {
    /// Returns the group.
    pub fn group(&self) -> &GroupId {
        &self.group
    }

    /// Returns the token, by which anybody can join.
    pub fn token(&self) -> &str {
        &self.token
    }
}

/// Takes a link apart, with or without `https://`. Text around it, a query and a fragment are no part
/// of a link.
impl FromStr for ShareLink {
    type Err = ShareLinkError;

    fn from_str(text: &str) -> Result<Self, ShareLinkError> {
        let text = text.trim();
        let url = match text.split_once("://") {
            Some(_) => HttpUrl::allowing_plaintext(text),
            None => HttpUrl::new(&format!("https://{text}")),
        };
        let url = url.map_err(|_| ShareLinkError)?;
        let is_groupmes = url.host() == "groupme.com" || url.host().ends_with(".groupme.com");
        let mut parts = url.path().split('/').skip(1);
        let (Some("join_group"), Some(group), Some(token)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(ShareLinkError);
        };
        let is_whole = parts.all(str::is_empty);
        let is_group = !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !(is_groupmes && is_whole && is_group && is_token) {
            return Err(ShareLinkError);
        }
        Ok(Self {
            group: GroupId::from(group),
            token: token.to_owned(),
        })
    }
}

/// Omits the token, by which anybody can join.
impl fmt::Debug for ShareLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareLink")
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

/// Error of a text that is no [`ShareLink`].
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a link of a group: expected one such as https://groupme.com/join_group/1835/AbCd12")]
#[non_exhaustive]
pub struct ShareLinkError;

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ShareLinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_a_group_and_a_token_however_it_is_written() {
        for text in [
            "https://groupme.com/join_group/1835/AbCd12",
            "http://groupme.com/join_group/1835/AbCd12/",
            " https://web.groupme.com/join_group/1835/AbCd12?utm=x#y\n",
            "groupme.com/join_group/1835/AbCd12",
        ] {
            let link: ShareLink = text.parse().unwrap();
            assert_eq!((link.group().as_str(), link.token()), ("1835", "AbCd12"));
            assert!(!format!("{link:?}").contains("AbCd12"));
        }
        for text in [
            "",
            "1835",
            "https://groupme.com.example.com/join_group/1835/AbCd12",
            "https://evilgroupme.com/join_group/1835/AbCd12",
            "https://groupme.com/join_group/1835",
            "https://groupme.com/join_group//AbCd12",
            "https://groupme.com/join_group/1835/AbCd12/more",
            "https://groupme.com/join_group/18.35/AbCd12",
            "https://groupme.com/join_group/1835/Ab%2Fd12",
        ] {
            assert_eq!(text.parse::<ShareLink>(), Err(ShareLinkError), "{text}");
        }
    }
}
