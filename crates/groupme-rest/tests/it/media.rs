//! Downloads and uploads, piece by piece.

use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::{
    collections::VecDeque,
    io::{self, Write as _},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_core::Stream;
use groupme_model::{ConversationId, attachment::Thumbnail};
use groupme_rest::{BaseUrl, Client, Error, Options, Services, Upload};

use crate::{
    scripted::{ScriptedServer, answer, token},
    server::{Reply, Server, reply},
};

/// Returns a client without a rate limit and with short delays.
fn client(server: &Server) -> Client {
    let mut options = Options::default();
    let url = format!("http://{}", server.address);
    options.services = Services::with_base_url(&BaseUrl::new(&url).unwrap());
    options.request_interval = Duration::ZERO;
    options.request_timeout = Duration::from_millis(500);
    options.retry.backoff_base = Duration::from_millis(1);
    Client::new(token(), &options).unwrap()
}

fn conversation() -> ConversationId {
    ConversationId::from("1835")
}

/// Stream of pieces that were made before.
struct Made(VecDeque<io::Result<Bytes>>);

impl Stream for Made {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front())
    }
}

fn pieces(pieces: &[&'static str]) -> Made {
    let pieces = pieces
        .iter()
        .map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
    Made(pieces.collect())
}

#[tokio::test]
async fn a_picture_comes_in_pieces_without_the_token() {
    let picture = "p".repeat(300_000);
    let kind = ["Content-Type: image/png"];
    let server = Server::start(vec![
        reply("503 Service Unavailable", &[], ""),
        reply("200 OK", &kind, &picture),
    ])
    .await;
    let client = client(&server);
    let url = format!("http://{}/i/1x1.png.abc", server.address);
    let mut download = client.download(&url).await.unwrap();
    assert_eq!(
        (download.media_type(), download.size()),
        (Some("image/png"), Some(300_000))
    );
    let (mut received, mut pieces) = (Vec::new(), 0);
    while let Some(piece) = download.next().await {
        received.extend_from_slice(&piece.unwrap());
        pieces += 1;
        assert_eq!(download.received(), received.len() as u64);
    }
    assert!(pieces > 1 && received == picture.as_bytes());
    assert!(download.next().await.is_none());
    let heads = server.seen().heads;
    assert!(heads.len() == 2 && heads.iter().all(|(_, head)| !head.contains("hush-hush")));
    assert!(heads[1].1.contains("accept: */*"), "{}", heads[1].1);
    assert!(
        heads[1].1.starts_with("get /i/1x1.png.abc http/1.1"),
        "{}",
        heads[1].1
    );
}

#[tokio::test]
async fn a_url_that_is_not_groupmes_is_not_requested() {
    let elsewhere = Server::start(vec![reply("200 OK", &[], "secret")]).await;
    let server = Server::start(Vec::new()).await;
    let client = client(&server);
    for url in [
        format!("http://{}/i/1x1.png.abc", elsewhere.address),
        "http://169.254.169.254/latest".to_owned(),
        "file:///etc/passwd".to_owned(),
        // GroupMe's own, but this client is for another server.
        "https://i.groupme.com/1x1.png.abc".to_owned(),
    ] {
        let error = client.download(&url).await.unwrap_err();
        assert!(matches!(error, Error::Misuse { .. }), "{url}: {error}");
        assert!(!error.to_string().contains("://"), "{error}");
    }
    assert_eq!(elsewhere.seen().connections + server.seen().connections, 0);
}

#[tokio::test]
async fn a_download_that_breaks_or_stands_still_is_an_error_of_the_stream() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"
        .as_bytes()
        .to_vec();
    let server = Server::start(vec![
        Reply::Close(head.clone()),
        Reply::Keep(head),
        reply("200 OK", &[], "0123456789"),
        reply("200 OK", &[], "0123456789"),
        reply("404 Not Found", &[], ""),
    ])
    .await;
    let client = client(&server);
    let url = format!("http://{}/v/1.mp4", server.address);
    let all = |limit| {
        let (client, url) = (client.clone(), url.clone());
        async move { client.download(&url).await?.into_bytes(limit).await }
    };
    let broken = all(100).await.unwrap_err();
    assert!(
        matches!(&broken, Error::Transport { source, .. } if source.is_closed_early()),
        "{broken}"
    );
    assert_eq!(broken.to_string(), "no answer to `GET v/{}`");
    let still = all(100).await.unwrap_err();
    assert!(matches!(still, Error::TimedOut { .. }), "{still}");
    let large = all(9).await.unwrap_err();
    assert!(matches!(large, Error::Oversize { limit: 9, .. }), "{large}");
    assert_eq!(all(10).await.unwrap(), "0123456789");
    let gone = all(10).await.unwrap_err();
    assert!(matches!(gone, Error::NotFound(_)), "{gone}");
}

