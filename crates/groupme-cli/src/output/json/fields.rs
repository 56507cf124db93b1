//! The fields of the command's own lines are those that OUTPUT.md documents.

use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use groupme_model::{ConversationId, Group, GroupId, MessageId, User};
use serde_json::Value as Tree;

use super::{AsSent, Line, row::own};
use crate::{
    credentials::Origin,
    output::{RoundTrips, Row},
    profile::Profile,
};

const PAGE: &str = include_str!("../../../OUTPUT.md");

/// Fields of a kind by name, and whether each may be absent.
type Fields = BTreeMap<String, bool>;

/// Returns the documented kinds.
fn documented() -> BTreeMap<String, Fields> {
    let mut kinds = BTreeMap::new();
    let mut kind = None;
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("### `") {
            kind = Some(name.trim_end_matches('`').to_owned());
            kinds.insert(name.trim_end_matches('`').to_owned(), Fields::new());
        } else if line.starts_with("## ") {
            kind = None;
        } else if let (Some(kind), Some(row)) = (&kind, line.strip_prefix("| `")) {
            let (field, meaning) = row.split_once('`').unwrap();
            let fields = kinds.get_mut(kind).unwrap();
            fields.insert(field.to_owned(), meaning.contains("; absent"));
        }
    }
    kinds
}

fn lines() -> Vec<Tree> {
    let mut decoder = bayeux_wire::Decoder::new();
    let mut frame = bayeux_wire::Frame::from_bytes(b"{}");
    decoder.decode_value(&mut frame).unwrap();
    let text = || "x".to_owned();
    let of = |lines: [Line<'_>; 13]| lines.map(|line| serde_json::to_value(line).unwrap());
    let absent = Line::BackfillStarted {
        conversation: "1",
        after: None,
        upto: None,
        cause: "connection",
    };
    let mut all: Vec<_> = of([
        Line::Connection {
            state: "connecting",
            transport: None,
            cause: None,
            retry_in: Some(1.0),
        },
        Line::Subscription {
            channel: "/user/1",
            state: "active",
            error: None,
        },
        Line::Following { conversations: 1 },
        Line::Event {
            channel: "/user/1",
            conversation: None,
            r#type: "ping",
            typed: true,
            origin: "push",
            data: AsSent(frame.root().unwrap()),
        },
        Line::ConnectionGap {
            since: text(),
            cause: text(),
        },
        Line::BackfillStarted {
            conversation: "1",
            after: Some("1"),
            upto: Some("2"),
            cause: "connection",
        },
        absent,
        Line::Backfilled {
            conversation: "1",
            messages: 1,
        },
        Line::Lost {
            conversation: None,
            what: "messages",
            after: None,
            upto: None,
            cause: "unavailable",
        },
        Line::CaughtUp,
        Line::Polling { on: true },
        Line::Overflow {
            since: text(),
            dropped: 1,
        },
        Line::State { error: text() },
    ])
    .into();
    let bare = Line::Connection {
        state: "connected",
        transport: Some("websocket"),
        cause: None,
        retry_in: None,
    };
    all.push(serde_json::to_value(bare).unwrap());
    all
}

fn rows() -> Vec<Tree> {
    let (conversation, message) = (ConversationId::from("1"), MessageId::from("2"));
    let (group, joined, user) = (GroupId::from("1"), Group::default(), User::default());
    let profile = Profile {
        token: "hush".to_owned(),
        user_id: "1".into(),
        name: None,
        api_url: None,
        gateway_url: None,
    };
    [
        Row::Deleted(&conversation, &message),
        Row::Reactions(&message, None),
        Row::Downloaded(Path::new("x"), 1),
        Row::Pages(Path::new("x")),
        Row::Typing("/group/1"),
        Row::RoundTrip(1, Some(Duration::ZERO)),
        Row::RoundTrips(&RoundTrips::default()),
        Row::LoggedIn("default", &profile, Path::new("x")),
        Row::LoggedOut("default"),
        Row::Profile("default", &profile),
        Row::Account(&user, &Origin::Environment),
        Row::Joined(&group, Some(&joined)),
        Row::Joined(&group, None),
        Row::Left(&group, None),
        Row::Pinned(&conversation, &message, true),
        Row::Pinned(&conversation, &message, false),
        Row::Posted(1),
        Row::Destroyed,
    ]
    .iter()
    .map(|row| own(row).expect("a line of the command's own"))
    .collect()
}

#[test]
fn every_kind_has_the_documented_fields_and_no_other() {
    let documented = documented();
    let mut seen = BTreeSet::new();
    for line in lines().into_iter().chain(rows()) {
        let object = line.as_object().unwrap();
        let kind = object["kind"].as_str().unwrap();
        let fields = documented
            .get(kind)
            .unwrap_or_else(|| panic!("OUTPUT.md does not know the kind `{kind}`"));
        for name in object.keys().filter(|name| *name != "kind") {
            assert!(
                fields.contains_key(name),
                "`{name}` of `{kind}` is not documented"
            );
        }
        for (name, may_be_absent) in fields {
            let is_there = object.contains_key(name);
            assert!(
                is_there || *may_be_absent,
                "`{name}` of `{kind}` is missing"
            );
        }
        assert!(!line.to_string().contains("hush"), "{line}");
        seen.insert(kind.to_owned());
    }
    // The report of an archive is made by archiving only: tests/it/fields.rs checks its line.
    seen.insert("archived".to_owned());
    let known: BTreeSet<_> = documented.into_keys().collect();
    assert_eq!(known, seen);
}
