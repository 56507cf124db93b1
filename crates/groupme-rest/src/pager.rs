//! Pagination of a history, without IO.

use groupme_model::{HistoryWindow, MessageId, MessageRow};

use crate::endpoint::messages::MessagePage;

/// Chooses the window of the next request, and puts the pages in order.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    state: State,
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
        Self {
            state: State::Backward(before),
        }
    }

    /// Starts after a message, towards newer ones.
    pub(crate) fn forward(after: MessageId) -> Self {
        Self {
            state: State::Forward(after),
        }
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
            State::Backward(cursor) => self.handle_backward(cursor, page),
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
        cursor: Option<MessageId>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        if let Some(cursor) = cursor {
            page.rows.retain(|message| *message.id() < cursor);
        }
        let oldest = page.rows.iter().map(MessageRow::id).min()?;
        self.state = State::Backward(Some(oldest.clone()));
        Some(page)
    }

    fn handle_forward(&mut self, after: MessageId, mut page: MessagePage) -> Option<MessagePage> {
        let reaches_back = page.rows.iter().any(|message| *message.id() <= after);
        let is_newest_first = page.rows.is_sorted_by(|a, b| a.id() > b.id());
        page.rows.retain(|message| *message.id() > after);
        let ids = || page.rows.iter().map(MessageRow::id);
        if page.rows.len() > 1 && is_newest_first && !reaches_back {
            self.state = State::Bridging {
                before: ids().min()?.clone(),
                after,
                unreadable: page.unreadable,
                newest_first: page.rows,
            };
            return None;
        }
        self.state = State::Forward(ids().max()?.clone());
        page.rows.sort_by(|a, b| a.id().cmp(b.id()));
        Some(page)
    }

    fn handle_bridge(
        &mut self,
        after: MessageId,
        before: &MessageId,
        mut newest_first: Vec<MessageRow>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        let reaches_back = page.rows.iter().any(|message| *message.id() <= after);
        page.rows
            .retain(|message| *message.id() > after && *message.id() < *before);
        let oldest = page.rows.iter().map(MessageRow::id).min();
        if let (Some(oldest), false) = (oldest, reaches_back) {
            let before = oldest.clone();
            newest_first.append(&mut page.rows);
            self.state = State::Bridging {
                after,
                before,
                newest_first,
                unreadable: page.unreadable,
            };
            return None;
        }
        newest_first.append(&mut page.rows);
        newest_first.sort_by(|a, b| a.id().cmp(b.id()));
        let newest = newest_first.last()?.id().clone();
        self.state = State::Forward(newest);
        Some(MessagePage {
            rows: newest_first,
            ..page
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bayeux_wire::{Decoder, Frame};

    use super::*;

    /// Returns a page of messages with these ids.
    fn page(ids: &[impl core::fmt::Display]) -> MessagePage {
        let rows: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        let body = format!("[{}]", rows.join(","));
        let mut frame = Frame::from_bytes(body.as_bytes());
        Decoder::new().decode_value(&mut frame).unwrap();
        let frame = Arc::new(frame);
        let rows = frame.root().unwrap().items();
        let rows = rows.map(|row| MessageRow::new(&frame, row.place()).unwrap());
        MessagePage {
            rows: rows.collect(),
            ..MessagePage::default()
        }
    }

    /// Behaviour of the server.
    #[derive(Clone, Copy, Debug)]
    enum Server {
        AsDocumented,
        /// Ignores `after_id` and answers with the newest messages.
        IgnoresAfter,
        /// Ignores all cursors.
        IgnoresCursors,
    }

    /// Returns the ids that a pager yields from a conversation with the ids from 1 to `total`, and
    /// the number of its requests.
    fn walk(mut pager: Pager, total: u64, limit: usize, server: Server) -> (Vec<u64>, usize) {
        let number = |id: &MessageId| id.as_str().parse::<u64>().unwrap();
        let (mut walked, mut requests) = (Vec::new(), 0);
        while let Some(window) = pager.poll_window() {
            requests += 1;
            assert!(requests < 1000, "endless");
            let newest_first = (1..=total).rev();
            let ids: Vec<u64> = match (window, server) {
                (HistoryWindow::Before(id), Server::AsDocumented | Server::IgnoresAfter) => {
                    newest_first
                        .filter(|other| *other < number(&id))
                        .take(limit)
                        .collect()
                }
                (HistoryWindow::After(id), Server::AsDocumented) => (1..=total)
                    .filter(|other| *other > number(&id))
                    .take(limit)
                    .collect(),
                _ => newest_first.take(limit).collect(),
            };
            let ids: Vec<_> = ids.iter().map(u64::to_string).collect();
            if let Some(page) = pager.handle_page(page(&ids)) {
                assert!(!page.is_empty());
                walked.extend(page.rows().iter().map(|row| number(row.id())));
            }
        }
        (walked, requests)
    }

    #[test]
    fn both_directions_yield_every_message_once_and_end() {
        for total in [0, 1, 9, 10, 11, 35] {
            for limit in [1, 3, 10] {
                let (all, requests) =
                    walk(Pager::backward(None), total, limit, Server::AsDocumented);
                assert!(all.into_iter().eq((1..=total).rev()));
                assert_eq!(
                    requests,
                    usize::try_from(total).unwrap().div_ceil(limit) + 1
                );
                let forward = Pager::forward("0".into());
                let (all, _) = walk(forward, total, limit, Server::AsDocumented);
                assert!(all.into_iter().eq(1..=total));
            }
        }
    }

    #[test]
    fn both_directions_begin_at_their_cursor() {
        let backward = Pager::backward(Some("8".into()));
        assert_eq!(
            walk(backward, 20, 3, Server::AsDocumented).0,
            [7, 6, 5, 4, 3, 2, 1]
        );
        let forward = Pager::forward("17".into());
        assert_eq!(walk(forward, 20, 2, Server::AsDocumented).0, [18, 19, 20]);
    }

    #[test]
    fn a_cursor_that_does_not_move_is_the_end() {
        assert_eq!(
            walk(Pager::backward(None), 20, 5, Server::IgnoresCursors),
            (vec![20, 19, 18, 17, 16], 2)
        );
        let (walked, requests) = walk(Pager::forward("18".into()), 20, 5, Server::IgnoresCursors);
        assert_eq!((walked, requests), (vec![19, 20], 2));
    }

    #[test]
    fn a_server_that_ignores_after_id_causes_no_gap() {
        for after in 0..=20 {
            for limit in [2, 3, 7, 50] {
                let pager = Pager::forward(after.into());
                let (walked, _) = walk(pager, 20, limit, Server::IgnoresAfter);
                assert!(
                    walked.into_iter().eq(after + 1..=20),
                    "after {after}, {limit} at once"
                );
            }
        }
    }

    #[test]
    fn ids_are_compared_as_numbers() {
        let mut pager = Pager::backward(Some("1000".into()));
        assert_eq!(pager.handle_page(page(&["999", "998"])).unwrap().len(), 2);
        assert_eq!(
            pager.poll_window(),
            Some(HistoryWindow::Before("998".into()))
        );
        let mut pager = Pager::forward("999".into());
        assert_eq!(pager.handle_page(page(&["1000", "1001"])).unwrap().len(), 2);
        assert_eq!(
            pager.poll_window(),
            Some(HistoryWindow::After("1001".into()))
        );
    }
}
