//! Table of all requests; the `OpenAPI` document is made from the same table.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method has one lifetime, and the table needs all"
)]

use super::{
    Control, Outcome,
    fields::{Field, Kind, optional, required},
};

/// Method and path of a request, with its meaning.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Path below `/sim/v1`, with `{name}` for each argument.
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [Field],
    pub(super) body: &'static [Field],
    pub(super) handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
}

impl Route {
    /// Returns the arguments in a path, if the path is that of the route.
    pub(super) fn matches<'p>(&self, path: &[&'p str]) -> Option<Vec<&'p str>> {
        let mut arguments = Vec::new();
        let mut parts = self.path.split('/').filter(|part| !part.is_empty());
        for segment in path {
            let part = parts.next()?;
            if part.starts_with('{') {
                arguments.push(*segment);
            } else if part != *segment {
                return None;
            }
        }
        parts.next().is_none().then_some(arguments)
    }
}

const fn get(
    path: &'static str,
    summary: &'static str,
    query: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method: "GET",
        path,
        summary,
        query,
        body: &[],
        handle,
    }
}

const fn send(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method,
        path,
        summary,
        query: &[],
        body,
        handle,
    }
}

const fn delete(
    path: &'static str,
    summary: &'static str,
    query: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method: "DELETE",
        path,
        summary,
        query,
        body: &[],
        handle,
    }
}

const AS: Field = required("as", Kind::Id, "User who acts, by id or name.");
const BY: Field = optional(
    "as",
    Kind::Id,
    "User who acts. Default: the one it is most natural for.",
);

