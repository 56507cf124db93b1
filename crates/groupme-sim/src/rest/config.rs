//! Configuration of the REST API.

use core::time::Duration;

/// Configuration of a [`Rest`](super::Rest).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RestConfig {
    /// Response for a page without messages. Default: 304, as documented.
    pub empty_page: EmptyPage,
    /// Maximum accepted `limit`. Default: 200, as measured; GroupMe documents 100.
    pub max_limit: usize,
    /// Requests a second of each user, beyond which the response is 429; `None` for no limit, the
    /// default. GroupMe was measured to allow about ten.
    pub requests_per_second: Option<u32>,
    /// Messages a minute of each user, beyond which the user is banned from sending with 403;
    /// `None` for no limit, the default. Refused attempts count, too, so the ban lasts until the
    /// user pauses. GroupMe has such a ban, at an unknown rate.
    pub messages_per_minute: Option<u32>,
    /// Whether messages may contain links; if not, they are refused with 422, as GroupMe does for
    /// some users. Default: true.
    pub allow_links: bool,
    /// Treatment of a reaction of a user who has already reacted to the message. Default: ignored.
    pub repeated_reaction: RepeatedReaction,
    /// Whether every second page of messages has only half as many messages as possible, as seen of
    /// GroupMe. Default: false.
    pub short_pages: bool,
    /// Choice of the 429 responses that carry `Retry-After`. Default: every second one.
    pub retry_after: RetryAfter,
    /// Status of all requests, as from a proxy without a backend; `None` for normal responses, the
    /// default.
    pub outage: Option<u16>,
    /// Time that GroupMe takes to process a video or file, and to add members. Default: 0, so that
    /// the first question for the result finds one.
    pub processing_time: Duration,
    /// Delay of responses. Default: 0. If longer than the delay of the push, the push of a request
    /// comes before its response.
    pub response_delay: Duration,
    /// Delay of the pushes that requests cause. Default: 0. Pushes stay in order: later ones wait.
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
            processing_time: Duration::ZERO,
            response_delay: Duration::ZERO,
            push_delay: Duration::ZERO,
        }
    }
}

/// Response for a page without messages. GroupMe was seen to send all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyPage {
    /// 304 without a body.
    NotModified,
    /// 200 with an empty list.
    EmptyList,
    /// 200 with `null` as `response`.
    Null,
}

/// Treatment of a user's second reaction to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatedReaction {
    /// Accepted and ignored, as measured.
    Ignored,
    /// Replaces the first, as documented.
    Replaces,
}

/// Choice of the 429 responses that carry `Retry-After`, which GroupMe sends with some.
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
