//! What recorded servers do differently, behaviour by behaviour.

/// How a server behaves, as a list of things that Bayeux leaves open or that servers do anyway.
///
/// Start from one that was recorded and change what differs. Everything here was seen on the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one behaviour that some server has and another has not"
)]
pub struct Profile {
    /// Whose words, checks and order of members.
    pub dialect: Dialect,
    /// What handshakes list.
    pub connection_types: &'static [&'static str],
    /// From when on events are pushed over a socket.
    pub push: Push,
    /// What a second connect does to the one that is held.
    pub concurrent_connects: ConcurrentConnects,
    /// What becomes of the connect and the socket of a session that ends.
    pub session_end: SessionEnd,
    /// What keeps a session alive.
    pub expiry: Expiry,
    /// The code with which an empty array closes a socket; `None` for answering `[]`.
    pub empty_array_closes: Option<u16>,
    /// Whether a connect to which nothing happens is answered when its hold is over. GroupMe was
    /// seen not to.
    pub answers_idle_connects: bool,
    /// Whether the first connect of a session is answered at once, held for nothing.
    pub answers_first_connect: bool,
    /// Whether a connect that shares its payload is answered at once.
    pub answers_shared_connect: bool,
    /// Whether a client that asks for a longer hold than the server's gets the server's.
    pub caps_hold: bool,
    /// Whether events stand before the connect reply, and not behind it.
    pub events_first: bool,
    /// Whether every answer over HTTP brings the events that wait, and not those of connects only.
    pub events_anywhere: bool,
    /// Whether an event shows the `clientId` of who published it, which is a credential.
    pub events_carry_client_id: bool,
    /// Whether an event keeps the `id` that its publisher gave it.
    pub events_carry_id: bool,
    /// Whether an event keeps the publisher's `ext`. All recorded servers pass it on; since it is
    /// where tokens are, it is off in all profiles until asked for.
    pub events_carry_ext: bool,
    /// Whether what is published below `/service/` reaches subscribers of `/**`.
    pub broadcasts_service: bool,
    /// Whether anybody may publish, with an unknown `clientId` or none.
    pub anonymous_publishes: bool,
    /// Whether a publish without `clientId` gets a reply.
    pub answers_anonymous: bool,
    /// Whether the reply to a publish repeats the `clientId`.
    pub publish_reply_names_client: bool,
    /// Whether a publish to a bad name or a pattern is refused.
    pub checks_publish_channel: bool,
    /// Whether a publish without `data` is refused.
    pub needs_data: bool,
    /// Whether a number, text or boolean counts as a message without members.
    pub primitives_are_messages: bool,
    /// Whether what shares a payload with a handshake is ignored.
    pub handshakes_alone: bool,
    /// Whether the server notices that a poll it holds was cut. If not, the next event goes into
    /// its answer and is lost.
    pub notices_lost_polls: bool,
    /// Whether the end of any socket of a session closes the newest one, too.
    pub late_close_spreads: bool,
    /// Whether a session stays with its first socket when that is gone, as about half of GroupMe's
    /// do: events go into the dead socket, and a client that comes back is answered, but hears
    /// nothing.
    pub sticky_sockets: bool,
}

/// Whose words, checks and order of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// Faye: `401:<clientId>:Unknown client`, the specification's grammar for names, advice on
    /// handshakes and connects.
    Faye,
    /// `CometD`: `402::session_unknown`, almost any name, no `clientId` but in handshakes.
    CometD,
}

/// From when on events are pushed over a socket. Until then they wait for a connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Push {
    /// Never: events come in the answers to connects only (Faye 0.7).
    Never,
    /// From the first connect on it (Faye since 1.0).
    AfterConnect,
    /// From the first message that names the session (Faye 0.8).
    AfterMessage,
    /// From the handshake on it (`CometD`).
    AfterHandshake,
}

/// What a second connect does to the one that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConcurrentConnects {
    /// The first is never answered, and the second is answered at the first one's time (Faye since
    /// 1.0).
    FirstIsDropped,
    /// Both are answered, with the same events, at the first one's time (Faye 0.7 and 0.8).
    BothAnswered,
    /// The first fails at once, over HTTP with 500 and over a socket in silence (`CometD`).
    FirstFails,
}

