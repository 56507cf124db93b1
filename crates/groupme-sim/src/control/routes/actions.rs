//! Requests that read the world or act in it as a user.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method has one lifetime, and the table needs all"
)]

use super::{Route, delete, get, send};
use crate::control::{
    fields::{Field, Kind, optional, required},
    shapes,
};

const AS: Field = required("as", Kind::Id, "User who acts, by id or name.");
const BY: Field = optional(
    "as",
    Kind::Id,
    "User who acts. Default: the one it is most natural for.",
);

pub(super) static ROUTES: &[Route] = &[
    get(
        "/",
        "Addresses, users, conversations and counts.",
        &[],
        |c, a| c.overview(a),
    )
    .answers(200, &shapes::OVERVIEW),
    get("/openapi.json", "This document.", &[], |c, a| c.openapi(a))
        .answers(200, &shapes::DOCUMENT),
    get("/users", "All users with their tokens.", &[], |c, a| {
        c.list_users(a)
    })
    .answers(200, &shapes::USERS),
    send(
        "POST",
        "/users",
        "Adds a user.",
        &[
            required("name", Kind::Text, "Name of the user."),
            optional(
                "token",
                Kind::Text,
                "Access token. Default: made from the seed.",
            ),
        ],
        |c, a| c.add_user(a),
    )
    .answers(201, &shapes::USER),
    send(
        "POST",
        "/groups",
        "Adds a group.",
        &[
            required("name", Kind::Text, "Name of the group."),
            required("owner", Kind::Id, "User who makes the group."),
            optional("members", Kind::List, "Further members."),
        ],
        |c, a| c.add_group(a),
    )
    .answers(201, &shapes::GROUP),
    send(
        "POST",
        "/groups/{group}/topics",
        "Adds a topic to a group.",
        &[required("name", Kind::Text, "Name of the topic."), AS],
        |c, a| c.add_topic(a),
    )
    .answers(201, &shapes::TOPIC),
    send(
        "POST",
        "/groups/{group}/members",
        "Adds a member to a group.",
        &[required("user", Kind::Id, "User to add."), BY],
        |c, a| c.add_member(a),
    ),
    delete(
        "/groups/{group}/members/{user}",
        "Removes a member from a group; without `as` the member leaves.",
        &[BY],
        |c, a| c.remove_member(a),
    ),
    send(
        "POST",
        "/bots",
        "Registers a bot, whose callbacks are posted to a URL.",
        &[
            required("name", Kind::Text, "Name of the bot."),
            required("group", Kind::Id, "Group of the bot."),
            optional(
                "owner",
                Kind::Id,
                "User who registers the bot. Default: the group's owner.",
            ),
            optional(
                "callback_url",
                Kind::Text,
                "URL of the bot's program, with http.",
            ),
            optional("avatar_url", Kind::Text, "URL of the bot's picture."),
        ],
        |c, a| c.add_bot(a),
    )
    .answers(201, &shapes::BOT),
    get(
        "/conversations",
        "Groups, topics and chats.",
        &[],
        |c, a| c.list_conversations(a),
    )
    .answers(200, &shapes::CONVERSATIONS),
    get(
        "/conversations/{conversation}/messages",
        "Messages as a user sees them, newest first.",
        &[
            optional("as", Kind::Id, "User who looks."),
            optional(
                "limit",
                Kind::Number,
                "Maximum number of messages. Default: 50.",
            ),
            optional("before", Kind::Text, "Message before which the page ends."),
        ],
        |c, a| c.list_messages(a),
    )
    .answers(200, &shapes::MESSAGES),
    send(
        "POST",
        "/messages",
        "Posts a message in a `conversation`, or directly `to` a user.",
        &[
            AS,
            optional(
                "conversation",
                Kind::Id,
                "Group, topic or chat, by id or name.",
            ),
            optional("to", Kind::Id, "User who gets a direct message."),
            optional("text", Kind::Text, "Text."),
            optional(
                "attachments",
                Kind::List,
                "Attachments, as GroupMe takes them.",
            ),
            optional("reply_to", Kind::Text, "Message that is replied to."),
            optional(
                "source_guid",
                Kind::Text,
                "Id by which duplicates are refused.",
            ),
        ],
        |c, a| c.say(a),
    )
    .answers(201, &shapes::MESSAGE),
    get("/messages/{message}", "One message.", &[], |c, a| {
        c.show_message(a)
    })
    .answers(200, &shapes::MESSAGE),
    send(
        "PUT",
        "/messages/{message}",
        "Edits the text of a message, as its author.",
        &[required("text", Kind::Text, "New text.")],
        |c, a| c.edit_message(a),
    )
    .answers(200, &shapes::MESSAGE),
    delete(
        "/messages/{message}",
        "Deletes a message, as its author or as an admin.",
        &[BY],
        |c, a| c.delete_message(a),
    ),
    send(
        "POST",
        "/messages/{message}/reactions",
        "Reacts to a message.",
        &[
            AS,
            optional("code", Kind::Text, "Emoji. Default: a red heart."),
        ],
        |c, a| c.react(a),
    )
    .answers(200, &shapes::MESSAGE),
    delete(
        "/messages/{message}/reactions",
        "Takes a user's reaction back.",
        &[AS],
        |c, a| c.unreact(a),
    )
    .answers(200, &shapes::MESSAGE),
    send(
        "POST",
        "/messages/{message}/pin",
        "Pins a message.",
        &[AS],
        |c, a| c.pin(a),
    )
    .answers(200, &shapes::MESSAGE),
    delete(
        "/messages/{message}/pin",
        "Unpins a message.",
        &[AS],
        |c, a| c.unpin(a),
    )
    .answers(200, &shapes::MESSAGE),
    send(
        "POST",
        "/typing",
        "Sends a typing notice.",
        &[
            AS,
            required("conversation", Kind::Id, "Group, topic or chat."),
        ],
        |c, a| c.start_typing(a),
    ),
    send(
        "POST",
        "/read",
        "Marks the direct messages of one user to another as read.",
        &[AS, required("from", Kind::Id, "User who wrote them.")],
        |c, a| c.read(a),
    ),
];
