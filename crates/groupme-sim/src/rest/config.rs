//! What can be set about the REST API.

use core::time::Duration;

/// What can be set about a [`Rest`](super::Rest).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RestConfig {
    /// How a page without messages is answered: with 304, as documented.
    pub empty_page: EmptyPage,
    /// The largest `limit` that is not refused: 200, as was measured. GroupMe documents 100.
    pub max_limit: usize,
    /// How many requests a second each user may make, beyond which they get 429; `None` for any
    /// number. GroupMe was measured to allow about ten.
    pub requests_per_second: Option<u32>,
    /// How many messages a user may send within a minute, beyond which they are banned from sending:
    /// 403. Tries count, too, so that a ban lasts until they have held their peace. `None` for any
    /// number. GroupMe has such a ban, and does not say when it comes.
    pub messages_per_minute: Option<u32>,
    /// Whether messages may have links in them. If not, they are refused with 422, as GroupMe does
    /// to some.
    pub allow_links: bool,
    /// What becomes of the reaction of a user who has reacted to the message already.
    pub repeated_reaction: RepeatedReaction,
    /// Whether pages of messages come short now and then, although there is more: every second one
    /// has half as many messages as it could. GroupMe was seen to do it.
    pub short_pages: bool,
    /// Which of the refusals for haste say when to come back: every second one.
    pub retry_after: RetryAfter,
    /// The status that every request gets instead of an answer, as from a proxy with nothing
    /// behind it; `None` while all is well.
    pub outage: Option<u16>,
    /// How long an answer takes: nothing. If it takes longer than the push of the same fact, the
    /// push comes first.
    pub response_delay: Duration,
    /// How long the push of what a request did takes: nothing. Pushes stay in order: later ones
    /// wait with it.
    pub push_delay: Duration,
}

impl Default for RestConfig {
    fn default() -> Self {
        Self {
            empty_page: EmptyPage::NotModified,
            max_limit: 200,
            requests_per_second: None,
            messages_per_minute: None,
            allow_links: true,
            repeated_reaction: RepeatedReaction::Ignored,
            short_pages: false,
            retry_after: RetryAfter::EverySecond,
            outage: None,
            response_delay: Duration::ZERO,
            push_delay: Duration::ZERO,
        }
    }
}

/// How a page without messages is answered. All were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyPage {
    /// 304 without a body.
    NotModified,
    /// 200 with an empty list.
    EmptyList,
    /// 200 with `null` in the place of the answer.
    Null,
}

/// What becomes of a user's second reaction to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatedReaction {
    /// It is accepted and ignored, as was measured.
    Ignored,
    /// It takes the place of the first, as is documented.
    Replaces,
}

/// Which refusals for haste carry a `Retry-After`. GroupMe sends it with some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// None.
    Never,
    /// The second, the fourth and so on.
    EverySecond,
    /// All.
    Always,
}
