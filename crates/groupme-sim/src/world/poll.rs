//! Polls.

use core::{fmt, time::Duration};

use bayeux_proto::Instant;
use serde_json::{Value, json};

use super::{Conversation, MessageId, UserId, World, WorldError, notice::Notice, talk::Draft};
use crate::random::HEX;

/// Names a poll of the simulated GroupMe: the microsecond in which it was made. Displays as
/// GroupMe writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PollId(u64);

impl PollId {
    /// The id with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PollId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a poll asks, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ballot {
    /// The question.
    pub subject: String,
    /// The answers to choose from, numbered from 1.
    pub options: Vec<String>,
    /// Whether several can be chosen: one.
    pub several: bool,
    /// Whether it is hidden who chose what: it is shown.
    pub anonymous: bool,
    /// When it ends by itself: in a day.
    pub ends_in: Duration,
}

impl Ballot {
    /// A public poll with one choice, for a day.
    pub fn new<T: Into<String>>(
        subject: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            subject: subject.into(),
            options: options.into_iter().map(Into::into).collect(),
            several: false,
            anonymous: false,
            ends_in: Duration::from_hours(24),
        }
    }
}

/// A poll.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) place: Conversation,
    ballot: Ballot,
    owner: UserId,
    /// Who chose each of the options.
    voters: Vec<Vec<UserId>>,
    /// Seconds since 1970, as are the others.
    created_at: u64,
    expiration: u64,
    last_modified: u64,
    over: bool,
}

impl World {
    /// Has somebody ask the others, which a message announces.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::Outsider`].
    pub fn add_poll(
        &mut self,
        place: Conversation,
        owner: UserId,
        ballot: Ballot,
    ) -> Result<PollId, WorldError> {
        self.announced_poll(place, owner, ballot).map(|(id, _)| id)
    }

    /// The poll, and the message that announces it.
    pub(crate) fn announced_poll(
        &mut self,
        place: Conversation,
        owner: UserId,
        ballot: Ballot,
    ) -> Result<(PollId, MessageId), WorldError> {
        self.check_place(place, owner)?;
        let micros = u64::try_from(self.time().as_micros()).unwrap_or(u64::MAX);
        let last = self.polls.last_key_value();
        let id = PollId(last.map_or(micros, |(last, _)| micros.max(last.0 + 1)));
        let now = self.seconds();
        let expiration = now.saturating_add(ballot.ends_in.as_secs());
        let link = self.random.word(HEX, 6);
        let subject = &ballot.subject;
        let draft = Draft {
            text: Some(format!(
                "Created new poll '{subject}': https://s.groupme.com/{link}"
            )),
            attachments: vec![json!({ "type": "poll", "poll_id": id.to_string() })],
            event: Some(json!({
                "type": "poll.created",
                "data": {
                    "conversation": { "id": place.conversation() },
                    "poll": { "id": id.to_string(), "subject": subject },
                    // The id is text here.
                    "user": { "id": owner.to_string(), "nickname": self.user(owner)?.name },
                },
            })),
            ..Draft::default()
        };
        let poll = Poll {
            place,
            owner,
            voters: vec![Vec::new(); ballot.options.len()],
            ballot,
            created_at: now,
            expiration,
            last_modified: now,
            over: false,
        };
        self.polls.insert(id, poll);
        self.closing.insert((expiration, id));
        let message = self.write(place, owner, draft)?;
        Ok((id, message))
    }

    /// Has somebody choose these options, numbered from 1, instead of any before. None takes a vote
    /// back. What is pushed for a vote was never seen; nothing is here.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchPoll`], [`WorldError::PollOver`], [`WorldError::NoSuchOption`], and as
    /// for [`add_poll`](Self::add_poll).
    pub fn vote(&mut self, poll: PollId, by: UserId, options: &[usize]) -> Result<(), WorldError> {
        self.check_place(self.poll(poll)?.place, by)?;
        let now = self.seconds();
        let entry = self.polls.get_mut(&poll);
        let entry = entry.ok_or(WorldError::NoSuchPoll(poll))?;
        if entry.over {
            return Err(WorldError::PollOver(poll));
        }
        let choices = 1..=entry.voters.len();
        let too_many = options.len() > 1 && !entry.ballot.several;
        if too_many || options.iter().any(|option| !choices.contains(option)) {
            return Err(WorldError::NoSuchOption(poll));
        }
        for (voters, number) in entry.voters.iter_mut().zip(1..) {
            voters.retain(|voter| *voter != by);
            if options.contains(&number) {
                voters.push(by);
            }
        }
        entry.last_modified = now;
        Ok(())
    }

