//! Walking through a history: a pure rule over pages.

use groupme_model::{Message, MessageId};

use crate::endpoint::messages::{MessagePage, Window};

/// What to ask next of a history, and what to make of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Towards the past, from the newest message or from this one.
    Backward(Option<MessageId>),
    /// Towards the present, from this message.
    Forward(MessageId),
    /// GroupMe answered a question for what comes after `after` with the newest messages instead.
    /// What is in between is fetched backwards, to be handed out in order at once.
    Bridging {
        after: MessageId,
        before: MessageId,
        newest_first: Vec<Message>,
    },
    Ended,
}

impl Pager {
    /// Towards the past, from the newest message or from one before which to begin.
    pub(crate) fn backward(before: Option<MessageId>) -> Self {
        Self {
            state: State::Backward(before),
        }
    }

    /// Towards the present, from a message after which to begin.
    pub(crate) fn forward(after: MessageId) -> Self {
        Self {
            state: State::Forward(after),
        }
    }

    /// Which part to ask for; `None` at the end.
    pub(crate) fn poll_window(&self) -> Option<Window> {
        match &self.state {
            State::Backward(None) => Some(Window::Newest),
            State::Backward(Some(before)) | State::Bridging { before, .. } => {
                Some(Window::Before(before.clone()))
            }
            State::Forward(after) => Some(Window::After(after.clone())),
            State::Ended => None,
        }
    }

    /// Takes what was asked for. The answer is a page to hand out, if there is one.
    ///
    /// The end is an empty page, and also one in which nothing is new: a client of GroupMe's has
    /// been seen to ask for the same page for ever. A page with few messages is not the end.
    pub(crate) fn handle_page(&mut self, page: MessagePage) -> Option<MessagePage> {
        match core::mem::replace(&mut self.state, State::Ended) {
            State::Backward(cursor) => self.handle_backward(cursor, page),
            State::Forward(after) => self.handle_forward(after, page),
            State::Bridging {
                after,
                newest_first,
                before,
            } => self.handle_bridge(after, &before, newest_first, page),
            State::Ended => None,
        }
    }

    fn handle_backward(
        &mut self,
        cursor: Option<MessageId>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        if let Some(cursor) = cursor {
            page.messages.retain(|message| message.id < cursor);
        }
        let oldest = page.messages.iter().map(|message| &message.id).min()?;
        self.state = State::Backward(Some(oldest.clone()));
        Some(page)
    }

    fn handle_forward(&mut self, after: MessageId, mut page: MessagePage) -> Option<MessagePage> {
        let reaches_back = page.messages.iter().any(|message| message.id <= after);
        let is_newest_first = page.messages.is_sorted_by(|a, b| a.id > b.id);
        page.messages.retain(|message| message.id > after);
        let ids = || page.messages.iter().map(|message| &message.id);
        if page.messages.len() > 1 && is_newest_first && !reaches_back {
            self.state = State::Bridging {
                before: ids().min()?.clone(),
                after,
                newest_first: page.messages,
            };
            return None;
        }
        self.state = State::Forward(ids().max()?.clone());
        page.messages.sort_by(|a, b| a.id.cmp(&b.id));
        Some(page)
    }