/// What becomes of the connect and the socket of a session that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEnd {
    /// A held poll is answered as usual and at once, a socket closed with 1000 (Faye since 1.0).
    AnsweredAndClosed,
    /// A held poll is answered when its hold is over, a socket closed with 1000 (Faye 0.8).
    ClosedOnly,
    /// A held connect is answered when its hold is over, and a socket stays open (Faye 0.7).
    Unnoticed,
    /// A held connect is answered at once with the advice `none`, behind a `/meta/disconnect`
    /// unless the client asked for the end. A socket stays open (`CometD`).
    Told,
}

/// What keeps a session alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// It lives for twice the hold from its last connect, whatever else it does (Faye).
    SinceConnect,
    /// It lives as long as a connect is held, and for `maxInterval` from the last answer or message
    /// (`CometD`).
    SinceAnswer,
}

impl Profile {
    /// Faye 1.4, and all since 1.1 but for HTTP details.
    pub const fn faye() -> Self {
        Self {
            dialect: Dialect::Faye,
            connection_types: &[
                "long-polling",
                "cross-origin-long-polling",
                "callback-polling",
                "websocket",
                "eventsource",
                "in-process",
            ],
            push: Push::AfterConnect,
            concurrent_connects: ConcurrentConnects::FirstIsDropped,
            session_end: SessionEnd::AnsweredAndClosed,
            expiry: Expiry::SinceConnect,
            empty_array_closes: None,
            answers_idle_connects: true,
            answers_first_connect: false,
            answers_shared_connect: false,
            caps_hold: false,
            events_first: false,
            events_anywhere: false,
            events_carry_client_id: false,
            events_carry_id: true,
            events_carry_ext: false,
            broadcasts_service: true,
            anonymous_publishes: true,
            answers_anonymous: true,
            publish_reply_names_client: true,
            checks_publish_channel: true,
            needs_data: true,
            primitives_are_messages: false,
            handshakes_alone: false,
            notices_lost_polls: false,
            late_close_spreads: true,
            sticky_sockets: false,
        }
    }

    /// Faye 0.8: it shows the publisher's `clientId`, and answers every connect.
    pub const fn faye_0_8() -> Self {
        Self {
            push: Push::AfterMessage,
            concurrent_connects: ConcurrentConnects::BothAnswered,
            session_end: SessionEnd::ClosedOnly,
            empty_array_closes: Some(1000),
            events_carry_client_id: true,
            needs_data: false,
            primitives_are_messages: true,
            ..Self::faye()
        }
    }

    /// Faye 0.7: events come only in the answers to connects, over a socket, too. GroupMe's
    /// documents show a server of this age.
    pub const fn faye_0_7() -> Self {
        Self {
            connection_types: &[
                "long-polling",
                "cross-origin-long-polling",
                "callback-polling",
                "websocket",
                "in-process",
            ],
            push: Push::Never,
            session_end: SessionEnd::Unnoticed,
            empty_array_closes: None,
            answers_anonymous: false,
            checks_publish_channel: false,
            late_close_spreads: false,
            ..Self::faye_0_8()
        }
    }

    /// `CometD` for Java, 7.0.
    pub const fn cometd() -> Self {
        Self {
            dialect: Dialect::CometD,
            connection_types: &["websocket", "long-polling", "callback-polling"],
            push: Push::AfterHandshake,
            concurrent_connects: ConcurrentConnects::FirstFails,
            session_end: SessionEnd::Told,
            expiry: Expiry::SinceAnswer,
            empty_array_closes: Some(1011),
            answers_first_connect: true,
            answers_shared_connect: true,
            caps_hold: true,
            events_first: true,
            events_anywhere: true,
            events_carry_id: false,
            broadcasts_service: false,
            anonymous_publishes: false,
            needs_data: false,
            handshakes_alone: true,
            notices_lost_polls: true,
            late_close_spreads: false,
            ..Self::faye()
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::faye()
    }
}
