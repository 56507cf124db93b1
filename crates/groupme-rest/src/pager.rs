//! Pagination of a history, without IO.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use groupme_model::{HistoryWindow, MessageId, MessageRow};

use crate::endpoint::messages::MessagePage;

/// Chooses the window of the next request, and puts the pages in order.
///
/// A page may come in any order, and with a message twice: it is sorted, and has each message once.
/// A message whose id cannot be a position is part of its page, and moves no cursor: the messages
/// beyond it would be skipped.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    state: State,
    /// Messages of earlier pages whose ids are no positions. They may come again with any page.
    without_position: BTreeSet<MessageId>,
    /// Positions of the last page.
    last: BTreeSet<MessageId>,
    /// Number of messages that came later than their position, and were left out.
    misplaced: u64,
    /// Whether the last page had messages, but none from which the history can be continued.
    is_stuck: bool,
    is_forward: bool,
}

#[derive(Clone, Debug)]
enum State {
    /// Towards older messages, from the newest or from before this one.
    Backward(Option<MessageId>),
    /// Towards newer messages, from after this one.
    Forward(MessageId),
    /// The server answered a request for the messages after `after` with the newest ones. The
    /// messages in between are fetched backwards and returned as one page.
    Bridging {
        after: MessageId,
        before: MessageId,
        newest_first: Vec<MessageRow>,
        /// Number of messages of these pages that could not be read.
        unreadable: usize,
    },
    Ended,
}

impl Pager {
    /// Starts at the newest message, or before another one, towards older messages.
    pub(crate) fn backward(before: Option<MessageId>) -> Self {
        Self::new(State::Backward(before))
    }

    /// Starts after a message, towards newer ones.
    pub(crate) fn forward(after: MessageId) -> Self {
        Self::new(State::Forward(after))
    }

    fn new(state: State) -> Self {
        Self {
            is_forward: matches!(state, State::Forward(_)),
            state,
            without_position: BTreeSet::new(),
            last: BTreeSet::new(),
            misplaced: 0,
            is_stuck: false,
        }
    }

    /// Returns the message before or after which the next request begins.
    pub(crate) fn cursor(&self) -> Option<&MessageId> {
        match &self.state {
            State::Backward(before) => before.as_ref(),
            State::Forward(after) | State::Bridging { after, .. } => Some(after),
            State::Ended => None,
        }
    }

    /// Returns whether the stream goes towards newer messages.
    pub(crate) fn is_forward(&self) -> bool {
        self.is_forward
    }

    /// Returns whether the stream has ended because of a page that has messages, and none to continue
    /// from.
    pub(crate) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// Returns the number of messages that were left out because they came on the wrong side of the
    /// cursor, not counting those that the page before had: the server does not keep to its order.
    pub(crate) fn misplaced(&self) -> u64 {
        self.misplaced
    }

    /// Returns the window of the next request; `None` at the end.
    pub(crate) fn poll_window(&self) -> Option<HistoryWindow> {
        match &self.state {
            State::Backward(None) => Some(HistoryWindow::Newest),
            State::Backward(Some(before)) | State::Bridging { before, .. } => {
                Some(HistoryWindow::Before(before.clone()))
            }
            State::Forward(after) => Some(HistoryWindow::After(after.clone())),
            State::Ended => None,
        }
    }

    /// Handles the answer, and returns the next page of the stream, if it is complete.
    ///
    /// An empty page is the end, and so is one without new messages: other clients loop for ever on
    /// a cursor that does not move. A short page is not the end.
    pub(crate) fn handle_page(&mut self, mut page: MessagePage) -> Option<MessagePage> {
        match core::mem::replace(&mut self.state, State::Ended) {
            State::Backward(cursor) => self.handle_backward(cursor.as_ref(), page),
            State::Forward(after) => self.handle_forward(after, page),
            State::Bridging {
                after,
                newest_first,
                before,
                unreadable,
            } => {
                page.unreadable = page.unreadable.saturating_add(unreadable);
                self.handle_bridge(after, &before, newest_first, page)
            }
            State::Ended => None,
        }
    }

