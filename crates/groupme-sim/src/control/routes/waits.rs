//! Requests about time: the clock, waiting for a condition, and the journal.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method has one lifetime, and the table needs all"
)]

use super::{Route, get, send};
use crate::control::{
    fields::{Kind, optional, required},
    shapes,
};

pub(super) static ROUTES: &[Route] = &[
    get(
        "/clock",
        "Calendar of the simulated GroupMe, in milliseconds since 1970.",
        &[],
        |c, a| c.clock(a),
    )
    .answers(200, &shapes::CLOCK),
    send(
        "POST",
        "/clock",
        "Advances the clock: what is due in between happens at once.",
        &[required("by_ms", Kind::Number, "Advance, at most 31 days.")],
        |c, a| c.advance(a),
    )
    .answers(200, &shapes::CLOCK),
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
    )
    .answers(200, &shapes::FOUND),
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
    )
    .answers(200, &shapes::JOURNAL),
];
