//! Answers about messages.

use groupme_model::{Draft, Message, Reaction, ReadReceipt};
use groupme_rest::{
    Call,
    endpoint::{
        gallery,
        messages::{self, Window},
        pins, reactions, receipts,
    },
};

use super::{Case, DIRECT, GROUP, USER, group, user};
use crate::recorded::Answer;

pub(super) const MESSAGES: &[Case] = &[
    (
        "groups.messages.get.response.json",
        page!(
            200,
            messages::list(&group(), &Window::Newest, 20),
            "/messages"
        ),
    ),
    (
        "groups.messages.get.response.seed.json",
        page!(
            200,
            messages::list(&group(), &Window::Newest, 20),
            "/messages"
        ),
    ),
    (
        "official.index_messages.get.response.json",
        page!(
            200,
            messages::list(&group(), &Window::Newest, 20),
            "/messages"
        ),
    ),
    (
        "direct_messages.get.response.json",
        page!(
            200,
            messages::list(&user(), &Window::Newest, 20),
            "/direct_messages"
        ),
    ),
    (
        "pinned.groups.messages.get.response.json",
        page!(200, pins::list(&group()), "/messages"),
    ),
    (
        "pinned.direct_messages.get.response.json",
        page!(200, pins::list(&user()), "/messages"),
    ),
    (
        "conversations.gallery.get.response.json",
        page!(200, gallery::list(&DIRECT.into(), None, 20), "/messages"),
    ),
    (
        "groups.messages.post.response.json",
        read!(201, send(), Message, "/message"),
    ),
    (
        "groups.messages.post.response.2026.json",
        read!(201, send(), Message, "/message"),
    ),
    (
        "groups.messages.post.response.seed.json",
        read!(201, send(), Message, "/message"),
    ),
    (
        "direct_messages.post.response.json",
        read!(201, send(), Message, "/message"),
    ),
    (
        "official.create_direct_message.post.response.json",
        read!(201, send(), Message, "/direct_message"),
    ),
    (
        "v4.groups.messages.one.get.response.json",
        read!(
            200,
            messages::show(&group(), &"1".into()),
            Message,
            "/message"
        ),
    ),
    (
        "v4.groups.messages.one.put.response.json",
        read!(
            200,
            messages::show(&group(), &"1".into()),
            Message,
            "/message"
        ),
    ),
    (
        "v4.groups.messages.one.put.response.2026.json",
        read!(
            200,
            messages::show(&group(), &"1".into()),
            Message,
            "/message"
        ),
    ),
    (
        "messages.like.post.response.json",
        read!(
            200,
            reactions::like(&DIRECT.into(), &"1".into(), None),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "messages.like.post.response.2026.json",
        read!(
            200,
            reactions::unlike(&DIRECT.into(), &"1".into()),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "message.reactions.on_read.2026.json",
        read!(
            200,
            reactions::unlike(&DIRECT.into(), &"1".into()),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "groups.likes.get.response.json",
        read!(
            200,
            reactions::popular(&GROUP.into(), reactions::Period::Day),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "groups.likes.mine.get.response.json",
        read!(
            200,
            reactions::mine(&GROUP.into()),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "groups.likes.for_me.get.response.json",
        read!(
            200,
            reactions::for_me(&GROUP.into()),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "official.index_leaderboard.get.response.json",
        read!(
            200,
            reactions::popular(&GROUP.into(), reactions::Period::Month),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "official.my_likes_leaderboard.get.response.json",
        read!(
            200,
            reactions::mine_with(&USER.into()),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "official.my_hits_leaderboard.get.response.json",
        read!(
            200,
            reactions::for_me_with(&USER.into()),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "conversations.messages.pin.post.response.2026.json",
        success!(200, pins::pin(&DIRECT.into(), &"1".into())),
    ),
    (
        "conversations.read_receipt.post.response.2026.json",
        read!(
            200,
            receipts::read(&DIRECT.into()),
            ReadReceipt,
            "/read_receipt"
        ),
    ),
    (
        "v2.read_receipts.post.response.json",
        read!(
            200,
            receipts::read_v2(&DIRECT.into(), &"1".into()),
            ReadReceipt,
            "/read_receipt"
        ),
    ),
    (
        "v4.read_receipts.get.response.2026.json",
        read!(200, receipts::list(), Vec<ReadReceipt>, "/receipts"),
    ),
    (
        "v4.read_receipts.one.post.response.2026.json",
        read!(
            202,
            receipts::read_up_to(&DIRECT.into(), &"1".into()),
            ReadReceipt,
            ""
        ),
    ),
    (
        "v4.pinned_conversations.get.response.json",
        read!(
            200,
            pins::conversations(),
            Vec<groupme_model::ConversationId>,
            "/pinned_conversation_ids"
        ),
    ),
    ("direct_messages.get.read_receipt.2026.json", |name| {
        let answer = Answer::load(name).under("read_receipt");
        let page = answer.read(200, &messages::list(&user(), &Window::Newest, 20));
        assert_eq!(page.read_receipt, Some(answer.at("/read_receipt")));
    }),
    ("message.group.2026.json", |name| {
        let answer = Answer::load(name).under("message");
        let message: Message = answer.at("/message");
        assert_eq!(
            answer.read(200, &messages::show(&group(), &"1".into())),
            message
        );
    }),
    ("emoji.powerups.1.json", |name| {
        let answer = Answer::load(name).under("message");
        let message: Message = answer.at("/message");
        assert_eq!(
            answer.read(200, &messages::show(&group(), &"1".into())),
            message
        );
    }),
];

fn send() -> Call<Message> {
    messages::send(&group(), Draft::new("x"), "guid".into()).unwrap()
}
