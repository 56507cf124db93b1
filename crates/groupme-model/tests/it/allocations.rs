//! Reading a view allocates nothing.

use core::fmt::{self, Write as _};
use core::hint::black_box;

use std::collections::BTreeSet;

use allocation_counter::measure;
use groupme_model::{
    ConversationId, EventRef, MessageId, MessageRef, ReactionChangeRef, ReactionRef,
};

use crate::payload::{PUSHES, Payload, fixture, fixtures};
use crate::rest_objects::all;

#[test]
fn reading_every_field_of_every_push_allocates_nothing() {
    let extra = [
        r#"{"type":"like.create","subject":{"direct_message":{"id":5,"sender_id":7},"user_id":18446744073709551615,
            "reactions":[{"type":"emoji","pack_id":"1","pack_index":2,"user_ids":[1,"2",null]}]}}"#,
        r#"{"type":"like.delete","subject":{"line":{"id":5},"user_id":1}}"#,
        r#"{"type":"read_receipt.create","subject":{"user_id":1,"read_at":"2025-07-01T23:40:22.8912Z"}}"#,
        r#"{"type":"never.seen","subject":{"id":1}}"#,
        r#"{"type":"subscribe","alert":"","received_at":1785346072000,"subject":{"any":["thing"]}}"#,
        r#"{"ping":true}"#,
        r#"{"type":"line.create","subject":{"id":1,"sender_type":"robot","attachments":[{"type":"mentions",
            "user_ids":[1],"loci":[[0,1]]},{"type":"hologram"}]}}"#,
    ];
    let mut kinds = BTreeSet::new();
    let pushes = fixtures("push").into_iter().map(|name| fixture(&name));
    for json in pushes.chain(extra.map(str::to_owned)) {
        let payload = Payload::new(&json);
        let allocated = measure(|| read(&EventRef::from_value(payload.value())));
        assert_eq!(allocated.count_total, 0, "{json}");
        kinds.insert(EventRef::from_value(payload.value()).kind().to_owned());
    }
    assert!(kinds.iter().eq(PUSHES), "{kinds:?}");
}

#[test]
fn reading_every_field_of_every_object_allocates_nothing() {
    for object in all() {
        let checked = (object.check)(&object.object.to_string()).expect("agreement");
        let allocations = checked.expect(object.kind).allocations;
        assert_eq!(allocations, 0, "{} in {}", object.kind, object.recording);
    }
}

#[test]
fn owning_an_id_of_usual_length_allocates_nothing() {
    let payload = Payload::new(r#"{"id":175141257527047935,"chat_id":"1234567890+9876543210"}"#);
    let message = MessageRef::from_value(payload.value()).expect("a message");
    let allocated = measure(|| {
        let id: MessageId = message.id().into_owned();
        let conversation: Option<ConversationId> = message.chat_id().map(Into::into);
        black_box((id.clone(), conversation.clone(), id, conversation));
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn the_counter_counts() {
    let allocated = measure(|| drop(black_box(vec![1, 2, 3])));
    assert_eq!(allocated.count_total, 1);
}

/// Writer that discards text.
struct Discard;

impl fmt::Write for Discard {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

fn read(event: &EventRef<'_>) {
    // Reads each field of each part.
    write!(Discard, "{event:?}").expect("nothing fails");
    black_box((
        event.kind(),
        event.is_typed(),
        event.alert(),
        event.received_at(),
        event.raw(),
    ));
    event.message().iter().for_each(read_message);
    match event {
        EventRef::Favorite(push) | EventRef::LikeCreate(push) | EventRef::LikeDelete(push) => {
            read_change(&push.change());
        }
        EventRef::MembershipCreate(push) => {
            let group = push.group();
            black_box((
                group.id(),
                group.name(),
                group.created_at(),
                group.creator_id(),
            ));
        }
        EventRef::Typing(typing) => {
            black_box((typing.user_id(), typing.started()));
        }
        EventRef::ReadReceiptCreate(push) => {
            black_box((push.receipt().user_id(), push.receipt().read_at()));
        }
        _ => {}
    }
}

fn read_message(message: &MessageRef<'_>) {
    black_box((
        message.id(),
        message.group_id(),
        message.user_id(),
        message.text(),
    ));
    black_box((
        message.created_at(),
        message.updated_at(),
        message.deleted_at(),
    ));
    black_box((
        message.sender_type(),
        message.deletion_actor(),
        message.is_system(),
    ));
    black_box((
        message.affected_message_id(),
        message.direct_conversation(),
        message.location(),
    ));
    message
        .reactions()
        .into_iter()
        .flatten()
        .for_each(|reaction| read_reaction(&reaction));
    for attachment in message.attachments() {
        black_box((attachment.kind(), attachment));
        if let groupme_model::AttachmentRef::Mentions(mentions) = attachment {
            mentions
                .in_text("text")
                .for_each(|mention| _ = black_box(mention));
        }
    }
}

fn read_change(change: &ReactionChangeRef<'_>) {
    black_box(change.user_id());
    change
        .reactions()
        .into_iter()
        .flatten()
        .for_each(|reaction| read_reaction(&reaction));
}

fn read_reaction(reaction: &ReactionRef<'_>) {
    match reaction {
        ReactionRef::Unicode(reaction) => {
            black_box(reaction.code());
            reaction
                .user_ids()
                .into_iter()
                .flatten()
                .for_each(|user| _ = black_box(user));
        }
        ReactionRef::Emoji(reaction) => {
            black_box((reaction.pack_id(), reaction.pack_index()));
            reaction
                .user_ids()
                .into_iter()
                .flatten()
                .for_each(|user| _ = black_box(user));
        }
        _ => {}
    }
}
