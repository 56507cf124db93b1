//! `groupme listen --format json`: one object a line, of exactly four shapes.

use std::io::Write as _;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::program::{Running, ask, groupme, listen, own, run, sim, soon};

fn keys(line: &Value) -> Vec<&str> {
    line.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn the_lines_have_the_four_shapes_that_scripts_rely_on() {
    let sim = sim().await;
    let foreign = sim.cast().surprise.to_string();
    let mut listening = Running::start(listen(&sim, &["--group", &foreign]));
    assert_eq!(
        listening.json().await,
        json!({"kind": "connection", "state": "connecting", "transport": null, "cause": null})
    );
    assert_eq!(
        listening.json().await,
        json!({"kind": "connection", "state": "connected", "transport": "websocket", "cause": null})
    );
    let mut subscriptions = [listening.json().await, listening.json().await];
    subscriptions.sort_by_key(|line| line["channel"].as_str().unwrap().len());
    subscriptions.sort_by_key(|line| line["state"] == "refused");
    assert_eq!(
        subscriptions,
        [
            json!({"kind": "subscription", "channel": own(&sim), "state": "active", "error": null}),
            json!({"kind": "subscription", "channel": format!("/group/{foreign}"),
                "state": "refused", "error": "Access token authentication failed"}),
        ]
    );

    sim.say("hello").unwrap();
    let event = listening.json().await;
    assert_eq!(
        keys(&event),
        [
            "kind",
            "channel",
            "conversation",
            "type",
            "typed",
            "origin",
            "data"
        ]
    );
    assert_eq!(event["kind"], "event");
    assert_eq!(event["conversation"], sim.cast().lake.to_string());
    assert_eq!(event["channel"], own(&sim));
    assert_eq!(event["type"], "line.create");
    assert_eq!(event["typed"], true);
    assert_eq!(event["origin"], "push");
    assert_eq!(event["data"]["subject"]["text"], "hello");

    sim.break_connections();
    let lost = listening.json().await;
    assert_eq!(
        keys(&lost),
        ["kind", "state", "transport", "cause", "retry_in"]
    );
    assert!(lost["retry_in"].as_f64().unwrap() >= 0.0, "{lost}");
    assert_eq!(
        (&lost["kind"], &lost["state"]),
        (&json!("connection"), &json!("disconnected"))
    );
    assert!(lost["cause"].as_str().unwrap().contains("broke"), "{lost}");
    assert_eq!(listening.json().await["state"], "connecting");
    assert_eq!(listening.json().await["state"], "connected");
    let gap = listening.json().await;
    assert_eq!(keys(&gap), ["kind", "since", "cause"]);
    assert_eq!(gap["kind"], "connection_gap");
    assert_eq!(gap["cause"], lost["cause"]);
    let since = gap["since"].as_str().unwrap();
    let parsed: jiff::Timestamp = since.parse().unwrap();
    assert_eq!(
        format!("{parsed:.3}"),
        since,
        "not RFC 3339 to the millisecond"
    );

    listening.signal("TERM").await;
    let left = listening.finish().await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    let disconnected = left.json().pop().unwrap();
    assert_eq!(keys(&disconnected), ["kind", "state", "transport", "cause"]);
    assert_eq!(disconnected["state"], "disconnected");
}

#[tokio::test]
async fn an_event_is_printed_as_received_whether_it_is_known_or_not() {
    let sim = sim().await;
    let mut listening = Running::start(listen(&sim, &[]));
    listening.json_of("subscription").await;
    let data = r#"{"type":"novelty","big":18446744073709551615,"small":-9223372036854775808,"text":"\"é\u0001","deep":[{"a":null},1.5],"twice":1,"twice":2}"#;
    sim.with_world(|world| world.publish_raw(&own(&sim), data))
        .unwrap();
    let line = listening.line().await;
    let (head, rest) = line.split_once(r#""data":"#).unwrap();
    assert!(
        head.contains(r#""type":"novelty","typed":false,"#),
        "{head}"
    );
    assert_eq!(rest.strip_suffix('}').unwrap(), data);
}

#[tokio::test]
async fn groups_and_direct_messages_are_listened_to_over_either_transport() {
    for transport in ["auto", "websocket", "long-polling"] {
        let sim = sim().await;
        let cast = *sim.cast();
        let (lake, mara) = (cast.lake.to_string(), cast.mara.to_string());
        let arguments = &["--group", &lake, "--dm", &mara, "--transport", transport];
        let mut listening = Running::start(listen(&sim, arguments));
        let connected = loop {
            let line = listening.json_of("connection").await;
            if line["state"] == "connected" {
                break line;
            }
        };
        let wanted = if transport == "long-polling" {
            transport
        } else {
            "websocket"
        };
        assert_eq!(connected["transport"], wanted);
        for _ in 0..3 {
            assert_eq!(listening.json_of("subscription").await["state"], "active");
        }
        for place in [
            groupme_sim::Conversation::Group(cast.lake),
            groupme_sim::Conversation::direct(cast.me, cast.mara),
        ] {
            sim.with_world(|world| world.start_typing(place, cast.mara))
                .unwrap();
            let typing = listening.json().await;
            assert_eq!(typing["type"], "typing");
            assert_eq!(typing["channel"], place.channel());
        }
    }
}

#[tokio::test]
async fn the_token_is_taken_from_a_file_before_the_environment() {
    let sim = sim().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}\nwhat comes behind it is no concern", sim.token()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let mut command = listen(&sim, &["--token-file", &path]);
    command.env("GROUPME_ACCESS_TOKEN", "a-wrong-token");
    let mut listening = Running::start(command);
    assert_eq!(listening.json_of("subscription").await["state"], "active");
}

#[tokio::test]
async fn a_refused_token_is_an_error_with_status_three() {
    let sim = sim().await;
    for transport in ["websocket", "long-polling"] {
        let mut command = listen(&sim, &["--transport", transport]);
        command.env("GROUPME_ACCESS_TOKEN", "a-wrong-token");
        let refused = run(command).await;
        assert_eq!(refused.status, Some(3), "{}", refused.stderr);
        assert!(
            refused.stderr.starts_with("groupme: "),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("token"), "{}", refused.stderr);
        let attempts = refused.json();
        let attempts = attempts
            .iter()
            .filter(|line| line["kind"] == "subscription");
        assert_eq!(attempts.count(), 2, "{}", refused.stdout);
    }
}

#[tokio::test]
async fn a_refused_group_is_no_reason_to_end() {
    let sim = sim().await;
    let foreign = sim.cast().surprise.to_string();
    let mut listening = Running::start(listen(&sim, &["--group", &foreign, "--count", "1"]));
    for _ in 0..2 {
        listening.json_of("subscription").await;
    }
    sim.say("all the same").unwrap();
    let left = listening.finish().await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    assert!(left.stdout.contains("all the same"), "{}", left.stdout);
}

#[tokio::test]
async fn people_get_sentences() {
    let sim = sim().await;
    let mut listening = Running::start(listen(&sim, &["--format", "pretty"]));
    while !listening.line().await.contains("subscribed to") {}
    sim.say("two\nlines and a bell \u{7}").unwrap();
    let line = listening.line().await;
    assert!(
        line.ends_with("Mara: two⏎lines and a bell \u{fffd}"),
        "{line}"
    );
}

#[tokio::test]
async fn the_gateway_is_reached_through_the_proxy_of_the_environment() {
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let mut command = groupme(&[
        "listen",
        "--user",
        "1",
        "--gateway-url",
        "https://push.example.com/faye",
    ]);
    command
        .env("GROUPME_ACCESS_TOKEN", "a-token")
        .env("HTTPS_PROXY", format!("http://{address}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let listening = Running::start(command);
    let (stream, _) = soon(proxy.accept()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let asked = soon(lines.next_line()).await.unwrap();
    assert_eq!(
        asked.as_deref(),
        Some("CONNECT push.example.com:443 HTTP/1.1")
    );
    listening.signal("TERM").await;
    let left = listening.finish().await;
    assert_eq!(left.status, Some(5), "{}", left.stderr);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_until_the_time_is_over() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/faye", free.local_addr().unwrap());
    drop(free);
    let mut command = groupme(&[
        "listen",
        "--user",
        "1",
        "--gateway-url",
        &url,
        "--for",
        "2s",
    ]);
    command.env("GROUPME_ACCESS_TOKEN", "a-token");
    let tried = run(command).await;
    assert_eq!(tried.status, Some(5), "{}", tried.stderr);
    let lines = tried.json();
    let causes: Vec<_> = lines
        .iter()
        .filter(|line| line["state"] == "disconnected")
        .map(|line| line["cause"].as_str().unwrap())
        .collect();
    let (last, failed) = causes.split_last().unwrap();
    assert_eq!(*last, "disconnected as asked");
    assert!((2..12).contains(&failed.len()), "{failed:?}");
    for cause in failed {
        assert!(
            cause.contains("cannot connect to") && cause.contains("refused"),
            "{cause}"
        );
    }
}

#[tokio::test]
async fn every_event_of_a_conversation_names_it() {
    let sim = sim().await;
    let cast = *sim.cast();
    let api = sim.api_url();
    let mut listening = Running::start(listen(&sim, &["--api-url", &api]));
    listening.json_of("following").await;
    let lake = cast.lake.to_string();
    let direct = groupme_sim::Conversation::direct(cast.me, cast.mara).id();
    let id = sim.say("hello").unwrap();
    let psst = sim
        .with_world(|world| {
            world.react(id, cast.theo, "👍")?;
            let psst = world.direct_message(cast.mara, cast.me, "psst")?;
            world.react(psst, cast.mara, "👍")?;
            Ok::<_, groupme_sim::WorldError>(psst)
        })
        .unwrap();
    let gateway = sim.gateway_url();
    let typing = ["typing", "--group", &lake, "--gateway-url", &gateway];
    run(ask(&sim, &typing)).await.well();
    let mut seen = std::collections::BTreeSet::new();
    while !seen.contains("typing") {
        let event = listening.json_of("event").await;
        let kind = event["type"].as_str().unwrap().to_owned();
        let subject = event["data"]["subject"].to_string();
        let expected = if subject.contains(&psst.to_string()) {
            &direct
        } else {
            &lake
        };
        assert_eq!(event["conversation"], **expected, "{event}");
        seen.insert(kind);
    }
    assert!(
        seen.contains("line.create") && seen.contains("favorite"),
        "{seen:?}"
    );
    listening.signal("TERM").await;
    listening.finish().await.well();
}

#[tokio::test]
async fn a_proxy_that_a_cgi_program_must_not_use_is_named() {
    let sim = sim().await;
    let whoami = |name: &str| {
        let mut command = ask(&sim, &["whoami"]);
        command
            .env("REQUEST_METHOD", "GET")
            .env(name, "http://127.0.0.1:1")
            .env("NO_PROXY", "*");
        command
    };
    let named = run(whoami("HTTP_PROXY")).await;
    assert_eq!(named.status, Some(0), "{}", named.stderr);
    assert!(
        named.stderr.contains("HTTP_PROXY is ignored"),
        "{}",
        named.stderr
    );
    let usual = run(whoami("http_proxy")).await;
    assert_eq!((usual.status, usual.stderr.as_str()), (Some(0), ""));
}
