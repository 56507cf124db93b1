//! A view and its twin agree, whatever the payload looks like.

use groupme_model::{
    Attachment, AttachmentRef, Event, EventRef, Message, MessageIdRef, MessageRef, NoticeRef,
    Reaction, ReactionRef, SystemEvent, SystemEventRef, Timestamp, UserIdRef,
};
use proptest::prelude::*;

use crate::payload::{PUSHES, Payload, fixture, fixtures};
use crate::tree::{Tree, any_change};

/// A family's fixtures, changed in a few places.
fn changed(family: &'static str) -> impl Strategy<Value = String> {
    let changes = prop::collection::vec(any_change(), 0..6);
    (prop::sample::select(fixtures(family)), changes).prop_map(|(name, changes)| {
        let mut tree = Tree::parse(&fixture(&name));
        for change in &changes {
            tree.apply(change);
        }
        tree.render()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_push_has_the_twin_that_serde_makes_and_survives_encoding(json in changed("push")) {
        let payload = Payload::new(&json);
        let view = EventRef::from_value(payload.value());
        let twin = view.into_owned();
        prop_assert_eq!(&serde_json::from_str::<Event>(&json).unwrap(), &twin);
        let written = serde_json::to_string(&twin).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Event>(&written).unwrap(), &twin);
        prop_assert!(view == twin, "{view:?} {twin:?}");
        prop_assert_eq!(view.kind(), twin.kind());
        prop_assert_eq!(view.is_typed(), twin.is_typed());
        prop_assert_eq!(view.alert(), twin.alert());
        prop_assert_eq!(view.received_at(), twin.received_at());
        let _ = (format!("{view:?}"), view.problems(), view.unknown_fields());
    }

    #[test]
    fn any_message_has_the_twin_that_serde_makes_and_survives_encoding(json in changed("message")) {
        let payload = Payload::new(&json);
        let view = MessageRef::from_value(payload.value());
        let twin = view.map(MessageRef::into_owned);
        prop_assert_eq!(&serde_json::from_str::<Message>(&json).ok(), &twin);
        if let (Some(view), Some(twin)) = (view, twin) {
            prop_assert!(view == twin, "{view:?} {twin:?}");
            let written = serde_json::to_string(&twin).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Message>(&written).unwrap(), &twin);
        }
    }

    #[test]
    fn any_system_event_has_the_twin_that_serde_makes_and_the_same_notice(json in changed("event")) {
        let payload = Payload::new(&json);
        let view = SystemEventRef::from_value(payload.value());
        let twin = view.map(SystemEventRef::into_owned);
        prop_assert_eq!(&serde_json::from_str::<SystemEvent>(&json).ok(), &twin);
        if let (Some(view), Some(twin)) = (view, twin) {
            prop_assert!(view == twin, "{view:?} {twin:?}");
            let written = serde_json::to_string(&twin).unwrap();
            prop_assert_eq!(&serde_json::from_str::<SystemEvent>(&written).unwrap(), &twin);
            prop_assert_eq!(view.notice().map(NoticeRef::into_owned), twin.notice());
            prop_assert_eq!(view.affects().map(MessageIdRef::into_owned), twin.affects());
            let _ = (format!("{view:?}"), view.problems(), view.unknown_fields());
        }
    }

    #[test]
    fn any_attachment_has_the_twin_that_serde_makes_and_survives_encoding(json in changed("attachment")) {
        let payload = Payload::new(&json);
        let view = AttachmentRef::from_value(payload.value());
        let twin = view.into_owned();
        prop_assert_eq!(&serde_json::from_str::<Attachment>(&json).unwrap(), &twin);
        let written = serde_json::to_string(&twin).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Attachment>(&written).unwrap(), &twin);
        prop_assert!(view == twin, "{view:?} {twin:?}");
        if let AttachmentRef::Mentions(mentions) = view {
            let _ = mentions.in_text("a \u{1f44d} text of which mentions may cover anything").count();
        }
    }

    #[test]
    fn any_reaction_has_the_twin_that_serde_makes_and_survives_encoding(
        changes in prop::collection::vec(any_change(), 0..4),
    ) {
        let mut tree = Tree::parse(r#"{"type":"emoji","pack_id":1,"pack_index":"62","user_ids":["1",2]}"#);
        for change in &changes {
            tree.apply(change);
        }
        let json = tree.render();
        let payload = Payload::new(&json);
        let view = ReactionRef::from_value(payload.value());
        let twin = view.into_owned();
        prop_assert!(view == twin, "{view:?} {twin:?}");
        let users: Vec<_> = view.user_ids().map(UserIdRef::into_owned).collect();
        prop_assert_eq!(&users[..], twin.user_ids());
        prop_assert_eq!(&serde_json::from_str::<Reaction>(&json).unwrap(), &twin);
        let written = serde_json::to_string(&twin).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Reaction>(&written).unwrap(), &twin);
    }
}

#[test]
fn what_to_show_and_when_it_came_are_told_of_any_push() {
    let said = r#""alert":"Ada: hi","received_at":1751412575000"#;
    for kind in PUSHES {
        let json = format!(r#"{{"type":"{kind}",{said},"subject":{{"id":"1"}}}}"#);
        let payload = Payload::new(&json);
        let view = EventRef::from_value(payload.value());
        let twin = view.into_owned();
        assert_eq!(twin.is_typed(), kind != "never.seen");
        let time = Some(Timestamp::from_secs(1_751_412_575));
        assert_eq!((twin.alert(), twin.received_at()), (Some("Ada: hi"), time));
        assert_eq!((view.alert(), view.received_at()), (Some("Ada: hi"), time));
    }
}

#[test]
fn a_view_differs_from_a_twin_in_which_anything_else_stands() {
    let payload = Payload::new(r#"{"id":"1","text":"hi","favorited_by":["1"],"mood":7}"#);
    let view = MessageRef::from_value(payload.value()).expect("a message");
    let twin = view.into_owned();
    assert_eq!(view, twin);
    for change in [
        |twin: &mut Message| twin.id = "2".into(),
        |twin: &mut Message| twin.text = None,
        |twin: &mut Message| twin.name = Some("Ada".to_owned()),
        |twin: &mut Message| twin.favorited_by = Some(vec!["1".into(), "2".into()]),
        |twin: &mut Message| twin.extra.clear(),
    ] {
        let mut twin = twin.clone();
        change(&mut twin);
        assert_ne!(view, twin);
        assert_ne!(twin, view);
    }
}
