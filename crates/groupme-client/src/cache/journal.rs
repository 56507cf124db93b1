//! Changes of groups by events that come while the groups are requested.

use std::{collections::VecDeque, sync::Arc};

use groupme_model::{GroupId, system_event::Notice};

/// Changes since the oldest request in flight. Applied again to what the request returns: that may
/// be the state before them. A change that the response already has changes nothing.
#[derive(Default)]
pub(super) struct Journal {
    notices: VecDeque<(GroupId, Arc<Notice>)>,
    /// Number of notices that came before the first one kept.
    before: u64,
    /// For each request in flight, the number of notices that came before it.
    requests: Vec<u64>,
}

impl Journal {
    /// Notes the start of a request. Returns its mark, for [`since`](Self::since) and
    /// [`end`](Self::end).
    pub(super) fn begin(&mut self) -> u64 {
        let mark = self.before.saturating_add(self.notices.len() as u64);
        self.requests.push(mark);
        mark
    }

    /// Notes the end of a request, and forgets the notices that no other one needs.
    pub(super) fn end(&mut self, mark: u64) {
        if let Some(at) = self.requests.iter().position(|other| *other == mark) {
            self.requests.swap_remove(at);
        }
        let oldest = self.requests.iter().min().copied().unwrap_or(u64::MAX);
        while self.before < oldest && self.notices.pop_front().is_some() {
            self.before += 1;
        }
    }

    /// Keeps a notice for as long as a request is in flight that may not know of it.
    pub(super) fn note(&mut self, group: &GroupId, notice: &Arc<Notice>) {
        if self.requests.is_empty() {
            return;
        }
        self.notices.push_back((group.clone(), Arc::clone(notice)));
        if self.notices.len() > MAX_NOTICES {
            self.notices.pop_front();
            self.before += 1;
        }
    }

    /// Returns the notices in a group since a request began, oldest first.
    pub(super) fn since(&self, mark: u64, group: &GroupId) -> Vec<Arc<Notice>> {
        let skipped = usize::try_from(mark.saturating_sub(self.before)).unwrap_or(usize::MAX);
        let notices = self.notices.iter().skip(skipped);
        let here = notices.filter(|(other, _)| other == group);
        here.map(|(_, notice)| Arc::clone(notice)).collect()
    }
}

/// Notices to keep while requests are in flight. Beyond, the oldest are forgotten: a request during
/// which that many come is one of minutes.
const MAX_NOTICES: usize = 4_096;
