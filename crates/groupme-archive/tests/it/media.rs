//! Pictures, videos, sounds and files.

use std::{collections::BTreeSet, fs};

use groupme_archive::UpdateOptions;
use groupme_rest::endpoint::uploads;

use crate::world::World;

/// Smallest picture.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

/// Posts a message with attachments in the first group.
fn post(world: &World, attachments: &serde_json::Value) {
    world.act(|it| {
        let (lake, mara) = (world.cast.lake, world.cast.mara);
        it.say_with_attachments(lake, mara, Some("look"), &attachments.to_string())
            .unwrap();
    });
}

/// Returns names and contents of the saved media.
fn saved(world: &World) -> BTreeSet<(String, Vec<u8>)> {
    let entries = fs::read_dir(world.root().join("media")).unwrap();
    let files = entries.map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    });
    files.filter(|(name, _)| name != "index.jsonl").collect()
}

async fn with_media() -> World {
    let world = World::with_history(3);
    let picture = world
        .client
        .call(&uploads::image("image/png", PNG))
        .await
        .unwrap();
    let group = groupme_model::GroupId::from(world.cast.lake.to_string());
    let file = world
        .client
        .upload_file(
            &group,
            "../tides.pdf",
            "application/pdf",
            b"the tides".as_slice(),
        )
        .await
        .unwrap();
    post(
        &world,
        &serde_json::json!([
            {"type": "image", "url": picture.url},
            {"type": "file", "file_id": file.file_id},
            {"type": "image", "url": "http://169.254.1.1/1x2.gif.0"},
            {"type": "image", "url": format!("{}0", picture.url)},
        ]),
    );
    // The same picture again is the same file.
    post(
        &world,
        &serde_json::json!([{"type": "image", "url": picture.url}]),
    );
    world
}

#[tokio::test(start_paused = true)]
async fn media_are_saved_once_and_refused_ones_are_not_asked_for_again() {
    let world = with_media().await;
    let report = world.update().await;
    assert_eq!((report.media.saved, report.media.refused), (2, 2));
    let files = saved(&world);
    let contents: BTreeSet<_> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    assert_eq!(contents, BTreeSet::from([PNG, b"the tides"]));
    let ends = |end| files.iter().any(|(name, _)| name.ends_with(end));
    assert!(ends(".png") && ends(".pdf"), "{files:?}");
    world.requests();
    let again = world.update().await;
    assert_eq!((again.media.saved, again.media.refused), (0, 2));
    let requests = world.requests();
    assert!(
        requests.iter().all(|line| line.contains("/messages")),
        "{requests:?}"
    );
    assert_eq!(saved(&world), files);
}

#[tokio::test(start_paused = true)]
async fn a_medium_that_is_missing_or_cut_is_fetched_again() {
    let world = with_media().await;
    world.update().await;
    let files = saved(&world);
    let path = |end: &str| {
        let name = files.iter().find(|(name, _)| name.ends_with(end)).unwrap();
        world.root().join("media").join(&name.0)
    };
    fs::write(path(".png"), &PNG[..5]).unwrap();
    fs::remove_file(path(".pdf")).unwrap();
    assert_eq!(world.update().await.media.saved, 2);
    assert_eq!(saved(&world), files);
    // The program was killed while it wrote the last line of the index.
    let index = world.root().join("media/index.jsonl");
    let lines = || {
        let text = fs::read_to_string(&index).unwrap();
        text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let whole = lines();
    let text = fs::read(&index).unwrap();
    fs::write(&index, &text[..text.len() - 3]).unwrap();
    world.update().await;
    assert_eq!(lines(), whole);
    assert_eq!(saved(&world), files);
}

#[tokio::test(start_paused = true)]
async fn media_are_left_out_on_demand() {
    let world = with_media().await;
    let mut options = UpdateOptions::default();
    options.media = false;
    world.update_with(&options).await.unwrap();
    assert_eq!(saved(&world).len(), 0);
    assert_eq!(world.update().await.media.saved, 2);
}

#[tokio::test(start_paused = true)]
async fn refused_media_are_asked_for_again_after_a_week_unless_they_are_not_groupme_s() {
    let world = with_media().await;
    let mut options = UpdateOptions::default();
    let day = |number: i64| Some(groupme_model::Timestamp::from_secs(number * 24 * 60 * 60));
    let mut asked = Vec::new();
    for number in [20_000, 20_006, 20_008] {
        options.now = day(number);
        world.requests();
        let report = world.update_with(&options).await.unwrap();
        assert_eq!(report.media.refused, 2);
        let requests = world.requests();
        asked.push(requests.iter().filter(|line| line.contains(".png")).count());
    }
    // At first the picture and the one that is not there, and after a week the latter.
    assert_eq!(asked, [2, 0, 1]);
}
