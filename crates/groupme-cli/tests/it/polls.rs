//! `groupme polls` and `pins`.

use crate::program::{ask, run, sim};

#[tokio::test]
async fn a_poll_is_created_voted_in_by_name_listed_and_ended() {
    let sim = sim().await;
    let polls = |action: &str, more: &[&str]| {
        let arguments = [&["polls", action, "--group", "Lake weekend"], more].concat();
        ask(&sim, &arguments)
    };
    let create = ["Which day?", "Friday", "Saturday", "--ends", "2 hours"];
    let created = run(polls("create", &create)).await.well().one();
    let id = created["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(created["data"]["subject"], "Which day?");
    let voted = run(polls("vote", &["which day?", "saturday"])).await;
    assert_eq!(voted.well().one()["user_vote"], "2");
    let voted = run(polls("vote", &[&id, "1"])).await.well().one();
    assert_eq!(voted["user_vote"], "1");
    let table = run(polls("list", &["--format", "pretty"])).await.well();
    let line = table.stdout.lines().nth(1).unwrap();
    assert!(
        line.starts_with(&id) && line.ends_with("Friday 1*, Saturday 0"),
        "{line}"
    );
    for (wanted, reason) in [
        (&["Which day?", "Sunday"][..], "no option is named `Sunday`"),
        (&["Which dy?", "Friday"], "similar names: Which day?"),
    ] {
        let result = run(polls("vote", wanted)).await;
        assert!(result.refused(4).contains(reason), "{}", result.stderr);
    }
    let both = run(polls("vote", &[&id, "1", "2"])).await;
    assert!(
        both.refused(2).contains("takes one option"),
        "{}",
        both.stderr
    );
    let ended = run(polls("end", &["Which day?"])).await.well().one();
    assert_eq!(ended["data"]["status"], "past");
}

#[tokio::test]
async fn a_poll_of_several_options_takes_several_votes() {
    let sim = sim().await;
    let place = ["--group", "Lake weekend"];
    let create = [
        &["polls", "create"],
        &place[..],
        &[
            "Bring what?",
            "Cake",
            "Salad",
            "Tent",
            "--multiple",
            "--anonymous",
        ],
    ];
    let created = run(ask(&sim, &create.concat())).await.well().one();
    assert_eq!(created["data"]["visibility"], "anonymous");
    let vote = [
        &["polls", "vote"],
        &place[..],
        &["Bring what?", "cake", "3"],
    ]
    .concat();
    let voted = run(ask(&sim, &vote)).await.well().one();
    assert_eq!(voted["user_votes"], serde_json::json!(["1", "3"]));
    let past = [
        &["polls", "create"],
        &place[..],
        &["?", "a", "b", "--ends", "yesterday"],
    ];
    let refused = run(ask(&sim, &past.concat())).await;
    assert_eq!(refused.status, Some(2));
    assert!(
        refused.stderr.contains("which is over"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn a_message_is_pinned_listed_and_unpinned() {
    let sim = sim().await;
    let id = sim.say("the keys are under the mat").unwrap().to_string();
    let pins = |action: &str, more: &[&str]| {
        let arguments = [&["pins", action, "--group", "Lake weekend"], more].concat();
        run(ask(&sim, &arguments))
    };
    let pinned = pins("add", &["@last"]).await.well().one();
    assert_eq!(
        (&pinned["kind"], &pinned["message"]),
        (&"pinned".into(), &(*id).into())
    );
    assert_eq!(pins("list", &[]).await.well().one()["id"], *id);
    let shown = pins("remove", &[&id, "--format", "pretty"]).await.well();
    assert_eq!(shown.stdout, format!("unpinned {id}\n"));
    assert!(pins("list", &[]).await.json().is_empty());
}
