//! Holes: parts of a conversation's history that are not loaded. (A gap, in this workspace, is a time
//! without pushed events.)

use groupme_client::MessageId;

/// Holes of a conversation's history, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Holes(Vec<Hole>);

/// Hole between two loaded messages.
#[derive(Clone, Debug)]
struct Hole {
    /// Last message before the hole; `None` at the beginning of the conversation.
    older: Option<MessageId>,
    /// First message after the hole; `None` while nothing is loaded.
    newer: Option<MessageId>,
    state: HoleState,
}

/// State of a hole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum HoleState {
    /// Not requested.
    #[default]
    Open,
    /// The newest messages of the hole are requested.
    Loading,
    /// The request has failed, for this reason.
    Failed(String),
}

impl Default for Holes {
    /// Returns the one hole of a conversation of which nothing is loaded.
    fn default() -> Self {
        Self(vec![Hole {
            older: None,
            newer: None,
            state: HoleState::Open,
        }])
    }
}

impl Holes {
    /// Returns whether the newest messages are loaded.
    pub(crate) fn has_newest(&self) -> bool {
        self.0.iter().all(|hole| hole.newer.is_some())
    }

    /// Returns the state of the hole right before a message; `None` names the newest messages.
    pub(crate) fn state_before(&self, newer: Option<&MessageId>) -> Option<&HoleState> {
        let hole = self.0.iter().find(|hole| hole.newer.as_ref() == newer);
        hole.map(|hole| &hole.state)
    }

    /// Returns the hole between two messages that are shown one after the other, by the first message
    /// after the hole, which need not be shown.
    pub(crate) fn between(
        &self,
        older: Option<&MessageId>,
        newer: &MessageId,
    ) -> Option<(&MessageId, &HoleState)> {
        let mut holes = self.0.iter().rev();
        holes.find_map(|hole| {
            let end = hole.newer.as_ref()?;
            let is_between = end <= newer && older.is_none_or(|older| older < end);
            is_between.then_some((end, &hole.state))
        })
    }

    /// Returns the first messages after the holes, oldest first; `None` stands for the newest hole of a
    /// conversation of which nothing is loaded.
    pub(crate) fn newer_ends(&self) -> impl DoubleEndedIterator<Item = Option<&MessageId>> {
        self.0.iter().map(|hole| hole.newer.as_ref())
    }

    /// Marks the hole right before a message as loading. Returns false if there is none, or if it is
    /// loading already.
    pub(crate) fn start_loading(&mut self, newer: Option<&MessageId>) -> bool {
        let hole = self.0.iter_mut().find(|hole| hole.newer.as_ref() == newer);
        match hole {
            Some(hole) if hole.state != HoleState::Loading => {
                hole.state = HoleState::Loading;
                true
            }
            _ => false,
        }
    }

    /// Notes that the request for a hole has failed.
    pub(crate) fn fail(&mut self, newer: Option<&MessageId>, reason: String) {
        let hole = self.0.iter_mut().find(|hole| hole.newer.as_ref() == newer);
        if let Some(hole) = hole {
            hole.state = HoleState::Failed(reason);
        }
    }

    /// Opens all holes whose requests have failed, so that they are requested again.
    pub(crate) fn retry(&mut self) {
        for hole in &mut self.0 {
            if matches!(hole.state, HoleState::Failed(_)) {
                hole.state = HoleState::Open;
            }
        }
    }

    /// Shrinks the hole right before `newer`, of whose messages those down to `oldest` were loaded.
    /// `None` says that there are none, which closes the hole.
    pub(crate) fn fill(&mut self, newer: Option<&MessageId>, oldest: Option<&MessageId>) {
        let at = self.0.iter().position(|hole| hole.newer.as_ref() == newer);
        let Some((at, hole)) = at.and_then(|at| Some((at, self.0.get_mut(at)?))) else {
            return;
        };
        match oldest {
            Some(oldest) if hole.older.as_ref().is_none_or(|older| older < oldest) => {
                hole.newer = Some(oldest.clone());
                hole.state = HoleState::Open;
            }
            _ => drop(self.0.remove(at)),
        }
    }

    /// Splits the hole in the middle of which the messages from `oldest` to `newest` were loaded.
    pub(crate) fn split(&mut self, oldest: &MessageId, newest: &MessageId) {
        let holds = |hole: &Hole| {
            hole.older.as_ref().is_none_or(|older| older < oldest)
                && hole.newer.as_ref().is_none_or(|newer| oldest < newer)
        };
        let Some(at) = self.0.iter().position(holds) else {
            return;
        };
        let hole = self.0.remove(at);
        if hole.newer.as_ref().is_none_or(|newer| newest < newer) {
            self.0.insert(
                at,
                Hole {
                    older: Some(newest.clone()),
                    newer: hole.newer,
                    state: hole.state,
                },
            );
        }
        self.0.insert(
            at,
            Hole {
                older: hole.older,
                newer: Some(oldest.clone()),
                state: HoleState::Open,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> MessageId {
        MessageId::new(number.to_string())
    }

    #[test]
    fn history_is_loaded_page_by_page_up_to_its_beginning() {
        let mut holes = Holes::default();
        assert!(!holes.has_newest());
        assert!(holes.start_loading(None));
        assert!(!holes.start_loading(None), "one request at a time");
        holes.fill(None, Some(&id(50)));
        assert!(holes.has_newest());
        assert_eq!(holes.state_before(Some(&id(50))), Some(&HoleState::Open));
        assert!(holes.start_loading(Some(&id(50))));
        holes.fail(Some(&id(50)), "no network".to_owned());
        assert!(
            holes.start_loading(Some(&id(50))),
            "a failed request can be made again"
        );
        holes.fill(Some(&id(50)), Some(&id(10)));
        holes.fill(Some(&id(10)), None);
        assert_eq!(holes.state_before(Some(&id(10))), None);
    }

    #[test]
    fn a_jump_leaves_a_hole_that_closes_when_both_sides_meet() {
        let mut holes = Holes::default();
        holes.fill(None, Some(&id(900)));
        holes.split(&id(100), &id(150));
        assert_eq!(holes.state_before(Some(&id(900))), Some(&HoleState::Open));
        assert_eq!(holes.state_before(Some(&id(100))), Some(&HoleState::Open));
        holes.fill(Some(&id(900)), Some(&id(500)));
        assert_eq!(holes.state_before(Some(&id(900))), None);
        // The page reaches messages that are loaded.
        holes.fill(Some(&id(500)), Some(&id(120)));
        assert_eq!(holes.state_before(Some(&id(500))), None);
        assert_eq!(holes.state_before(Some(&id(100))), Some(&HoleState::Open));
        // What is loaded already makes no hole.
        holes.split(&id(300), &id(400));
        assert_eq!(holes.state_before(Some(&id(300))), None);
    }

    #[test]
    fn a_jump_close_to_what_is_loaded_leaves_no_hole() {
        let mut holes = Holes::default();
        holes.fill(None, Some(&id(200)));
        holes.split(&id(150), &id(210));
        assert_eq!(holes.state_before(Some(&id(200))), None);
        assert_eq!(holes.state_before(Some(&id(150))), Some(&HoleState::Open));
    }
}
