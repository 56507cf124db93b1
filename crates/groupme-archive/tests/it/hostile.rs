//! A hostile server of media, and what other users of the machine can read.

use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::{fs, path::Path};

use bytes::Bytes;
use futures_core::Stream;
use groupme_archive::{Report, Settings, html};
use groupme_rest::{BoxError, ResponseBody};
use tokio::time::{Sleep, sleep, timeout};

use crate::world::World;

/// Body of pieces, each after a pause.
struct Pieces {
    left: u32,
    size: usize,
    pause: Duration,
    pausing: Option<Pin<Box<Sleep>>>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let pause = self.pause;
        let pausing = self.pausing.get_or_insert_with(|| Box::pin(sleep(pause)));
        if !pause.is_zero() && pausing.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.pausing = None;
        self.left -= 1;
        Poll::Ready(Some(Ok(vec![b'x'; self.size].into())))
    }
}

fn answer(headers: &[(&str, &str)], pieces: Pieces) -> http::Response<ResponseBody> {
    let mut answer = http::Response::builder().status(200);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(ResponseBody::new(pieces)).unwrap()
}

fn pieces(left: u32, size: usize, pause: Duration) -> Pieces {
    Pieces {
        left,
        size,
        pause,
        pausing: None,
    }
}

/// Sixty-four times as much as the limit.
#[expect(clippy::unnecessary_wraps, reason = "as a world takes it")]
fn large(_: &str) -> Option<http::Response<ResponseBody>> {
    Some(answer(&[], pieces(64, 1 << 20, Duration::ZERO)))
}

fn limited() -> Settings {
    let mut settings = Settings::default();
    settings.max_media_size = 1 << 20;
    settings
}

/// Posts a picture by its URL in the first group.
fn post(world: &World, url: &str) {
    world.act(|it| {
        let (lake, mara) = (world.cast.lake, world.cast.mara);
        let part = serde_json::json!([{"type": "image", "url": url}]).to_string();
        it.say_with_attachments(lake, mara, Some("look"), &part)
            .unwrap();
    });
}

const PICTURE: &str = "http://127.0.0.1:1/i/1x2.png.0";

fn media(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.root().join("media")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "index.jsonl").collect();
    names.sort();
    names
}

/// Updates within a day of virtual time.
async fn update(world: &World, settings: &Settings) -> Report {
    let day = Duration::from_hours(24);
    let updated = timeout(day, world.update_with(settings)).await;
    updated.expect("an end within a day").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_medium_beyond_the_limit_is_noted_and_leaves_nothing_on_the_disk() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    world.poison(large);
    let report = update(&world, &limited()).await;
    assert_eq!((report.media.saved, report.media.refused), (0, 1));
    assert_eq!(media(&world), [""; 0]);
    world.requests();
    let again = update(&world, &limited()).await;
    assert_eq!(again.media.refused, 1);
    let asked = world.requests();
    assert!(!asked.iter().any(|line| line.contains(".png")), "{asked:?}");
    // With a larger limit, the next run asks again.
    let mut settings = limited();
    settings.max_media_size = 64 << 20;
    let report = update(&world, &settings).await;
    assert_eq!((report.media.saved, report.media.bytes), (1, 64 << 20));
}

#[tokio::test(start_paused = true)]
async fn an_announced_size_beyond_the_limit_is_not_read_at_all() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    world.poison(|_| {
        let length = [("content-length", "4294967296")];
        Some(answer(&length, pieces(1, 1, Duration::from_hours(1))))
    });
    let begun = tokio::time::Instant::now();
    let report = update(&world, &limited()).await;
    assert_eq!((report.media.saved, report.media.refused), (0, 1));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_trickle_is_given_up_for_the_run() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    // The client is content with 4 KiB in 20 s.
    world.poison(|_| {
        let pause = Duration::from_secs(19);
        Some(answer(&[], pieces(u32::MAX, 5 << 10, pause)))
    });
    let begun = tokio::time::Instant::now();
    let report = update(&world, &Settings::default()).await;
    assert_eq!((report.media.saved, report.media.failed), (0, 1));
    assert!(begun.elapsed() < Duration::from_mins(3), "{begun:?}");
    assert_eq!(media(&world), [""; 0]);
    // A slow connection is none.
    world.poison(|_| {
        let pause = Duration::from_secs(1);
        Some(answer(&[], pieces(300, 17 << 10, pause)))
    });
    assert_eq!(update(&world, &Settings::default()).await.media.saved, 1);
}

/// Returns the answer with a body.
#[expect(clippy::unnecessary_wraps, reason = "as a world takes it")]
fn body(media_type: &str, body: &'static [u8]) -> Option<http::Response<ResponseBody>> {
    let answer = http::Response::builder().header("content-type", media_type);
    Some(answer.body(Bytes::from_static(body).into()).unwrap())
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

#[tokio::test(start_paused = true)]
async fn nothing_or_a_page_in_place_of_a_picture_is_a_failure_and_is_fetched_again() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    let poisons: [crate::world::Poison; 4] = [
        |_| body("image/png", b""),
        |_| body("text/html; charset=utf-8", b"Sign in"),
        |_| body("image/png", b"\n<!DOCTYPE html><title>Sign in</title>"),
        |_| body("application/json", b"{\"meta\":{\"code\":500}}"),
    ];
    for poison in poisons {
        world.poison(poison);
        let report = update(&world, &limited()).await;
        assert_eq!((report.media.saved, report.media.failed), (0, 1));
        assert_eq!(media(&world), [""; 0]);
    }
    world.poison(|_| body("image/png", PNG));
    assert_eq!(update(&world, &limited()).await.media.saved, 1);
    assert_eq!(update(&world, &limited()).await.media.saved, 0);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_was_announced_as_a_text_is_fetched_once() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    world.poison(|_| body("text/plain", PNG));
    assert_eq!(update(&world, &limited()).await.media.saved, 1);
    assert_eq!(update(&world, &limited()).await.media.saved, 0);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_an_earlier_version_has_saved_as_a_picture_is_fetched_again() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    world.poison(|_| body("image/png", PNG));
    update(&world, &limited()).await;
    let path = world.root().join("media/index.jsonl");
    let index = fs::read_to_string(&path).unwrap();
    let page = index.replace("image/png", "text/html");
    assert_ne!(page, index);
    fs::write(&path, page).unwrap();
    assert_eq!(update(&world, &limited()).await.media.saved, 1);

    let file = world.root().join("media").join(&media(&world)[0]);
    fs::write(file, b"").unwrap();
    let empty = index.replace(&format!("\"bytes\":{}", PNG.len()), "\"bytes\":0");
    assert_ne!(empty, index);
    fs::write(&path, empty).unwrap();
    assert_eq!(update(&world, &limited()).await.media.saved, 1);
}

