//! Runs that are killed, and those that continue.

use core::time::Duration;
use std::fs;

use groupme_archive::{Archive, Error, Settings};

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_byte_is_continued_without_loss_or_doubling() {
    let world = World::with_history(230);
    world.update().await;
    world.assert_complete().await;
    let whole = fs::read(world.messages_file()).unwrap();
    let step = 1 + whole.len() / 150;
    for cut in (0..whole.len()).step_by(step) {
        fs::write(world.messages_file(), &whole[..cut]).unwrap();
        let report = world.update().await;
        assert_eq!(
            fs::read(world.messages_file()).unwrap(),
            whole,
            "cut at byte {cut}"
        );
        assert_eq!((report.missing(), report.changed), (0, 0));
    }
    // The end of the last line alone is missing.
    fs::write(world.messages_file(), &whole[..whole.len() - 1]).unwrap();
    assert_eq!(world.update().await.added, 1);
    assert_eq!(fs::read(world.messages_file()).unwrap(), whole);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_at_any_moment_is_continued() {
    let world = World::with_history(900);
    for round in 0.. {
        let patience = Duration::from_millis(40 + 60 * round);
        let settings = Settings::default();
        let run = tokio::time::timeout(patience, world.update_with(&settings));
        if run.await.is_ok() {
            assert!(round > 3, "{round}");
            break;
        }
    }
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn a_file_half_written_by_a_killed_program_is_removed() {
    let world = World::with_history(5);
    world.update().await;
    let halves = [
        ".index.json.1-0.groupme-part",
        "conversations/.1.jsonl.1-0.groupme-part",
        "media/.0a.jpeg.1-0.groupme-part",
    ];
    for half in halves {
        fs::write(world.root().join(half), "half").unwrap();
    }
    world.update().await;
    for half in halves {
        assert!(!world.root().join(half).exists(), "{half}");
    }
    // Unfinished files of other programs are none of this crate's.
    fs::write(world.root().join("film.mkv.part"), "half").unwrap();
    world.update().await;
    assert!(world.root().join("film.mkv.part").exists());
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn a_damaged_line_is_named_and_nothing_is_overwritten() {
    let world = World::with_history(5);
    world.update().await;
    let text = fs::read_to_string(world.messages_file()).unwrap();
    let damaged = text.replacen("\"id\"", "\"di", 1);
    fs::write(world.messages_file(), &damaged).unwrap();
    let error = world.update_with(&Settings::default()).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { line: 1, .. }), "{error:?}");
    assert_eq!(fs::read_to_string(world.messages_file()).unwrap(), damaged);
}

#[tokio::test(start_paused = true)]
async fn two_programs_cannot_write_to_one_archive_nor_two_accounts() {
    let world = World::with_history(5);
    let archive = world.open();
    let me = groupme_model::UserId::from(world.cast.me.to_string());
    let second = Archive::open(world.root(), &me).unwrap_err();
    assert!(matches!(second, Error::Locked { .. }), "{second:?}");
    drop(archive);
    let other = Archive::open(world.root(), &"4".into()).unwrap_err();
    assert!(matches!(other, Error::OtherAccount { .. }), "{other:?}");
    drop(world.open());
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_new_directory_is_for_its_user_alone_and_an_unchanged_archive_is_not_written() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let world = World::with_history(5);
    let root = world.root().join("deep/archive");
    let me = groupme_model::UserId::from(world.cast.me.to_string());
    let settings = Settings::default();
    let mut inodes = Vec::new();
    for _ in 0..2 {
        let mut archive = Archive::open(&root, &me).unwrap();
        archive
            .update(&world.client, world.about(), &settings, &mut |_| {})
            .await
            .unwrap();
        inodes.push(fs::metadata(root.join("index.json")).unwrap().ino());
    }
    assert_eq!(inodes[0], inodes[1]);
    let mode = fs::metadata(&root).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
