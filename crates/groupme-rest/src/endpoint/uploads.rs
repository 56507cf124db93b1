//! Uploads of images, videos and files, whose results go into an
//! [attachment](groupme_model::attachment).
//!
//! GroupMe processes videos and files in the background: request [`video_status`] or
//! [`file_status`] until it [is done](UploadStatus::is_done).

use bayeux_wire::Value;
use bytes::Bytes;
use groupme_model::{FileId, FromValue, GroupId};
use serde::{Deserialize, Serialize};

use crate::{
    Call, Conversation, Service,
    argument::Argument,
    parse::{BodyRule, ParseError},
};

/// Image at GroupMe's image service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// URL, for an [image attachment](groupme_model::attachment::Image) or an avatar.
    pub url: String,
}

/// Uploads an image; its media type is `image/jpeg`, `image/png` or `image/gif`
/// (`dev.groupme.com/docs/image_service`).
pub fn image(media_type: &str, bytes: impl Into<Bytes>) -> Call<Picture> {
    Call::post(Service::Image, "pictures")
        .bytes(media_type, bytes)
        // A second upload leaves an image without a link, at worst.
        .idempotent()
        .parsed(&["payload"], |content| {
            let picture = content.and_then(|content| Picture::from_value(content.value));
            picture.ok_or(ParseError::Field("payload.url"))
        })
}

impl FromValue for Picture {
    fn from_value(payload: Value<'_>) -> Option<Self> {
        // Both members hold the URL, and either may be missing.
        let url = payload.get("url").or_else(|| payload.get("picture_url"))?;
        // A message with another URL would show no image.
        let url = url.as_str().filter(|url| url.starts_with("http"))?;
        Some(Self {
            url: url.to_owned(),
        })
    }
}

/// Video that GroupMe processes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct VideoUpload {
    /// URL of the status, for [`video_status`].
    pub status_url: String,
}

/// Uploads a video (MP4) for a conversation.
pub fn video(conversation: impl Into<Conversation>, bytes: &[u8]) -> Call<VideoUpload> {
    let mut body = Vec::with_capacity(bytes.len().saturating_add(200));
    body.extend_from_slice(VIDEO_HEAD.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(VIDEO_TAIL.as_bytes());
    let id = Argument::ConversationId(conversation.into());
    Call::post(Service::Video, "transcode")
        .bytes(VIDEO_TYPE, body)
        .with(|request| request.header("x-conversation-id", id))
        .idempotent()
        .one(&[])
}

/// Status of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UploadStatus {
    /// `complete` or `completed` at the end; see [`is_done`](Self::is_done).
    pub status: String,
    /// URL of the video.
    pub url: Option<String>,
    /// URL of a still image.
    pub thumbnail_url: Option<String>,
    /// Id of the file.
    pub file_id: Option<FileId>,
}

impl UploadStatus {
    /// Returns whether the upload is complete.
    pub fn is_done(&self) -> bool {
        matches!(&*self.status, "complete" | "completed")
    }
}

/// Returns the status of a video. GroupMe refuses a file that is not a video as
/// [`BadRequest`](crate::Error::BadRequest) (415).
pub fn video_status(upload: &VideoUpload) -> Call<UploadStatus> {
    Call::get(Service::Video, "status")
        .with(|request| request.at_given(&upload.status_url))
        .one(&[])
}

/// Uploads a file for a conversation. It cannot be sent in another one.
pub fn file(
    conversation: impl Into<Conversation>,
    name: &str,
    media_type: &str,
    bytes: impl Into<Bytes>,
) -> Call<FileUpload> {
    Call::post(Service::File, "{}/files")
        .conversation(conversation)
        .query("name", name)
        .bytes(media_type, bytes)
        .idempotent()
        .one(&[])
}

/// File that GroupMe processes, or has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileUpload {
    /// URL of the status, for [`file_status`].
    pub status_url: Option<String>,
    /// Id of the file, if it is complete.
    pub file_id: Option<FileId>,
}

