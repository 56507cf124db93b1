//! File of an outbox.

use std::fs;

use groupme_client::{ConversationId, Draft, FileOutbox, OutboxMessage, OutboxStore as _};

fn message(guid: &str) -> OutboxMessage {
    let line = serde_json::json!({
        "guid": guid,
        "conversation": ConversationId::new("1835"),
        "draft": Draft::new("x".repeat(200)),
    });
    serde_json::from_value(line).unwrap()
}

#[test]
fn the_file_stays_small_while_one_message_is_stuck() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let mut store = FileOutbox::open(&path).unwrap();
    store.add(&message("stuck")).unwrap();
    for number in 0..1_000 {
        let guid = number.to_string();
        store.add(&message(&guid)).unwrap();
        store.remove(&guid).unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 70_000);
    }
    store.add(&message("last")).unwrap();
    // The lock follows the file.
    let in_use = FileOutbox::open(&path).unwrap_err();
    assert!(
        format!("{in_use:?}").contains("another outbox"),
        "{in_use:?}"
    );
    drop(store);
    let names: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(names.len(), 1);
    let mut store = FileOutbox::open(&path).unwrap();
    let kept = store.load().unwrap();
    assert_eq!(kept, [message("stuck"), message("last")]);
    for message in kept {
        store.remove(&message.guid).unwrap();
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn a_file_that_is_no_outbox_is_refused_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("letter");
    let long = "x".repeat(2 << 20);
    for content in [
        "Dear outbox,\nthe last line has no end",
        "no line at all",
        "\n\nDear outbox",
        "{\"json\":\"but no outbox\"}\n",
        "{\"address\":\"half a line of JSON",
        &*long,
    ] {
        fs::write(&path, content).unwrap();
        let mut store = FileOutbox::open(&path).unwrap();
        let error = format!("{:?}", store.load().unwrap_err());
        assert!(error.contains("is not one of an outbox"), "{error}");
        assert!(fs::read(&path).unwrap() == content.as_bytes(), "{content}");
    }
}

#[test]
fn a_damaged_line_is_named_and_nothing_is_changed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let mut store = FileOutbox::open(&path).unwrap();
    store.add(&message("kept")).unwrap();
    drop(store);
    let mut content = fs::read(&path).unwrap();
    content.extend(b"damaged\n{\"add\":");
    fs::write(&path, &content).unwrap();
    let error = FileOutbox::open(&path).unwrap().load().unwrap_err();
    assert!(
        format!("{error:?}").contains("line 2 is damaged"),
        "{error:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), content);
}

#[test]
fn a_line_that_a_crash_cut_is_dropped_and_the_others_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let mut store = FileOutbox::open(&path).unwrap();
    store.add(&message("kept")).unwrap();
    let first = fs::read(&path).unwrap();
    store.add(&message("cut")).unwrap();
    drop(store);
    let both = fs::read(&path).unwrap();
    for length in first.len() + 1..both.len() {
        fs::write(&path, &both[..length]).unwrap();
        let kept = FileOutbox::open(&path).unwrap().load().unwrap();
        assert_eq!(kept, [message("kept")]);
        assert_eq!(fs::read(&path).unwrap(), first);
    }
    for length in 0..first.len() {
        fs::write(&path, &first[..length]).unwrap();
        assert_eq!(FileOutbox::open(&path).unwrap().load().unwrap(), []);
    }
}

#[test]
fn a_message_too_long_for_its_line_is_refused_and_hides_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let mut store = FileOutbox::open(&path).unwrap();
    let mut long = message("long");
    long.draft = Draft::new("x".repeat(1 << 20));
    store.add(&long).unwrap_err();
    store.add(&message("short")).unwrap();
    assert_eq!(store.load().unwrap(), [message("short")]);
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [directory.path(), &pipe, "/dev/zero".as_ref()] {
        let error = format!("{:?}", FileOutbox::open(path).unwrap_err());
        assert!(error.contains("expected a regular file"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_written_anew_keeps_its_permissions_and_a_link_to_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let directory = tempfile::tempdir().unwrap();
    let (path, link) = (
        directory.path().join("outbox"),
        directory.path().join("link"),
    );
    drop(FileOutbox::open(&path).unwrap());
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    let mut store = FileOutbox::open(&link).unwrap();
    store.add(&message("stuck")).unwrap();
    for number in 0..400 {
        let guid = number.to_string();
        store.add(&message(&guid)).unwrap();
        store.remove(&guid).unwrap();
    }
    assert!(fs::metadata(&path).unwrap().len() < 70_000);
    assert_eq!(mode(), 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
