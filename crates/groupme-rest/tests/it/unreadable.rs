//! Answers with something that cannot be read: in one value, in one message, or as a whole.

use groupme_model::{GroupId, HistoryWindow};
use groupme_rest::{
    Conversation, Error,
    endpoint::{
        Page, groups,
        messages::{self, MessagePage},
    },
};
use http::{HeaderMap, StatusCode};

use crate::scripted::{Outcome, ScriptedServer, answer};

fn decode(body: &str) -> Result<MessagePage, Error> {
    let call = messages::list(GroupId::from("1835"), &HistoryWindow::Newest, 20);
    call.decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
}

fn enveloped(messages: &str) -> String {
    format!(r#"{{"response":{{"count":2,"messages":[{messages}]}},"meta":{{"code":200}}}}"#)
}

#[test]
fn an_unknown_object_does_not_pass_for_an_empty_list() {
    let decode = |body: &str| {
        groups::list(Page::new(1, 10)).decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
    };
    for unknown in [r#"{"items":[{"id":"1"}]}"#, r#"{"error":"try again"}"#] {
        for body in [
            unknown.to_owned(),
            format!(r#"{{"response":{unknown},"meta":{{"code":200}}}}"#),
        ] {
            let error = decode(&body).unwrap_err();
            assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
        }
    }
    for empty in ["[]", "{}", "null", r#"{"groups":null}"#, r#"{"groups":[]}"#] {
        let body = format!(r#"{{"response":{empty},"meta":{{"code":200}}}}"#);
        assert!(decode(&body).unwrap().is_empty(), "{body}");
    }
}

#[test]
fn a_value_that_cannot_be_read_costs_neither_its_message_nor_its_page() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for (field, problem) in [
        (
            format!(r#""attachments":[{{"type":"x","a":{deep}}}]"#),
            "a value nested too deeply",
        ),
        (
            r#""created_at":1e400"#.to_owned(),
            "a number outside the range of a float",
        ),
        (format!(r#""reactions":{deep}"#), "a list"),
        (
            r#""novelty":{"n":[-1e999]}"#.to_owned(),
            "a number outside the range of a float",
        ),
    ] {
        let bad = format!(r#"{{"id":"2","text":"bad",{field}}}"#);
        let page = decode(&enveloped(&format!(r#"{{"id":"3"}},{bad},{{"id":"1"}}"#))).unwrap();
        let ids: Vec<_> = page.messages().map(|row| row.id().to_string()).collect();
        assert_eq!(
            (&ids[..], page.unreadable),
            (&["3", "2", "1"].map(String::from)[..], 0)
        );
        let bad = page.messages().nth(1).unwrap();
        assert_eq!(bad.text(), Some("bad"));
        let problems = bad.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].found, problem);
        assert_eq!(page.into_messages()[1].text.as_deref(), Some("bad"));
    }
}

#[test]
fn a_message_whose_id_cannot_be_read_is_counted() {
    let page = decode(&enveloped(r#"{"id":1e400},{"id":"1"}"#)).unwrap();
    assert_eq!((page.len(), page.unreadable), (1, 1));
}

#[test]
fn an_answer_of_too_many_values_or_objects_is_refused_by_name() {
    let cause = |body: &str| {
        let error = decode(body).unwrap_err();
        core::error::Error::source(&error).unwrap().to_string()
    };
    // Some are free, further ones have to have a size, and none are beyond a limit.
    let objects = format!("[{}{{}}]", "{},".repeat(30_000));
    let limit = 4_096 + objects.len() / 256;
    assert_eq!(
        cause(&objects),
        format!("the body has more than {limit} objects")
    );
    let values = format!("[{}1]", "1,".repeat(1_000_000));
    let limit = 65_536 + values.len() / 8;
    assert_eq!(
        cause(&values),
        format!("the body has more than {limit} values")
    );
    let large = format!(r#"{{"a":"{}"}},"#, "x".repeat(300));
    let objects = format!("[{}{{}}]", large.repeat(30_000));
    assert_eq!(cause(&objects), "the body has more than 30000 objects");
    let values = format!("[{}1]", "12345678,".repeat(1_000_000));
    assert_eq!(cause(&values), "the body has more than 1000000 values");
    let groups = format!("[{}]", vec![r#"{"id":"1"}"#; 2_000].join(","));
    let limit = (2 << 20) + 6 * groups.len();
    let error =
        groups::list(Page::default()).decode(StatusCode::OK, &HeaderMap::new(), groups.as_bytes());
    let cause = core::error::Error::source(&error.unwrap_err())
        .unwrap()
        .to_string();
    assert_eq!(
        cause,
        format!("a list of the answer takes more than {limit} bytes of memory")
    );
}

fn page(ids: core::ops::RangeInclusive<u64>) -> Outcome {
    let rows: Vec<_> = ids.rev().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    answer(200, enveloped(&rows.join(",")))
}

/// Returns an answer that is not JSON.
fn broken() -> Outcome {
    answer(
        200,
        "{\"response\":{\"messages\":[{\"id\":\"7\",\"text\":\"a\u{1}\"}]}}",
    )
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_as_a_whole_is_divided() {
    let server = ScriptedServer::new([
        broken(),
        broken(),
        page(8..=9),
        broken(),
        page(1..=7),
        answer(304, ""),
    ]);
    let conversation = Conversation::Group("1835".into());
    let mut history = server.client().history(conversation).limit(100);
    let mut ids = Vec::new();
    while let Some(page) = history.next().await {
        ids.extend(page.unwrap().messages().map(|row| row.id().to_string()));
    }
    assert_eq!(ids, ["9", "8", "7", "6", "5", "4", "3", "2", "1"]);
    let limits = server.lines().into_iter().map(|line| {
        let (_, query) = line.split_once('?').unwrap();
        query.replace("&acceptFiles=1", "")
    });
    assert!(limits.eq([
        "limit=100",
        "limit=25",
        "limit=6",
        "before_id=8&limit=100",
        "before_id=8&limit=25",
        "before_id=1&limit=100",
    ]));
}

#[tokio::test(start_paused = true)]
async fn a_single_message_that_cannot_be_read_is_an_error_and_newest_since_is_never_divided() {
    let broken = core::iter::repeat_n(broken(), 5);
    let server = ScriptedServer::new(broken);
    let client = server.client();
    let group = GroupId::from("1835");
    let before = HistoryWindow::Before("8".into());
    let error = client.messages(&group, &before, 100).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }));
    assert_eq!(server.lines().len(), 4, "100, 25, 6 and 1");
    let since = HistoryWindow::Since("8".into());
    client.messages(&group, &since, 100).await.unwrap_err();
    assert_eq!(server.lines().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_not_forgotten_over_an_empty_one_to_a_smaller_request() {
    let empty = r#"{"response":{"count":3,"messages":[]},"meta":{"code":200}}"#;
    for none in [answer(304, ""), answer(200, empty)] {
        let script = [broken(), broken(), none.clone()];
        let server = ScriptedServer::new(script.clone());
        let mut history = server.client().history(GroupId::from("1835")).limit(100);
        let error = history.next().await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");

        // Alone it is what it says.
        let server = ScriptedServer::new([none]);
        let newest = HistoryWindow::Newest;
        let client = server.client();
        let page = client.messages(GroupId::from("1835"), &newest, 100);
        assert!(page.await.unwrap().is_empty());
    }
}

#[test]
fn a_call_of_ones_own_reads_any_type_from_the_frame() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Album {
        name: String,
    }

    let body = r#"{"response":{"album":{"name":"lake"}},"meta":{"code":200}}"#;
    let call = groupme_rest::Call::get(groupme_rest::Service::V3, "albums");
    let read = |body: &str| {
        let call = call.clone().deserialize::<Album>(&["album"]);
        call.decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
    };
    assert_eq!(
        read(body).unwrap(),
        Album {
            name: "lake".to_owned()
        }
    );
    assert!(matches!(read("{}"), Err(Error::Unreadable { .. })));
    let json = call
        .json()
        .decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
    let name = json
        .unwrap()
        .get("album")
        .unwrap()
        .get("name")
        .unwrap()
        .clone();
    assert_eq!(name.as_str(), Some("lake"));
}
