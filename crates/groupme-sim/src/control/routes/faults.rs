//! Requests that break connections, answers and rules, and restore them.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method has one lifetime, and the table needs all"
)]

use super::{Route, delete, send};
use crate::control::{
    fields::{Kind, optional, required},
    shapes,
};

pub(super) static ROUTES: &[Route] = &[
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
    )
    .answers(200, &shapes::CLOCK),
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
                "rest_probability",
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
    )
    .answers(200, &shapes::CLOCK),
    delete(
        "/faults",
        "Ends all faults, outages and refusals of transports.",
        &[],
        |c, a| c.clear_faults(a),
    )
    .answers(200, &shapes::CLOCK),
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
    )
    .answers(200, &shapes::CLOCK),
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
];
