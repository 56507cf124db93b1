//! Polls.

use core::{fmt, time::Duration};

use bayeux_proto::Instant;
use serde_json::{Value, json};

use super::{
    Conversation, SimMessageId, SimUserId, World, WorldError, messages::Draft, notice::Notice,
};
use crate::random::HEX;

/// Id of a poll of the simulated GroupMe: the microsecond of its creation. Displays as GroupMe
/// writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimPollId(u64);

impl SimPollId {
    /// Returns the id with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SimPollId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Poll to add.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollDraft {
    /// Question.
    pub subject: String,
    /// Options, numbered from 1.
    pub options: Vec<String>,
    /// Whether several options can be chosen. Default: false.
    pub multiple_choice: bool,
    /// Whether voters stay anonymous. Default: false.
    pub anonymous: bool,
    /// Time until the poll ends by itself. Default: a day.
    pub duration: Duration,
}

impl PollDraft {
    /// Returns a public poll of a day with a single choice.
    pub fn new<T: Into<String>>(
        subject: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            subject: subject.into(),
            options: options.into_iter().map(Into::into).collect(),
            multiple_choice: false,
            anonymous: false,
            duration: Duration::from_hours(24),
        }
    }
}

/// Poll.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) conversation: Conversation,
    draft: PollDraft,
    owner: SimUserId,
    /// Voters of each option.
    voters: Vec<Vec<SimUserId>>,
    /// Seconds since 1970, as are `expiration` and `last_modified`.
    created_at: u64,
    expiration: u64,
    last_modified: u64,
    ended: bool,
}

impl World {
    /// Adds a poll and posts the message that announces it.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::NotAParticipant`].
    pub fn add_poll(
        &mut self,
        conversation: Conversation,
        owner: SimUserId,
        draft: PollDraft,
    ) -> Result<SimPollId, WorldError> {
        self.create_poll(conversation, owner, draft)
            .map(|(id, _)| id)
    }

    /// Adds a poll; returns it and the message that announces it.
    pub(crate) fn create_poll(
        &mut self,
        conversation: Conversation,
        owner: SimUserId,
        draft: PollDraft,
    ) -> Result<(SimPollId, SimMessageId), WorldError> {
        self.check_participant(conversation, owner)?;
        let micros = u64::try_from(self.unix_time().as_micros()).unwrap_or(u64::MAX);
        let last = self.polls.last_key_value();
        let id = SimPollId(last.map_or(micros, |(last, _)| micros.max(last.0 + 1)));
        let now = self.seconds();
        let expiration = now.saturating_add(draft.duration.as_secs());
        let link = self.random.word(HEX, 6);
        let subject = &draft.subject;
        let announcement = Draft {
            text: Some(format!(
                "Created new poll '{subject}': https://s.groupme.com/{link}"
            )),
            attachments: vec![json!({ "type": "poll", "poll_id": id.to_string() })],
            event: Some(json!({
                "type": "poll.created",
                "data": {
                    "conversation": { "id": conversation.id() },
                    "poll": { "id": id.to_string(), "subject": subject },
                    // The id is text here.
                    "user": { "id": owner.to_string(), "nickname": self.user(owner)?.name },
                },
            })),
            ..Draft::default()
        };
        let poll = Poll {
            conversation,
            owner,
            voters: vec![Vec::new(); draft.options.len()],
            draft,
            created_at: now,
            expiration,
            last_modified: now,
            ended: false,
        };
        self.polls.insert(id, poll);
        self.poll_deadlines.insert((expiration, id));
        let message = self.post(conversation, owner, announcement)?;
        Ok((id, message))
    }