#[tokio::test(start_paused = true)]
async fn patience_bounds_media_that_stand_still_however_many_there_are() {
    // The client waits for 20 s, and an attempt is repeated twice.
    for (count, patience, most) in [(1, 3, 5), (40, 3, 30), (40, 60, 200)] {
        let world = World::with_history(3);
        for number in 0..count {
            post(&world, &format!("http://127.0.0.1:1/i/1x2.png.{number}"));
        }
        world.poison(|_| Some(answer(&[], pieces(2, 10, Duration::from_hours(1)))));
        let mut settings = Settings::default();
        settings.patience = Duration::from_secs(patience);
        let begun = tokio::time::Instant::now();
        let report = update(&world, &settings).await;
        assert_eq!((report.media.saved, report.media.failed), (0, count));
        let passed = begun.elapsed().as_secs();
        assert!(passed < most, "{count} media, {patience} s: {passed} s");
        // The next run tries again, and one that does not come keeps no other from coming.
        world.poison(|path| {
            if path.ends_with("png.0") {
                return Some(answer(&[], pieces(2, 10, Duration::from_hours(1))));
            }
            body("image/png", PNG)
        });
        let report = update(&world, &settings).await;
        assert_eq!((report.media.saved, report.media.failed), (count - 1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_is_a_refusal() {
    let world = World::with_history(3);
    post(&world, PICTURE);
    world.poison(|_| {
        let answer = http::Response::builder().status(302);
        let answer = answer.header("location", "http://169.254.169.254/latest/meta-data");
        Some(answer.body(Bytes::new().into()).unwrap())
    });
    world.requests();
    let report = update(&world, &limited()).await;
    assert_eq!((report.media.saved, report.media.refused), (0, 1));
    let asked = world.requests();
    let asked: Vec<_> = asked
        .iter()
        .filter(|line| !line.contains("/messages"))
        .collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("1x2.png"), "{asked:?}");
}

/// Returns all files below a directory.
fn files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_members_and_servers_lead_nowhere_else() {
    let world = World::with_history(3);
    let long = format!("http://127.0.0.1:1/i/{}.png", "x".repeat(5_000));
    for url in [
        "http://127.0.0.1:1/i/../../../etc/cron.d/x.png",
        "http://127.0.0.1:1/i/%2e%2e%2f%2e%2e%2fx.png",
        "http://127.0.0.1:1/i/x%00.png",
        "http://127.0.0.1:1/i/x.png/..",
        "http://127.0.0.1:1/i/.htaccess",
        &long,
    ] {
        post(&world, url);
    }
    world.act(|it| {
        for id in ["../../x", "x\0y", "/etc/passwd", ".", "a/../b"] {
            let part = serde_json::json!([{"type": "file", "file_id": id}]).to_string();
            it.say_with_attachments(world.cast.lake, world.cast.mara, None, &part)
                .unwrap();
        }
    });
    world.poison(|_| {
        let headers = [
            ("content-type", "image/../../x; name=\"../../y\""),
            ("content-disposition", "attachment; filename=\"../../z\""),
        ];
        Some(answer(&headers, pieces(1, 3, Duration::ZERO)))
    });
    let report = update(&world, &limited()).await;
    assert_eq!(report.media.saved + report.media.refused, 11, "{report:?}");
    assert!(report.media.saved >= 4, "{report:?}");
    for name in media(&world) {
        let (digest, end) = name.split_at(40);
        assert!(
            digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{name}"
        );
        assert!(["", ".png"].contains(&end), "{name}");
    }
    let mut found = Vec::new();
    files(world.root(), &mut found);
    let media = found
        .iter()
        .filter(|path| path.starts_with(world.root().join("media")));
    // The index of media is one of them.
    assert_eq!(
        u64::try_from(media.count()).unwrap(),
        report.media.saved + 1
    );
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn no_file_of_an_archive_can_be_read_by_others_also_after_it_was_rewritten() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::with_history(30);
    post(&world, PICTURE);
    world.poison(|_| Some(answer(&[], pieces(1, 3, Duration::ZERO))));
    let edited = world.act(|it| it.say(world.cast.lake, world.cast.mara, "helo").unwrap());
    assert_eq!(update(&world, &limited()).await.media.saved, 1);
    world.act(|it| it.edit(edited, "hello").unwrap());
    assert_eq!(update(&world, &limited()).await.changed, 1);
    html::write(&world.contents()).unwrap();
    let mut found = Vec::new();
    files(world.root(), &mut found);
    assert!(found.len() > 5, "{found:?}");
    for path in found {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}
