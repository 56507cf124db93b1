//! Output that cannot be written.

use std::{fs::File, process::Stdio};

use crate::{
    canned::{Answer, Canned, enveloped},
    program::{Running, ask, asking, groupme, listen, run, sim, soon},
};

/// Returns a file in which nothing can be written.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[tokio::test]
async fn a_log_line_that_cannot_be_written_is_dropped() {
    let unreadable =
        Canned::start(|_| Answer::Json(200, enveloped(serde_json::json!([{"id": "1"}, 7])))).await;
    for verbose in ["-v", "-vv"] {
        let mut command = asking(&unreadable.url, "a-token", &["groups", verbose]);
        let child = command.stderr(Stdio::from(full())).spawn().unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
    }
}

#[tokio::test]
async fn events_arrive_although_the_reader_of_the_log_has_gone() {
    let sim = sim().await;
    let mut command = listen(&sim, &["-vv", "--count", "20"]);
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    let stdout = child.stdout.take().unwrap();
    let mut lines = tokio::io::BufReader::new(stdout);
    let mut text = String::new();
    while !text.contains("\"active\"") {
        soon(tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut text))
            .await
            .unwrap();
    }
    for number in 0..20 {
        sim.say(&format!("message {number}")).unwrap();
    }
    soon(tokio::io::AsyncReadExt::read_to_string(
        &mut lines, &mut text,
    ))
    .await
    .unwrap();
    assert_eq!(soon(child.wait()).await.unwrap().code(), Some(0));
    assert!(text.contains("message 19"), "{text}");
    assert!(!text.contains("no answer"), "{text}");
}

#[tokio::test]
async fn an_event_that_could_not_be_printed_comes_again() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state").display().to_string();
    let api = sim.api_url();
    let arguments = ["--api-url", &api, "--state", &file];
    let mut listening = Running::start(listen(&sim, &arguments));
    listening.json_of("caught_up").await;
    sim.say("printed").unwrap();
    listening.json_of("event").await;
    let ended = listening
        .finish_without_reader(|| {
            sim.say("not printed").unwrap();
        })
        .await;
    assert_eq!(ended.status, Some(6), "{}", ended.stderr);
    let again = run(listen(&sim, &[&arguments[..], &["--count", "1"]].concat())).await;
    let events = again
        .json()
        .into_iter()
        .filter(|line| line["kind"] == "event");
    let texts: Vec<_> = events
        .map(|event| event["data"]["subject"]["text"].to_string())
        .collect();
    assert_eq!(texts, ["\"not printed\""]);
}

#[tokio::test]
async fn an_unreadable_answer_to_send_is_an_error_that_says_the_message_was_sent_and_its_guid() {
    let canned = Canned::start(|_| Answer::Text("sent, but no JSON".to_owned())).await;
    let result = run(asking(
        &canned.url,
        "a-token",
        &["send", "--group", "1", "hello"],
    ))
    .await;
    let error = result.refused(1);
    assert!(error.contains("the message was sent"), "{error}");
    assert!(error.contains("--guid"), "{error}");
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let mut command = ask(&sim, &["send", "--group", &lake, "hello"]);
    let child = command.stdout(Stdio::from(full())).spawn().unwrap();
    let output = soon(child.wait_with_output()).await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{error}");
    assert!(error.contains("the message was sent"), "{error}");
}

#[tokio::test]
async fn a_full_disk_ends_the_command_with_an_error() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state").display().to_string();
    let api = sim.api_url();
    for format in ["json", "pretty"] {
        let arguments = ["--api-url", &api, "--state", &file, "--format", format];
        let mut listening = listen(&sim, &arguments);
        let child = listening.stdout(Stdio::from(full())).spawn().unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{error}");
        assert!(error.contains("cannot write to standard output"), "{error}");
        assert!(error.contains("No space left"), "{error}");
    }
    let history = ["history", "--group", &sim.cast().lake.to_string()];
    let mut history = ask(&sim, &history);
    let child = history.stdout(Stdio::from(full())).spawn().unwrap();
    let output = soon(child.wait_with_output()).await.unwrap();
    assert_eq!(output.status.code(), Some(6));
}

