//! Uploads that are checked before anything is sent.

use bytes::Bytes;
use groupme_model::attachment::Image;

use crate::{Client, Error, endpoint::uploads};

impl Client {
    /// Uploads a picture to GroupMe's image service, and returns the attachment for a
    /// [`Draft`](groupme_model::Draft). JPEG, PNG and GIF are told apart by their first bytes.
    ///
    /// ```no_run
    /// # async fn show(client: groupme_rest::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use groupme_model::{Draft, GroupId};
    ///
    /// let picture = client.upload_image(std::fs::read("lake.jpg")?).await?;
    /// let draft = Draft::new("The lake today.").attach(picture);
    /// client.send(GroupId::new("1835"), draft).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] for any other format, before anything is sent; otherwise as
    /// [`call`](Self::call). An answer without a URL is [`Error::Unreadable`].
    pub async fn upload_image(&self, bytes: impl Into<Bytes>) -> Result<Image, Error> {
        let bytes = bytes.into();
        let media_type = media_type(&bytes);
        let call = uploads::image(media_type.unwrap_or_default(), bytes);
        if media_type.is_none() {
            return Err(Error::Misuse {
                call: call.name(),
                reason: "the picture is neither JPEG nor PNG nor GIF; convert it first",
            });
        }
        Ok(Image::new(self.call(&call).await?.url))
    }
}

/// Returns the media type of a picture, if GroupMe takes it.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_a_picture_is() {
        assert_eq!(
            media_type(b"\xff\xd8\xff\xe0\0\x10JFIF"),
            Some("image/jpeg")
        );
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0"), Some("image/png"));
        assert_eq!(media_type(b"GIF89a\x01"), Some("image/gif"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), None);
        assert_eq!(media_type(b""), None);
    }
}
