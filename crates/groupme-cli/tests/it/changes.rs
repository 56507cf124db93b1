//! `groupme edit`, `delete`, `like` and `unlike`.

use groupme_sim::{Conversation, Sim};
use serde_json::{Value, json};

use crate::program::{ask, run, sim};

/// Adds the user's newest message in the group, with an image and a mention.
fn mine(sim: &Sim) -> String {
    let cast = *sim.cast();
    let attached = r#"[{"type":"mentions","user_ids":["1"],"loci":[[0,3]]},
        {"type":"image","url":"https://i.groupme.com/1"}]"#;
    sim.with_world(|world| {
        world.say_with_attachments(cast.lake, cast.me, Some("you, look"), attached)
    })
    .unwrap()
    .to_string()
}

#[tokio::test]
async fn an_edit_changes_the_text_and_keeps_the_image() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let id = mine(&sim);
    let edit = ["edit", "--group", &lake, &id, "look there"];
    let edited = run(ask(&sim, &edit)).await.well().one();
    assert_eq!(edited["id"], *id);
    assert_eq!(edited["text"], "look there");
    assert_eq!(
        edited["attachments"],
        json!([{"type": "image", "url": "https://i.groupme.com/1"}])
    );
}

#[tokio::test]
async fn direct_messages_are_edited_and_deleted_as_well() {
    let sim = sim().await;
    let mara = sim.cast().mara.to_string();
    let sent = run(ask(&sim, &["send", "--dm", &mara, "fist"]))
        .await
        .well()
        .one();
    let id = sent["id"].as_str().unwrap();
    let edited = run(ask(&sim, &["edit", "--dm", &mara, id, "first"]))
        .await
        .well()
        .one();
    assert_eq!(
        (&edited["id"], &edited["text"]),
        (&sent["id"], &json!("first"))
    );
    let deleted = run(ask(&sim, &["delete", "--dm", &mara, id]))
        .await
        .well()
        .one();
    let conversation = Conversation::direct(sim.cast().me, sim.cast().mara).id();
    assert_eq!(
        deleted,
        json!({"kind": "deleted", "conversation": conversation, "message": id})
    );
    let history = run(ask(&sim, &["history", "--dm", &mara]))
        .await
        .well()
        .json();
    let left = history.iter().find(|message| message["id"] == *id).unwrap();
    assert_eq!(left["deletion_actor"], "sender");
}

#[tokio::test]
async fn editing_a_message_of_others_is_refused_without_blaming_the_token() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let id = sim.say("mine alone").unwrap().to_string();
    for arguments in [
        &["edit", "--group", &lake, &id, "yours"][..],
        &["delete", "--group", &lake, &id],
    ] {
        let result = run(ask(&sim, arguments)).await;
        assert!(
            result.refused(4).contains("token is valid"),
            "{}",
            result.stderr
        );
    }
}

#[tokio::test]
async fn a_message_can_be_deleted_once() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let id = mine(&sim);
    let delete = ["delete", "--group", &lake, &id, "--format", "text"];
    assert_eq!(
        run(ask(&sim, &delete)).await.well().stdout,
        format!("deleted {id}\n")
    );
    assert!(
        run(ask(&sim, &delete))
            .await
            .refused(4)
            .contains("not found")
    );
}

#[tokio::test]
async fn another_like_takes_the_place_of_the_one_before() {
    let sim = sim().await;
    let cast = *sim.cast();
    let lake = cast.lake.to_string();
    let id = sim.say("who is coming?").unwrap().to_string();
    let react = |command: &str, more: &[&str]| {
        let arguments = [&[command, "--group", &lake, &id], more].concat();
        ask(&sim, &arguments)
    };
    let result = run(react("like", &["--emoji", "👍"])).await.well().one();
    assert_eq!(
        (&result["kind"], &result["message"]),
        (&json!("reactions"), &json!(id))
    );
    let mine = json!([cast.me.to_string()]);
    let reactions = |result: &Value| {
        let reactions = result["reactions"].as_array().unwrap().clone();
        assert!(
            reactions.iter().all(|one| one["user_ids"] == mine),
            "{result}"
        );
        reactions.len()
    };
    assert_eq!(reactions(&result), 1);
    let result = run(react("like", &["--pack", "1:5"])).await.well().one();
    assert_eq!(reactions(&result), 1);
    let picture = &result["reactions"][0];
    assert_eq!(
        (&picture["pack_id"], &picture["pack_index"]),
        (&json!(1), &json!(5))
    );
    // GroupMe does not return the reactions after a plain like.
    assert!(run(react("like", &[])).await.well().one()["reactions"].is_null());
    let newest = ["history", "--limit", "1", "--group", &lake];
    let seen = run(ask(&sim, &newest)).await.well().one();
    assert_eq!(seen["reactions"][0]["code"], "❤️");
    assert_eq!(
        run(react("unlike", &[])).await.well().one()["reactions"],
        json!([])
    );
    let result = run(react("like", &["--emoji", "🔥", "--format", "text"])).await;
    assert_eq!(result.well().stdout, format!("reactions to {id}: 🔥\n"));
}

#[tokio::test]
async fn direct_messages_are_liked_as_well() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mara = cast.mara.to_string();
    let id = sim
        .with_world(|world| world.direct_message(cast.mara, cast.me, "psst"))
        .unwrap()
        .to_string();
    let result = run(ask(&sim, &["like", "--dm", &mara, &id, "--emoji", "👍"])).await;
    assert_eq!(result.well().one()["reactions"][0]["code"], "👍");
}
