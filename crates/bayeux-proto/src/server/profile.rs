//! Differences between recorded servers, behaviour by behaviour.

/// Behaviour of a server, as a list of points that Bayeux leaves open or that servers decide
/// differently.
///
/// Start from a recorded server and change what differs. Every value was observed on the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one behaviour that some server has and another has not"
)]
pub struct Profile {
    /// Error texts, validation and order of members.
    pub dialect: Dialect,
    /// Connection types listed in handshakes.
    pub connection_types: &'static [&'static str],
    /// Start of pushing events over a socket.
    pub push: Push,
    /// Effect of a second connect on the held one.
    pub concurrent_connects: ConcurrentConnects,
    /// Treatment of the held connect and the socket when a session ends.
    pub session_end: SessionEnd,
    /// Activity that keeps a session alive.
    pub expiry: Expiry,
    /// Code with which an empty array closes a socket; `None` for answering `[]`.
    pub empty_array_closes: Option<u16>,
    /// Whether an idle connect is answered when its hold ends. GroupMe was observed not to answer.
    pub answers_idle_connects: bool,
    /// Whether the first connect of a session is answered at once instead of being held.
    pub answers_first_connect: bool,
    /// Whether a connect that shares its payload with other messages is answered at once.
    pub answers_shared_connect: bool,
    /// Whether a hold that the client asks for is capped by the server's own.
    pub caps_hold: bool,
    /// Whether events precede the connect reply instead of following it.
    pub events_first: bool,
    /// Whether every HTTP response carries the waiting events, not only those to connects.
    pub events_anywhere: bool,
    /// Whether an event contains the publisher's `clientId`, which is a credential.
    pub events_carry_client_id: bool,
    /// Whether an event keeps the publisher's `id`.
    pub events_carry_id: bool,
    /// Whether an event keeps the publisher's `ext`. All recorded servers pass it on; since `ext`
    /// holds tokens, all profiles leave it off.
    pub events_carry_ext: bool,
    /// Whether a publish below `/service/` reaches subscribers of `/**`.
    pub broadcasts_service: bool,
    /// Whether a publish with an unknown or missing `clientId` is accepted.
    pub anonymous_publishes: bool,
    /// Whether a publish without `clientId` gets a reply.
    pub answers_anonymous: bool,
    /// Whether the reply to a publish repeats the `clientId`.
    pub publish_reply_names_client: bool,
    /// Whether a publish to an invalid name or a pattern is refused.
    pub checks_publish_channel: bool,
    /// Whether a publish without `data` is refused.
    pub needs_data: bool,
    /// Whether a number, string or boolean counts as a message without members.
    pub primitives_are_messages: bool,
    /// Whether other messages in the payload of a handshake are ignored.
    pub handshakes_alone: bool,
    /// Whether the server detects that a held poll was cut. If not, the next event goes into its
    /// response and is lost.
    pub notices_lost_polls: bool,
    /// Whether a session whose client polls leaves its socket, so that its events go into the polls. If
    /// not, they go to the socket until that is known to be dead.
    pub polls_leave_socket: bool,
    /// Whether the end of any socket of a session also closes its newest one.
    pub late_close_spreads: bool,
    /// Whether a session stays bound to its first socket after that socket is gone, as about half
    /// of GroupMe's do: events go into the dead socket, and a client that reconnects gets replies
    /// but no events.
    pub sticky_sockets: bool,
}

/// Error texts, validation and order of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// Faye: `401:<clientId>:Unknown client`, the specification's grammar for names, advice on
    /// handshakes and connects.
    Faye,
    /// `CometD`: `402::session_unknown`, almost any name, `clientId` only in handshake replies.
    CometD,
}

/// Start of pushing events over a socket. Before it, events wait for a connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Push {
    /// Never: only answers to connects carry events (Faye 0.7).
    Never,
    /// After the first connect on the socket (Faye since 1.0).
    AfterConnect,
    /// After the first message that names the session (Faye 0.8).
    AfterMessage,
    /// After the handshake on the socket (`CometD`).
    AfterHandshake,
}

/// Effect of a second connect on the held one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConcurrentConnects {
    /// The first is never answered, and the second is answered when the hold of the first ends
    /// (Faye since 1.0).
    FirstIsDropped,
    /// Both are answered, with the same events, when the hold of the first ends (Faye 0.7 and 0.8).
    BothAnswered,
    /// The first fails at once, over HTTP with status 500, over a socket without a reply
    /// (`CometD`).
    FirstFails,
}

/// Treatment of the held connect and the socket when a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEnd {
    /// Poll answered at once as usual, socket closed with 1000 (Faye since 1.0).
    AnsweredAndClosed,
    /// Poll answered when its hold ends, socket closed with 1000 (Faye 0.8).
    ClosedOnly,
    /// Connect answered when its hold ends, socket left open (Faye 0.7).
    Unnoticed,
    /// Connect answered at once with the advice `none`, after a `/meta/disconnect` unless the
    /// client asked for the end; socket left open (`CometD`).
    DisconnectSent,
}

/// Activity that keeps a session alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Connects: the session lives for twice the hold after its last connect, whatever else it does
    /// (Faye).
    SinceConnect,
    /// Held connects, for as long as they last, and any message: the session lives for
    /// `maxInterval` after the last answer or message (`CometD`).
    SinceAnswer,
}

impl Profile {
    /// Behaviour of Faye 1.4, and of all versions since 1.1 except for HTTP details.
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
            polls_leave_socket: false,
            late_close_spreads: true,
            sticky_sockets: false,
        }
    }

    /// Behaviour of Faye 0.8: events contain the publisher's `clientId`, and every connect is
    /// answered.
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

    /// Behaviour of Faye 0.7: only answers to connects carry events, over a socket, too. GroupMe's
    /// documentation shows a server of this age.
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

    /// Behaviour of `CometD` 7.0 for Java.
    pub const fn cometd() -> Self {
        Self {
            dialect: Dialect::CometD,
            connection_types: &["websocket", "long-polling", "callback-polling"],
            push: Push::AfterHandshake,
            concurrent_connects: ConcurrentConnects::FirstFails,
            session_end: SessionEnd::DisconnectSent,
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
            polls_leave_socket: true,
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
