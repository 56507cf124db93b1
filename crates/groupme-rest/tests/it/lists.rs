//! Lists as streams.

use groupme_rest::Error;

use crate::scripted::{Outcome, ScriptedServer, answer};

fn page(ids: impl IntoIterator<Item = u32>) -> Outcome {
    let groups: Vec<_> = ids
        .into_iter()
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let groups = groups.join(",");
    answer(
        200,
        format!(r#"{{"response":[{groups}],"meta":{{"code":200}}}}"#),
    )
}

#[tokio::test(start_paused = true)]
async fn groups_come_once_each_although_they_move_between_pages() {
    let server = ScriptedServer::new([page([3, 2]), page([2, 1]), page([])]);
    let groups = server.client().groups().all().await.unwrap();
    let ids: Vec<_> = groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(ids, ["3", "2", "1"]);
    let lines = server.lines();
    assert_eq!(
        lines[0],
        "GET /v3/groups?page=1&per_page=100&omit=memberships"
    );
    assert_eq!(lines.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_too_large_is_divided_from_the_same_element_on() {
    let dense = || answer(200, format!("[{}{{}}]", "{},".repeat(30_000)));
    let script = [
        page(1..=20),
        dense(),
        page(21..=30),
        page(31..=40),
        page([41]),
        page([]),
    ];
    let server = ScriptedServer::new(script);
    let groups = server.client().groups_with_members().all().await.unwrap();
    let ids = groups
        .iter()
        .map(|group| group.id.as_str().parse::<u32>().unwrap());
    assert!(ids.eq(1..=41));
    let pages: Vec<_> = server.lines();
    let expected = [
        "1&per_page=20",
        "2&per_page=20",
        "3&per_page=10",
        "4&per_page=10",
        "5&per_page=10",
        "6&per_page=10",
    ];
    let expected = expected.map(|page| format!("GET /v3/groups?page={page}"));
    assert_eq!(pages, expected);
    // Down to one group at a time.
    let server = ScriptedServer::new((0..9).map(|_| dense()));
    let error = server
        .client()
        .groups_with_members()
        .all()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    let last = server.lines().pop().unwrap();
    assert!(last.ends_with("page=1&per_page=1"), "{last}");
}

#[tokio::test(start_paused = true)]
async fn after_an_error_the_same_page_is_requested_again() {
    let server = ScriptedServer::new([page([2]), answer(403, ""), page([1]), page([])]);
    let mut groups = server.client().groups();
    assert_eq!(groups.next().await.unwrap().unwrap().id, "2");
    assert!(matches!(
        groups.next().await,
        Some(Err(Error::Forbidden(_)))
    ));
    assert_eq!(groups.next().await.unwrap().unwrap().id, "1");
    assert!(groups.next().await.is_none() && groups.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_list_without_an_end_ends_by_name() {
    let pages = (0..300).map(|number| page(number * 100..(number + 1) * 100));
    let server = ScriptedServer::new(pages);
    let error = server.client().groups().all().await.unwrap_err();
    assert!(
        matches!(error, Error::Endless { limit: 20_000, .. }),
        "{error}"
    );
    assert!(server.lines().len() < 210);
}

#[tokio::test(start_paused = true)]
async fn members_are_one_answer_and_chats_without_a_user_do_not_keep_a_list_going() {
    let members =
        r#"{"response":{"memberships":[{"id":"7","user_id":"1"},{"id":"8"}]},"meta":{"code":200}}"#;
    let server = ScriptedServer::new([answer(200, members)]);
    let found = server.client().members("1835").all().await.unwrap();
    assert_eq!((found.len(), server.lines().len()), (2, 1));
    let nameless = || {
        answer(
            200,
            r#"{"response":[{"last_message":{"id":"1"}}],"meta":{"code":200}}"#,
        )
    };
    let server = ScriptedServer::new((0..9).map(|_| nameless()));
    assert_eq!(server.client().chats().all().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_its_last_page_ends_a_list_whose_pages_were_divided() {
    let dense = answer(200, format!("[{}{{}}]", "{},".repeat(30_000)));
    let pages = [dense].into_iter().chain((0..500).map(|_| page([1, 2])));
    let server = ScriptedServer::new(pages);
    let groups = server.client().groups().all().await.unwrap();
    assert_eq!(groups.len(), 2);
    assert!(server.lines().len() < 10, "{}", server.lines().len());
}

#[tokio::test(start_paused = true)]
async fn an_element_that_cannot_be_read_by_itself_is_an_error_and_the_next_ones_follow() {
    let dense = || answer(200, format!("[{}{{}}]", "{},".repeat(30_000)));
    // Pages of 100, 50, 25, 1.
    let script = (0..4).map(|_| dense()).chain([page([2]), page([])]);
    let server = ScriptedServer::new(script);
    let mut groups = server.client().groups();
    assert!(matches!(
        groups.next().await,
        Some(Err(Error::Unreadable { .. }))
    ));
    assert_eq!(groups.next().await.unwrap().unwrap().id, "2");
    assert!(groups.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_page_is_not_forgotten_over_an_empty_smaller_one() {
    let dense = || answer(200, format!("[{}{{}}]", "{},".repeat(30_000)));
    let server = ScriptedServer::new([page(1..=100), dense(), dense(), page([])]);
    let mut groups = server.client().groups();
    for _ in 0..100 {
        assert!(groups.next().await.unwrap().is_ok());
    }
    assert!(matches!(
        groups.next().await,
        Some(Err(Error::Unreadable { .. }))
    ));
    assert!(groups.next().await.is_none());
    assert_eq!(server.lines().len(), 4);
}
