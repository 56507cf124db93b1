//! Members by their users, and reactions that come between.

use groupme_model::{GroupId, LikeIcon, UserId};
use groupme_rest::{Error, endpoint::members::NewMember};

use crate::scripted::{ScriptedServer, answer};

fn enveloped(response: &str) -> String {
    format!(r#"{{"response":{response},"meta":{{"code":200}}}}"#)
}

fn people() -> Vec<NewMember> {
    let mut emily = NewMember::user("602".into(), "Emily");
    emily.guid = Some("want-emily".to_owned());
    let mut phone = NewMember::default();
    (phone.nickname, phone.phone_number) = ("Kim".to_owned(), Some("+1 5555550100".to_owned()));
    phone.guid = Some("want-kim".to_owned());
    vec![NewMember::user("601".into(), "Alex"), emily, phone]
}

#[tokio::test(start_paused = true)]
async fn people_who_were_not_added_are_reported() {
    let members = r#"{"members":[{"id":"9001","user_id":"601","nickname":"Alex"},
        {"id":"9003","user_id":"777","nickname":"Kim","guid":"want-kim"}]}"#;
    let server = ScriptedServer::new([
        answer(202, enveloped(r#"{"results_id":"r-1"}"#)),
        answer(503, ""),
        answer(503, ""),
        answer(200, enveloped(members)),
    ]);
    let client = server.client();
    let outcome = client.add_members("1835", &people()).await.unwrap();
    assert_eq!((outcome.added.len(), outcome.pending.clone()), (2, None));
    let missing: Vec<_> = outcome.missing.iter().map(|one| &*one.nickname).collect();
    assert_eq!(missing, ["Emily"]);
    // Everybody has an id of the request's own, by which a person without a user is recognized.
    let asked = &server.received()[0].body;
    assert_eq!(asked.matches("\"guid\":").count(), 3, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_takes_longer_than_the_deadline_is_pending_and_not_an_error() {
    let begun = answer(202, enveloped(r#"{"results_id":"r-1"}"#));
    let server = ScriptedServer::new([begun].into_iter().chain((0..100).map(|_| answer(503, ""))));
    let mut kim = NewMember::default();
    (kim.nickname, kim.email) = ("Kim".to_owned(), Some("kim@example.com".to_owned()));
    let outcome = server.client().add_members("1835", &[kim]).await.unwrap();
    assert!(outcome.added.is_empty() && outcome.missing.is_empty());
    let pending = outcome.pending.unwrap();
    assert_eq!(pending.results_id, "r-1");
    // A person without a user is recognized by the guid that was drawn.
    let guid = outcome.asked[0].guid.as_deref().unwrap();
    let members = format!(r#"{{"members":[{{"id":"9001","user_id":"777","guid":"{guid}"}}]}}"#);
    let server = ScriptedServer::new([answer(200, enveloped(&members))]);
    let client = server.client();
    let later = client
        .added_members("1835", &pending, &outcome.asked)
        .await
        .unwrap();
    assert_eq!((later.added.len(), later.missing.len()), (1, 0));
    let server = ScriptedServer::new([answer(200, enveloped(r#"{"members":[]}"#))]);
    let client = server.client();
    let outcome = client
        .added_members("1835", &pending, &people())
        .await
        .unwrap();
    assert_eq!(outcome.missing.len(), 3);
    let server = ScriptedServer::new([answer(404, "")]);
    let client = server.client();
    let late = client.added_members("1835", &pending, &people()).await;
    assert!(matches!(late, Err(Error::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn a_user_is_removed_by_the_membership_that_the_list_names() {
    let members = enveloped(
        r#"{"memberships":[{"id":"9001","user_id":"601"},{"id":"9002","user_id":"602"}]}"#,
    );
    let server = ScriptedServer::new([
        answer(200, members.clone()),
        answer(200, ""),
        answer(200, members),
    ]);
    let client = server.client();
    let group = GroupId::from("1835");
    assert!(client.remove_user(&group, "602").await.unwrap());
    assert_eq!(
        server.lines()[1],
        "POST /v3/groups/1835/members/9002/remove"
    );
    assert_eq!(client.membership(&group, "603").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_reaction_that_another_one_of_the_account_came_before_says_so() {
    let reactions = |code: &str, user: &str| {
        enveloped(&format!(
            r#"{{"reactions":[{{"type":"unicode","code":"👀","user_ids":["9"]}},
                {{"type":"unicode","code":"{code}","user_ids":["{user}","8"]}}]}}"#
        ))
    };
    let react = async |answered: String| {
        let server = ScriptedServer::new([answer(200, ""), answer(200, answered)]);
        let client = server.client().with_user(UserId::from("185"));
        let icon = Some(LikeIcon::unicode("❤️"));
        client.react(GroupId::from("1835"), "170", icon).await
    };
    let other = react(reactions("👍", "185")).await;
    assert!(matches!(other, Err(Error::Overtaken { .. })), "{other:?}");
    // The same character in another spelling, and an answer without the own reaction.
    assert_eq!(react(reactions("\u{2764}", "185")).await.unwrap().len(), 2);
    assert_eq!(react(reactions("👍", "7")).await.unwrap().len(), 2);
    assert!(
        react(enveloped(r#"{"reactions":[]}"#))
            .await
            .unwrap()
            .is_empty()
    );
}
