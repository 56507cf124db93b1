//! `groupme sim`: a simulator for other programs.

use std::io::{ErrorKind, Read as _};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::program::{Finished, Running, groupme, run, soon};

/// Starts a simulator; returns the process and its announcement.
async fn announced(arguments: &[&str]) -> (Running, Value) {
    let mut sim = Running::start(groupme(&[&["sim"], arguments].concat()));
    let first = sim.json().await;
    (sim, first)
}

fn text<'a>(announcement: &'a Value, key: &str) -> &'a str {
    announcement[key].as_str().unwrap()
}

/// Runs `groupme listen` against the simulator until a limit.
async fn received(announcement: &Value, arguments: &[&str]) -> Finished {
    let (url, user) = (
        text(announcement, "gateway_url"),
        text(announcement, "user_id"),
    );
    let mut listen = groupme(&["listen", "--user", user, "--gateway-url", url]);
    listen
        .args(arguments)
        .env("GROUPME_ACCESS_TOKEN", text(announcement, "token"));
    run(listen).await
}

/// Returns the texts of message events.
fn texts(received: &Finished) -> Vec<String> {
    assert_eq!(received.status, Some(0), "{}", received.stderr);
    let lines = received.json().into_iter();
    lines
        .filter(|line| line["type"] == "line.create")
        .map(|line| line["data"]["subject"]["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Sends an HTTP request; returns status and response.
async fn ask(announcement: &Value, method: &str, path: &str, body: &str) -> (u16, String) {
    let host = text(announcement, "root_url").trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nX-Access-Token: {}\r\nContent-Length: {}\r\n\r\n{body}",
        text(announcement, "token"),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test]
async fn it_ends_after_the_time_that_was_asked_for() {
    let before = tokio::time::Instant::now();
    let ended = run(groupme(&["sim", "--for", "1s"])).await;
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert!(before.elapsed().as_secs() >= 1);
}

#[tokio::test]
async fn the_first_line_of_sim_has_its_addresses_and_then_the_story_is_played() {
    let (sim, first) = announced(&["--beat", "50ms"]).await;
    let keys: Vec<_> = first.as_object().unwrap().keys().collect();
    let expected = [
        "gateway_url",
        "api_url",
        "root_url",
        "control_url",
        "user_id",
        "token",
        "group_ids",
    ];
    assert_eq!(keys, expected);
    let root = text(&first, "root_url");
    assert!(root.starts_with("http://127.0.0.1:"), "{root}");
    assert_eq!(text(&first, "gateway_url"), format!("{root}/faye"));
    assert_eq!(text(&first, "api_url"), format!("{root}/v3"));
    let (status, _) = ask(&first, "GET", "/v3/users/me", "").await;
    assert_eq!(status, 200);

    let received = received(&first, &["--count", "2"]).await;
    assert_eq!(received.status, Some(0), "{}", received.stderr);
    let types: Vec<_> = received
        .json()
        .into_iter()
        .filter(|line| line["kind"] == "event" && line["type"] != "ping")
        .collect();
    assert_eq!(types.len(), 2);

    sim.signal("TERM").await;
    let left = sim.finish().await;
    assert_eq!((left.status, left.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn the_text_format_lists_commands_to_type_next() {
    let mut sim = Running::start(groupme(&[
        "sim",
        "--format",
        "text",
        "--token",
        "let-me-in",
    ]));
    let mut printed = Vec::new();
    loop {
        let line = sim.line().await;
        if line.starts_with("Press Ctrl-C") {
            break;
        }
        printed.push(line);
    }
    let printed = printed.join("\n");
    for part in [
        "gateway  http://127.0.0.1:",
        "token    let-me-in",
        "GROUPME_ACCESS_TOKEN=let-me-in groupme listen --gateway-url ",
        "  export GROUPME_ACCESS_TOKEN=let-me-in\n",
        "  export GROUPME_USER_ID=",
        "  export GROUPME_API_URL=http://127.0.0.1:",
        "  export GROUPME_GATEWAY_URL=http://127.0.0.1:",
    ] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
    // Names appear, so the REST API was reached as well.
    let (_, typed) = printed.split_once("groupme listen").unwrap();
    let typed = typed.lines().next().unwrap().split_whitespace();
    let limits = ["--format", "pretty", "--count", "3"];
    let mut listen = groupme(&["listen"]);
    listen.args(typed).args(limits);
    listen.env("GROUPME_ACCESS_TOKEN", "let-me-in");
    let received = run(listen).await;
    assert_eq!(received.status, Some(0), "{}", received.stderr);
    assert!(
        received.stdout.contains("[Lake weekend] "),
        "{}",
        received.stdout
    );
}

#[tokio::test]
async fn a_seed_decides_who_is_who() {
    let (_one, first) = announced(&["--seed", "5"]).await;
    let (_other, same) = announced(&["--seed", "5"]).await;
    let (_third, different) = announced(&["--seed", "6"]).await;
    for key in ["user_id", "token", "group_ids"] {
        assert_eq!(first[key], same[key]);
        assert_ne!(first[key], different[key]);
    }
}

#[tokio::test]
async fn a_profile_answers_as_that_server_does() {
    for (profile, refusal) in [
        ("faye", "401:nobody:Unknown client"),
        ("faye-0.7", "401:nobody:Unknown client"),
        ("cometd", "402::session_unknown"),
    ] {
        let (_sim, first) = announced(&["--profile", profile, "--hold", "7s"]).await;
        let connect = json!([{ "channel": "/meta/connect", "clientId": "nobody", "connectionType": "long-polling" }]);
        let (_, answer) = ask(&first, "POST", "/faye", &connect.to_string()).await;
        assert!(answer.contains(refusal), "{profile}: {answer}");
        let handshake = json!([{ "channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"] }]);
        let (_, answer) = ask(&first, "POST", "/faye", &handshake.to_string()).await;
        assert!(answer.contains(r#""timeout":7000"#), "{profile}: {answer}");
    }
}

#[tokio::test]
async fn clients_use_polling_without_sockets_and_sockets_without_polling() {
    for (option, transport) in [("--no-sockets", "auto"), ("--no-polling", "websocket")] {
        let (_sim, first) = announced(&["--quiet", "--every", "100ms=burst:2", option]).await;
        let received = received(&first, &["--count", "2", "--transport", transport]).await;
        let texts = texts(&received);
        assert!(
            texts.iter().all(|text| text.starts_with("burst ")),
            "{texts:?}"
        );
    }
    let (_sim, first) = announced(&["--no-polling"]).await;
    assert_eq!(ask(&first, "POST", "/faye", "[]").await.0, 504);
}

#[tokio::test]
async fn rest_fails_as_often_and_in_the_way_that_is_configured() {
    let options = [
        "--rest-fails",
        "always",
        "--statuses",
        "502",
        "--html",
        "always",
    ];
    let (_sim, first) = announced(&options).await;
    let (status, answer) = ask(&first, "GET", "/v3/users/me", "").await;
    assert_eq!(status, 502);
    assert!(answer.contains("content-type: text/html"), "{answer}");

    let (_sim, first) = announced(&["--rate", "2", "--quiet"]).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(ask(&first, "GET", "/v3/users/me", "").await.0);
    }
    assert_eq!(statuses[..2], [200, 200]);
    // A slow machine may take a second in between.
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn one_slow_subscriber_holds_up_nobody_else() {
    let slow = [
        "--slow",
        "always",
        "--pace",
        "1/1h",
        "--only-connection",
        "0",
    ];
    let options = ["--quiet", "--every", "100ms=burst:5"];
    let (_sim, first) = announced(&[&options[..], &slow].concat()).await;
    let host = text(&first, "root_url").trim_start_matches("http://");
    let mut slow = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /v3/users/me HTTP/1.1\r\nHost: {host}\r\n\r\n");
    slow.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(soon(slow.read_u8()).await.unwrap(), b'H');

    let received = received(&first, &["--count", "20"]).await;
    assert!(texts(&received).len() >= 20);
    let rest = slow.into_std().unwrap().read(&mut [0; 64]);
    assert_eq!(rest.unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_past_can_be_read() {
    let (_sim, first) = announced(&["--quiet", "--history", "30"]).await;
    let group = first["group_ids"][0].as_str().unwrap();
    let path = format!("/v3/groups/{group}/messages?limit=1");
    let (status, answer) = ask(&first, "GET", &path, "").await;
    assert_eq!(status, 200);
    assert!(answer.contains(r#""count":34"#), "{answer}");
}

#[tokio::test]
async fn a_client_lives_through_a_bad_day() {
    let options = [
        "--quiet",
        "--chaos",
        "--seed",
        "3",
        "--every",
        "200ms=burst:5",
        "--every",
        "1s=restart",
        "--delay",
        "20%",
        "--longest-delay",
        "20ms",
        "--until",
        "50s",
    ];
    let (_sim, first) = announced(&options).await;
    let received = received(&first, &["--count", "50"]).await;
    assert!(texts(&received).len() >= 50);
    // Fifty events take two seconds, and a connection lives for one at most.
    let gaps = received
        .json()
        .into_iter()
        .filter(|line| line["kind"] == "connection_gap");
    assert!(gaps.count() >= 1);
}

#[tokio::test]
async fn another_token_is_refused() {
    let (_sim, first) = announced(&[]).await;
    let (url, user) = (text(&first, "gateway_url"), text(&first, "user_id"));
    let mut listen = groupme(&["listen", "--user", user, "--gateway-url", url]);
    listen.env("GROUPME_ACCESS_TOKEN", "another-token");
    assert_eq!(run(listen).await.status, Some(3));
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let (_sim, first) = announced(&[]).await;
    let address = text(&first, "root_url").trim_start_matches("http://");
    let second = run(groupme(&["sim", "--addr", address])).await;
    assert_eq!((second.status, second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains(address), "{}", second.stderr);
    assert_eq!(second.stderr.lines().count(), 1, "{}", second.stderr);
}

#[tokio::test]
async fn an_unusable_argument_is_refused_with_the_usable_ones() {
    for (arguments, reason) in [
        (&["--drop", "often"][..], "`5%`"),
        (&["--drop", "101%"], "`1/20`"),
        (&["--ping", "sometimes"], "sometimes"),
        (&["--pace", "0/1s"], "`1/10ms`"),
        (&["--after", "10s"], "`10s=restart`"),
        (&["--after", "soon=restart"], "soon"),
        (&["--every", "10s=explode"], "lose-sessions"),
        (&["--every", "10s=burst"], "`burst:10000`"),
        (&["--every", "10s=clock:1h"], "`clock:+1h`"),
        (&["--statuses", "42"], "42"),
        (&["--silently"], "--cut-idle"),
        (&["--quiet", "--beat", "1s"], "--beat"),
        (&["--profile", "socket.io"], "faye-0.7"),
    ] {
        let result = run(groupme(&[&["sim"], arguments].concat())).await;
        assert_eq!((result.status, result.stdout.as_str()), (Some(2), ""));
        assert!(
            result.stderr.contains(reason),
            "{arguments:?}: {}",
            result.stderr
        );
    }
}

#[tokio::test]
async fn its_help_shows_what_to_try_first() {
    for flag in ["-h", "--help"] {
        let help = run(groupme(&["sim", flag])).await;
        for part in ["groupme sim --chaos --seed 7", "Faults of connections"] {
            assert!(help.stdout.contains(part), "{part} in {}", help.stdout);
        }
    }
}

#[tokio::test]
async fn programs_on_this_machine_control_the_simulator_unless_that_is_off() {
    let (_sim, first) = announced(&["--quiet"]).await;
    let root = text(&first, "root_url");
    assert_eq!(text(&first, "control_url"), format!("{root}/sim/v1"));
    let (status, answer) = ask(&first, "GET", "/sim/v1/", "").await;
    assert_eq!(status, 200);
    assert!(answer.contains(text(&first, "gateway_url")), "{answer}");
    let (status, page) = ask(&first, "GET", "/", "").await;
    assert_eq!(status, 200);
    assert!(page.contains("<title>Simulated GroupMe</title>"));
    let (_closed, first) = announced(&["--quiet", "--control", "off"]).await;
    for path in ["/", "/sim/v1/"] {
        assert_eq!(ask(&first, "GET", path, "").await.0, 403);
    }
    let (status, _) = ask(&first, "GET", "/v3/users/me", "").await;
    assert_eq!(status, 200);
}
