//! Answers about messages.

use groupme_model::{Draft, HistoryWindow, Message, Reaction, ReadReceipt};
use groupme_rest::{
    Call,
    endpoint::{gallery, messages, pins, reactions, receipts},
};

use super::{Case, GROUP, direct, group, user};
use crate::recorded::Answer;

pub(super) const MESSAGES: &[Case] = &[
    (
        "groups.messages.get.response.json",
        page!(
            200,
            messages::list(group(), &HistoryWindow::Newest, 20),
            "/messages"
        ),
    ),
    (
        "groups.messages.get.response.seed.json",
        page!(
            200,
            messages::list(group(), &HistoryWindow::Newest, 20),
            "/messages"
        ),
    ),
    (
        "official.index_messages.get.response.json",
        page!(
            200,
            messages::list(group(), &HistoryWindow::Newest, 20),
            "/messages"
        ),
    ),
    (
        "direct_messages.get.response.json",
        page!(
            200,
            messages::list(user(), &HistoryWindow::Newest, 20),
            "/direct_messages"
        ),
    ),
    (
        "pinned.groups.messages.get.response.json",
        page!(200, pins::list(group()), "/messages"),
    ),
    (
        "pinned.direct_messages.get.response.json",
        page!(200, pins::list(user()), "/messages"),
    ),
    (
        "conversations.gallery.get.response.json",
        page!(200, gallery::list(direct(), None, 20), "/messages"),
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
        read!(200, messages::show(group(), "1"), Message, "/message"),
    ),
    (
        "v4.groups.messages.one.put.response.json",
        read!(200, messages::show(group(), "1"), Message, "/message"),
    ),
    (
        "v4.groups.messages.one.put.response.2026.json",
        read!(200, messages::show(group(), "1"), Message, "/message"),
    ),
    (
        "messages.like.post.response.json",
        read!(
            200,
            reactions::like(direct(), "1", None),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "messages.like.post.response.2026.json",
        read!(
            200,
            reactions::unlike(direct(), "1"),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "message.reactions.on_read.2026.json",
        read!(
            200,
            reactions::unlike(direct(), "1"),
            Vec<Reaction>,
            "/reactions"
        ),
    ),
    (
        "groups.likes.get.response.json",
        read!(
            200,
            reactions::popular(GROUP, reactions::Period::Day),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "groups.likes.mine.get.response.json",
        read!(200, reactions::mine(group()), Vec<Message>, "/messages"),
    ),
    (
        "groups.likes.for_me.get.response.json",
        read!(200, reactions::for_me(group()), Vec<Message>, "/messages"),
    ),
    (
        "official.index_leaderboard.get.response.json",
        read!(
            200,
            reactions::popular(GROUP, reactions::Period::Month),
            Vec<Message>,
            "/messages"
        ),
    ),
    (
        "official.my_likes_leaderboard.get.response.json",
        read!(200, reactions::mine(user()), Vec<Message>, "/messages"),
    ),
    (
        "official.my_hits_leaderboard.get.response.json",
        read!(200, reactions::for_me(user()), Vec<Message>, "/messages"),
    ),
    (
        "conversations.messages.pin.post.response.2026.json",
        success!(200, pins::pin(direct(), "1")),
    ),
    (
        "conversations.read_receipt.post.response.2026.json",
        read!(
            200,
            receipts::mark_read(direct()),
            ReadReceipt,
            "/read_receipt"
        ),
    ),
    (
        "v2.read_receipts.post.response.json",
        read!(
            200,
            receipts::mark_read_v2(direct(), "1"),
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
            receipts::mark_read_up_to(direct(), "1"),
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
        let page = answer.read(200, &messages::list(user(), &HistoryWindow::Newest, 20));
        assert_eq!(page.read_receipt, Some(answer.at("/read_receipt")));
    }),
    ("message.group.2026.json", |name| {
        let answer = Answer::load(name).under("message");
        let message: Message = answer.at("/message");
        assert_eq!(answer.read(200, &messages::show(group(), "1")), message);
    }),
    ("emoji.powerups.1.json", |name| {
        let answer = Answer::load(name).under("message");
        let message: Message = answer.at("/message");
        assert_eq!(answer.read(200, &messages::show(group(), "1")), message);
    }),
];

fn send() -> Call<Message> {
    messages::send(group(), Draft::new("x"), "guid".into()).unwrap()
}
