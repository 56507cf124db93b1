//! Archives from somebody else, whose files and directories are no files and directories.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::symlink,
    path::Path,
};

use groupme_archive::{Archive, ArchiveReader, Error, UpdateOptions, html};
use rustix::fs::{CWD, FileType, mknodat};

use crate::world::World;

/// Files that a run opens by their names, in place of which somebody may put something else.
fn files(world: &World) -> [String; 5] {
    let stem = format!("conversations/{}", world.cast.lake);
    [
        ".lock".to_owned(),
        "index.json".to_owned(),
        "media/index.jsonl".to_owned(),
        format!("{stem}.json"),
        format!("{stem}.jsonl"),
    ]
}

/// Returns the file and the reason of the failure of an update and its pages.
async fn failure(world: &World) -> (String, String) {
    let me = world.cast.me.to_string();
    let archived = async {
        let mut archive = Archive::open(world.root(), &me.as_str().into())?;
        let options = UpdateOptions::default();
        let info = world.about();
        let mut progress = |_: groupme_archive::Progress<'_>| {};
        let updated = archive.update(&world.client, info, &options, &mut progress);
        updated.await?;
        html::write(&ArchiveReader::open(world.root())?)
    };
    match archived.await.unwrap_err() {
        Error::File { path, source, .. } => {
            let path = path.strip_prefix(world.root()).unwrap();
            (path.to_str().unwrap().to_owned(), source.to_string())
        }
        error => panic!("{error:?}"),
    }
}

fn put_pipe(path: &Path) {
    let (kind, mode) = (FileType::Fifo, 0o600.into());
    mknodat(CWD, path, kind, mode, 0).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pipe_in_place_of_a_file_is_refused_and_not_waited_for() {
    let world = World::with_history(5);
    for file in files(&world) {
        let path = world.root().join(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        put_pipe(&path);
        let reason = "expected a regular file, found a pipe, socket or device";
        assert_eq!(failure(&world).await, (file, reason.to_owned()));
        fs::remove_file(path).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_in_place_of_a_file_leads_nowhere() {
    let world = World::with_history(5);
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "{}\n").unwrap();
    let absent = elsewhere.path().join("absent");
    for file in files(&world) {
        for target in [&victim, &absent] {
            let path = world.root().join(&file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, &path).unwrap();
            let reason = "expected a regular file, found a symbolic link";
            assert_eq!(failure(&world).await, (file.clone(), reason.to_owned()));
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(fs::read_to_string(victim).unwrap(), "{}\n");
    assert!(!absent.exists());
}

#[tokio::test(start_paused = true)]
async fn a_link_in_place_of_a_directory_leads_nowhere() {
    let world = World::with_history(5);
    let elsewhere = tempfile::tempdir().unwrap();
    for directory in ["conversations", "media", "pages"] {
        symlink(elsewhere.path(), world.root().join(directory)).unwrap();
        let reason = "expected a directory, found a symbolic link";
        assert_eq!(
            failure(&world).await,
            (directory.to_owned(), reason.to_owned())
        );
        let left = fs::read_dir(elsewhere.path()).unwrap().count();
        assert_eq!(left, 0, "{directory}");
        fs::remove_file(world.root().join(directory)).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_whose_own_name_is_a_link_is_used() {
    let world = World::with_history(5);
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("archive");
    symlink(world.root(), &link).unwrap();
    let me = world.cast.me.to_string();
    let mut archive = Archive::open(&link, &me.as_str().into()).unwrap();
    let options = UpdateOptions::default();
    let mut progress = |_: groupme_archive::Progress<'_>| {};
    let updated = archive.update(&world.client, world.about(), &options, &mut progress);
    updated.await.unwrap();
    html::write(&ArchiveReader::open(&link).unwrap()).unwrap();
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn reading_refuses_what_writing_refuses() {
    let world = World::with_history(5);
    world.update().await;
    let id = world.about().id;
    fs::remove_file(world.messages_file()).unwrap();
    symlink("/dev/zero", world.messages_file()).unwrap();
    let contents = world.contents();
    assert!(contents.messages(&id).is_err());
    fs::remove_file(world.messages_file()).unwrap();
    put_pipe(&world.messages_file());
    assert!(contents.messages(&id).is_err());
    assert!(html::write(&contents).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_line_or_description_without_an_end_is_not_read_to_its_end() {
    let world = World::with_history(5);
    world.update().await;
    let id = world.about().id;
    // More than any machine has memory for; the file system stores none of it.
    let endless = 1 << 40;
    let messages = fs::OpenOptions::new()
        .append(true)
        .open(world.messages_file());
    let mut messages = messages.unwrap();
    messages.write_all(b"{\"id\":\"1").unwrap();
    messages.set_len(endless).unwrap();
    let contents = world.contents();
    let mut read = contents.messages(&id).unwrap();
    let error = loop {
        match read.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the file has no end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");

    let index = File::create(world.root().join("index.json")).unwrap();
    index.set_len(endless).unwrap();
    let error = ArchiveReader::open(world.root()).unwrap_err();
    let Error::File { source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::FileTooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_description_is_replaced_once_it_is_removed_as_the_error_says() {
    let world = World::with_history(5);
    for name in [
        "index.json".to_owned(),
        format!("conversations/{}.json", world.cast.lake),
    ] {
        world.update().await;
        let path = world.root().join(&name);
        fs::write(&path, "{\n  \"format\": 1,\n  \"id\": [\n").unwrap();
        let error = ArchiveReader::open(world.root()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(&name) && text.contains("remove the file,"),
            "{text}"
        );
        assert!(
            matches!(error, Error::DamagedDescription { line: 2.., .. }),
            "{error:?}"
        );
        fs::remove_file(&path).unwrap();
        world.update().await;
        assert!(path.exists());
        world.assert_complete().await;
    }
}