    /// Votes for these options, numbered from 1, instead of earlier ones; none withdraws the vote.
    /// Nothing is pushed, because no push was ever seen for a vote.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchPoll`], [`WorldError::PollEnded`], [`WorldError::NoSuchOption`], and as
    /// for [`add_poll`](Self::add_poll).
    pub fn vote(
        &mut self,
        poll: SimPollId,
        by: SimUserId,
        options: &[usize],
    ) -> Result<(), WorldError> {
        self.check_participant(self.poll(poll)?.conversation, by)?;
        let now = self.seconds();
        let entry = self.polls.get_mut(&poll);
        let entry = entry.ok_or(WorldError::NoSuchPoll(poll))?;
        if entry.ended {
            return Err(WorldError::PollEnded(poll));
        }
        let choices = 1..=entry.voters.len();
        let too_many = options.len() > 1 && !entry.draft.multiple_choice;
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

    /// Ends a poll before its time, with a notice.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchPoll`] or [`WorldError::PollEnded`].
    pub fn end_poll(&mut self, id: SimPollId) -> Result<(), WorldError> {
        let now = self.seconds();
        let poll = self.polls.get_mut(&id).ok_or(WorldError::NoSuchPoll(id))?;
        if poll.ended {
            return Err(WorldError::PollEnded(id));
        }
        poll.ended = true;
        poll.last_modified = now;
        self.poll_deadlines.remove(&(poll.expiration, id));
        let (conversation, subject) = (poll.conversation, &poll.draft.subject);
        let notice = Notice {
            text: format!("Poll '{subject}' has ended."),
            event: json!({
                "type": "poll.finished",
                "data": {
                    "conversation": { "id": conversation.id() },
                    "poll": { "id": id.to_string(), "subject": subject },
                    "options": poll.option_rows(),
                },
            }),
        };
        self.post_notice(conversation, notice);
        Ok(())
    }

    /// Ends all polls that are due.
    pub(super) fn end_due_polls(&mut self) {
        let now = self.seconds();
        while let Some((_, id)) = self
            .poll_deadlines
            .first()
            .filter(|(at, _)| *at <= now)
            .copied()
        {
            self.poll_deadlines.pop_first();
            // Fails for a poll that was removed with its topic.
            let _ = self.end_poll(id);
        }
    }

    /// Returns the end of the next poll.
    pub(super) fn next_poll_end(&self) -> Option<Instant> {
        let (at, _) = self.poll_deadlines.first()?;
        let at = Duration::from_secs(*at).saturating_sub(self.epoch);
        Some(Instant::from_origin(at))
    }

    /// Returns the polls of a conversation, newest first.
    pub fn polls_in(&self, conversation: Conversation) -> impl Iterator<Item = SimPollId> {
        let polls = self.polls.iter().rev();
        polls
            .filter(move |(_, poll)| poll.conversation == conversation)
            .map(|(id, _)| *id)
    }

    /// Returns the conversation of a poll.
    pub(crate) fn conversation_of_poll(&self, id: SimPollId) -> Option<Conversation> {
        self.polls.get(&id).map(|poll| poll.conversation)
    }

    /// Returns the creator of a poll.
    pub(crate) fn owner_of_poll(&self, id: SimPollId) -> Option<SimUserId> {
        self.polls.get(&id).map(|poll| poll.owner)
    }

    /// Returns the row of a poll with the viewer's votes.
    pub(crate) fn poll_row(&self, id: SimPollId, viewer: SimUserId) -> Option<Value> {
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
            if !poll.draft.multiple_choice {
                row["user_vote"] = first.clone().into();
            }
            row["user_votes"] = chosen.into();
        }
        Some(row)
    }

    fn poll(&self, id: SimPollId) -> Result<&Poll, WorldError> {
        self.polls.get(&id).ok_or(WorldError::NoSuchPoll(id))
    }
}

impl Poll {
    fn row(&self, id: SimPollId) -> Value {
        let PollDraft {
            subject,
            multiple_choice,
            anonymous,
            ..
        } = &self.draft;
        json!({
            "id": id.to_string(),
            "conversation_id": self.conversation.id(),
            "subject": subject,
            "owner_id": self.owner.to_string(),
            "created_at": self.created_at,
            "expiration": self.expiration,
            "last_modified": self.last_modified,
            "status": if self.ended { "past" } else { "active" },
            "type": if *multiple_choice { "multi" } else { "single" },
            "visibility": if *anonymous { "anonymous" } else { "public" },
            "options": self.option_rows(),
        })
    }

    /// Returns the rows of the options. Options without votes have no `votes`, anonymous polls no
    /// `voter_ids`.
    fn option_rows(&self) -> Vec<Value> {
        let options = self.draft.options.iter().zip(&self.voters).zip(1_usize..);
        options
            .map(|((title, voters), number)| {
                let mut row = json!({ "id": number.to_string(), "title": title });
                if !voters.is_empty() {
                    row["votes"] = voters.len().into();
                    if !self.draft.anonymous {
                        row["voter_ids"] = voters.iter().map(SimUserId::to_string).collect();
                    }
                }
                row
            })
            .collect()
    }
}
