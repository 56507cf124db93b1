//! Uploads: URLs, headers and bodies.

use groupme_model::ConversationId;
use groupme_rest::{
    Call, Error, Options,
    endpoint::uploads::{self, FileUpload, MediaLocation, VideoUpload},
};
use http::{HeaderMap, StatusCode};

use crate::scripted::{ScriptedServer, answer, token};

fn request<T>(call: &Call<T>) -> http::Request<bytes::Bytes> {
    call.request(&Options::default().services, &token(), None)
        .unwrap()
}

fn decode<T>(call: &Call<T>, status: u16, body: &str) -> Result<T, Error> {
    let status = StatusCode::from_u16(status).unwrap();
    call.decode(status, &HeaderMap::new(), body.as_bytes())
}

fn upload(url: &str) -> VideoUpload {
    let body = format!(r#"{{"status_url":"{url}"}}"#);
    decode(
        &uploads::video(ConversationId::from("1835"), b""),
        200,
        &body,
    )
    .unwrap()
}

#[test]
fn an_image_is_the_body() {
    let request = request(&uploads::image("image/png", "bytes"));
    assert_eq!(request.uri(), "https://image.groupme.com/pictures");
    assert_eq!(request.headers()["content-type"], "image/png");
    assert_eq!(request.body(), "bytes");
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_checked_before_it_is_uploaded() {
    let url = answer(200, r#"{"payload":{"url":"https://i.groupme.com/1"}}"#);
    let server = ScriptedServer::new([url, answer(200, r#"{"payload":{"url":null}}"#)]);
    let client = server.client();
    let error = client.upload_image("RIFF....WEBP").await.unwrap_err();
    assert!(matches!(error, Error::Misuse { .. }), "{error}");
    assert!(server.lines().is_empty());
    let gif = || "GIF89a...";
    let picture = client.upload_image(gif()).await.unwrap();
    assert_eq!(picture.url.as_deref(), Some("https://i.groupme.com/1"));
    // A picture without an address is never attached.
    let error = client.upload_image(gif()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
}

#[test]
fn a_picture_has_its_url_under_either_key() {
    let call = uploads::image("image/png", "bytes");
    for body in [
        r#"{"payload":{"url":"https://a"}}"#,
        r#"{"payload":{"picture_url":"https://a"}}"#,
        r#"{"payload":{"url":"https://a","picture_url":"https://b"}}"#,
    ] {
        assert_eq!(decode(&call, 200, body).unwrap().url, "https://a");
    }
    for url in ["", "a", "javascript:alert(1)"] {
        let body = format!(r#"{{"payload":{{"url":"{url}"}}}}"#);
        assert!(decode(&call, 200, &body).is_err(), "{url}");
    }
}

#[test]
fn a_video_is_a_form_for_a_conversation() {
    let request = request(&uploads::video(ConversationId::from("1835"), b"moving"));
    assert_eq!(request.uri(), "https://video.groupme.com/transcode");
    assert_eq!(request.headers()["x-conversation-id"], "1835");
    let kind = request.headers()["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = core::str::from_utf8(request.body()).unwrap();
    let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[2]), (3, "", "--\r\n"));
    assert!(parts[1].starts_with("\r\nContent-Disposition: form-data; name=\"file\";"));
    assert!(parts[1].ends_with("\r\n\r\nmoving\r\n"));
}

#[test]
fn a_status_url_of_another_service_is_refused() {
    let call = uploads::video_status(&upload("https://video.groupme.com/status?job=1"));
    assert_eq!(
        request(&call).uri(),
        "https://video.groupme.com/status?job=1"
    );
    assert!(
        !decode(&call, 202, r#"{"status":"transcoding"}"#)
            .unwrap()
            .is_done()
    );
    assert!(matches!(decode(&call, 415, ""), Err(Error::BadRequest(_))));
    for elsewhere in [
        "https://example.com/status",
        "http://video.groupme.com/status",
    ] {
        let call = uploads::video_status(&upload(elsewhere));
        let error = call
            .request(&Options::default().services, &token(), None)
            .unwrap_err();
        assert!(matches!(error, Error::Misuse { .. }), "{elsewhere}");
    }
}

#[test]
fn a_file_may_be_complete_at_once() {
    let call = uploads::file(
        ConversationId::from("185+230"),
        "a b.txt",
        "text/plain",
        "words",
    );
    let request = request(&call);
    assert_eq!(
        request.uri(),
        "https://file.groupme.com/v1/185+230/files?name=a+b.txt"
    );
    let there: FileUpload = decode(&call, 201, r#"{"file_id":"f1"}"#).unwrap();
    assert_eq!(there.file_id.unwrap(), "f1");
    let done = uploads::file_status("https://file.groupme.com/v1/1/uploadStatus?job=2");
    assert!(
        decode(&done, 201, r#"{"status":"completed","file_id":"f1"}"#)
            .unwrap()
            .is_done()
    );
}

#[test]
fn a_presigned_url_does_not_receive_the_token() {
    let place: MediaLocation = serde_json::from_str(
        r#"{"uploadUrl":"https://cdn2.groupme.com/uploads/1?sig=s","renderUrl":"https://m.groupme.com/1"}"#,
    )
    .unwrap();
    let request = request(&uploads::media(&place, "image/jpeg", "bytes"));
    assert_eq!(request.method(), "PUT");
    assert_eq!(request.uri(), "https://cdn2.groupme.com/uploads/1?sig=s");
    assert_eq!(request.headers()["x-ms-blob-type"], "BlockBlob");
    assert!(!request.headers().contains_key("x-access-token"));
}
