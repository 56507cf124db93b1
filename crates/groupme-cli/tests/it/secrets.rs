//! No credential in logs at any level.

use crate::program::{Running, ask, listen, run, sim};

#[tokio::test]
async fn the_loudest_logs_show_neither_token_nor_session_nor_ext() {
    for (transport, arguments, filter) in [
        ("websocket", &["-vv"][..], None),
        ("long-polling", &["-vv"][..], None),
        ("websocket", &[][..], Some("trace")),
        ("long-polling", &[][..], Some("trace")),
    ] {
        let sim = sim().await;
        let lake = sim.cast().lake.to_string();
        let mut command = listen(&sim, &["--transport", transport, "--group", &lake]);
        command.args(arguments);
        if let Some(filter) = filter {
            command.env("RUST_LOG", filter);
        }
        let mut listening = Running::start(command);
        for _ in 0..2 {
            listening.json_of("subscription").await;
        }
        let mut sessions = sim.sessions();
        sim.say("hello").unwrap();
        listening.json_of("event").await;
        sim.restart();
        listening.json_of("connection_gap").await;
        for _ in 0..2 {
            listening.json_of("subscription").await;
        }
        sessions.append(&mut sim.sessions());
        assert_eq!(sessions.len(), 2);
        listening.signal("TERM").await;
        let left = listening.finish().await;
        assert_eq!(left.status, Some(0), "{}", left.stderr);
        assert!(
            left.stderr.contains("TRACE"),
            "it logs nothing: {}",
            left.stderr
        );
        let printed = format!("{}{}", left.stderr, left.stdout);
        for secret in sessions.iter().map(String::as_str).chain([
            sim.token(),
            "access_token",
            "clientId",
            "\"ext\"",
        ]) {
            assert!(!printed.contains(secret), "{secret}\n{printed}");
        }
    }
}

#[tokio::test]
async fn no_command_that_asks_once_shows_the_token_however_loud() {
    let sim = sim().await;
    let (lake, gateway) = (sim.cast().lake.to_string(), sim.gateway_url());
    let id = sim.say("hello").unwrap().to_string();
    for arguments in [
        &["groups"][..],
        &["chats"],
        &["history", "--group", &lake],
        &["send", "--group", &lake, "hello"],
        &["like", "--group", &lake, &id],
        &["read", "--group", &lake],
        &["edit", "--group", &lake, &id, "not mine"],
        &["history", "--group", "1"],
        &["typing", "--group", &lake, "--gateway-url", &gateway],
        &["ping", "--count", "1", "--gateway-url", &gateway],
    ] {
        let mut command = ask(&sim, arguments);
        command.env("RUST_LOG", "trace");
        let done = run(command).await;
        assert!(
            done.stderr.contains("TRACE"),
            "it logs nothing: {}",
            done.stderr
        );
        for secret in [sim.token(), "clientId"] {
            let printed = format!("{}{}", done.stderr, done.stdout);
            assert!(!printed.contains(secret), "{arguments:?}: {printed}");
        }
    }
}

#[tokio::test]
async fn a_refused_token_is_not_repeated() {
    let sim = sim().await;
    let mut command = listen(&sim, &["-vv"]);
    command.env("GROUPME_ACCESS_TOKEN", "s3cr3t-but-wrong");
    let refused = run(command).await;
    assert_eq!(refused.status, Some(3));
    let printed = format!("{}{}", refused.stderr, refused.stdout);
    assert!(!printed.contains("s3cr3t"), "{printed}");
}

#[tokio::test]
async fn listening_writes_nothing_to_stderr_without_verbose() {
    let sim = sim().await;
    let mut listening = Running::start(listen(&sim, &["--count", "1"]));
    listening.json_of("subscription").await;
    sim.break_connections();
    listening.json_of("connection_gap").await;
    listening.json_of("subscription").await;
    sim.say("hello").unwrap();
    let left = listening.finish().await;
    assert_eq!(left.stderr, "");
}
