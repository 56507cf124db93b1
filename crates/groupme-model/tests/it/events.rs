//! Content of the documented pushes.

use groupme_model::{DeletionActorRef, EventRef, MessageRef, NoticeRef, SenderTypeRef, Timestamp};

use crate::payload::{Payload, fixture};

#[test]
fn a_message_has_its_text_its_author_and_its_group() {
    let payload = Payload::new(&fixture("push/line.create.basic"));
    let event = EventRef::from_value(payload.value());
    let EventRef::LineCreate(push) = event else {
        panic!("{event:?}")
    };
    let message = push.message();
    assert_eq!(message.text(), Some("hi"));
    assert_eq!(message.user_id().expect("an author"), "90000011");
    assert_eq!(message.group_id().expect("a group"), "108466446");
    assert_eq!(message.direct_conversation(), None);
    assert_eq!(message.conversation().expect("a group"), "108466446");
    assert_eq!(message.sender_type(), Some(SenderTypeRef::User));
    assert_eq!(
        message.created_at(),
        Some(Timestamp::from_secs(1_751_412_575))
    );
    assert!(!message.is_system() && !message.is_edited() && !message.is_deleted());
    assert_eq!(
        push.received_at(),
        Some(Timestamp::from_millis(1_751_412_575_000))
    );
    assert_eq!(event.received_at(), push.received_at());
    assert_eq!(event.alert(), Some("Ada: hi"));
}

#[test]
fn a_direct_message_has_its_conversation() {
    let payload = Payload::new(&fixture("push/direct_message.create.basic"));
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert_eq!(
        message.direct_conversation().expect("a conversation"),
        "90000011+130000022"
    );
    assert_eq!(message.conversation(), message.direct_conversation());
    assert_eq!(message.recipient_id().expect("a recipient"), "90000011");
    assert_eq!(message.group_id(), None);
}

#[test]
fn a_notice_in_a_direct_conversation_is_recognised_without_the_system_flag() {
    let payload = Payload::new(&fixture("push/direct_message.create.system_event_pinned"));
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert_eq!(message.system(), None);
    assert!(message.is_system());
    assert!(message.into_owned().is_system());
}

