//! `groupme send`.

use core::sync::atomic::{AtomicUsize, Ordering};

use groupme_sim::Conversation;
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{ask, asking, run, run_with, sim},
};

#[tokio::test]
async fn a_message_is_printed_as_groupme_has_it_then() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let sent = run(ask(&sim, &["send", "--group", &lake, "hello"]))
        .await
        .well()
        .one();
    assert_eq!(sent["text"], "hello");
    assert_eq!(sent["group_id"], *lake);
    assert_eq!(sent["user_id"], *sim.user_id());
    let seen = run(ask(&sim, &["history", "--group", &lake, "--limit", "1"])).await;
    assert_eq!(seen.well().one()["id"], sent["id"]);
}

#[tokio::test]
async fn a_user_is_written_to_by_their_id_or_that_of_the_conversation() {
    let sim = sim().await;
    let cast = *sim.cast();
    let pair = Conversation::direct(cast.me, cast.mara).id();
    for with in [cast.mara.to_string(), pair.clone()] {
        let sent = run(ask(&sim, &["send", "--dm", &with, "psst"]))
            .await
            .well()
            .one();
        assert_eq!(sent["recipient_id"], cast.mara.to_string());
        assert_eq!(sent["conversation_id"], *pair);
    }
    let result = run(ask(&sim, &["send", "--dm", "1+2", "psst"])).await;
    assert!(
        result
            .refused(2)
            .contains("`1+2` is not a conversation of this account")
    );
}

