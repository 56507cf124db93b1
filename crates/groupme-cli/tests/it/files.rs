//! Files that options name: regular ones, within limits of size and time.

use std::{fs::File, path::Path};

use tokio::process::Command;

use crate::program::{Finished, asking, behind, groupme, run};

/// An address at which nobody answers; a file is refused before any request.
const NOWHERE: &str = "http://127.0.0.1:1/v3";

/// Limits the address space of a command, in KiB, so that reading without a limit fails.
fn with_memory(command: Command, kib: u32) -> Command {
    behind(command, &format!("ulimit -v {kib}"))
}

async fn with_option(option: &str, file: &Path) -> Finished {
    let file = file.to_str().unwrap();
    let arguments = ["send", "--group", "1", "--timeout", "5s", option, file];
    let mut command = asking(NOWHERE, "a-token", &arguments);
    command.arg("hello");
    run(with_memory(command, 2_000_000)).await
}

#[tokio::test]
async fn a_token_or_an_image_that_is_no_regular_file_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let (kind, mode) = (rustix::fs::FileType::Fifo, 0o600.into());
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    for option in ["--token-file", "--image"] {
        for (file, found) in [
            (Path::new("/dev/zero"), "a pipe, socket or device"),
            (&pipe, "a pipe, socket or device"),
            (directory.path(), "a directory"),
        ] {
            let result = with_option(option, file).await;
            let error = result.refused(2);
            let reason = format!("expected a regular file, found {found}");
            assert!(error.ends_with(&reason), "{error}");
            assert!(error.contains(file.to_str().unwrap()), "{error}");
        }
    }
}

#[tokio::test]
async fn a_token_or_an_image_of_gigabytes_is_not_read_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let sparse = directory.path().join("sparse");
    File::create(&sparse).unwrap().set_len(3 << 30).unwrap();
    for (option, limit) in [("--token-file", 64 << 10), ("--image", 32 << 20)] {
        let result = with_option(option, &sparse).await;
        let error = result.refused(2);
        let reason = format!("the file has more than {limit} bytes");
        assert!(error.ends_with(&reason), "{error}");
    }
}

#[tokio::test]
async fn decoding_ends_at_a_document_beyond_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let sparse = directory.path().join("sparse");
    File::create(&sparse).unwrap().set_len(3 << 30).unwrap();
    for file in [Path::new("/dev/zero"), &sparse] {
        let command = groupme(&["decode", file.to_str().unwrap()]);
        let result = run(with_memory(command, 2_000_000)).await;
        let error = result.refused(1);
        assert!(
            error.ends_with("line 1 has more than 16777216 bytes"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn lines_beyond_the_first_16_mib_are_decoded_although_the_first_is_no_document() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("capture");
    let line = format!("{{\"type\":\"x\",\"a\":\"{}\"}}\n", "a".repeat(1 << 20));
    std::fs::write(&file, format!("no document\n{}", line.repeat(17))).unwrap();
    let arguments = ["decode", "--as", "push", file.to_str().unwrap()];
    let result = run(groupme(&arguments)).await;
    assert_eq!(result.stdout.lines().count(), 17);
    assert!(
        result.stderr.contains("line 1, offset 0"),
        "{}",
        result.stderr
    );
    assert_eq!(result.status, Some(1));
}
