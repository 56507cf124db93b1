//! The recorded bodies of requests and responses, and the objects in them.

use serde_json::Value as Parsed;

use crate::object::{self, Look};
use crate::payload::{fixture, fixtures};

/// Which objects are in which recordings: what they are, the way to them from the `response` (`*`
/// is every element), and the recordings.
pub(crate) const OBJECTS: &[(&str, Look, &[&str], &[&str])] = &[
    (
        "message",
        object::message,
        &["messages", "*"],
        &[
            "conversations.gallery.get.response",
            "groups.likes.for_me.get.response",
            "groups.likes.get.response",
            "groups.likes.mine.get.response",
            "groups.messages.get.response",
            "groups.messages.get.response.seed",
            "official.index_leaderboard.get.response",
            "official.index_messages.get.response",
            "official.my_hits_leaderboard.get.response",
            "official.my_likes_leaderboard.get.response",
            "pinned.direct_messages.get.response",
            "pinned.groups.messages.get.response",
        ],
    ),
    (
        "message",
        object::message,
        &["message"],
        &[
            "conversations.events.create.post.response",
            "direct_messages.post.response",
            "groups.messages.post.response",
            "groups.messages.post.response.2026",
            "groups.messages.post.response.seed",
            "poll.create.post.response",
            "v4.groups.messages.one.get.response",
            "v4.groups.messages.one.put.response",
            "v4.groups.messages.one.put.response.2026",
        ],
    ),
    (
        "message",
        object::message,
        &["direct_message"],
        &["official.create_direct_message.post.response"],
    ),
    (
        "message",
        object::message,
        &["direct_messages", "*"],
        &["direct_messages.get.response"],
    ),
    (
        "message",
        object::message,
        &[],
        &["emoji.powerups.1", "message.group.2026"],
    ),
    (
        "group",
        object::group,
        &["*"],
        &[
            "groups.former.get.response",
            "groups.get.response",
            "official.former_groups.get.response",
            "official.index_groups.get.response",
            "official.tutorial.groups.get.response",
        ],
    ),
    (
        "group",
        object::group,
        &[],
        &[
            "groups.join.post.response",
            "groups.one.get.response",
            "groups.post.response",
            "groups.preview.get.response",
            "groups.rejoin.post.response",
            "groups.update.post.response",
            "official.create_group.post.response",
            "official.rejoin_group.post.response",
            "official.show_group.get.response",
            "official.update_group.post.response",
        ],
    ),
    (
        "group",
        object::group,
        &["group"],
        &[
            "groups.join_with_share_token.post.response",
            "official.join_group.post.response",
        ],
    ),
    (
        "group",
        object::group,
        &["directories", "*"],
        &[
            "v1.search.directories.get.response",
            "v1.search.get.response",
        ],
    ),
    (
        "group",
        object::group,
        &["popular", "*"],
        &["v1.search.get.response", "v1.search.popular.get.response"],
    ),
    (
        "group",
        object::group,
        &["trending", "*"],
        &["v1.search.trending.get.response"],
    ),
    (
        "topic",
        object::topic,
        &["*"],
        &["groups.subgroups.get.response"],
    ),
    (
        "topic",
        object::topic,
        &[],
        &[
            "groups.subgroups.one.get.response",
            "groups.subgroups.one.put.response",
            "groups.subgroups.post.response",
        ],
    ),
    (
        "chat",
        object::chat,
        &["*"],
        &["chats.get.response", "official.index_chats.get.response"],
    ),
    ("chat", object::chat, &[], &["chats.one.get.response"]),
    (
        "member",
        object::member,
        &["memberships", "*"],
        &[
            "groups.members.get.response",
            "groups.members.inactive.get.2026",
        ],
    ),
    (
        "member",
        object::member,
        &["members", "*"],
        &[
            "groups.members.results.one.get.response",
            "official.add_members_results.get.response",
        ],
    ),
    (
        "member",
        object::member,
        &["member"],
        &["groups.members.one.update.post.response.2026"],
    ),
    (
        "member",
        object::member,
        &["membership"],
        &[
            "groups.memberships.unmute_all.post.response",
            "groups.subgroups.unmute.post.response",
            "v2.groups.memberships.mute.post.response.2026",
            "v2.groups.memberships.unmute.post.response",
        ],
    ),
    (
        "member",
        object::member,
        &["*"],
        &["groups.pending_memberships.get.response"],
    ),
    (
        "member",
        object::member,
        &[],
        &[
            "groups.memberships.update.post.response",
            "groups.memberships.update.post.response.2026",
            "official.update_member.post.response",
        ],
    ),
    (
        "membership_state",
        object::membership_state,
        &["*"],
        &["memberships.states.get.response"],
    ),
    (
        "membership_state",
        object::membership_state,
        &[],
        &["groups.members.approval.post.response"],
    ),
    (
        "user",
        object::user,
        &[],
        &[
            "official.my_user.get.response",
            "official.update_my_user.post.response",
            "users.me.get.2026",
            "users.me.get.response",
            "users.update.post.response",
        ],
    ),
    (
        "user",
        object::user,
        &["user"],
        &["v2.users.one.post.response"],
    ),
    (
        "user",
        object::user,
        &["users", "*"],
        &["v1.search.directory.users.get.response"],
    ),
    (
        "profile",
        object::profile,
        &[],
        &["v2.users.one.get.2026", "v2.users.one.get.response"],
    ),
    (
        "relationship",
        object::relationship,
        &["*"],
        &[
            "v4.relationships.batch.one.get.response",
            "v4.relationships.get.response",
        ],
    ),
    (
        "relationship",
        object::relationship,
        &[],
        &["v4.relationships.element.2026"],
    ),
    (
        "block",
        object::block,
        &["block"],
        &[
            "blocks.post.response",
            "blocks.post.response.2026",
            "official.create_block.post.response",
        ],
    ),
    (
        "block",
        object::block,
        &["blocks", "*"],
        &["blocks.get.response", "official.index_block.get.response"],
    ),
    (
        "bot",
        object::bot,
        &["*"],
        &[
            "bots.get.response",
            "official.post_bot_message.post.response",
        ],
    ),
    (
        "bot",
        object::bot,
        &[],
        &["bots.post.response", "official.create_bot.post.response"],
    ),
    (
        "bot",
        object::bot,
        &["bot"],
        &["official.tutorial.bots.post.response"],
    ),
    (
        "directory",
        object::directory,
        &[],
        &["directories.get.response"],
    ),
    (
        "poll",
        object::poll,
        &["poll"],
        &[
            "poll.2026",
            "poll.create.post.response",
            "poll.end.post.response",
            "poll.one.get.response",
            "poll.vote.post.response",
        ],
    ),
    (
        "poll",
        object::poll,
        &["polls", "*"],
        &["poll.list.get.response"],
    ),
    ("poll_data", object::poll_data, &[], &["poll.gmn"]),
    (
        "calendar_event",
        object::calendar_event,
        &[],
        &["calendar.event.2026"],
    ),
    (
        "calendar_event",
        object::calendar_event,
        &["event"],
        &[
            "conversations.events.create.post.response",
            "conversations.events.show.get.response",
        ],
    ),
    (
        "calendar_event",
        object::calendar_event,
        &["events", "*"],
        &["conversations.events.list.get.response"],
    ),
    (
        "read_receipt",
        object::read_receipt,
        &["read_receipt"],
        &[
            "conversations.read_receipt.post.response.2026",
            "direct_messages.get.response",
            "v2.read_receipts.post.request",
            "v2.read_receipts.post.response",
        ],
    ),
    (
        "read_receipt",
        object::read_receipt,
        &[],
        &[
            "direct_messages.get.read_receipt.2026",
            "v4.read_receipts.one.post.request.2026",
            "v4.read_receipts.one.post.response.2026",
        ],
    ),
    (
        "read_receipt",
        object::read_receipt,
        &["receipts", "*"],
        &["v4.read_receipts.get.response.2026"],
    ),
    (
        "message_body",
        object::message_body,
        &[],
        &[
            "groups.messages.post.request",
            "groups.messages.post.request.2026",
            "groups.messages.post.request.seed",
        ],
    ),
    (
        "direct_message_body",
        object::direct_message_body,
        &[],
        &[
            "direct_messages.post.request",
            "direct_messages.post.request.2026",
        ],
    ),
    (
        "edit",
        object::edit,
        &[],
        &[
            "v4.groups.messages.one.put.request",
            "v4.groups.messages.one.put.request.2026",
        ],
    ),
    (
        "bot_message",
        object::bot_message,
        &[],
        &[
            "bots.post.post.request",
            "official.tutorial.bots.post_image.request",
            "official.tutorial.bots.post_location.request",
            "official.tutorial.bots.post_message.request",
        ],
    ),
    (
        "reaction_body",
        object::reaction_body,
        &[],
        &[
            "messages.like.post.request.2026",
            "messages.like.post.request.emoji",
            "messages.like.post.request.unicode",
        ],
    ),
];

