//! Constructed events, which are pushes when serialized.

use groupme_model::{
    EmojiReaction, Event, EventRef, JoinedGroup, MembershipPush, Message, MessagePush, MessageRef,
    Reaction, ReactionChange, ReactionPush, ReadReceipt, ReceiptPush, Timestamp, Typing,
    UnicodeReaction,
};
use serde_json::json;

use crate::payload::{Payload, fixture, fixtures};
use crate::recordings::recorded;

/// Serializes an event, reads it as a push, and compares.
fn assert_survives(event: &Event, name: &str) {
    let payload = Payload::new(&serde_json::to_string(event).expect("JSON"));
    let view = EventRef::from_value(payload.value());
    assert_eq!(view, *event, "{name}");
    assert_eq!(view.into_owned(), *event, "{name}");
    assert!(view.is_typed(), "{name}");
    assert_eq!(view.problems(), [], "{name}");
    assert_eq!(view.unknown_fields(), Vec::<String>::new(), "{name}");
}

fn reactions() -> Vec<Reaction> {
    vec![
        Reaction::Unicode(UnicodeReaction::new("\u{2764}\u{fe0f}", vec!["7".into()])),
        Reaction::Emoji(EmojiReaction::new(1, 62, Vec::new())),
    ]
}

/// Every recorded message of REST, from groups and direct conversations.
fn messages() -> Vec<(String, Message)> {
    let rest = recorded().into_iter().filter(|it| it.kind == "message");
    let rest = rest.map(|it| (it.recording.to_owned(), it.object.to_string()));
    let rows = fixtures("message").into_iter().map(|name| {
        let text = fixture(&name);
        (name, text)
    });
    let all: Vec<_> = rest
        .chain(rows)
        .map(|(name, json)| {
            let message = serde_json::from_str(&json).expect(&name);
            (name, message)
        })
        .collect();
    assert!(all.len() > 20);
    all
}

#[test]
fn any_message_read_over_rest_can_become_a_push() {
    for (name, message) in messages() {
        for wrap in [
            Event::LineCreate,
            Event::DirectMessageCreate,
            Event::MessageUpdate,
            Event::MessageDeleted,
        ] {
            let event = wrap(MessagePush::new(message.clone()));
            assert_eq!(event.message(), Some(&message), "{name}");
            assert_survives(&event, &name);
        }
    }
}

#[test]
fn any_message_read_over_rest_can_become_a_reaction_push() {
    let (mut lines, mut direct) = (0, 0);
    for (name, message) in messages() {
        let change = ReactionChange::new(message.clone(), reactions());
        lines += usize::from(change.line.is_some());
        direct += usize::from(change.direct_message.is_some());
        assert_eq!(change.message(), Some(&message), "{name}");
        let event = Event::Favorite(ReactionPush::new(change));
        assert_survives(&event, &name);
    }
    assert!(lines > 10 && direct > 1, "{lines} and {direct}");
}

#[test]
fn a_reaction_is_to_a_line_or_to_a_direct_message() {
    for (json, is_direct) in [
        (r#"{"id":"1"}"#, false),
        (r#"{"id":"1","group_id":"5"}"#, false),
        (r#"{"id":"1","recipient_id":"5"}"#, true),
        (r#"{"id":"1","chat_id":"5+6"}"#, true),
        (r#"{"id":"1","conversation_id":"5+6"}"#, true),
        (r#"{"id":"1","conversation_id":"5","group_id":"5"}"#, false),
    ] {
        let payload = Payload::new(json);
        let view = MessageRef::from_value(payload.value()).expect("a message");
        let message = view.into_owned();
        assert_eq!(view.is_direct(), is_direct, "{json}");
        assert_eq!(message.is_direct(), is_direct, "{json}");
        let change = ReactionChange::new(message, Vec::new());
        assert_eq!(change.direct_message.is_some(), is_direct, "{json}");
        assert_eq!(change.line.is_some(), !is_direct, "{json}");
        assert_eq!(change.reactions, Some(Vec::new()), "none is not absent");
    }
}

#[test]
fn a_constructed_event_is_written_as_the_gateway_writes_it() {
    let mut change = ReactionChange::new(Message::new("5".into()), reactions());
    change.user_id = Some("7".into());
    let written = serde_json::to_value(Event::Favorite(ReactionPush::new(change))).expect("JSON");
    assert_eq!(
        written,
        json!({"type": "favorite", "subject": {
            "line": {"id": "5", "attachments": []},
            "reactions": [
                {"type": "unicode", "code": "\u{2764}\u{fe0f}", "user_ids": ["7"]},
                {"type": "emoji", "pack_id": 1, "pack_index": 62, "user_ids": []},
            ],
            "user_id": "7",
        }})
    );
    let typing = Typing::new("7".into(), Timestamp::from_millis(1_751_404_765_673));
    assert_eq!(
        serde_json::to_value(Event::Typing(typing)).expect("JSON"),
        json!({"type": "typing", "user_id": "7", "started": 1_751_404_765_673_u64})
    );
}

#[test]
fn the_other_pushes_can_be_constructed_as_well() {
    let mut group = JoinedGroup::default();
    group.id = "108466446".into();
    let mut receipt = ReadReceipt::default();
    receipt.chat_id = Some("1+2".into());
    for event in [
        Event::MembershipCreate(MembershipPush::new(group)),
        Event::ReadReceiptCreate(ReceiptPush::new(receipt)),
        Event::Typing(Typing::new("7".into(), Timestamp::EPOCH)),
    ] {
        assert_survives(&event, event.kind());
    }
}

#[test]
fn an_icon_is_written_as_its_character_or_as_its_place_in_a_pack() {
    assert_eq!(groupme_model::LikeIcon::from("👍").to_string(), "👍");
    assert_eq!(
        groupme_model::LikeIcon::emoji(1, 34).to_string(),
        "emoji 1/34"
    );
    assert_eq!(
        groupme_model::LikeIcon::default().to_string(),
        "unknown icon"
    );
    let guid = groupme_model::SourceGuid::new("birthday-2026-501");
    assert_eq!(guid.as_str(), "birthday-2026-501");
}
