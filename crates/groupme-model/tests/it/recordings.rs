//! Recorded bodies of requests and responses, and the objects in them.

use serde_json::Value as Parsed;

use crate::checks::{self, Check};
use crate::payload::{fixture, fixtures};

/// Objects in recordings: the kind, its check, the path from the `response` (`*` stands for every
/// element), and the recordings.
pub(crate) const OBJECTS: &[(&str, Check, &[&str], &[&str])] = &[
    (
        "message",
        checks::message,
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
        checks::message,
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
        checks::message,
        &["direct_message"],
        &["official.create_direct_message.post.response"],
    ),
    (
        "message",
        checks::message,
        &["direct_messages", "*"],
        &["direct_messages.get.response"],
    ),
    (
        "message",
        checks::message,
        &[],
        &["emoji.powerups.1", "message.group.2026"],
    ),
    (
        "group",
        checks::group,
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
        checks::group,
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
        checks::group,
        &["group"],
        &[
            "groups.join_with_share_token.post.response",
            "official.join_group.post.response",
        ],
    ),
    (
        "group",
        checks::group,
        &["directories", "*"],
        &[
            "v1.search.directories.get.response",
            "v1.search.get.response",
        ],
    ),
    (
        "group",
        checks::group,
        &["popular", "*"],
        &["v1.search.get.response", "v1.search.popular.get.response"],
    ),
    (
        "group",
        checks::group,
        &["trending", "*"],
        &["v1.search.trending.get.response"],
    ),
    (
        "topic",
        checks::topic,
        &["*"],
        &["groups.subgroups.get.response"],
    ),
    (
        "topic",
        checks::topic,
        &[],
        &[
            "groups.subgroups.one.get.response",
            "groups.subgroups.one.put.response",
            "groups.subgroups.post.response",
        ],
    ),
    (
        "chat",
        checks::chat,
        &["*"],
        &["chats.get.response", "official.index_chats.get.response"],
    ),
    ("chat", checks::chat, &[], &["chats.one.get.response"]),
    (
        "member",
        checks::member,
        &["memberships", "*"],
        &[
            "groups.members.get.response",
            "groups.members.inactive.get.2026",
        ],
    ),
    (
        "member",
        checks::member,
        &["members", "*"],
        &[
            "groups.members.results.one.get.response",
            "official.add_members_results.get.response",
        ],
    ),
    (
        "member",
        checks::member,
        &["member"],
        &["groups.members.one.update.post.response.2026"],
    ),
    (
        "member",
        checks::member,
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
        checks::member,
        &["*"],
        &["groups.pending_memberships.get.response"],
    ),
    (
        "member",
        checks::member,
        &[],
        &[
            "groups.memberships.update.post.response",
            "groups.memberships.update.post.response.2026",
            "official.update_member.post.response",
        ],
    ),
    (
        "membership_state",
        checks::membership_state,
        &["*"],
        &["memberships.states.get.response"],
    ),
    (
        "membership_state",
        checks::membership_state,
        &[],
        &["groups.members.approval.post.response"],
    ),
    (
        "user",
        checks::user,
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
        checks::user,
        &["user"],
        &["v2.users.one.post.response"],
    ),
    (
        "user",
        checks::user,
        &["users", "*"],
        &["v1.search.directory.users.get.response"],
    ),
    (
        "profile",
        checks::profile,
        &[],
        &["v2.users.one.get.2026", "v2.users.one.get.response"],
    ),
    (
        "relationship",
        checks::relationship,
        &["*"],
        &[
            "v4.relationships.batch.one.get.response",
            "v4.relationships.get.response",
        ],
    ),
    (
        "relationship",
        checks::relationship,
        &[],
        &["v4.relationships.element.2026"],
    ),
    (
        "block",
        checks::block,
        &["block"],
        &[
            "blocks.post.response",
            "blocks.post.response.2026",
            "official.create_block.post.response",
        ],
    ),
    (
        "block",
        checks::block,
        &["blocks", "*"],
        &["blocks.get.response", "official.index_block.get.response"],
    ),
    (
        "bot",
        checks::bot,
        &["*"],
        &[
            "bots.get.response",
            "official.post_bot_message.post.response",
        ],
    ),
    (
        "bot",
        checks::bot,
        &[],
        &["bots.post.response", "official.create_bot.post.response"],
    ),
    (
        "bot",
        checks::bot,
        &["bot"],
        &["official.tutorial.bots.post.response"],
    ),
    (
        "directory",
        checks::directory,
        &[],
        &["directories.get.response"],
    ),
    (
        "poll",
        checks::poll,
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
        checks::poll,
        &["polls", "*"],
        &["poll.list.get.response"],
    ),
    ("poll_data", checks::poll_data, &[], &["poll.gmn"]),
    (
        "calendar_event",
        checks::calendar_event,
        &[],
        &["calendar.event.2026"],
    ),
    (
        "calendar_event",
        checks::calendar_event,
        &["event"],
        &[
            "conversations.events.create.post.response",
            "conversations.events.show.get.response",
        ],
    ),
    (
        "calendar_event",
        checks::calendar_event,
        &["events", "*"],
        &["conversations.events.list.get.response"],
    ),
    (
        "read_receipt",
        checks::read_receipt,
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
        checks::read_receipt,
        &[],
        &[
            "direct_messages.get.read_receipt.2026",
            "v4.read_receipts.one.post.request.2026",
            "v4.read_receipts.one.post.response.2026",
        ],
    ),
    (
        "read_receipt",
        checks::read_receipt,
        &["receipts", "*"],
        &["v4.read_receipts.get.response.2026"],
    ),
    (
        "message_body",
        checks::message_body,
        &[],
        &[
            "groups.messages.post.request",
            "groups.messages.post.request.2026",
            "groups.messages.post.request.seed",
        ],
    ),
    (
        "direct_message_body",
        checks::direct_message_body,
        &[],
        &[
            "direct_messages.post.request",
            "direct_messages.post.request.2026",
        ],
    ),
    (
        "edit",
        checks::edit,
        &[],
        &[
            "v4.groups.messages.one.put.request",
            "v4.groups.messages.one.put.request.2026",
        ],
    ),
    (
        "bot_message",
        checks::bot_message,
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
        checks::reaction_body,
        &[],
        &[
            "messages.like.post.request.2026",
            "messages.like.post.request.emoji",
            "messages.like.post.request.unicode",
        ],
    ),
];

/// Recordings that contain only parts of a message.
pub(crate) const PARTS: &[&str] = &[
    "emoji.powerups.2",
    "message.reactions.on_read.2026",
    "messages.like.post.response",
    "messages.like.post.response.2026",
];

/// Object in a recording.
pub(crate) struct Recorded {
    pub(crate) recording: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) check: Check,
    pub(crate) object: Parsed,
}

/// Returns every object in every recording.
pub(crate) fn recorded() -> Vec<Recorded> {
    let mut all = Vec::new();
    for (kind, check, way, recordings) in OBJECTS {
        for recording in *recordings {
            let found = follow(&response(recording), way);
            assert!(!found.is_empty(), "{recording} has no {kind}");
            all.extend(found.into_iter().map(|object| Recorded {
                recording,
                kind,
                check: *check,
                object,
            }));
        }
    }
    all
}

/// Returns the names of all recordings.
pub(crate) fn recordings() -> Vec<String> {
    let name = |path: String| path.trim_start_matches("rest/").to_owned();
    fixtures("rest").into_iter().map(name).collect()
}

/// Reads the content of a recording, without the envelope.
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
