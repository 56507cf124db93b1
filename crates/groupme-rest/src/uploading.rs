//! Uploads that are checked before anything is sent, and waited for until they can be attached.

use core::time::Duration;

use bytes::Bytes;
use groupme_model::attachment::{File, Image, Video};
use tokio::time::sleep;

use crate::{
    BoxError, Call, CallName, Client, Conversation, Error, Upload,
    endpoint::uploads::{self, UploadStatus},
};

impl Client {
    /// Uploads a picture to GroupMe's image service, and returns the attachment for a
    /// [`Draft`](groupme_model::Draft). JPEG, PNG and GIF are told apart by their first bytes.
    ///
    /// ```no_run
    /// # async fn show(client: groupme_rest::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use groupme_model::{Draft, GroupId};
    /// use groupme_rest::Upload;
    ///
    /// let picture = client.upload_image(Upload::file("lake.jpg")?).await?;
    /// let draft = Draft::new("The lake today.").attach(picture);
    /// client.send(GroupId::new("1835"), draft).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] for any other format, before anything is sent, and [`Error::Upload`] if the
    /// bytes cannot be read; otherwise as [`call`](Self::call). An answer without a URL is
    /// [`Error::Unreadable`].
    pub async fn upload_image(&self, picture: impl Into<Upload>) -> Result<Image, Error> {
        let mut picture = picture.into();
        let name = uploads::image("", Bytes::new()).name();
        let first = first_bytes(name.clone(), &mut picture).await?;
        let Some(media_type) = media_type(&first) else {
            return Err(Error::Misuse {
                call: name,
                reason: "the picture is neither JPEG nor PNG nor GIF; convert it first",
            });
        };
        let call = uploads::image(media_type, Bytes::new());
        let uploaded = self.upload(&call, [Bytes::new(), Bytes::new()], picture);
        Ok(Image::new(uploaded.await?.url))
    }

    /// Uploads a video (MP4) for a conversation, waits until GroupMe has processed it, and returns the
    /// attachment. The processing may take minutes, and is waited for without a limit: set one with
    /// `tokio::time::timeout`.
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] for a video that is not MP4, before anything is sent, and [`Error::Upload`]
    /// if the bytes cannot be read; otherwise as [`call`](Self::call).
    pub async fn upload_video(
        &self,
        conversation: impl Into<Conversation>,
        video: impl Into<Upload>,
    ) -> Result<Video, Error> {
        let mut video = video.into();
        let call = uploads::video(conversation, &[]);
        let first = first_bytes(call.name(), &mut video).await?;
        if first.get(4..8) != Some(b"ftyp") {
            return Err(Error::Misuse {
                call: call.name(),
                reason: "the video is not MP4; convert it first",
            });
        }
        let (head, tail) = (uploads::VIDEO_HEAD, uploads::VIDEO_TAIL);
        let around = [head, tail].map(|text| Bytes::from_static(text.as_bytes()));
        let upload = self.upload(&call, around, video).await?;
        let call = uploads::video_status(&upload);
        let status = self.processed(&call).await?;
        match (status.url, status.thumbnail_url) {
            (Some(url), Some(still)) => Ok(Video::new(url, still)),
            _ => Err(unusable(call.name(), "a video that is complete has no URL")),
        }
    }

    /// Uploads a file for a conversation, waits until GroupMe has processed it, and returns the
    /// attachment, which cannot be sent in another conversation. Waits as
    /// [`upload_video`](Self::upload_video) does.
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] without a name, and [`Error::Upload`] if the bytes cannot be read; otherwise
    /// as [`call`](Self::call).
    pub async fn upload_file(
        &self,
        conversation: impl Into<Conversation>,
        name: &str,
        media_type: &str,
        file: impl Into<Upload>,
    ) -> Result<File, Error> {
        let call = uploads::file(conversation, name, media_type, Bytes::new());
        if name.is_empty() {
            return Err(Error::Misuse {
                call: call.name(),
                reason: "the file has no name",
            });
        }
        let around = [Bytes::new(), Bytes::new()];
        let upload = self.upload(&call, around, file.into()).await?;
        if let Some(id) = upload.file_id {
            return Ok(File::new(id));
        }
        let Some(url) = upload.status_url else {
            let reason = "an upload has neither an id nor the URL of its status";
            return Err(unusable(call.name(), reason));
        };
        let call = uploads::file_status(&url);
        let id = self.processed(&call).await?.file_id;
        id.map(File::new)
            .ok_or_else(|| unusable(call.name(), "a file that is complete has no id"))
    }

    /// Waits until an upload is processed. An outage meanwhile does not cost the upload.
    async fn processed(&self, call: &Call<UploadStatus>) -> Result<UploadStatus, Error> {
        let mut wait = FIRST_WAIT;
        let mut failures = 0_u32;
        loop {
            match self.call(call).await {
                Ok(status) if status.is_done() => return Ok(status),
                Ok(status) if PENDING.contains(&status.status.as_str()) => failures = 0,
                Ok(_) => {
                    let reason = "the upload is neither complete nor being processed: GroupMe has given it up";
                    return Err(unusable(call.name(), reason));
                }
                Err(error) if error.is_transient() && failures < MAX_FAILURES => {
                    failures = failures.saturating_add(1);
                    tracing::debug!(call = %call.name(), %error, "asking for the upload again");
                }
                Err(error) => return Err(error),
            }
            sleep(wait).await;
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
    }
}

async fn first_bytes(call: CallName, upload: &mut Upload) -> Result<Bytes, Error> {
    let first = upload.first_bytes().await;
    first.map_err(|source| Error::Upload { call, source })
}

fn unusable(call: CallName, reason: &'static str) -> Error {
    Error::Unreadable {
        call,
        status: 200,
        size: 0,
        source: BoxError::from(reason),
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

/// States of an upload that is being processed, as recorded.
const PENDING: &[&str] = &["pending", "processing"];
/// Looks in a row that may fail, each for as long as the deadline of a call.
const MAX_FAILURES: u32 = 10;
/// Wait before the second look at an upload that is being processed.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

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