/// Returns the status of a file.
pub fn file_status(status_url: &str) -> Call<UploadStatus> {
    Call::get(Service::File, "uploadStatus")
        .with(|request| request.at_given(status_url))
        .one(&[])
}

/// Id of a file, and its description.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileInfo {
    /// Id of the file.
    pub file_id: FileId,
    /// Description, if GroupMe has the file.
    pub file_data: Option<FileData>,
}

/// Description of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileData {
    /// Name of the file.
    pub file_name: Option<String>,
    /// Size, in bytes.
    pub file_size: Option<u64>,
    /// Media type; may be empty.
    pub mime_type: Option<String>,
}

/// Returns the descriptions of files that were sent in a conversation.
pub fn file_infos(conversation: impl Into<Conversation>, files: &[FileId]) -> Call<Vec<FileInfo>> {
    Call::post(Service::File, "{}/fileData")
        .conversation(conversation)
        .body(&FileIds { file_ids: files })
        .idempotent()
        .list(&[])
        .expects_list()
}

/// Description of a picture or video, which GroupMe's web app sends before the upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MediaUpload {
    /// Extension of the file name, such as `jpg`.
    pub extension: String,
    /// Placeholder for the id of the token's user.
    sender_id: &'static str,
    /// Group in which it will be sent.
    pub group_id: GroupId,
    /// Size, in bytes.
    pub file_size: u64,
    /// Width, in pixels.
    pub width: u32,
    /// Height, in pixels.
    pub height: u32,
}

impl MediaUpload {
    /// Returns the description of a picture for a group, by the extension of its file name and its
    /// size in bytes and pixels.
    pub fn new(
        extension: impl Into<String>,
        group: GroupId,
        bytes: u64,
        (width, height): (u32, u32),
    ) -> Self {
        Self {
            extension: extension.into(),
            sender_id: "",
            group_id: group,
            file_size: bytes,
            width,
            height,
        }
    }
}

/// URLs of a picture or video before and after its upload.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MediaLocation {
    /// URL of the upload. It needs no token: keep it secret.
    pub upload_url: String,
    /// URL after the upload, for an attachment.
    pub render_url: String,
    /// URL of a still image.
    pub thumbnail_url: Option<String>,
    /// URL of the transcript.
    pub transcript_url: Option<String>,
}

/// Omits the URL of the upload, which needs no token.
impl core::fmt::Debug for MediaLocation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MediaLocation")
            .field("render_url", &self.render_url)
            .finish_non_exhaustive()
    }
}

/// Returns the URLs for an upload, as the web app does it.
pub fn media_location(media: &MediaUpload) -> Call<MediaLocation> {
    Call::post(Service::Media, "uploads")
        .body(media)
        .with(|request| request.json_argument("/senderId", Argument::CurrentUser))
        .idempotent()
        .one(&[])
}

/// Uploads a picture or video to its location. The token is not sent.
pub fn media(location: &MediaLocation, media_type: &str, bytes: impl Into<Bytes>) -> Call<()> {
    Call::put(Service::Media, "uploads")
        .bytes(media_type, bytes)
        .with(|request| {
            request
                .at_presigned(&location.upload_url)
                .header("x-ms-blob-type", "BlockBlob".into())
        })
        .body_rule(BodyRule::Ignored)
}

/// Form with one file (RFC 7578). The boundary occurs in no MP4 file unless somebody put it there;
/// GroupMe would refuse that upload as truncated.
const VIDEO_TYPE: &str = "multipart/form-data; boundary=----groupme-rest-7f3a9c51e2b84d06";
pub(crate) const VIDEO_HEAD: &str = "------groupme-rest-7f3a9c51e2b84d06\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"video.mp4\"\r\n\
    Content-Type: video/mp4\r\n\r\n";
pub(crate) const VIDEO_TAIL: &str = "\r\n------groupme-rest-7f3a9c51e2b84d06--\r\n";

#[derive(Serialize)]
struct FileIds<'f> {
    file_ids: &'f [FileId],
}

crate::parse::from_value_by_serde!(
    VideoUpload,
    UploadStatus,
    FileUpload,
    FileInfo,
    MediaLocation
);
