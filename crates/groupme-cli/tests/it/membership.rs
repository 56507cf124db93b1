//! `groupme members`, `topics`, `join` and `leave`.

use serde_json::json;

use crate::{
    canned::{Answer, Canned},
    program::{ask, asking, run, sim},
};

#[tokio::test]
async fn members_and_topics_are_listed_by_the_name_of_their_group() {
    let sim = sim().await;
    let cast = *sim.cast();
    let topic = sim
        .with_world(|world| world.add_topic(cast.lake, cast.me, "Food"))
        .unwrap();
    let members = run(ask(&sim, &["members", "--group", "Lake weekend"])).await;
    let members = members.well().json();
    assert_eq!(members.len(), 5);
    let mara = members
        .iter()
        .find(|member| member["user_id"] == cast.mara.to_string())
        .unwrap();
    assert_eq!(mara["nickname"], "Mara");
    let arguments = ["members", "--group", "lake weekend", "--format", "pretty"];
    let table = run(ask(&sim, &arguments)).await.well().stdout;
    let header = table.lines().next().unwrap();
    let line = table.lines().find(|line| line.contains("Mara")).unwrap();
    assert_eq!(line.find("Mara"), header.find("NAME"), "{table}");
    let former = ["members", "--group", "Lake weekend", "--former"];
    assert!(run(ask(&sim, &former)).await.well().json().is_empty());

    let topics = run(ask(&sim, &["topics", "--group", "Lake weekend"])).await;
    let topics = topics.well().one();
    assert_eq!(topics["topic"], "Food");
    assert_eq!(
        topics["id"].to_string().trim_matches('"'),
        topic.to_string()
    );
}

#[tokio::test]
async fn a_group_is_left_and_joined_by_its_link_or_its_parts() {
    let sim = sim().await;
    let cast = *sim.cast();
    let (lake, token) = (
        cast.lake.to_string(),
        sim.with_world(|world| world.share_token(cast.lake)),
    );
    let is_member = || sim.with_world(|world| world.members(cast.lake).contains(&cast.me));
    let unasked = run(ask(&sim, &["leave", "--group", "Lake weekend"])).await;
    assert!(unasked.refused(2).contains("--yes"), "{}", unasked.stderr);
    assert!(is_member());
    let leave = ["leave", "--group", "Lake weekend", "--yes"];
    if sim.with_world(|world| world.owner(cast.lake)) == Some(cast.me) {
        sim.with_world(|world| world.change_owner(cast.lake, cast.me, cast.mara))
            .unwrap();
    }
    let left = run(ask(&sim, &leave)).await.well().one();
    assert_eq!(
        left,
        json!({"kind": "left", "group": lake, "name": "Lake weekend"})
    );
    assert!(!is_member());
    let again = run(ask(&sim, &["leave", "--group", &lake, "--yes"])).await;
    assert!(again.refused(4).contains("not found"), "{}", again.stderr);

    // One who left comes back by rejoining; the link is for those who were never there.
    let stranger = sim
        .with_world(|world| world.add_group("Harbour", cast.mara, &[]))
        .unwrap();
    let token_of = sim.with_world(|world| world.share_token(stranger));
    let link = format!("https://groupme.com/join_group/{stranger}/{token_of}");
    let joined = run(ask(&sim, &["join", &link])).await.well().one();
    assert_eq!(
        joined,
        json!({"kind": "joined", "group": stranger.to_string(), "name": "Harbour",
            "pending": false})
    );
    let parts = [
        "join",
        &stranger.to_string(),
        &token_of,
        "--format",
        "pretty",
    ];
    let shown = run(ask(&sim, &parts)).await.well().stdout;
    assert_eq!(shown, format!("joined \"Harbour\" ({stranger})\n"));
    let wrong = run(ask(&sim, &["join", &lake, "WRONG123"])).await;
    let error = wrong.refused(4);
    assert!(
        !error.contains("WRONG123") && !error.contains(&token),
        "the token of a link is a secret: {error}"
    );
    assert!(error.contains(&format!("groups/{lake}/join/…")), "{error}");
}

#[tokio::test]
async fn an_unusable_link_and_a_join_question_are_errors_with_a_remedy() {
    let server = Canned::start(|_| {
        Answer::Json(
            400,
            json!({"meta": {"code": 40016, "errors": ["answer required"]}}),
        )
    })
    .await;
    for (arguments, status, reason) in [
        (
            &["join", "https://example.com/join_group/1/a"][..],
            2,
            "join_group/1835",
        ),
        (&["join", "1835"], 2, "share link"),
        (&["join", "Lake", "AbCd12"], 2, "no group id"),
        (&["join", "1835", "AbCd12"], 4, "add --answer"),
    ] {
        let result = run(asking(&server.url, "a-token", arguments)).await;
        let error = result.refused(status);
        assert!(error.contains(reason), "{error}");
    }
}
