//! Smaller pictures at GroupMe's image service.

use super::{Image, ImageRef};

/// Size of a smaller picture, which GroupMe's image service makes of each upload
/// (`dev.groupme.com/docs/image_service`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Thumbnail {
    /// At most 60 by 60 pixels, cut to a square.
    Avatar,
    /// At most 200 by 200 pixels.
    Preview,
    /// At most 960 by 960 pixels.
    Large,
}

impl Thumbnail {
    /// Returns the URL of the smaller picture; `None` if the picture is not at the image service.
    pub fn url_of(self, picture: &str) -> Option<String> {
        let name = picture.rsplit('/').next()?;
        let mut parts = name.split('.');
        let (width, height) = parts.next()?.split_once('x')?;
        let (format, key) = (parts.next()?, parts.next()?);
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_picture = ["jpeg", "jpg", "png", "gif"].contains(&format);
        let is_whole = is_number(width) && is_number(height) && is_picture && is_word(key);
        // A further part is a size already.
        if !is_whole || parts.next().is_some() {
            return None;
        }
        let suffix = match self {
            Self::Avatar => "avatar",
            Self::Preview => "preview",
            Self::Large => "large",
        };
        Some(format!("{picture}.{suffix}"))
    }
}

impl Image {
    /// Returns the URL of a smaller picture; `None` if the picture is not at GroupMe's image service.
    ///
    /// ```
    /// use groupme_model::attachment::{Image, Thumbnail};
    ///
    /// let image = Image::new("https://i.groupme.com/1024x768.jpeg.0123456789abcdef");
    /// assert_eq!(
    ///     image.thumbnail_url(Thumbnail::Preview).as_deref(),
    ///     Some("https://i.groupme.com/1024x768.jpeg.0123456789abcdef.preview")
    /// );
    /// ```
    pub fn thumbnail_url(&self, size: Thumbnail) -> Option<String> {
        size.url_of(self.url.as_deref()?)
    }
}

impl ImageRef<'_> {
    /// Returns the URL of a smaller picture; `None` if the picture is not at GroupMe's image service.
    pub fn thumbnail_url(&self, size: Thumbnail) -> Option<String> {
        size.url_of(self.url()?)
    }
}
