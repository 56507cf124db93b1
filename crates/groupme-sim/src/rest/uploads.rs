//! Upload services for pictures, videos and files.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome, not_a_number},
    service::Service,
};
use crate::world::{
    Conversation, Medium, PictureFormat, file_in_form, is_mp4, parse_time, picture,
};

impl Call<'_> {
    pub(super) fn image_service(&mut self, method: &str, path: &[&str]) -> Outcome {
        if (method, path) != ("POST", &["pictures"]) {
            return Err(RestResponse::no_page());
        }
        let Some(format) = picture(self.body) else {
            return Err(RestResponse::bad("the body is no JPEG, PNG or GIF"));
        };
        let name = self.store_picture(format, self.body.into());
        let url = Service::Pictures.url(self.host, &name);
        let payload = json!({ "url": url, "picture_url": url });
        Ok(RestResponse::bare(200, &json!({ "payload": payload })))
    }

    /// Stores a picture; returns its name, which has the size and the format.
    fn store_picture(&mut self, format: PictureFormat, bytes: Arc<[u8]>) -> String {
        let PictureFormat {
            name,
            width,
            height,
        } = format;
        let medium = Medium {
            bytes,
            media_type: format!("image/{name}"),
            name: String::new(),
            conversation: None,
        };
        let name = |key: &str| format!("{width}x{height}.{name}.{key}");
        self.world.store(medium, name)
    }

    pub(super) fn video_service(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("POST", ["transcode"]) => {
                let bytes = file_in_form(self.body);
                let bytes = bytes.ok_or_else(|| RestResponse::bad("the form has no file"))?;
                let medium = Medium {
                    bytes: bytes.into(),
                    media_type: "video/mp4".to_owned(),
                    name: String::new(),
                    conversation: None,
                };
                // A video is found wrong only when it is processed.
                let key =
                    is_mp4(bytes).then(|| self.world.store(medium, |key| format!("{key}.mp4")));
                let job = self.world.start_job(key);
                let url = Service::Video.url(self.host, &format!("status?job={job}"));
                Ok(RestResponse::bare(201, &json!({ "status_url": url })))
            }
            ("GET", ["status"]) => self.video_status(),
            _ => Err(RestResponse::no_page()),
        }
    }

    fn video_status(&mut self) -> Outcome {
        let id = self.query.text("job").unwrap_or_default();
        let (job, is_done) = self
            .world
            .job(&id, self.config.processing_time)
            .ok_or_else(RestResponse::not_found)?;
        if !is_done {
            return Ok(RestResponse::bare(202, &json!({ "status": "pending" })));
        }
        let Some(key) = job.key.clone() else {
            return Err(RestResponse::bare(415, &json!({ "status": "error" })));
        };
        let still = PictureFormat {
            name: "png",
            width: 1,
            height: 1,
        };
        let still = self.store_picture(still, STILL.into());
        Ok(RestResponse::bare(
            201,
            &json!({
                "status": "complete",
                "url": Service::Videos.url(self.host, &key),
                "thumbnail_url": Service::Pictures.url(self.host, &still),
            }),
        ))
    }

    pub(super) fn file_service(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("POST", [conversation, "files"]) => self.add_file(conversation),
            ("GET", [conversation, "uploadStatus"]) => self.file_status(conversation),
            ("POST", [conversation, "fileData"]) => self.file_infos(conversation),
            ("GET", [conversation, "files", file]) => self.download_file(conversation, file),
            _ => Err(RestResponse::no_page()),
        }
    }

    fn add_file(&mut self, conversation: &str) -> Outcome {
        let id = self.conversation(conversation)?;
        let name = self.query.text("name").filter(|name| !name.is_empty());
        let medium = Medium {
            bytes: self.body.into(),
            media_type: self.media_type.unwrap_or_default().to_owned(),
            name: name.ok_or_else(|| RestResponse::bad("name is missing"))?,
            conversation: Some(id),
        };
        let key = self.world.store(medium, uuid);
        let job = self.world.start_job(Some(key));
        let path = format!("{}/uploadStatus?job={job}", id.id());
        let url = Service::File.url(self.host, &path);
        Ok(RestResponse::bare(201, &json!({ "status_url": url })))
    }

    fn file_status(&mut self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let id = self.query.text("job").unwrap_or_default();
        let job = self.world.job(&id, self.config.processing_time);
        let (job, is_done) = job.ok_or_else(RestResponse::not_found)?;
        let key = job.key.as_deref().unwrap_or_default();
        self.file(conversation, key)?;
        let status = if is_done {
            json!({ "status": "completed", "file_id": key })
        } else {
            json!({ "status": "processing" })
        };
        Ok(RestResponse::bare(200, &status))
    }

    fn file_infos(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let body = self.json()?;
        let ids = body["file_ids"].as_array();
        let ids = ids.ok_or_else(|| RestResponse::bad("file_ids are missing"))?;
        let info = |id: &Value| {
            let id = id.as_str().unwrap_or_default();
            match self.file(conversation, id) {
                Ok(file) => json!({
                    "file_id": id,
                    "meta": 200,
                    "file_data": {
                        "file_name": file.name,
                        "file_size": file.bytes.len(),
                        "mime_type": file.media_type,
                    },
                }),
                Err(_) => json!({ "file_id": id, "meta": 404, "file_data": null }),
            }
        };
        Ok(RestResponse::bare(200, &ids.iter().map(info).collect()))
    }

    fn download_file(&self, conversation: &str, id: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let file = self.file(conversation, id)?;
        let media_type = match &*file.media_type {
            "" => "application/octet-stream",
            known => known,
        };
        Ok(RestResponse::of_file(media_type, Arc::clone(&file.bytes)))
    }

    fn file(&self, conversation: Conversation, id: &str) -> Result<&Medium, RestResponse> {
        let file = self.world.medium(id);
        file.filter(|file| file.conversation == Some(conversation))
            .ok_or_else(RestResponse::not_found)
    }

    pub(super) fn media_service(&mut self, method: &str, path: &[&str]) -> Outcome {
        if (method, path) != ("POST", &["uploads"]) {
            return Err(RestResponse::no_page());
        }
        let body = self.json()?;
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        if text("senderId") != self.user.to_string() {
            return Err(RestResponse::not_yours());
        }
        self.group_conversation(text("groupId"))?;
        let extension = text("extension");
        if extension.is_empty()
            || !extension
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric())
        {
            return Err(RestResponse::bad("extension is missing"));
        }
        let size = |name: &str| body[name].as_u64().ok_or_else(|| not_a_number(name));
        let (width, height) = (size("width")?, size("height")?);
        // The signature of the upload's URL is kept as the name until the upload comes.
        let signature = self.world.secret();
        let medium = Medium {
            bytes: Arc::default(),
            media_type: format!("image/{extension}"),
            name: signature.clone(),
            conversation: None,
        };
        let key = self.world.store(medium, str::to_owned);
        let upload = format!("uploads/{key}/original.{extension}?sp=cw&sig={signature}");
        let render = format!("uploads/{key}/{width}x{height}.original.{extension}");
        Ok(RestResponse::bare(
            200,
            &json!({
                "uploadUrl": Service::Cdn.url(self.host, &upload),
                "renderUrl": Service::Media.url(self.host, &render),
                "thumbnailUrl": null,
                "transcriptUrl": null,
            }),
        ))
    }

    /// Lists the messages with pictures, videos or files.
    pub(super) fn gallery(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let limit = self.query.number("limit").map_err(not_a_number)?;
        let limit = limit.map_or(Ok(MEDIA_PER_PAGE), usize::try_from);
        let limit = limit.map_err(|_| not_a_number("limit"))?;
        let time = |name: &str| match self.query.text(name) {
            None => Ok(None),
            Some(text) => match parse_time(&text) {
                Some(time) => Ok(Some(time)),
                None => Err(RestResponse::bad(&format!("{name} must be a time"))),
            },
        };
        let (before, after) = (time("before")?, time("after")?);
        let view = self.view();
        let rows = self
            .world
            .gallery_rows(conversation, before, after, limit, view);
        Ok(RestResponse::enveloped(200, &json!({ "messages": rows })))
    }
}

/// Formats 32 hexadecimal digits as the id of a file.
fn uuid(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    parts.join("-")
}

const MEDIA_PER_PAGE: usize = 20;

/// Still of every video: a PNG of one grey pixel.
const STILL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
    \0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";