#[test]
fn the_author_is_found_in_either_field() {
    for (json, sender, is_system) in [
        (r#"{"id":"1","user_id":"system"}"#, "system", true),
        (r#"{"id":"1","sender_id":"system"}"#, "system", true),
        (
            r#"{"id":"1","sender_id":"calendar","sender_type":"service"}"#,
            "calendar",
            true,
        ),
        (r#"{"id":"1","user_id":7}"#, "7", false),
        (r#"{"id":"1","user_id":"7","sender_id":"8"}"#, "8", false),
    ] {
        let payload = Payload::new(json);
        let message = MessageRef::from_value(payload.value()).expect("a message");
        assert_eq!(message.sender().expect("an author"), sender, "{json}");
        assert_eq!(message.is_system(), is_system, "{json}");
        let owned = message.into_owned();
        assert_eq!(owned.sender().expect("an author"), &sender, "{json}");
        assert_eq!(owned.is_system(), is_system, "{json}");
    }
}

#[test]
fn a_notice_names_the_message_that_it_affects() {
    let payload = Payload::new(&fixture("push/line.create.system_event_pinned"));
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    let Some(NoticeRef::MessagePinned(notice)) = message.event().and_then(|event| event.notice())
    else {
        panic!("{message:?}")
    };
    assert_eq!(notice.pinned(), Some(true));
    assert_eq!(
        message.affected_message_id().expect("a message"),
        "175141257527047935"
    );
    assert_eq!(
        message
            .into_owned()
            .affected_message_id()
            .expect("a message"),
        "175141257527047935"
    );
    assert_eq!(message.id(), "175141269858473080");
}

#[test]
fn a_deletion_names_its_message_as_a_push_and_as_a_notice() {
    let push = Payload::new(&fixture("push/message.deleted"));
    let event = EventRef::from_value(push.value());
    let id = event.message().expect("a message").id();
    assert_eq!(event.deleted_message(), Some(id));
    assert_eq!(event.into_owned().deleted_message(), Some(id.into_owned()));

    // An admin's deletion, and one in a direct conversation, come in no other form.
    let notice = fixture("message/message.deleted.notice_2026.abridged");
    for kind in ["line.create", "direct_message.create"] {
        let push = format!(r#"{{"type":"{kind}","subject":{notice}}}"#);
        let push = Payload::new(&push);
        let event = EventRef::from_value(push.value());
        let message = event.message().expect("a notice");
        let deleted = event.deleted_message().expect("a deleted message");
        assert_eq!(message.affected_message_id(), Some(deleted));
        assert_ne!(message.id(), deleted);
        let owned = event.into_owned().deleted_message();
        assert_eq!(owned, Some(deleted.into_owned()));
    }

    for other in [
        "push/line.create.system_event_pinned",
        "push/line.create.basic",
        "push/favorite",
    ] {
        let push = Payload::new(&fixture(other));
        let event = EventRef::from_value(push.value());
        assert_eq!(event.deleted_message(), None);
        assert_eq!(event.into_owned().deleted_message(), None);
    }
}

#[test]
fn a_deletion_has_its_time_as_text_or_as_seconds() {
    let payload = Payload::new(&fixture("push/message.deleted"));
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert!(message.is_deleted());
    assert_eq!(message.deletion_actor(), Some(DeletionActorRef::Sender));
    assert_eq!(
        message.deleted_at(),
        Some(Timestamp::from_millis(1_751_413_222_891))
    );

    let payload = Payload::new(&fixture("message/message.deleted.notice_2026.abridged"));
    let message = MessageRef::from_value(payload.value()).expect("a message");
    let Some(NoticeRef::MessageDeleted(notice)) = message.event().and_then(|event| event.notice())
    else {
        panic!("{message:?}")
    };
    assert_eq!(
        notice.deleted_at(),
        Some(Timestamp::from_secs(1_788_386_851))
    );
    assert_eq!(
        message.affected_message_id().expect("a message"),
        "178838673670894433"
    );
}

#[test]
fn a_message_counts_as_edited_only_if_it_was_updated_after_its_creation() {
    let payload = Payload::new(&fixture("push/message.update"));
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert!(message.is_edited());
    assert!(message.into_owned().is_edited());
    let untouched = Payload::new(r#"{"id":"1","created_at":5,"updated_at":5}"#);
    assert!(
        !MessageRef::from_value(untouched.value())
            .expect("a message")
            .is_edited()
    );
}

#[test]
fn a_favorite_has_the_message_and_all_of_its_reactions() {
    let payload = Payload::new(&fixture("push/favorite"));
    let event = EventRef::from_value(payload.value());
    let EventRef::Favorite(push) = event else {
        panic!("{event:?}")
    };
    let change = push.change();
    assert_eq!(change.user_id().expect("a user"), "130000022");
    assert_eq!(
        event.message().expect("a message").id(),
        "175141257527047935"
    );
    let reactions: Vec<_> = change.reactions().expect("a list").collect();
    let [groupme_model::ReactionRef::Unicode(heart)] = reactions[..] else {
        panic!("{reactions:?}")
    };
    assert_eq!(heart.code(), Some("\u{2764}\u{fe0f}"));
    let users: Vec<_> = heart.user_ids().expect("users").collect();
    assert_eq!(users, ["130000022", "90000011"]);
}

#[test]
fn a_reaction_in_a_direct_conversation_has_its_message_as_well() {
    let payload = Payload::new(
        r#"{"type":"like.create","subject":{"direct_message":{"id":"5","chat_id":"1+2"},
            "reactions":[],"user_id":"1","user_reaction":{"type":"emoji","pack_id":1,"pack_index":2}}}"#,
    );
    let event = EventRef::from_value(payload.value());
    assert_eq!(event.message().expect("a message").id(), "5");
    assert_eq!(event.problems(), []);
    assert_eq!(event.unknown_fields(), Vec::<String>::new());
    let owned = event.into_owned();
    assert_eq!(owned.message().expect("a message").id, "5");
}

#[test]
fn a_membership_has_the_group() {
    let payload = Payload::new(&fixture("push/membership.create"));
    let event = EventRef::from_value(payload.value());
    let EventRef::MembershipCreate(push) = event else {
        panic!("{event:?}")
    };
    assert_eq!(push.group().id(), "108466446");
    assert_eq!(push.group().name(), Some("test"));
    assert_eq!(push.group().max_memberships(), Some(5000));
}

#[test]
fn typing_has_the_user_and_milliseconds() {
    let payload = Payload::new(&fixture("push/typing"));
    let event = EventRef::from_value(payload.value());
    let EventRef::Typing(typing) = event else {
        panic!("{event:?}")
    };
    assert_eq!(typing.user_id().expect("a user"), "90000011");
    assert_eq!(
        typing.started(),
        Some(Timestamp::from_millis(1_751_404_765_673))
    );
}

#[test]
fn a_ping_is_recognised_in_both_forms() {
    for json in [r#"{"type":"ping"}"#, r#"{"ping":true}"#] {
        let payload = Payload::new(json);
        let event = EventRef::from_value(payload.value());
        assert!(matches!(event, EventRef::Ping(_)), "{json}");
        assert_eq!(event.kind(), "ping");
        assert_eq!(event.unknown_fields(), Vec::<String>::new());
    }
}

#[test]
fn a_read_receipt_has_its_user_and_its_message() {
    let payload = Payload::new(
        r#"{"type":"read_receipt.create","alert":"","received_at":1785346072000,"subject":{
            "id":"170000000000000001","chat_id":"1+2","message_id":"170000000000000001",
            "user_id":"2","read_at":1785346072}}"#,
    );
    let event = EventRef::from_value(payload.value());
    let EventRef::ReadReceiptCreate(push) = event else {
        panic!("{event:?}")
    };
    assert_eq!(push.receipt().user_id().expect("a user"), "2");
    assert_eq!(
        push.receipt().message_id().expect("a message"),
        "170000000000000001"
    );
    assert_eq!(
        push.receipt().read_at(),
        Some(Timestamp::from_secs(1_785_346_072))
    );
    assert_eq!(event.unknown_fields(), Vec::<String>::new());
}