/// Recordings that are parts of a message only.
pub(crate) const PARTS: &[&str] = &[
    "emoji.powerups.2",
    "message.reactions.on_read.2026",
    "messages.like.post.response",
    "messages.like.post.response.2026",
];

/// An object in a recording.
pub(crate) struct Recorded {
    pub(crate) recording: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) look: Look,
    pub(crate) object: Parsed,
}

/// Every object in every recording.
pub(crate) fn recorded() -> Vec<Recorded> {
    let mut all = Vec::new();
    for (kind, look, way, recordings) in OBJECTS {
        for recording in *recordings {
            let found = follow(&response(recording), way);
            assert!(!found.is_empty(), "{recording} has no {kind}");
            all.extend(found.into_iter().map(|object| Recorded {
                recording,
                kind,
                look: *look,
                object,
            }));
        }
    }
    all
}

/// The names of all recordings.
pub(crate) fn recordings() -> Vec<String> {
    let name = |path: String| path.trim_start_matches("rest/").to_owned();
    fixtures("rest").into_iter().map(name).collect()
}

/// What a recording says, without the envelope.
pub(crate) fn response(recording: &str) -> Parsed {
    let parsed: Parsed =
        serde_json::from_str(&fixture(&format!("rest/{recording}"))).expect("JSON");
    match parsed.get("response") {
        Some(response) => response.clone(),
        None => parsed,
    }
}

fn follow(from: &Parsed, way: &[&str]) -> Vec<Parsed> {
    match way {
        [] => vec![from.clone()],
        ["*", rest @ ..] => {
            let elements = from.as_array().into_iter().flatten();
            elements.flat_map(|element| follow(element, rest)).collect()
        }
        [key, rest @ ..] => from
            .get(*key)
            .map(|next| follow(next, rest))
            .unwrap_or_default(),
    }
}