    fn handle_backward(
        &mut self,
        cursor: Option<&MessageId>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        let had_rows = !page.rows.is_empty();
        let is_position = positions(&page.rows, cursor);
        let is_beyond = |id: &MessageId| cursor.is_none_or(|cursor| id < cursor);
        let misplaced = ids(&page.rows, is_position).filter(|id| !is_beyond(id));
        let misplaced = misplaced.filter(|id| !self.last.contains(id)).count();
        self.misplaced = self
            .misplaced
            .saturating_add(u64::try_from(misplaced).unwrap_or(u64::MAX));
        self.retain(&mut page.rows, is_position, is_beyond);
        if !ids(&page.rows, is_position).is_sorted_by(|a, b| a > b) {
            page.rows.sort_by(|a, b| b.chronological(a));
        }
        self.last = ids(&page.rows, is_position).cloned().collect();
        match ids(&page.rows, is_position).min() {
            Some(oldest) => self.state = State::Backward(Some(oldest.clone())),
            None => self.is_stuck = had_rows,
        }
        (!page.rows.is_empty()).then_some(page)
    }

    fn handle_forward(&mut self, after: MessageId, mut page: MessagePage) -> Option<MessagePage> {
        let is_position = positions(&page.rows, Some(&after));
        let reaches_back = ids(&page.rows, is_position).any(|id| *id <= after);
        // In another order, the messages may be the newest ones instead of the next.
        let is_ascending = ids(&page.rows, is_position).is_sorted_by(|a, b| a <= b);
        let has_odd_only = !page.rows.is_empty() && !page.rows.iter().any(is_position);
        self.retain(&mut page.rows, is_position, |id| *id > after);
        let count = ids(&page.rows, is_position).count();
        if count > 1 && !is_ascending && !reaches_back {
            self.state = State::Bridging {
                before: ids(&page.rows, is_position).min()?.clone(),
                after,
                unreadable: page.unreadable,
                newest_first: page.rows,
            };
            return None;
        }
        if let Some(newest) = ids(&page.rows, is_position).max() {
            self.state = State::Forward(newest.clone());
        } else {
            self.is_stuck = has_odd_only;
        }
        page.rows.sort_by(|a, b| a.id().cmp(b.id()));
        (!page.rows.is_empty()).then_some(page)
    }

    fn handle_bridge(
        &mut self,
        after: MessageId,
        before: &MessageId,
        mut newest_first: Vec<MessageRow>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        let is_position = positions(&page.rows, Some(&after));
        let reaches_back = ids(&page.rows, is_position).any(|id| *id <= after);
        self.retain(&mut page.rows, is_position, |id| *id > after && id < before);
        let oldest = ids(&page.rows, is_position).min().cloned();
        newest_first.append(&mut page.rows);
        if let (Some(before), false) = (oldest, reaches_back) {
            self.state = State::Bridging {
                after,
                before,
                newest_first,
                unreadable: page.unreadable,
            };
            return None;
        }
        let is_position = positions(&newest_first, Some(&after));
        let newest = ids(&newest_first, is_position).max()?.clone();
        newest_first.sort_by(|a, b| a.id().cmp(b.id()));
        self.state = State::Forward(newest);
        Some(MessagePage {
            rows: newest_first,
            ..page
        })
    }

    /// Keeps the positions that are wanted, each once, and of the other messages those not seen before.
    fn retain(
        &mut self,
        rows: &mut Vec<MessageRow>,
        is_position: impl Fn(&MessageRow) -> bool,
        is_wanted: impl Fn(&MessageId) -> bool,
    ) {
        let mut kept = BTreeSet::new();
        rows.retain(|row| {
            if is_position(row) {
                return is_wanted(row.id())
                    && !self.without_position.contains(row.id())
                    && kept.insert(row.id().clone());
            }
            let is_new = self.without_position.insert(row.id().clone());
            if self.without_position.len() > MAX_WITHOUT_POSITION {
                self.without_position.pop_first();
            }
            is_new
        });
    }
}

/// Returns which messages of a page are positions. Short ids are, unless there are usual ones beside
/// them, or the page continues from a usual one.
fn positions(
    rows: &[MessageRow],
    cursor: Option<&MessageId>,
) -> impl Fn(&MessageRow) -> bool + Copy + use<> {
    let is_usual = |row: &MessageRow| row.id().has_time();
    let can_be = |row: &MessageRow| row.id().is_position(row.created_at());
    let has_usual = cursor.is_some_and(MessageId::has_time)
        || rows.iter().any(|row| is_usual(row) && can_be(row));
    move |row| can_be(row) && (is_usual(row) || !has_usual)
}

fn ids(
    rows: &[MessageRow],
    is_position: impl Fn(&MessageRow) -> bool,
) -> impl Iterator<Item = &MessageId> {
    rows.iter()
        .filter(move |row| is_position(row))
        .map(MessageRow::id)
}

/// Maximum number of remembered messages without a position.
const MAX_WITHOUT_POSITION: usize = 1_000;
