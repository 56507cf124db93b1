//! Forms of the answers, for the `OpenAPI` document. A test compares each answer with its form.

use serde_json::{Map, Value, json};

/// Form of a JSON value.
#[derive(Debug)]
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// Object with further members, or any other value.
    Any,
    /// Value that may be `null`.
    Nullable(&'static Self),
    List(&'static Self),
    /// Object with at least these members.
    Object(&'static [Member]),
    /// Form with a name, which the document describes once.
    Named(&'static str, &'static Self),
    AnyOf(&'static [Self]),
}

/// Member of an object: its name, form and meaning, and whether it is always there.
#[derive(Debug)]
pub(super) struct Member {
    name: &'static str,
    shape: Shape,
    about: &'static str,
    is_required: bool,
}

const fn member(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member {
        name,
        shape,
        about,
        is_required: true,
    }
}

const fn maybe(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member {
        name,
        shape,
        about,
        is_required: false,
    }
}

impl Shape {
    /// Returns the JSON schema, and adds the forms with names to `named`.
    pub(super) fn schema(&self, named: &mut Map<String, Value>) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Number => json!({ "type": "integer" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Any => json!({}),
            Self::Nullable(shape) => {
                let mut schema = shape.schema(named);
                if let Some(kind) = schema.get("type").cloned() {
                    schema["type"] = json!([kind, "null"]);
                    return schema;
                }
                json!({ "anyOf": [schema, { "type": "null" }] })
            }
            Self::List(shape) => json!({ "type": "array", "items": shape.schema(named) }),
            Self::Object(members) => object(members, named),
            Self::Named(name, shape) => {
                if !named.contains_key(*name) {
                    let schema = shape.schema(named);
                    named.insert((*name).to_owned(), schema);
                }
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
            Self::AnyOf(shapes) => {
                let schemas: Vec<Value> = shapes.iter().map(|shape| shape.schema(named)).collect();
                json!({ "anyOf": schemas })
            }
        }
    }
}

fn object(members: &[Member], named: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for member in members {
        let mut schema = member.shape.schema(named);
        schema["description"] = member.about.into();
        properties.insert(member.name.to_owned(), schema);
    }
    let required = members.iter().filter(|member| member.is_required);
    let required: Vec<&str> = required.map(|member| member.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Answer of a request that has nothing to tell.
pub(super) const NOTHING: Shape = Shape::Object(&[]);

/// Any object.
pub(super) const DOCUMENT: Shape = Shape::Object(&[member(
    "openapi",
    Shape::Text,
    "Version of the format of this document.",
)]);

pub(super) const ERROR: Shape = Shape::Named(
    "Error",
    &Shape::Object(&[
        member("error", Shape::Text, "Mistake, or what did not happen."),
        maybe("awaited", Shape::Text, "Condition that was waited for."),
    ]),
);

pub(super) const USER: Shape = Shape::Named(
    "User",
    &Shape::Object(&[
        member("id", Shape::Text, "Id."),
        member("name", Shape::Text, "Name."),
        member("token", Shape::Text, "Access token."),
    ]),
);

pub(super) const USERS: Shape = Shape::Object(&[member("users", Shape::List(&USER), "All users.")]);

pub(super) const GROUP: Shape = Shape::Object(&[
    member("id", Shape::Text, "Id of the group."),
    member("name", Shape::Text, "Name."),
]);

pub(super) const TOPIC: Shape = Shape::Object(&[
    member("id", Shape::Text, "Id of the topic."),
    member("name", Shape::Text, "Name."),
    member("parent_id", Shape::Text, "Id of its group."),
]);

pub(super) const BOT: Shape = Shape::Object(&[
    member("bot_id", Shape::Text, "Id by which the bot posts."),
    member("group_id", Shape::Text, "Group of the bot."),
    member("group_name", Shape::Text, "Name of the group."),
    member("name", Shape::Text, "Name of the bot."),
    member(
        "avatar_url",
        Shape::Nullable(&Shape::Text),
        "Picture of the bot.",
    ),
    member(
        "callback_url",
        Shape::Nullable(&Shape::Text),
        "URL to which messages are posted.",
    ),
    member("dm_notification", Shape::Flag, "Always false."),
]);

const CONVERSATION: Shape = Shape::Named(
    "Conversation",
    &Shape::Object(&[
        member("id", Shape::Text, "Id; of a chat, those of both users."),
        member("kind", Shape::Text, "group, topic or direct."),
        member("name", Shape::Text, "Name; of a chat, those of both users."),
        member(
            "parent_id",
            Shape::Nullable(&Shape::Text),
            "Group of a topic.",
        ),
        member("members", Shape::List(&Shape::Text), "Ids of the members."),
        member(
            "newest",
            Shape::Nullable(&Shape::Text),
            "Id of the newest message.",
        ),
    ]),
);

pub(super) const CONVERSATIONS: Shape = Shape::Object(&[member(
    "conversations",
    Shape::List(&CONVERSATION),
    "Groups, topics and chats.",
)]);

pub(super) const OVERVIEW: Shape = Shape::Object(&[
    member("root_url", Shape::Text, "URL of the simulator."),
    member("gateway_url", Shape::Text, "URL of the push gateway."),
    member("api_url", Shape::Text, "URL of the REST API."),
    member("openapi_url", Shape::Text, "URL of this document."),
    member("user", USER, "User whose account is simulated."),
    member("users", Shape::List(&USER), "All users."),
    member(
        "conversations",
        Shape::List(&CONVERSATION),
        "Groups, topics and chats.",
    ),
    member(
        "sessions",
        Shape::Number,
        "Number of sessions at the gateway.",
    ),
    member(
        "rest_requests",
        Shape::Number,
        "REST requests since the start.",
    ),
    member("time", Shape::Number, TIME),
]);

pub(super) const CLOCK: Shape = Shape::Object(&[member("time", Shape::Number, TIME)]);

const TIME: &str = "Calendar of the simulated GroupMe, in milliseconds since 1970.";

pub(super) const MESSAGE: Shape = Shape::Named(
    "Message",
    &Shape::Object(&[
        member("id", Shape::Text, "Id."),
        maybe(
            "conversation",
            Shape::Text,
            "Id of the conversation; not in the lists of one.",
        ),
        member("created_at", Shape::Number, "Seconds since 1970."),
        member("source_guid", Shape::Text, "Id of the sender's own."),
        member("sender_id", Shape::Text, "Author, or `system`."),
        member(
            "name",
            Shape::Nullable(&Shape::Text),
            "Name of the author at that time.",
        ),
        member("text", Shape::Nullable(&Shape::Text), "Text."),
        member(
            "attachments",
            Shape::List(&Shape::Object(&[member("type", Shape::Text, "Kind.")])),
            "Attachments, as GroupMe writes them.",
        ),
        maybe(
            "favorited_by",
            Shape::List(&Shape::Text),
            "Users who reacted with a heart.",
        ),
        maybe(
            "reactions",
            Shape::List(&Shape::Object(&[
                member("type", Shape::Text, "unicode or emoji."),
                maybe("code", Shape::Text, "Character."),
                member("user_ids", Shape::List(&Shape::Text), "Users who reacted."),
            ])),
            "Reactions.",
        ),
        maybe("event", Shape::Any, "Content of a notice."),
        maybe(
            "updated_at",
            Shape::Nullable(&Shape::Number),
            "Time of the last edit.",
        ),
        maybe(
            "deleted_at",
            Shape::Nullable(&Shape::Number),
            "Time of the deletion.",
        ),
        maybe(
            "pinned_at",
            Shape::Nullable(&Shape::Number),
            "Time of the pin.",
        ),
    ]),
);

pub(super) const MESSAGES: Shape = Shape::Object(&[
    member("conversation", Shape::Text, "Id of the conversation."),
    member("count", Shape::Number, "Number of messages ever posted."),
    member("messages", Shape::List(&MESSAGE), "Newest first."),
]);

/// Thing that was waited for, by the condition.
pub(super) const FOUND: Shape = Shape::AnyOf(&[
    // `message` and `reply`.
    MESSAGE,
    // `reaction`, `edited`, `deleted` and `pinned`.
    Shape::Named(
        "MessageState",
        &Shape::Object(&[
            member("id", Shape::Text, "Id of the message."),
            member("text", Shape::Nullable(&Shape::Text), "Text."),
            member("is_edited", Shape::Flag, "Whether the text was changed."),
            member("is_deleted", Shape::Flag, "Whether the message is deleted."),
            member("is_pinned", Shape::Flag, "Whether the message is pinned."),
            member("reactions", Shape::Number, "Number of reactions."),
        ]),
    ),
    // `subscribed` and `unsubscribed`.
    Shape::Named(
        "Subscribers",
        &Shape::Object(&[
            member("channel", Shape::Text, "Channel."),
            member("sessions", Shape::Number, "Number of its sessions."),
        ]),
    ),
    // `requests`.
    Shape::Named(
        "Requests",
        &Shape::Object(&[member(
            "rest_requests",
            Shape::Number,
            "REST requests since the start.",
        )]),
    ),
    // `typing`.
    Shape::Named(
        "Typing",
        &Shape::Object(&[
            member("number", Shape::Number, "Number of the journal's entry."),
            member("user_id", Shape::Text, "User who typed."),
        ]),
    ),
]);

pub(super) const JOURNAL: Shape = Shape::Object(&[
    member(
        "entries",
        Shape::List(&Shape::Named(
            "Entry",
            &Shape::Object(&[
                member("number", Shape::Number, "Number, from 1."),
                member(
                    "kind",
                    Shape::Text,
                    "opened, closed, received, sent, ended, request, push, callback, fault or \
                     control; each has further members.",
                ),
                member("at", Shape::Number, TIME),
            ]),
        )),
        "Oldest first.",
    ),
    member("last", Shape::Number, "Number to go on after."),
]);
