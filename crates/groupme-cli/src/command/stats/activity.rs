//! Counts of messages by time and by author.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use groupme_model::{MessageRef, Timestamp, UserId};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Messages by hour, day of the week, month and author. Notices of GroupMe do not count.
#[derive(Debug)]
pub(super) struct Activity {
    zone: TimeZone,
    pub(super) messages: u64,
    /// Messages without a time, or with one that is in no calendar. No hour, day or month has them.
    pub(super) undated: u64,
    /// Messages by hour of the day.
    pub(super) hours: [u64; 24],
    /// Messages by day of the week, from Monday.
    pub(super) days: [u64; 7],
    /// Messages by year and month.
    months: BTreeMap<(i16, i8), u64>,
    /// Messages by author, with the author's latest name.
    members: BTreeMap<UserId, (String, u64)>,
}

/// Authors with the most messages.
#[derive(Debug)]
pub(super) struct Ranking<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// Number of all other authors.
    pub(super) others: usize,
    /// Number of messages of the other authors.
    pub(super) others_messages: u64,
}

/// Author with the number of their messages.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) id: &'a UserId,
    pub(super) name: &'a str,
    pub(super) messages: u64,
}

impl Activity {
    /// Creates empty counts. Hours, days and months are those of the time zone.
    pub(super) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            messages: 0,
            undated: 0,
            hours: [0; 24],
            days: [0; 7],
            months: BTreeMap::new(),
            members: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, message: &MessageRef<'_>) {
        if message.is_system() {
            return;
        }
        self.messages += 1;
        if let Some(time) = message.created_at().and_then(|time| self.local(time)) {
            let count = |counts: &mut [u64], index: i8| {
                let place = usize::try_from(index)
                    .ok()
                    .and_then(|index| counts.get_mut(index));
                if let Some(count) = place {
                    *count += 1;
                }
            };
            count(&mut self.hours, time.hour());
            count(&mut self.days, time.weekday().to_monday_zero_offset());
            *self.months.entry((time.year(), time.month())).or_default() += 1;
        } else {
            self.undated += 1;
        }
        let author = message.sender().map(UserId::from).unwrap_or_default();
        let name = message.name().filter(|name| !name.trim().is_empty());
        let entry = self.members.entry(author);
        let (known, count) = entry.or_insert_with(|| ("somebody".to_owned(), 0));
        if let Some(name) = name {
            name.clone_into(known);
        }
        *count += 1;
    }

    fn local(&self, time: Timestamp) -> Option<jiff::Zoned> {
        let time = jiff::Timestamp::from_millisecond(time.as_millis()).ok()?;
        Some(time.to_zoned(self.zone.clone()))
    }

    /// Returns all months from the first to the last with messages. Of more than a century, only the
    /// months with messages.
    pub(super) fn months(&self) -> Vec<(String, u64)> {
        let (Some(first), Some(last)) = (self.months.keys().next(), self.months.keys().next_back())
        else {
            return Vec::new();
        };
        let label = |year: i16, month: i8| format!("{year:04}-{month:02}");
        // A longer range comes from a damaged time.
        if last.0.saturating_sub(first.0) >= MAX_YEARS {
            let months = self.months.iter();
            return months
                .map(|((year, month), count)| (label(*year, *month), *count))
                .collect();
        }
        let mut months = Vec::new();
        let (mut year, mut month) = *first;
        while (year, month) <= *last {
            let count = self.months.get(&(year, month)).copied().unwrap_or_default();
            months.push((label(year, month), count));
            (year, month) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
        }
        months
    }

    /// Returns the authors with the most messages, and the sum of all others.
    pub(super) fn ranking(&self, top: usize) -> Ranking<'_> {
        let members = self.members.iter();
        let mut members: Vec<_> = members
            .map(|(id, (name, messages))| Member {
                id,
                name,
                messages: *messages,
            })
            .collect();
        members.sort_by_key(|member| (Reverse(member.messages), member.id));
        let others = members.split_off(top.min(members.len()));
        Ranking {
            members,
            others: others.len(),
            others_messages: others.iter().map(|member| member.messages).sum(),
        }
    }

    /// Returns all counts as a JSON object.
    pub(super) fn summary(&self, top: usize) -> Value {
        let Ranking {
            members,
            others,
            others_messages,
        } = self.ranking(top);
        let days: BTreeMap<_, _> = DAYS.into_iter().zip(self.days).collect();
        json!({
            "kind": "stats",
            "messages": self.messages,
            "undated": self.undated,
            "time_zone": self.zone.iana_name(),
            "hours": self.hours,
            "days": DAYS.map(|day| json!({ "day": day, "messages": days[day] })),
            "months": self.months().into_iter()
                .map(|(month, messages)| json!({ "month": month, "messages": messages }))
                .collect::<Vec<_>>(),
            "members": members.into_iter()
                .map(|member| json!({ "id": member.id, "name": member.name, "messages": member.messages }))
                .collect::<Vec<_>>(),
            "others": { "members": others, "messages": others_messages },
        })
    }
}

pub(super) const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Years of which all months are listed.
const MAX_YEARS: i16 = 100;