/// Returns the command as a shell runs it with a redirection.
fn redirected(command: tokio::process::Command, redirection: &str) -> tokio::process::Command {
    let command = command.into_std();
    let mut shell = tokio::process::Command::new("sh");
    shell
        .args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

#[tokio::test]
async fn a_closed_output_is_refused_before_an_event_is_lost_in_it() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let api = sim.api_url();
    let arguments = ["--count", "0", "--api-url", &api, "--state"];
    let listening = |redirection: &str| {
        let arguments = [&arguments[..], &[file.to_str().unwrap()]].concat();
        run(redirected(listen(&sim, &arguments), redirection))
    };
    for (redirection, reason) in [
        (">&-", "standard output is closed"),
        ("1</dev/null", "for reading"),
    ] {
        let ended = listening(redirection).await;
        assert_eq!(ended.status, Some(6), "{}", ended.stderr);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
        assert!(!file.exists());
    }
    // Discarding all output on purpose is allowed, by any redirection.
    for redirection in [
        ">/dev/null",
        "</dev/null >/dev/null 2>&1",
        "3<>/dev/null >&3 2>&3",
    ] {
        assert_eq!(
            listening(redirection).await.status,
            Some(0),
            "{redirection}"
        );
    }
}

#[tokio::test]
async fn each_command_warns_of_an_output_that_shows_nothing() {
    let sim = sim().await;
    let (lake, gateway) = (sim.cast().lake.to_string(), sim.gateway_url());
    let listen = ["listen", "--gateway-url", &gateway, "--count", "0"];
    for arguments in [
        &["groups"][..],
        &["history", "--group", &lake],
        &["send", "--group", &lake, "hello"],
        &listen,
    ] {
        let unwritable = run(redirected(ask(&sim, arguments), "1</dev/null")).await;
        assert_eq!(unwritable.status, Some(6), "{}", unwritable.stderr);
        assert!(
            unwritable.stderr.contains("for reading only"),
            "{}",
            unwritable.stderr
        );
        // The Rust runtime opens /dev/null in place of a closed file, as programs do that discard
        // output, so the command cannot distinguish the two.
        for redirection in [">&-", "1<>/dev/null"] {
            let closed = run(redirected(ask(&sim, arguments), redirection)).await;
            assert_eq!(closed.status, Some(0), "{}", closed.stderr);
            assert!(closed.stderr.contains("is not shown"), "{}", closed.stderr);
        }
        for redirection in [">/dev/null", "</dev/null 1<>/dev/null 2>&1"] {
            let silent = run(redirected(ask(&sim, arguments), redirection)).await;
            assert_eq!((silent.status, &*silent.stderr), (Some(0), ""));
        }
    }
}

#[tokio::test]
async fn help_version_and_completions_that_cannot_be_printed_are_an_error() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["help"],
        &["help", "send"],
        &["send", "--help"],
        &["completion", "bash"],
    ] {
        let mut command = groupme(arguments);
        let child = command.stdout(Stdio::from(full())).spawn().unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{arguments:?}: {error}");
        assert!(error.contains("No space left"), "{arguments:?}: {error}");

        let unwritable = run(redirected(groupme(arguments), "1</dev/null")).await;
        assert!(
            unwritable.refused(6).contains("for reading only"),
            "{arguments:?}: {unwritable:?}"
        );
        // As each other command: whoever discards the output on purpose may open /dev/null so.
        let closed = run(redirected(groupme(arguments), ">&-")).await;
        assert_eq!(closed.status, Some(0), "{arguments:?}: {closed:?}");
        assert!(closed.stderr.contains("is not shown"), "{closed:?}");
        run(redirected(groupme(arguments), ">/dev/null"))
            .await
            .well();

        // A reader that has ended, as `head` does, needs no more.
        let mut child = groupme(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let output = soon(child.wait_with_output()).await.unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }
}
