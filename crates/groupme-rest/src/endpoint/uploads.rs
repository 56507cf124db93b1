//! Uploads, each to a service of its own. What comes back goes into an
//! [attachment](groupme_model::attachment).
//!
//! Videos and files are taken in the background: ask for the [status](Upload) until it is there.

use bytes::Bytes;
use groupme_model::{FileId, GroupId};
use serde::{Deserialize, Serialize};

use crate::{Call, Conversation, Service, argument::Argument};

/// An image that GroupMe's image service holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Picture {
    /// Its address, for an [image attachment](groupme_model::attachment::Image) or an avatar.
    #[serde(alias = "picture_url")]
    pub url: String,
}

/// Uploads an image; its media type is `image/jpeg`, `image/png` or `image/gif`
/// (`dev.groupme.com/docs/image_service`).
pub fn image(media_type: &str, bytes: impl Into<Bytes>) -> Call<Picture> {
    Call::post(Service::Image, "pictures")
        .bytes(media_type, bytes)
        // It leaves at worst an image that nobody links to.
        .idempotent()
        .reading(&["payload"], |payload| {
            crate::reading::one(payload.map(|mut payload| {
                // Both keys have the address, and either may be missing.
                if let Some(object) = payload.as_object_mut()
                    && object.contains_key("url")
                {
                    object.remove("picture_url");
                }
                payload
            }))
        })
}

/// An upload that is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Upload {
    /// Where to ask how it stands.
    pub status_url: String,
}

/// Uploads a video for a conversation (MP4).
pub fn video(conversation: impl Into<Conversation>, bytes: &[u8]) -> Call<Upload> {
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

/// How an upload stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UploadStatus {
    /// `complete` or `completed` when it is done; see [`is_done`](Self::is_done).
    pub status: String,
    /// Where the video is.
    pub url: Option<String>,
    /// Where a still of it is.
    pub thumbnail_url: Option<String>,
    /// The id of the file.
    pub file_id: Option<FileId>,
}

impl UploadStatus {
    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        matches!(&*self.status, "complete" | "completed")
    }
}

/// Asks how the upload of a video stands. A video that cannot be read is refused as
/// [`Invalid`](crate::Error::Invalid) (415).
pub fn video_status(upload: &Upload) -> Call<UploadStatus> {
    Call::get(Service::Video, "status")
        .with(|request| request.at_given(&upload.status_url))
        .one(&[])
}

/// Uploads a file for a conversation, in which alone it can be sent.
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

/// A file that is on its way, or there already.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileUpload {
    /// Where to ask how it stands.
    pub status_url: Option<String>,
    /// The id of the file, if it is there already.
    pub file_id: Option<FileId>,
}

/// Asks how the upload of a file stands.
pub fn file_status(status_url: &str) -> Call<UploadStatus> {
    Call::get(Service::File, "uploadStatus")
        .with(|request| request.at_given(status_url))
        .one(&[])
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileInfo {
    /// The file.
    pub file_id: FileId,
    /// What is known of it.
    pub file_data: Option<FileData>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FileData {
    /// What it is called.
    pub file_name: Option<String>,
    /// How many bytes it has.
    pub file_size: Option<u64>,
    /// Its media type; may be empty.
    pub mime_type: Option<String>,
}

/// Asks what is known of files that were sent in a conversation.
pub fn file_infos(conversation: impl Into<Conversation>, files: &[FileId]) -> Call<Vec<FileInfo>> {
    Call::post(Service::File, "{}/fileData")
        .conversation(conversation)
        .body(&FileIds { file_ids: files })
        .idempotent()
        .list(&[])
}

/// What GroupMe's web app says of a picture or video before it uploads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Medium {
    /// The extension of its name, such as `jpg`.
    pub extension: String,
    /// Filled in when the call is made.
    sender_id: &'static str,
    /// The group that it is for.
    pub group_id: GroupId,
    /// How many bytes it has.
    pub file_size: u64,
    /// How many pixels it is wide.
    pub width: u32,
    /// How many pixels it is high.
    pub height: u32,
}

impl Medium {
    /// A picture for a group, by the extension of its name and its size in bytes and pixels.
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

/// Where to upload a medium, and where it will be.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MediumPlace {
    /// Where to upload it. The address is all it takes: keep it to yourself.
    pub upload_url: String,
    /// Where it will be, for an attachment.
    pub render_url: String,
    /// Where a still of it will be.
    pub thumbnail_url: Option<String>,
    /// Where its words will be.
    pub transcript_url: Option<String>,
}

/// Without the address that lets anybody upload.
impl core::fmt::Debug for MediumPlace {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MediumPlace")
            .field("render_url", &self.render_url)
            .finish_non_exhaustive()
    }
}

/// Asks where to upload a medium, as the web app does.
pub fn medium_place(medium: &Medium) -> Call<MediumPlace> {
    Call::post(Service::Media, "uploads")
        .body(medium)
        .with(|request| request.json_argument("/senderId", Argument::CurrentUser))
        .idempotent()
        .one(&[])
}

/// Uploads a medium to the place that was given for it. The token does not go along.
pub fn medium(place: &MediumPlace, media_type: &str, bytes: impl Into<Bytes>) -> Call<()> {
    Call::put(Service::Media, "uploads")
        .bytes(media_type, bytes)
        .with(|request| {
            request
                .at_presigned(&place.upload_url)
                .header("x-ms-blob-type", "BlockBlob".into())
        })
}

/// A form with one file (RFC 7578). Its boundary is in no MP4 but one that was made for it, which
/// would be cut short and refused.
const VIDEO_TYPE: &str = "multipart/form-data; boundary=----groupme-rest-7f3a9c51e2b84d06";
const VIDEO_HEAD: &str = "------groupme-rest-7f3a9c51e2b84d06\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"video.mp4\"\r\n\
    Content-Type: video/mp4\r\n\r\n";
const VIDEO_TAIL: &str = "\r\n------groupme-rest-7f3a9c51e2b84d06--\r\n";

#[derive(Serialize)]
struct FileIds<'f> {
    file_ids: &'f [FileId],
}
