//! Messages that a server should not send.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use groupme_archive::{Archive, ArchiveReader, ConversationInfo, Report, UpdateOptions, html};
use groupme_rest::{Client, HttpTransport, Options, ResponseFuture, Token};

/// Server with messages, oldest first, as JSON; each answer has all of them that the cursors allow.
struct Server(Arc<Mutex<Vec<(u64, String)>>>);

impl HttpTransport for Server {
    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<'_> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let cursor = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.parse::<u64>().unwrap())
        };
        let all = self.0.lock().unwrap();
        let (after, before) = (cursor("after_id"), cursor("before_id"));
        let mut page: Vec<_> = all
            .iter()
            .filter(|(id, _)| after.is_none_or(|after| *id > after))
            .filter(|(id, _)| before.is_none_or(|before| *id < before))
            .map(|(_, json)| json.clone())
            .collect();
        if after.is_none() {
            page.reverse();
        }
        let count = all.len();
        let body = format!(
            r#"{{"response":{{"count":{count},"messages":[{}]}},"meta":{{"code":200}}}}"#,
            page.join(",")
        );
        Box::pin(async { Ok(http::Response::new(Bytes::from(body))) })
    }
}

async fn update(client: &Client, root: &Path) -> Report {
    let mut archive = Archive::open(root, &"1".into()).unwrap();
    let info = ConversationInfo::new("5".into());
    let options = UpdateOptions::default();
    let mut progress = |_: groupme_archive::Progress<'_>| {};
    let report = archive.update(client, info, &options, &mut progress);
    report.await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn messages_that_a_server_should_not_send_are_kept_once_and_can_be_read() {
    let nested = format!("{}{}", "[".repeat(130), "]".repeat(130));
    let at = |id: u64, rest: &str| {
        let time = 1_700_000_000 + id;
        let place = time * 100_000_000;
        (
            place,
            format!(r#"{{"id":"{place}","created_at":{time},{rest}}}"#),
        )
    };
    let rows = vec![
        at(1, r#""text":"plain","text":"twice""#),
        at(
            2,
            &format!(r#""text":"deep","attachments":[{{"type":"x","a":{nested}}}]"#),
        ),
        at(
            3,
            r#""text":"half \ud83d of an emoji, \u0000 and a line\n\u2028""#,
        ),
        at(
            4,
            r#""text":5,"name":[],"user_id":{},"attachments":"none","event":1,"reactions":{"a":1}"#,
        ),
        at(
            5,
            r#""score":1e999,"other":-0.0,"third":123456789012345678901234567890"#,
        ),
        // A number as id, and no id that is a position.
        (
            170_000_000_600_000_000,
            r#"{"id":170000000600000000,"created_at":1700000006}"#.to_owned(),
        ),
        (
            170_000_000_700_000_000,
            r#"{"id":"../../x","created_at":1700000007,"text":"odd"}"#.to_owned(),
        ),
        (
            170_000_000_800_000_000,
            r#"{"id":"999999999999999999","created_at":1700000008}"#.to_owned(),
        ),
        // No id at all.
        (170_000_000_900_000_000, r#"{"text":"nobody"}"#.to_owned()),
    ];
    let server = Arc::new(Mutex::new(rows));
    let token = Token::new("a-token").unwrap();
    let options = Options::with_base_url("http://127.0.0.1:1").unwrap();
    let client = Client::with_transport(Server(Arc::clone(&server)), token, &options);
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let first = update(&client, root).await;
    assert_eq!((first.added, first.unreadable, first.missing()), (8, 1, 1));
    let file = root.join("conversations/5.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    for _ in 0..2 {
        let again = update(&client, root).await;
        assert_eq!((again.added, again.changed), (0, 0));
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    server.lock().unwrap().push(at(10, r#""text":"later""#));
    assert_eq!(update(&client, root).await.added, 1);

    let contents = ArchiveReader::open(root).unwrap();
    let mut messages = contents.messages(&"5".into()).unwrap();
    let mut read = 0;
    while let Some(message) = messages.next().unwrap() {
        assert!(!message.id().is_empty());
        read += 1;
    }
    assert_eq!(read, 9);
    html::write(&contents).unwrap();
}

#[tokio::test(start_paused = true)]
async fn messages_that_no_position_leads_to_are_archived_from_the_newest_page() {
    let row = |id: &str, time: u64| format!(r#"{{"id":"{id}","created_at":{time},"text":"x"}}"#);
    let mut rows = vec![(
        170_000_000_100_000_000,
        row("170000000100000000", 1_700_000_001),
    )];
    // The server compares ids as numbers, and takes these for 0.
    for id in ["abc", "-5", "1e18"] {
        rows.push((0, row(id, 1_700_000_002)));
    }
    rows.push((0, r#"{"text":"nobody"}"#.to_owned()));
    let server = Arc::new(Mutex::new(rows));
    let token = Token::new("a-token").unwrap();
    let options = Options::with_base_url("http://127.0.0.1:1").unwrap();
    let client = Client::with_transport(Server(Arc::clone(&server)), token, &options);
    let directory = tempfile::tempdir().unwrap();
    let report = update(&client, directory.path()).await;
    assert_eq!((report.added, report.changed, report.unreadable), (4, 0, 1));
    assert_eq!(report.missing(), 1, "the one without an id");
    // The archive of an earlier version, which lacks them.
    let file = directory.path().join("conversations/5.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let numbered = text.lines().find(|line| line.contains("\"17")).unwrap();
    fs::write(&file, format!("{numbered}\n")).unwrap();
    let report = update(&client, directory.path()).await;
    assert_eq!((report.added, report.changed, report.unreadable), (3, 0, 1));
    let report = update(&client, directory.path()).await;
    assert_eq!((report.added, report.changed, report.unreadable), (0, 0, 1));
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 4);
}
