//! Requests that wait for their replies.

use alloc::collections::VecDeque;

use super::request::Request;
use crate::{
    Instant, LaneId, Message, PublishId, Timer,
    client::{answer_deadline::AnswerDeadline, context::Context},
};

/// Requests that wait for their replies, ordered by deadline: every request has the same timeout,
/// and a deadline that moves is put into its place.
#[derive(Debug, Default)]
pub(super) struct InFlight(VecDeque<Sent>);

/// Request that has been written.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: u64,
    pub(super) lane: LaneId,
    /// Time at which the request was written.
    pub(super) at: Instant,
    pub(super) deadline: AnswerDeadline,
    pub(super) request: Request,
}

impl InFlight {
    pub(super) fn push(&mut self, sent: Sent) {
        self.0.push_back(sent);
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<Sent> {
        self.0.remove(index)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the index of the request that a reply answers.
    pub(super) fn answered_by(&self, reply: &Message<'_>) -> Option<usize> {
        reply.successful?;
        let mut fitting = self.0.iter().enumerate().filter(|(_, sent)| {
            let (channel, subscription) = sent.request.channels();
            let same_subscription = match (reply.id, reply.subscription) {
                (None, Some(echoed)) => subscription == Some(echoed),
                _ => true,
            };
            channel == reply.channel && same_subscription && reply.answers(sent.id)
        });
        let (index, _) = fitting.next()?;
        // Without an id, only a single candidate is certain.
        (reply.id.is_some() || fitting.next().is_none()).then_some(index)
    }

    /// Returns the publish that was sent with this id to this channel.
    pub(super) fn publish(&self, id: u64, channel: &str) -> Option<PublishId> {
        self.0.iter().find_map(|sent| match &sent.request {
            Request::Publish(publish, to) if sent.id == id && to.as_str() == channel => {
                Some(*publish)
            }
            _ => None,
        })
    }

    /// Returns whether all requests on a lane are like this one.
    pub(super) fn all_on(&self, lane: LaneId, request: &Request) -> bool {
        let mut on_lane = self.0.iter().filter(|sent| sent.lane == lane);
        on_lane.all(|sent| sent.request == *request)
    }

    /// Returns the index of the oldest request on a lane.
    pub(super) fn on(&self, lane: LaneId) -> Option<usize> {
        self.0.iter().position(|sent| sent.lane == lane)
    }

    /// Returns the index of the first overdue request, and its lane. Deadlines of requests whose
    /// lane still receives bytes are moved.
    pub(super) fn overdue(
        &mut self,
        cx: &Context,
        last_bytes: impl Fn(LaneId) -> Option<Instant>,
    ) -> Option<(usize, LaneId)> {
        if self.0.front()?.deadline.at() > cx.now {
            return None;
        }
        let allowance = cx.config.request_timeout;
        let mut overdue = None;
        for (index, sent) in self.0.iter_mut().enumerate() {
            let last_bytes = last_bytes(sent.lane);
            if sent.deadline.is_over(cx.now, last_bytes, allowance) && overdue.is_none() {
                overdue = Some((index, sent.lane));
            }
        }
        if overdue.is_none() {
            let requests = self.0.make_contiguous();
            requests.sort_by_key(|sent| sent.deadline.at());
        }
        overdue
    }

    /// Returns the deadline of the oldest request.
    pub(super) fn deadline(&self) -> Option<(Instant, Timer)> {
        let oldest = self.0.front()?;
        let why = match oldest.request {
            Request::Probe(_) => Timer::Probe,
            _ => Timer::Request,
        };
        Some((oldest.deadline.at(), why))
    }
}
