//! Uploads: small real files, their URLs, and who may fetch them.

use core::time::Duration;

use serde_json::{Value, json};

use super::{assert_empty, body};
use crate::{peer::VirtualSim, shape::assert_same_shape};

#[test]
fn an_uploaded_picture_is_at_its_url_for_everybody() {
    let mut sim = VirtualSim::new();
    let gif = "GIF89a\u{2}\0\u{1}\0";
    let uploaded = body(&sim.post_rest("/image/pictures", gif), 200);
    assert_same_shape(
        &uploaded,
        super::fixture!("image.pictures.post.response.2026"),
    );
    let url = uploaded["payload"]["url"].as_str().unwrap();
    // Without a host, URLs are GroupMe's own.
    let name = url.strip_prefix("https://i.groupme.com/").unwrap();
    assert!(name.starts_with("2x1.gif."), "{name}");
    let fetched = sim.request_as(None, "GET", &format!("/i/{name}"), "");
    assert_eq!(fetched.file.as_deref(), Some(gif.as_bytes()));
    assert_eq!(super::header(&fetched, "Content-Type"), Some("image/gif"));
    for size in ["avatar", "preview", "large"] {
        let smaller = sim.request_as(None, "GET", &format!("/i/{name}.{size}"), "");
        assert_eq!(smaller.file.as_deref(), Some(gif.as_bytes()), "{size}");
    }
    assert_eq!(sim.post_rest("/image/pictures", "<svg/>").status, 400);
    assert_eq!(sim.request_as(None, "GET", "/i/other", "").status, 404);
    let anonymous = sim.request_as(None, "POST", "/image/pictures", gif);
    assert_eq!(anonymous.status, 401);
}

#[test]
fn a_video_is_processed_and_a_text_is_no_video() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().processing_time = Duration::from_secs(3);
    let mut transcode = |content: &str| {
        let form = format!("--b\r\nContent-Type: video/mp4\r\n\r\n{content}\r\n--b--\r\n");
        let upload = body(&sim.post_rest("/video/transcode", &form), 201);
        let url = upload["status_url"].as_str().unwrap();
        url.strip_prefix("https://video.groupme.com/status")
            .unwrap()
            .to_owned()
    };
    let good = transcode("\0\0\0\u{8}ftypisom");
    let bad = transcode("not a video");
    let status = |sim: &mut VirtualSim, job: &str| sim.get(&format!("/video/status{job}"));
    assert_eq!(status(&mut sim, &good).status, 202);
    sim.pass(Duration::from_secs(3));
    let done = body(&status(&mut sim, &good), 201);
    assert_same_shape(&done, super::fixture!("video.status.get.response"));
    let still = done["thumbnail_url"].as_str().unwrap();
    let still = still.strip_prefix("https://i.groupme.com").unwrap();
    let still = sim.request_as(None, "GET", &format!("/i{still}"), "");
    assert_eq!(still.file.unwrap().len(), 67);
    assert_eq!(status(&mut sim, &bad).status, 415);
}

#[test]
fn a_file_belongs_to_its_conversation_and_wants_its_own_token_parameter() {
    let mut sim = VirtualSim::new();
    let (lake, surprise) = (sim.cast.lake, sim.cast.surprise);
    let upload = sim.post_rest(&format!("/file/v1/{lake}/files?name=a%20b.md"), "# hi");
    let url = body(&upload, 201)["status_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let target = url.strip_prefix("https://file.groupme.com").unwrap();
    let status = body(&sim.get(&format!("/file{target}")), 200);
    let id = status["file_id"].as_str().unwrap();
    let infos = sim.post_rest(
        &format!("/file/v1/{lake}/fileData"),
        &json!({ "file_ids": [id, "x"] }).to_string(),
    );
    let infos: Value = body(&infos, 200);
    assert_eq!(infos[0]["file_data"]["file_name"], "a b.md");
    assert_eq!(infos[1]["meta"], 404);
    let file = format!("/file/v1/{lake}/files/{id}");
    let token = sim.token();
    let fetched = sim.request_as(None, "GET", &format!("{file}?access_token={token}"), "");
    assert_eq!(fetched.file.as_deref(), Some(&b"# hi"[..]));
    let wrong = sim.request_as(None, "GET", &format!("{file}?token={token}"), "");
    assert_eq!(wrong.status, 401);
    let elsewhere = format!("/file/v1/{surprise}/files/{id}");
    assert_empty(&sim.get(&elsewhere), 404);
    let mara = sim.cast.mara;
    assert_eq!(sim.request(mara, "GET", &elsewhere, "").status, 404);
}

#[test]
fn a_presigned_upload_needs_the_signature_and_no_token() {
    let mut sim = VirtualSim::new();
    let ask = json!({
        "extension": "jpg", "senderId": sim.cast.me.to_string(),
        "groupId": sim.cast.lake.to_string(), "fileSize": 3, "width": 2, "height": 1,
    });
    let location = body(&sim.post_rest("/m/uploads", &ask.to_string()), 200);
    let of = |name: &str, host: &str| {
        let url = location[name].as_str().unwrap();
        url.strip_prefix(host).unwrap().to_owned()
    };
    let upload = format!("/cdn2{}", of("uploadUrl", "https://cdn2.groupme.com"));
    let render = format!("/m{}", of("renderUrl", "https://m.groupme.com"));
    assert_eq!(sim.request_as(None, "GET", &render, "").status, 404);
    let forged = upload.replace("&sig=", "&sig=x");
    assert_eq!(sim.request_as(None, "PUT", &forged, "abc").status, 403);
    assert_empty(&sim.request_as(None, "PUT", &upload, "abc"), 201);
    let fetched = sim.request_as(None, "GET", &render, "");
    assert_eq!(fetched.file.as_deref(), Some(&b"abc"[..]));
}