#[tokio::test]
async fn the_text_can_come_from_standard_input() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    for (input, text) in [
        (&b"one line\n"[..], "one line"),
        (b"two\nlines\r\n", "two\nlines"),
        (b"no break", "no break"),
        (b"\n\n", "\n"),
    ] {
        let command = ask(&sim, &["send", "--group", &lake, "-"]);
        assert_eq!(run_with(command, input).await.well().one()["text"], text);
    }
    for (input, reason) in [
        (String::new(), "empty"),
        ("x".repeat(1001), "1001 characters"),
        ("x".repeat(70_000), "1,000 characters"),
    ] {
        let command = ask(&sim, &["send", "--group", &lake, "-"]);
        let result = run_with(command, input.as_bytes()).await;
        assert!(result.refused(2).contains(reason), "{}", result.stderr);
    }
    let result = run_with(ask(&sim, &["send", "--group", &lake, "-"]), b"\xff").await;
    assert!(
        result.refused(2).contains("standard input"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn an_answer_names_what_it_answers_and_where_its_thread_began() {
    let sim = sim().await;
    let cast = *sim.cast();
    let lake = cast.lake.to_string();
    let first = sim.say("who is coming?").unwrap().to_string();
    let reply =
        |to: &str, text: &str| ask(&sim, &["send", "--group", &lake, "--reply-to", to, text]);
    let second = run(reply(&first, "me")).await.well().one();
    assert_eq!(
        second["attachments"],
        json!([{"type": "reply", "reply_id": first, "base_reply_id": first,
            "user_id": cast.mara.to_string()}])
    );
    let second = second["id"].as_str().unwrap();
    let third = run(reply(second, "me too")).await.well().one();
    let part = &third["attachments"][0];
    assert_eq!(
        (&part["reply_id"], &part["base_reply_id"]),
        (&json!(second), &json!(first))
    );
    assert_eq!(part["user_id"], *sim.user_id());
    let result = run(reply("1", "to nothing")).await;
    assert!(result.refused(4).contains("not found"), "{}", result.stderr);
}

#[tokio::test]
async fn words_of_the_text_mention_one_user_or_everybody_else() {
    let sim = sim().await;
    let cast = *sim.cast();
    let lake = cast.lake.to_string();
    let mentioning = |mentions: &[&str], text: &str| {
        let mut arguments = vec!["send", "--group", &*lake];
        for mention in mentions {
            arguments.extend(["--mention", *mention]);
        }
        arguments.push(text);
        ask(&sim, &arguments)
    };
    let mara = format!("{}=@Mara", cast.mara);
    let sent = run(mentioning(&[&mara], "🚣 @Mara, six"))
        .await
        .well()
        .one();
    assert_eq!(
        sent["attachments"],
        json!([{"type": "mentions", "user_ids": [cast.mara.to_string()], "loci": [[3, 5]]}])
    );
    let sent = run(mentioning(&["everyone=@all"], "@all six"))
        .await
        .well()
        .one();
    let part = &sent["attachments"][0];
    let mut users: Vec<_> = part["user_ids"].as_array().unwrap().iter().collect();
    let others = sim.with_world(|world| {
        let members = world.members(cast.lake).iter();
        let others = members.filter(|user| **user != cast.me);
        others
            .map(|user| json!(user.to_string()))
            .collect::<Vec<_>>()
    });
    users.sort_by_key(ToString::to_string);
    let mut others: Vec<_> = others.iter().collect();
    others.sort_by_key(ToString::to_string);
    assert_eq!(users, others);
    let places = part["loci"].as_array().unwrap();
    assert!(places.len() == others.len() && places.iter().all(|place| *place == json!([0, 4])));

    let refused = run(mentioning(&["1=@Nobody"], "hello")).await;
    assert!(
        refused.refused(2).contains("`@Nobody` of --mention"),
        "{}",
        refused.stderr
    );
    for wrong in ["1", "=@a", "1="] {
        let refused = run(mentioning(&[wrong], "hello")).await;
        assert_eq!(refused.status, Some(2));
        assert!(refused.stderr.contains("185=@Ada"), "{}", refused.stderr);
    }
    let theo = cast.theo.to_string();
    let direct = ["send", "--dm", &theo, "--mention", "everyone=@a", "@a"];
    let refused = run(ask(&sim, &direct)).await;
    assert!(
        refused.refused(2).contains("is for groups"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn the_same_guid_is_the_same_message() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let send = || {
        ask(
            &sim,
            &["send", "--group", &lake, "--guid", "my-own", "once"],
        )
    };
    let first = run(send()).await.well().one();
    assert_eq!(first["source_guid"], "my-own");
    assert_eq!(run(send()).await.well().one()["id"], first["id"]);
    let mut people = send();
    people.args(["--format", "text"]);
    let result = run(people).await.well().stdout;
    assert_eq!(
        result,
        format!("already sent, as {}\n", first["id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn an_image_is_uploaded_first_and_needs_no_text() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
    fn answer(asked: &Asked) -> Answer {
        let picture = "https://i.groupme.com/1x1.png.1";
        match &*asked.line {
            "POST /image/pictures" => Answer::Json(200, json!({"payload": {"url": picture}})),
            "POST /v3/groups/7/messages" => {
                Answer::Json(201, enveloped(json!({"message": {"id": "1"}})))
            }
            _ => Answer::Json(404, Value::Null),
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), PNG).unwrap();
    let server = Canned::start(answer).await;
    let path = file.path().to_str().unwrap();
    let command = asking(
        &server.url,
        "a-token",
        &["send", "--group", "7", "--image", path],
    );
    assert_eq!(run(command).await.well().one()["id"], "1");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, PNG);
    assert!(
        asked[0].head.contains("content-type: image/png"),
        "{}",
        asked[0].head
    );
    let message = &asked[1].json()["message"];
    assert_eq!(
        message["attachments"],
        json!([{"type": "image", "url": "https://i.groupme.com/1x1.png.1"}])
    );
    assert_eq!(message.get("text"), None);
}

#[tokio::test]
async fn a_lost_answer_is_an_error_that_says_how_to_send_again_without_a_duplicate() {
    let server = Canned::start(|_| Answer::None).await;
    let arguments = ["send", "--group", "7", "--timeout", "1s", "hello"];
    let result = run(asking(&server.url, "a-token", &arguments)).await;
    let words = result.refused(5);
    let asked = server.asked();
    let guid = asked[0].json()["message"]["source_guid"].clone();
    assert!(
        words.contains(&format!("--guid {}", guid.as_str().unwrap())),
        "{words}"
    );
    // Each attempt carried the same id.
    assert!(
        asked
            .iter()
            .all(|one| one.json()["message"]["source_guid"] == guid)
    );
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_names_the_id_for_a_retry_too() {
    for status in [429, 403, 400, 404] {
        let requests = AtomicUsize::new(0);
        let server = Canned::start(move |_| {
            if requests.fetch_add(1, Ordering::SeqCst) == 0 {
                Answer::None
            } else {
                Answer::Json(status, json!({"meta": {"code": status}}))
            }
        })
        .await;
        let arguments = [
            "send",
            "--group",
            "7",
            "--timeout",
            "3s",
            "--guid",
            "g",
            "hello",
        ];
        let result = run(asking(&server.url, "a-token", &arguments)).await;
        assert!(result.stderr.contains("--guid g"), "{}", result.stderr);
        assert!(
            result.stderr.contains("may have been processed"),
            "{}",
            result.stderr
        );
    }
}

#[tokio::test]
async fn a_message_that_was_sent_before_and_cannot_be_found_is_a_success() {
    fn answer(asked: &Asked) -> Answer {
        if asked.line.starts_with("POST") {
            Answer::Json(409, json!({"meta": {"code": 409, "errors": ["duplicate"]}}))
        } else {
            Answer::Json(200, enveloped(json!({"count": 0, "messages": []})))
        }
    }
    let server = Canned::start(answer).await;
    let arguments = ["send", "--group", "7", "--guid", "g", "hello"];
    let sent = run(asking(&server.url, "a-token", &arguments)).await.well();
    assert_eq!(sent.one(), json!({"id": null, "source_guid": "g"}));
}

#[tokio::test]
async fn a_long_text_is_sent_in_numbered_parts_in_their_order() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let lines: Vec<_> = (0..50)
        .map(|number| format!("line {number} {}\n", "x".repeat(40)))
        .collect();
    let text = lines.concat();
    let send = |more: &[&str]| {
        let arguments = [&["send", "--group", &lake], more, &["-"]].concat();
        ask(&sim, &arguments)
    };
    let parts = run_with(send(&["--split", "--guid", "g"]), text.as_bytes()).await;
    let parts = parts.well().json();
    let texts: Vec<_> = parts
        .iter()
        .map(|part| part["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts.len(), 3);
    for (text, head) in texts
        .iter()
        .zip(["(1/3) line 0 ", "(2/3) line ", "(3/3) line "])
    {
        assert!(text.starts_with(head) && text.ends_with('x'), "{text}");
        assert!(text.chars().count() <= 1_000);
    }
    let guids: Vec<_> = parts
        .iter()
        .map(|part| part["source_guid"].clone())
        .collect();
    assert_eq!(guids, ["g-1", "g-2", "g-3"]);
    let short = run_with(send(&["--split", "--guid", "s"]), b"short")
        .await
        .well();
    assert_eq!(
        (&short.one()["text"], &short.one()["source_guid"]),
        (&json!("short"), &json!("s"))
    );
    let far = run_with(send(&["--split"]), "x".repeat(70_000).as_bytes()).await;
    assert!(
        far.refused(2).contains("more than 65536 bytes"),
        "{}",
        far.stderr
    );
}

#[tokio::test]
async fn parts_that_are_sent_are_not_sent_twice() {
    fn answer(asked: &Asked) -> Answer {
        let guid = asked.json()["message"]["source_guid"].clone();
        if guid == "g-3" {
            return Answer::Json(403, json!({"meta": {"code": 403, "errors": ["slow down"]}}));
        }
        Answer::Json(
            201,
            enveloped(json!({"message": {"id": "1", "source_guid": guid}})),
        )
    }
    let server = Canned::start(answer).await;
    let text = "word ".repeat(600);
    let arguments = ["send", "--group", "7", "--split", "--guid", "g", &text];
    let result = run(asking(&server.url, "a-token", &arguments)).await;
    assert!(
        result.stderr.contains("--guid g --from-part 3"),
        "{}",
        result.stderr
    );
    assert_eq!((result.status, result.json().len()), (Some(4), 2));
    assert!(
        result.stderr.contains("2 of 4 parts are sent"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn the_parts_that_are_missing_are_sent_alone() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let text = "word ".repeat(600);
    let send = |from: &str| {
        let arguments = [
            "send",
            "--group",
            &lake,
            "--split",
            "--guid",
            "g",
            "--from-part",
            from,
            &text,
        ];
        ask(&sim, &arguments)
    };
    let parts = run(send("3")).await.well().json();
    let guids: Vec<_> = parts
        .iter()
        .map(|part| part["source_guid"].clone())
        .collect();
    assert_eq!(guids, ["g-3", "g-4"]);
    assert!(parts[0]["text"].as_str().unwrap().starts_with("(3/4) "));
    let beyond = run(send("5")).await;
    assert!(
        beyond.refused(2).contains("the text has 4"),
        "{}",
        beyond.stderr
    );
    let without = [
        "send",
        "--group",
        &lake,
        "--split",
        "--from-part",
        "2",
        &text,
    ];
    let without = run(ask(&sim, &without)).await;
    assert_eq!(without.status, Some(2));
    assert!(without.stderr.contains("--guid"), "{}", without.stderr);
}

#[tokio::test]
async fn a_part_of_unknown_fate_is_named_with_the_way_to_go_on() {
    fn answer(asked: &Asked) -> Answer {
        let guid = asked.json()["message"]["source_guid"].clone();
        if guid == "g-2" {
            return Answer::None;
        }
        Answer::Json(
            201,
            enveloped(json!({"message": {"id": "1", "source_guid": guid}})),
        )
    }
    let server = Canned::start(answer).await;
    let text = "word ".repeat(600);
    let arguments = [
        "send",
        "--group",
        "7",
        "--split",
        "--guid",
        "g",
        "--timeout",
        "1s",
        &text,
    ];
    let result = run(asking(&server.url, "a-token", &arguments)).await;
    assert_eq!((result.status, result.json().len()), (Some(5), 1));
    assert!(
        result
            .stderr
            .contains("1 of 4 parts are sent, and part 2 may be")
            && result.stderr.contains("--guid g --from-part 2"),
        "{}",
        result.stderr
    );
}