#[tokio::test]
async fn a_part_and_a_compressed_medium_are_no_downloads() {
    let range = "Content-Range: bytes 0-2/100";
    let server = Server::start(vec![
        reply("206 Partial Content", &[range], "abc"),
        reply("200 OK", &["Content-Encoding: gzip"], "abc"),
        reply("200 OK", &["Content-Encoding: gzip"], "abc"),
        reply("200 OK", &["Content-Encoding: gzip"], "abc"),
        reply("200 OK", &["Content-Encoding: identity"], "abc"),
    ])
    .await;
    let client = client(&server);
    let url = format!("http://{}/v/1.mp4", server.address);
    let part = client.download(&url).await.unwrap_err();
    assert!(matches!(part, Error::UnexpectedStatus(_)), "{part}");
    let compressed = client.download(&url).await.unwrap_err();
    assert!(
        matches!(compressed, Error::Malformed { .. }),
        "{compressed}"
    );
    let whole = client.download(&url).await.unwrap();
    assert_eq!(whole.into_bytes(3).await.unwrap(), "abc");
}

#[tokio::test(start_paused = true)]
async fn a_file_is_asked_for_with_the_token_in_the_url_only_if_groupme_insists() {
    let server = ScriptedServer::new([answer(200, "one"), answer(401, ""), answer(200, "two")]);
    let client = server.client();
    let file = || client.download_file(conversation(), "f-1");
    assert_eq!(file().await.unwrap().into_bytes(9).await.unwrap(), "one");
    assert_eq!(file().await.unwrap().into_bytes(9).await.unwrap(), "two");
    let received = server.received();
    let asked: Vec<_> = received
        .iter()
        .map(|one| (&*one.line, &*one.token))
        .collect();
    let plain = ("GET /file/v1/1835/files/f-1", "hush-hush");
    let with = ("GET /file/v1/1835/files/f-1?access_token=hush-hush", "");
    assert_eq!(asked, [plain, plain, with]);
    // The URL with the token is in no error.
    let server = ScriptedServer::new([answer(401, ""), answer(403, r#"{"error":"hush-hush"}"#)]);
    let error = server
        .client()
        .download_file(conversation(), "f-1")
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
}

#[tokio::test]
async fn an_upload_reports_its_progress_and_is_repeated_from_its_start() {
    let url = r#"{"payload":{"url":"https://i.groupme.com/1"}}"#;
    let server = Server::start(vec![
        reply("503 Service Unavailable", &[], ""),
        reply("200 OK", &[], url),
    ])
    .await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let picture = [b"GIF89a".to_vec(), vec![b'x'; 150_000]].concat();
    let size = picture.len() as u64;
    let upload =
        Upload::from(picture).on_progress(move |sent, size| log.lock().unwrap().push((sent, size)));
    let image = client(&server).upload_image(upload).await.unwrap();
    assert_eq!(image.url.as_deref(), Some("https://i.groupme.com/1"));
    let seen = seen.lock().unwrap().clone();
    let half = seen.len() / 2;
    assert!(half >= 3, "{seen:?}");
    for attempt in [&seen[..half], &seen[half..]] {
        assert!(
            attempt.is_sorted() && attempt.last() == Some(&(size, size)),
            "{attempt:?}"
        );
    }
    let heads = server.seen().heads;
    assert!(
        heads
            .iter()
            .all(|(_, head)| head.contains("content-length: 150006\r\n"))
    );
}

#[tokio::test]
async fn a_stream_is_uploaded_once() {
    let url = r#"{"payload":{"url":"https://i.groupme.com/1"}}"#;
    let server = Server::start(vec![
        reply("200 OK", &[], url),
        reply("503 Service Unavailable", &[], ""),
    ])
    .await;
    let client = client(&server);
    let gif = || Upload::stream(10, pieces(&["GI", "F89", "aRest"]));
    assert!(client.upload_image(gif()).await.is_ok());
    let error = client.upload_image(gif()).await.unwrap_err();
    assert!(matches!(error, Error::Server(_)), "{error}");
    assert_eq!(server.seen().heads.len(), 2);
}

#[tokio::test]
async fn bytes_that_cannot_be_read_are_the_callers_failure() {
    let server = Server::start(vec![Reply::Hang; 4]).await;
    let client = client(&server);
    let broken = || {
        let mut made = pieces(&["GIF89a", "0123456789"]);
        made.0.push_back(Err(io::Error::other("the disk is gone")));
        Upload::stream(100, made)
    };
    for (upload, reason) in [
        (broken(), "the disk is gone"),
        (
            Upload::stream(100, pieces(&["GIF89a0123456789"])),
            "ends before its size",
        ),
        (
            Upload::stream(3, pieces(&["GIF89a0123456789"])),
            "more bytes than its size",
        ),
    ] {
        let error = client.upload_image(upload).await.unwrap_err();
        assert!(matches!(error, Error::Upload { .. }), "{reason}: {error:?}");
        // The chain of the source is whole.
        let mut chain =
            core::iter::successors(core::error::Error::source(&error), |error| error.source());
        assert!(
            chain.any(|error| error.to_string().contains(reason)),
            "{error:?}"
        );
    }
    assert!(Upload::file("/").is_err() && Upload::file("/no/such/file").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_file_from_the_disk_is_waited_for_until_groupme_has_processed_it() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all("oars".repeat(50_000).as_bytes()).unwrap();
    let status = |status: &str| answer(200, format!(r#"{{"status":"{status}","file_id":"f-1"}}"#));
    let url = "http://127.0.0.1:1/file/v1/1835/uploadStatus?job=1";
    let server = ScriptedServer::new([
        answer(201, format!(r#"{{"status_url":"{url}"}}"#)),
        status("processing"),
        status("completed"),
    ]);
    let upload = Upload::file(file.path()).unwrap();
    assert_eq!(upload.size(), 200_000);
    let client = server.client();
    let sent = client.upload_file(conversation(), "oars.txt", "text/plain", upload);
    assert_eq!(sent.await.unwrap().file_id.unwrap(), "f-1");
    let received = server.received();
    assert_eq!(received[0].line, "POST /file/v1/1835/files?name=oars.txt");
    assert_eq!(received[0].body, "oars".repeat(50_000));
    assert!(received.len() == 3 && received[2].line.contains("uploadStatus?job=1"));
    let nameless = client
        .upload_file(conversation(), "", "text/plain", "x")
        .await;
    assert!(matches!(nameless, Err(Error::Misuse { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_video_is_a_form_whose_url_comes_when_it_is_processed() {
    let done = r#"{"status":"complete","url":"https://v.groupme.com/1.mp4","thumbnail_url":"https://i.groupme.com/1"}"#;
    let server = ScriptedServer::new([
        answer(
            201,
            r#"{"status_url":"http://127.0.0.1:1/video/status?job=1"}"#,
        ),
        answer(202, r#"{"status":"pending"}"#),
        answer(201, done),
    ]);
    let client = server.client();
    let video = client
        .upload_video(conversation(), "\0\0\0\u{18}ftypmp42 moving")
        .await
        .unwrap();
    assert_eq!(video.url.as_deref(), Some("https://v.groupme.com/1.mp4"));
    assert_eq!(
        video.preview_url.as_deref(),
        Some("https://i.groupme.com/1")
    );
    let form = &server.received()[0].body;
    assert!(
        form.contains("\r\n\r\n\0\0\0\u{18}ftypmp42 moving\r\n--"),
        "{form}"
    );
    let other = client
        .upload_video(conversation(), "RIFF....AVI ")
        .await
        .unwrap_err();
    assert!(matches!(other, Error::Misuse { .. }), "{other}");
    assert_eq!(server.received().len(), 3);
}

#[test]
fn only_pictures_of_the_image_service_have_smaller_forms() {
    let picture = "https://i.groupme.com/1024x768.jpeg.0123abc";
    for (size, end) in [
        (Thumbnail::Avatar, "avatar"),
        (Thumbnail::Preview, "preview"),
        (Thumbnail::Large, "large"),
    ] {
        assert_eq!(size.url_of(picture), Some(format!("{picture}.{end}")));
        for other in [
            "",
            "https://example.com/lake.jpeg",
            "https://m.groupme.com/uploads/1/1x1.original.png",
            "https://i.groupme.com/1x1.png.0.preview",
            "https://i.groupme.com/axb.png.0",
        ] {
            assert_eq!(size.url_of(other), None, "{other}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_does_not_cost_an_upload_that_is_processed_and_one_that_failed_ends() {
    let begun = || {
        answer(
            201,
            r#"{"status_url":"http://127.0.0.1:1/file/v1/1835/uploadStatus?job=1"}"#,
        )
    };
    // More than the deadline of one call.
    let outage = (0..60).map(|_| answer(503, ""));
    let done = answer(200, r#"{"status":"completed","file_id":"f-1"}"#);
    let server = ScriptedServer::new([begun()].into_iter().chain(outage).chain([done]));
    let client = server.client();
    let file = client
        .upload_file(conversation(), "a.txt", "text/plain", "x")
        .await
        .unwrap();
    assert_eq!(file.file_id.unwrap(), "f-1");
    for status in ["failed", "error", ""] {
        let ended = answer(200, format!(r#"{{"status":"{status}"}}"#));
        let server = ScriptedServer::new([begun(), ended]);
        let client = server.client();
        let error = client
            .upload_file(conversation(), "a.txt", "text/plain", "x")
            .await;
        assert!(
            matches!(error, Err(Error::Unreadable { .. })),
            "{status}: {error:?}"
        );
        assert_eq!(server.received().len(), 2);
    }
}