/// All requests.
pub(super) static ROUTES: &[Route] = &[
    get(
        "/",
        "Addresses, users, conversations and counts.",
        &[],
        |c, a| c.overview(a),
    ),
    get("/openapi.json", "This document.", &[], |c, a| c.openapi(a)),
    get("/users", "All users with their tokens.", &[], |c, a| {
        c.list_users(a)
    }),
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
    ),
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
    ),
    send(
        "POST",
        "/groups/{group}/topics",
        "Adds a topic to a group.",
        &[required("name", Kind::Text, "Name of the topic."), AS],
        |c, a| c.add_topic(a),
    ),
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
    ),
    get(
        "/conversations",
        "Groups, topics and chats.",
        &[],
        |c, a| c.list_conversations(a),
    ),
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
    ),
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
    ),
    get("/messages/{message}", "One message.", &[], |c, a| {
        c.show_message(a)
    }),
    send(
        "PUT",
        "/messages/{message}",
        "Edits the text of a message, as its author.",
        &[required("text", Kind::Text, "New text.")],
        |c, a| c.edit_message(a),
    ),
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
    ),
    delete(
        "/messages/{message}/reactions",
        "Takes a user's reaction back.",
        &[AS],
        |c, a| c.unreact(a),
    ),
    send(
        "POST",
        "/messages/{message}/pin",
        "Pins a message.",
        &[AS],
        |c, a| c.pin(a),
    ),
    delete(
        "/messages/{message}/pin",
        "Unpins a message.",
        &[AS],
        |c, a| c.unpin(a),
    ),
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
    send(
        "POST",
        "/push",
        "Publishes any data on any channel, unchanged.",
        &[
            required("channel", Kind::Text, "Channel, such as `/user/185`."),
            required("data", Kind::Object, "Data of the event."),
        ],
        |c, a| c.push(a),
    ),
    send(
        "POST",
        "/incidents",
        "Lets something happen to all clients at once.",
        &[
            required(
                "kind",
                Kind::Text,
                "break_connections, lose_sessions, restart, freeze, thaw, clock_ahead, \
                 clock_back or burst.",
            ),
            optional(
                "by_ms",
                Kind::Number,
                "Jump of the calendar, ahead by at most 31 days.",
            ),
            optional(
                "messages",
                Kind::Number,
                "Number of messages of a burst. Default: 100.",
            ),
        ],
        |c, a| c.incident(a),
    ),
    send(
        "PUT",
        "/faults",
        "Replaces the faults. Probabilities are texts such as `1/10` or `5%`.",
        &[
            optional("seed", Kind::Number, "Seed of all decisions. Default: 1."),
            optional(
                "chaos",
                Kind::Text,
                "Random faults of the seed: network or anything.",
            ),
            optional(
                "rest_status",
                Kind::Number,
                "Status of failed REST requests.",
            ),
            optional(
                "rest_odds",
                Kind::Text,
                "Probability that a REST request fails. Default: 100%.",
            ),
            optional(
                "rest_executed",
                Kind::Flag,
                "Whether failed requests take effect. Default: false.",
            ),
            optional(
                "delay_ms",
                Kind::Number,
                "Maximum delay of every frame to a client.",
            ),
            optional("drop", Kind::Text, "Probability that a frame is lost."),
            optional(
                "duplicate",
                Kind::Text,
                "Probability that a frame comes twice.",
            ),
            optional(
                "reorder",
                Kind::Text,
                "Probability that a frame is overtaken.",
            ),
            optional(
                "truncate",
                Kind::Text,
                "Probability that a frame loses its end.",
            ),
            optional(
                "corrupt",
                Kind::Text,
                "Probability that bits of a frame flip.",
            ),
            optional(
                "reset",
                Kind::Text,
                "Probability that a new connection is reset.",
            ),
            optional(
                "half_open",
                Kind::Text,
                "Probability that a new connection goes silent.",
            ),
            optional(
                "refuse_upgrade",
                Kind::Text,
                "Probability that a WebSocket is refused.",
            ),
            optional(
                "silence",
                Kind::Flag,
                "Whether all traffic stops, without closing anything.",
            ),
            optional(
                "for_ms",
                Kind::Number,
                "Duration of all faults. Default: no end.",
            ),
        ],
        |c, a| c.set_faults(a),
    ),
    delete(
        "/faults",
        "Ends all faults, outages and refusals of transports.",
        &[],
        |c, a| c.clear_faults(a),
    ),
    send(
        "PUT",
        "/transports",
        "Accepts or refuses WebSockets, or long-polling.",
        &[
            optional(
                "sockets",
                Kind::Flag,
                "Whether upgrades to a WebSocket are accepted.",
            ),
            optional("polling", Kind::Flag, "Whether long-polling is accepted."),
        ],
        |c, a| c.set_transports(a),
    ),
    send(
        "PUT",
        "/behaviours",
        "Changes what the REST API does. Members that are missing keep their values.",
        &[
            optional(
                "requests_per_second",
                Kind::Number,
                "Limit beyond which 429 comes; 0 for none.",
            ),
            optional(
                "messages_per_minute",
                Kind::Number,
                "Limit beyond which a user is banned; 0 for none.",
            ),
            optional(
                "outage",
                Kind::Number,
                "Status of all requests; 0 ends the outage.",
            ),
            optional("response_delay_ms", Kind::Number, "Delay of responses."),
            optional(
                "push_delay_ms",
                Kind::Number,
                "Delay of the pushes that requests cause.",
            ),
            optional(
                "processing_time_ms",
                Kind::Number,
                "Time until uploads and additions are done.",
            ),
            optional(
                "edit_window_ms",
                Kind::Number,
                "Age up to which a message can be edited.",
            ),
            optional(
                "allow_links",
                Kind::Flag,
                "Whether messages may contain links.",
            ),
            optional(
                "short_pages",
                Kind::Flag,
                "Whether every second page comes short.",
            ),
            optional(
                "tombstones",
                Kind::Flag,
                "Whether deletions by admins leave a tombstone.",
            ),
        ],
        |c, a| c.set_behaviours(a),
    ),
    get(
        "/clock",
        "Calendar of the simulated GroupMe, in milliseconds since 1970.",
        &[],
        |c, a| c.clock(a),
    ),
    send(
        "POST",
        "/clock",
        "Advances the clock: what is due in between happens at once.",
        &[required("by_ms", Kind::Number, "Advance, at most 31 days.")],
        |c, a| c.advance(a),
    ),
    send(
        "POST",
        "/wait",
        "Waits for one condition, and returns what was found. 504 tells what was awaited.",
        &[
            optional("timeout_ms", Kind::Number, "Longest wait. Default: 10,000."),
            optional(
                "subscribed",
                Kind::Object,
                "A client is subscribed. Default: to the user's own channel.",
            ),
            optional(
                "unsubscribed",
                Kind::Object,
                "No client is subscribed any more.",
            ),
            optional(
                "message",
                Kind::Object,
                "A message: `conversation`, `as`, `after`, `text`, `contains`.",
            ),
            optional(
                "reply",
                Kind::Object,
                "A message after `to` in its conversation, `as` somebody.",
            ),
            optional(
                "reaction",
                Kind::Object,
                "A reaction to `message`, `as` somebody, with a `code`.",
            ),
            optional("edited", Kind::Object, "An edit of `message`."),
            optional("deleted", Kind::Object, "The deletion of `message`."),
            optional("pinned", Kind::Object, "A pin on `message`."),
            optional(
                "requests",
                Kind::Object,
                "A `count` of REST requests since the start.",
            ),
            optional(
                "typing",
                Kind::Object,
                "Typing in `conversation`, `as` somebody, `after` an entry.",
            ),
        ],
        |c, a| c.wait(a),
    ),
    get(
        "/journal",
        "What happened: frames, requests, pushes, callbacks, connections. Secrets are hidden.",
        &[
            optional(
                "after",
                Kind::Number,
                "Number of the last entry known. Default: 0.",
            ),
            optional(
                "kinds",
                Kind::Text,
                "Kinds wanted, with commas between. Default: all.",
            ),
            optional(
                "limit",
                Kind::Number,
                "Maximum number of entries. Default: 500.",
            ),
            optional(
                "wait_ms",
                Kind::Number,
                "Longest wait for a new entry. Default: 0.",
            ),
        ],
        |c, a| c.journal(a),
    ),
];
