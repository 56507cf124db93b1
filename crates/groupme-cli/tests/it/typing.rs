//! `groupme typing`.

use groupme_sim::Conversation;
use serde_json::json;

use crate::program::{Running, ask, listen, run, sim};

#[tokio::test]
async fn other_members_see_typing_in_groups_and_in_direct_messages() {
    let sim = sim().await;
    let cast = *sim.cast();
    let (lake, mara) = (cast.lake.to_string(), cast.mara.to_string());
    let pair = Conversation::direct(cast.me, cast.mara);
    let url = sim.gateway_url();
    let mut watching = Running::start(listen(&sim, &["--group", &lake, "--dm", &mara]));
    for _ in 0..3 {
        assert_eq!(watching.json_of("subscription").await["state"], "active");
    }
    for (place, arguments) in [
        (Conversation::Group(cast.lake), ["--group", &lake]),
        (pair, ["--dm", &mara]),
        (pair, ["--dm", &pair.id()]),
    ] {
        let typing = [&["typing", "--gateway-url", &url], &arguments[..]].concat();
        let result = run(ask(&sim, &typing)).await.well().one();
        assert_eq!(
            result,
            json!({"kind": "typing", "channel": place.channel()})
        );
        let seen = watching.json_of("event").await;
        assert_eq!(
            (&seen["type"], &seen["channel"]),
            (&json!("typing"), &result["channel"])
        );
        assert_eq!(seen["data"]["user_id"], *sim.user_id());
    }
}

#[tokio::test]
async fn a_typing_notice_is_repeated_until_the_command_is_stopped() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let url = sim.gateway_url();
    let mut watching = Running::start(listen(&sim, &["--group", &lake]));
    for _ in 0..2 {
        assert_eq!(watching.json_of("subscription").await["state"], "active");
    }
    let arguments = [
        "typing",
        "--gateway-url",
        &url,
        "--group",
        &lake,
        "--for",
        "1h",
    ];
    let typing = Running::start(ask(&sim, &arguments));
    for _ in 0..2 {
        assert_eq!(watching.json_of("event").await["type"], "typing");
    }
    typing.signal("TERM").await;
    typing.finish().await.well();
}

#[tokio::test]
async fn a_group_of_others_is_refused() {
    let sim = sim().await;
    let foreign = sim.cast().surprise.to_string();
    let url = sim.gateway_url();
    let result = run(ask(
        &sim,
        &["typing", "--gateway-url", &url, "--group", &foreign],
    ))
    .await;
    let words = result.refused(4);
    assert!(
        words.contains(&format!("/group/{foreign}")) && words.contains("check"),
        "{words}"
    );
    let result = run(ask(
        &sim,
        &["typing", "--gateway-url", &url, "--dm", "nobody"],
    ))
    .await;
    assert!(result.refused(4).contains("nobody"), "{}", result.stderr);
}