    /// Ends a poll before its time, of which everybody is told.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchPoll`] or [`WorldError::PollOver`].
    pub fn end_poll(&mut self, id: PollId) -> Result<(), WorldError> {
        let now = self.seconds();
        let poll = self.polls.get_mut(&id).ok_or(WorldError::NoSuchPoll(id))?;
        if poll.over {
            return Err(WorldError::PollOver(id));
        }
        poll.over = true;
        poll.last_modified = now;
        self.closing.remove(&(poll.expiration, id));
        let (place, subject) = (poll.place, &poll.ballot.subject);
        let notice = Notice {
            text: format!("Poll '{subject}' has ended."),
            event: json!({
                "type": "poll.finished",
                "data": {
                    "conversation": { "id": place.conversation() },
                    "poll": { "id": id.to_string(), "subject": subject },
                    "options": poll.option_rows(),
                },
            }),
        };
        self.announce(place, notice);
        Ok(())
    }

    /// Ends the polls whose time is over.
    pub(super) fn close_polls(&mut self) {
        let now = self.seconds();
        while let Some((_, id)) = self.closing.first().filter(|(at, _)| *at <= now).copied() {
            self.closing.pop_first();
            // One that went with its topic cannot end any more.
            let _ = self.end_poll(id);
        }
    }

    /// When the next poll ends.
    pub(super) fn next_closing(&self) -> Option<Instant> {
        let (at, _) = self.closing.first()?;
        let at = Duration::from_secs(*at).saturating_sub(self.epoch);
        Some(Instant::from_origin(at))
    }

    /// The polls of a conversation, the latest first.
    pub fn polls_in(&self, place: Conversation) -> impl Iterator<Item = PollId> {
        let polls = self.polls.iter().rev();
        polls
            .filter(move |(_, poll)| poll.place == place)
            .map(|(id, _)| *id)
    }

    /// Where a poll is.
    pub(crate) fn place_of_poll(&self, id: PollId) -> Option<Conversation> {
        self.polls.get(&id).map(|poll| poll.place)
    }

    /// Who made it.
    pub(crate) fn owner_of_poll(&self, id: PollId) -> Option<UserId> {
        self.polls.get(&id).map(|poll| poll.owner)
    }

    /// A poll, and how the viewer voted.
    pub(crate) fn poll_row(&self, id: PollId, viewer: UserId) -> Option<Value> {
        let poll = self.polls.get(&id)?;
        let chosen: Vec<String> = poll
            .voters
            .iter()
            .zip(1_usize..)
            .filter(|(voters, _)| voters.contains(&viewer))
            .map(|(_, number)| number.to_string())
            .collect();
        let mut row = json!({ "data": poll.row(id) });
        if let [first, ..] = &chosen[..] {
            if !poll.ballot.several {
                row["user_vote"] = first.clone().into();
            }
            row["user_votes"] = chosen.into();
        }
        Some(row)
    }

    fn poll(&self, id: PollId) -> Result<&Poll, WorldError> {
        self.polls.get(&id).ok_or(WorldError::NoSuchPoll(id))
    }
}

impl Poll {
    fn row(&self, id: PollId) -> Value {
        let Ballot {
            subject,
            several,
            anonymous,
            ..
        } = &self.ballot;
        json!({
            "id": id.to_string(),
            "conversation_id": self.place.conversation(),
            "subject": subject,
            "owner_id": self.owner.to_string(),
            "created_at": self.created_at,
            "expiration": self.expiration,
            "last_modified": self.last_modified,
            "status": if self.over { "past" } else { "active" },
            "type": if *several { "multi" } else { "single" },
            "visibility": if *anonymous { "anonymous" } else { "public" },
            "options": self.option_rows(),
        })
    }

    /// Nobody's votes are not there, and nobody's names in an anonymous poll.
    fn option_rows(&self) -> Vec<Value> {
        let options = self.ballot.options.iter().zip(&self.voters).zip(1_usize..);
        options
            .map(|((title, voters), number)| {
                let mut row = json!({ "id": number.to_string(), "title": title });
                if !voters.is_empty() {
                    row["votes"] = voters.len().into();
                    if !self.ballot.anonymous {
                        row["voter_ids"] = voters.iter().map(UserId::to_string).collect();
                    }
                }
                row
            })
            .collect()
    }
}
