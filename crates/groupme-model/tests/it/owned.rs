//! A view and its owned value agree for any payload.

use groupme_model::{
    Attachment, AttachmentRef, ConversationIdRef, Event, EventRef, Message, MessageIdRef,
    MessageRef, NoticeRef, Reaction, ReactionRef, SystemEvent, SystemEventRef, Timestamp,
    UserIdRef,
};
use proptest::prelude::*;

use crate::payload::{PUSHES, Payload, fixture, fixtures};
use crate::tree::{Tree, any_change};

/// Strategy for a fixture of a family with a few changes.
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
    fn for_any_push_view_and_serde_agree_and_encoding_loses_nothing(json in changed("push")) {
        let payload = Payload::new(&json);
        let view = EventRef::from_value(payload.value());
        let owned = view.into_owned();
        prop_assert_eq!(&serde_json::from_str::<Event>(&json).unwrap(), &owned);
        let written = serde_json::to_string(&owned).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Event>(&written).unwrap(), &owned);
        prop_assert!(view == owned, "{view:?} {owned:?}");
        prop_assert_eq!(view.kind(), owned.kind());
        prop_assert_eq!(view.is_typed(), owned.is_typed());
        prop_assert_eq!(view.alert(), owned.alert());
        prop_assert_eq!(view.received_at(), owned.received_at());
        prop_assert_eq!(serde_json::to_string(&view).unwrap(), written);
        let new_members = view.new_members().into_iter().map(groupme_model::system_event::NoticeUserRef::into_owned);
        prop_assert_eq!(new_members.collect::<Vec<_>>(), owned.new_members());
        let place = |event: &Event| event.message()?.conversation().map(ConversationIdRef::into_owned);
        if let (Some(place), Some(message)) = (place(&owned), view.message()) {
            prop_assert!(message.is_in(&place) && owned.message().unwrap().is_in(&place));
            prop_assert!(!message.is_in("elsewhere"));
        }
        let _ = (format!("{view:?}"), view.problems(), view.unknown_fields());
    }

    #[test]
    fn for_any_message_view_and_serde_agree_and_encoding_loses_nothing(json in changed("message")) {
        let payload = Payload::new(&json);
        let view = MessageRef::from_value(payload.value());
        let owned = view.map(MessageRef::into_owned);
        prop_assert_eq!(&serde_json::from_str::<Message>(&json).ok(), &owned);
        if let (Some(view), Some(owned)) = (view, owned) {
            prop_assert!(view == owned, "{view:?} {owned:?}");
            let written = serde_json::to_string(&owned).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Message>(&written).unwrap(), &owned);
        }
    }

    #[test]
    fn for_any_system_event_view_and_serde_agree_and_have_the_same_notice(json in changed("event")) {
        let payload = Payload::new(&json);
        let view = SystemEventRef::from_value(payload.value());
        let owned = view.map(SystemEventRef::into_owned);
        prop_assert_eq!(&serde_json::from_str::<SystemEvent>(&json).ok(), &owned);
        if let (Some(view), Some(owned)) = (view, owned) {
            prop_assert!(view == owned, "{view:?} {owned:?}");
            let written = serde_json::to_string(&owned).unwrap();
            prop_assert_eq!(&serde_json::from_str::<SystemEvent>(&written).unwrap(), &owned);
            prop_assert_eq!(view.notice().map(NoticeRef::into_owned), owned.notice());
            prop_assert_eq!(view.affected_message_id().map(MessageIdRef::into_owned), owned.affected_message_id());
            let _ = (format!("{view:?}"), view.problems(), view.unknown_fields());
        }
    }

    #[test]
    fn for_any_attachment_view_and_serde_agree_and_encoding_loses_nothing(json in changed("attachment")) {
        let payload = Payload::new(&json);
        let view = AttachmentRef::from_value(payload.value());
        let owned = view.into_owned();
        prop_assert_eq!(&serde_json::from_str::<Attachment>(&json).unwrap(), &owned);
        let written = serde_json::to_string(&owned).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Attachment>(&written).unwrap(), &owned);
        prop_assert!(view == owned, "{view:?} {owned:?}");
        if let AttachmentRef::Mentions(mentions) = view {
            let _ = mentions.in_text("a \u{1f44d} text of which mentions may cover anything").count();
        }
    }

    #[test]
    fn for_any_reaction_view_and_serde_agree_and_encoding_loses_nothing(
        changes in prop::collection::vec(any_change(), 0..4),
    ) {
        let mut tree = Tree::parse(r#"{"type":"emoji","pack_id":1,"pack_index":"62","user_ids":["1",2]}"#);
        for change in &changes {
            tree.apply(change);
        }
        let json = tree.render();
        let payload = Payload::new(&json);
        let view = ReactionRef::from_value(payload.value());
        let owned = view.into_owned();
        prop_assert!(view == owned, "{view:?} {owned:?}");
        let users: Vec<_> = view.user_ids().map(UserIdRef::into_owned).collect();
        prop_assert_eq!(&users[..], owned.user_ids());
        prop_assert_eq!(&serde_json::from_str::<Reaction>(&json).unwrap(), &owned);
        let written = serde_json::to_string(&owned).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Reaction>(&written).unwrap(), &owned);
    }
}

#[test]
fn alert_and_time_are_read_from_any_push() {
    let members = r#""alert":"Ada: hi","received_at":1751412575000"#;
    for kind in PUSHES {
        let json = format!(r#"{{"type":"{kind}",{members},"subject":{{"id":"1"}}}}"#);
        let payload = Payload::new(&json);
        let view = EventRef::from_value(payload.value());
        let owned = view.into_owned();
        assert_eq!(owned.is_typed(), kind != "never.seen");
        let time = Some(Timestamp::from_secs(1_751_412_575));
        assert_eq!(
            (owned.alert(), owned.received_at()),
            (Some("Ada: hi"), time)
        );
        assert_eq!((view.alert(), view.received_at()), (Some("Ada: hi"), time));
    }
}

#[test]
fn a_view_differs_from_an_owned_value_with_any_change() {
    let payload = Payload::new(r#"{"id":"1","text":"hi","favorited_by":["1"],"mood":7}"#);
    let view = MessageRef::from_value(payload.value()).expect("a message");
    let owned = view.into_owned();
    assert_eq!(view, owned);
    for change in [
        |owned: &mut Message| owned.id = "2".into(),
        |owned: &mut Message| owned.text = None,
        |owned: &mut Message| owned.name = Some("Ada".to_owned()),
        |owned: &mut Message| owned.favorited_by = Some(vec!["1".into(), "2".into()]),
        |owned: &mut Message| owned.extra.clear(),
    ] {
        let mut owned = owned.clone();
        change(&mut owned);
        assert_ne!(view, owned);
        assert_ne!(owned, view);
    }
}
