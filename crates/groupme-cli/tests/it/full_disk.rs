//! A disk that fills in the middle of a run. A limit on the size of each file takes its place.

use std::{fs::File, path::Path};

use groupme_sim::Sim;
use tokio::process::Command;

use crate::program::{Finished, Running, ask, behind, listen, run, sim, soon};

/// Limits the size of each file that a command writes, in KiB; a write beyond is an error.
fn with_files_of(command: Command, kib: u32) -> Command {
    behind(
        command,
        &format!("trap '' XFSZ && ulimit -f {}", kib * 1024 / BLOCK),
    )
}

/// Returns `groupme listen` with a state file.
fn keeping(sim: &Sim, state: &Path, arguments: &[&str]) -> Command {
    let (api, state) = (sim.api_url(), state.to_str().unwrap());
    let all = [&["--api-url", &api, "--state", state], arguments].concat();
    listen(sim, &all)
}

/// Returns the texts of the messages in whole lines of JSON.
fn texts(lines: &str) -> Vec<String> {
    let whole = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let lines = whole.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("{line}"))
    });
    lines
        .filter(|line| line["kind"] == "event")
        .map(|line| line["data"]["subject"]["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns what the next run prints, with room again.
async fn next_run(sim: &Sim, state: &Path) -> Vec<String> {
    sim.say("the last").unwrap();
    let mut next = Running::start(keeping(sim, state, &[]));
    let mut found = Vec::new();
    while found.last().is_none_or(|text| text != "the last") {
        let event = next.json_of("event").await;
        found.push(
            event["data"]["subject"]["text"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    next.signal("INT").await;
    assert_eq!(next.finish().await.status, Some(0));
    found
}

#[tokio::test]
async fn a_state_file_that_cannot_grow_is_written_over() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let mut listening = Running::start(with_files_of(keeping(&sim, &state, &[]), 64));
    listening.json_of("caught_up").await;
    for number in 0..60 {
        sim.say(&number.to_string()).unwrap();
        // A save each: those of messages at the same time are one.
        loop {
            let line = listening.json().await;
            assert_ne!(line["kind"], "state", "{line}");
            if line["kind"] == "event" {
                break;
            }
        }
    }
    listening.signal("INT").await;
    let ended = listening.finish().await;
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""));
    assert_eq!(next_run(&sim, &state).await, ["the last"]);
}

#[tokio::test]
async fn a_position_that_is_not_saved_is_the_end_of_the_run_and_no_message_is_missing() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let mut first = Running::start(keeping(&sim, &state, &[]));
    first.json_of("caught_up").await;
    first.signal("INT").await;
    assert_eq!(first.finish().await.status, Some(0));

    sim.say("printed, not saved").unwrap();
    let ended: Finished = run(with_files_of(keeping(&sim, &state, &["--count", "1"]), 4)).await;
    assert_eq!(texts(&ended.stdout), ["printed, not saved"]);
    assert!(
        ended.stdout.contains(r#""kind":"state""#),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.status, Some(6), "{}", ended.stderr);
    let reason = "the next run continues at an earlier position";
    assert!(ended.stderr.contains(reason), "{}", ended.stderr);
    let again = next_run(&sim, &state).await;
    assert_eq!(again, ["printed, not saved", "the last"]);
}

#[tokio::test]
async fn a_state_file_without_room_for_its_tables_is_refused_at_the_start() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    for kib in [0, 1, 4, 16, 32] {
        let state = directory.path().join(kib.to_string());
        let refused = run(with_files_of(keeping(&sim, &state, &[]), kib)).await;
        let error = refused.refused(2);
        assert!(error.contains("cannot use the state file"), "{error}");
        // With room again, the file is of use.
        assert_eq!(
            run(keeping(&sim, &state, &["--count", "0"])).await.status,
            Some(0)
        );
    }
}

#[tokio::test]
async fn output_that_ends_in_the_middle_of_a_line_costs_no_message() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let (state, output) = (directory.path().join("state"), directory.path().join("out"));
    let mut first = Running::start(keeping(&sim, &state, &[]));
    first.json_of("caught_up").await;
    first.signal("INT").await;
    let first = first.finish().await;
    assert_eq!(first.status, Some(0));

    let mut said: Vec<_> = (0..120)
        .map(|number| format!("{number:03} {}", "x".repeat(900)))
        .collect();
    for text in &said {
        sim.say(text).unwrap();
    }
    let mut command = with_files_of(keeping(&sim, &state, &[]), 64);
    let child = command.stdout(File::create(&output).unwrap()).spawn();
    let ended = soon(child.unwrap().wait_with_output()).await.unwrap();
    assert_eq!(ended.status.code(), Some(6));
    let mut seen = texts(&std::fs::read_to_string(&output).unwrap());
    assert!(!seen.is_empty());
    seen.extend(next_run(&sim, &state).await);
    said.push("the last".to_owned());
    // The group is as old as the first run, which may end before it has its notices.
    let is_said = |text: &String| said.contains(text);
    let notices: Vec<_> = seen.extract_if(.., |text| !is_said(text)).collect();
    assert!(!notices.iter().any(|text| first.stdout.contains(&**text)));
    assert_eq!(seen, said);
}

#[tokio::test]
async fn a_history_that_does_not_fit_ends_with_an_error() {
    let sim = sim().await;
    for number in 0..50 {
        sim.say(&format!("{number} {}", "x".repeat(900))).unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("out");
    let group = sim.cast().lake.to_string();
    let mut command = with_files_of(ask(&sim, &["history", "--all", "--group", &group]), 16);
    let child = command
        .stdout(File::create(&output).unwrap())
        .spawn()
        .unwrap();
    let ended = soon(child.wait_with_output()).await.unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(6), "{error}");
    assert!(error.contains("cannot write to standard output"), "{error}");
    assert_eq!(std::fs::metadata(&output).unwrap().len(), 16 * 1024);
}

/// Unit of `ulimit -f`, in bytes (POSIX).
const BLOCK: u32 = 512;