    fn handle_bridge(
        &mut self,
        after: MessageId,
        before: &MessageId,
        mut newest_first: Vec<Message>,
        mut page: MessagePage,
    ) -> Option<MessagePage> {
        let reaches_back = page.messages.iter().any(|message| message.id <= after);
        page.messages
            .retain(|message| message.id > after && message.id < *before);
        let oldest = page.messages.iter().map(|message| &message.id).min();
        if let (Some(oldest), false) = (oldest, reaches_back) {
            let before = oldest.clone();
            newest_first.append(&mut page.messages);
            self.state = State::Bridging {
                after,
                before,
                newest_first,
            };
            return None;
        }
        newest_first.append(&mut page.messages);
        newest_first.sort_by(|a, b| a.id.cmp(&b.id));
        let newest = newest_first.last()?.id.clone();
        self.state = State::Forward(newest);
        Some(MessagePage {
            messages: newest_first,
            ..page
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How GroupMe answers.
    #[derive(Clone, Copy, Debug)]
    enum Manner {
        AsDocumented,
        /// Knows no `after_id` and answers with the newest messages.
        DeafToAfter,
        /// Knows no cursor at all.
        DeafToAll,
    }

    /// The messages that a pager hands out, of a conversation with the ids from 1 to `total`, and
    /// how often it asked.
    fn walk(mut pager: Pager, total: u64, limit: usize, manner: Manner) -> (Vec<u64>, usize) {
        let number = |id: &MessageId| id.as_str().parse::<u64>().unwrap();
        let (mut walked, mut asked) = (Vec::new(), 0);
        while let Some(window) = pager.poll_window() {
            asked += 1;
            assert!(asked < 1000, "it does not end");
            let newest_first = (1..=total).rev();
            let ids: Vec<u64> = match (window, manner) {
                (Window::Before(id), Manner::AsDocumented | Manner::DeafToAfter) => newest_first
                    .filter(|other| *other < number(&id))
                    .take(limit)
                    .collect(),
                (Window::After(id), Manner::AsDocumented) => (1..=total)
                    .filter(|other| *other > number(&id))
                    .take(limit)
                    .collect(),
                _ => newest_first.take(limit).collect(),
            };
            let page = MessagePage {
                messages: ids.into_iter().map(|id| Message::new(id.into())).collect(),
                ..MessagePage::default()
            };
            if let Some(page) = pager.handle_page(page) {
                assert!(!page.messages.is_empty());
                walked.extend(page.messages.iter().map(|message| number(&message.id)));
            }
        }
        (walked, asked)
    }

    #[test]
    fn both_directions_meet_every_message_once_and_end() {
        for total in [0, 1, 9, 10, 11, 35] {
            for limit in [1, 3, 10] {
                let (all, asked) = walk(Pager::backward(None), total, limit, Manner::AsDocumented);
                assert!(all.into_iter().eq((1..=total).rev()));
                assert_eq!(asked, usize::try_from(total).unwrap().div_ceil(limit) + 1);
                let forward = Pager::forward("0".into());
                let (all, _) = walk(forward, total, limit, Manner::AsDocumented);
                assert!(all.into_iter().eq(1..=total));
            }
        }
    }

    #[test]
    fn both_directions_begin_where_they_are_told() {
        let backward = Pager::backward(Some("8".into()));
        assert_eq!(
            walk(backward, 20, 3, Manner::AsDocumented).0,
            [7, 6, 5, 4, 3, 2, 1]
        );
        let forward = Pager::forward("17".into());
        assert_eq!(walk(forward, 20, 2, Manner::AsDocumented).0, [18, 19, 20]);
    }

    #[test]
    fn a_cursor_that_does_not_move_is_the_end() {
        assert_eq!(
            walk(Pager::backward(None), 20, 5, Manner::DeafToAll),
            (vec![20, 19, 18, 17, 16], 2)
        );
        let (walked, asked) = walk(Pager::forward("18".into()), 20, 5, Manner::DeafToAll);
        assert_eq!((walked, asked), (vec![19, 20], 2));
    }

    #[test]
    fn a_server_that_knows_no_after_id_still_leaves_no_gap() {
        for after in 0..=20 {
            for limit in [2, 3, 7, 50] {
                let pager = Pager::forward(after.into());
                let (walked, _) = walk(pager, 20, limit, Manner::DeafToAfter);
                assert!(
                    walked.into_iter().eq(after + 1..=20),
                    "after {after}, {limit} at once"
                );
            }
        }
    }

    #[test]
    fn ids_are_compared_as_numbers() {
        let page = |ids: &[&str]| MessagePage {
            messages: ids.iter().map(|id| Message::new((*id).into())).collect(),
            ..MessagePage::default()
        };
        let mut pager = Pager::backward(Some("1000".into()));
        assert_eq!(
            pager
                .handle_page(page(&["999", "998"]))
                .unwrap()
                .messages
                .len(),
            2
        );
        assert_eq!(pager.poll_window(), Some(Window::Before("998".into())));
        let mut pager = Pager::forward("999".into());
        assert_eq!(
            pager
                .handle_page(page(&["1000", "1001"]))
                .unwrap()
                .messages
                .len(),
            2
        );
        assert_eq!(pager.poll_window(), Some(Window::After("1001".into())));
    }
}
