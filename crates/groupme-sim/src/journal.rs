//! Journal of everything that passed the simulator: frames, requests, pushes, callbacks and
//! connections. Texts are kept as they came, and their secrets are hidden when they are read.

mod entry;
mod redact;

use core::time::Duration;
use std::collections::VecDeque;

use serde_json::{Value, json};

pub(crate) use self::entry::Entry;
use crate::world::SimUserId;

/// Latest entries, up to a number and a size.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: VecDeque<Record>,
    /// Number of the next entry, from 1.
    next: u64,
    /// Bytes of all texts.
    size: usize,
}

#[derive(Debug)]
struct Record {
    /// Calendar of the simulation, since 1970.
    at: Duration,
    entry: Entry,
}

/// Choice of entries.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) after: u64,
    pub(crate) limit: usize,
    /// Kinds of the entries to return; `None` for all.
    pub(crate) kinds: Option<Vec<String>>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
            next: 1,
            size: 0,
        }
    }

    /// Adds an entry, and drops the oldest beyond the limits.
    pub(crate) fn add(&mut self, at: Duration, entry: Entry) {
        self.size = self.size.saturating_add(entry.size());
        self.entries.push_back(Record { at, entry });
        self.next += 1;
        while self.entries.len() > MAX_ENTRIES || self.size > MAX_SIZE {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.size = self.size.saturating_sub(oldest.entry.size());
        }
    }

    /// Returns the entries that the filter chooses, oldest first, with the number to continue after;
    /// `None` if there is none.
    pub(crate) fn read(&self, filter: &Filter) -> Option<Value> {
        let mut last = filter.after;
        let mut rows = Vec::new();
        for (number, record) in self.numbered(filter.after) {
            if rows.len() == filter.limit {
                break;
            }
            last = number;
            let kind = record.entry.kind();
            if filter
                .kinds
                .as_ref()
                .is_some_and(|kinds| !kinds.iter().any(|known| known == kind))
            {
                continue;
            }
            let mut row = record.entry.row();
            row["number"] = number.into();
            row["kind"] = kind.into();
            row["at"] = u64::try_from(record.at.as_millis())
                .unwrap_or(u64::MAX)
                .into();
            rows.push(row);
        }
        (!rows.is_empty()).then(|| json!({ "entries": rows, "last": last }))
    }

    /// Returns what [`read`](Self::read) does, and an empty page if the filter chooses nothing.
    pub(crate) fn page(&self, filter: &Filter) -> Value {
        let nothing = || json!({ "entries": [], "last": filter.after.max(self.next - 1) });
        self.read(filter).unwrap_or_else(nothing)
    }

    /// Returns the first typing notice on a channel after an entry.
    pub(crate) fn typing(&self, channel: &str, by: Option<SimUserId>, after: u64) -> Option<Value> {
        let by = by.map(|by| by.to_string());
        self.numbered(after).find_map(|(number, record)| {
            let data = record.entry.typing_on(channel)?;
            let is_wanted = by.as_ref().is_none_or(|by| data["user_id"] == **by);
            is_wanted.then(|| json!({ "number": number, "user_id": data["user_id"] }))
        })
    }

    fn numbered(&self, after: u64) -> impl Iterator<Item = (u64, &Record)> {
        let kept = u64::try_from(self.entries.len()).unwrap_or(0);
        let first = self.next - kept;
        let skipped = after.saturating_add(1).saturating_sub(first);
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        (first..).zip(&self.entries).skip(skipped)
    }
}

/// Maximum number of entries.
const MAX_ENTRIES: usize = 20_000;
/// Maximum size of all texts together, in bytes.
const MAX_SIZE: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(after: u64) -> Filter {
        Filter {
            after,
            limit: 10,
            kinds: Some(vec!["fault".to_owned()]),
        }
    }

    #[test]
    fn a_page_skips_no_entry_that_came_after_a_failed_read() {
        let mut journal = Journal::new();
        journal.add(Duration::ZERO, Entry::Closed { lane: 1 });
        let wanted = filter(0);
        assert!(journal.read(&wanted).is_none());
        let text = "late".to_owned();
        journal.add(Duration::ZERO, Entry::Fault { text });
        let page = journal.page(&wanted);
        assert_eq!(page["entries"][0]["text"], "late");
        assert_eq!(page["last"], 2);
        let rest = journal.page(&filter(2));
        assert_eq!(rest, json!({ "entries": [], "last": 2 }));
    }

    #[test]
    fn nothing_follows_the_largest_number() {
        let mut journal = Journal::new();
        journal.add(Duration::ZERO, Entry::Closed { lane: 1 });
        assert!(journal.read(&filter(u64::MAX)).is_none());
        assert!(journal.typing("/group/1", None, u64::MAX).is_none());
    }
}
