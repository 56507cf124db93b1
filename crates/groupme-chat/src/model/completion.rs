//! Completion of mentions: members whose names match the word after an `@`.

use groupme_client::UserId;

use super::{Kind, Room, State, incoming::EVERYONE};

/// Member offered as a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// User; `None` for `@everyone`, which GroupMe recognises in the text itself.
    pub(crate) user: Option<UserId>,
    pub(crate) name: String,
}

/// Maximum number of candidates.
const MAX_CANDIDATES: usize = 6;

impl State {
    /// Returns the members that complete the word before the cursor, sorted by name; none unless the
    /// word begins with `@`.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let Some(room) = self.open_room() else {
            return Vec::new();
        };
        let Some((_, query)) = room.composition.mention_query() else {
            return Vec::new();
        };
        let query = query.to_lowercase();
        let mut found: Vec<Candidate> = self
            .members(room)
            .into_iter()
            .filter(|candidate| is_match(&candidate.name, &query))
            .collect();
        found.sort_by_key(|candidate| candidate.name.to_lowercase());
        if matches!(room.kind, Kind::Group(_) | Kind::Topic { .. }) && is_match("everyone", &query)
        {
            found.push(Candidate {
                user: None,
                name: "everyone".to_owned(),
            });
        }
        found.truncate(MAX_CANDIDATES);
        found
    }

    /// Returns the other members of a conversation.
    fn members(&self, room: &Room) -> Vec<Candidate> {
        if let Kind::Direct(user) = &room.kind {
            return vec![Candidate {
                user: Some(user.clone()),
                name: room.name.clone(),
            }];
        }
        let group = room.kind.group();
        let members = group
            .and_then(|group| self.cache.members(group))
            .unwrap_or_default();
        let members = members.iter().filter_map(|member| {
            let user = member.user_id.clone()?;
            let name = member.nickname.clone().or_else(|| member.name.clone())?;
            Some(Candidate {
                user: Some(user),
                name,
            })
        });
        members
            .filter(|candidate| candidate.user.as_ref() != Some(&self.own))
            .filter(|candidate| {
                candidate
                    .user
                    .as_ref()
                    .is_none_or(|user| user.as_str() != EVERYONE)
            })
            .collect()
    }

    /// Replaces the word before the cursor by the chosen candidate. Returns false without candidates.
    pub(super) fn complete(&mut self) -> bool {
        let candidates = self.candidates();
        let Some(room) = self.open_room_mut() else {
            return false;
        };
        let composition = &mut room.composition;
        let choice = composition.choice.min(candidates.len().saturating_sub(1));
        let Some(candidate) = candidates.get(choice) else {
            return false;
        };
        let Some((range, _)) = composition.mention_query() else {
            return false;
        };
        let words = format!("@{}", candidate.name);
        composition.editor.replace(range, &format!("{words} "));
        if let Some(user) = &candidate.user {
            composition.mentions.push((user.clone(), words));
        }
        composition.choice = 0;
        true
    }

    /// Chooses the next or previous candidate. Returns false without candidates.
    pub(super) fn choose(&mut self, is_down: bool) -> bool {
        let count = self.candidates().len();
        let Some(room) = self.open_room_mut().filter(|_| count > 0) else {
            return false;
        };
        room.composition.choice = wrapping_step(room.composition.choice, count, is_down);
        true
    }

    /// Hides the candidates for this word. Returns false without candidates.
    pub(super) fn dismiss(&mut self) -> bool {
        let has_candidates = !self.candidates().is_empty();
        let Some(room) = self.open_room_mut().filter(|_| has_candidates) else {
            return false;
        };
        let at = room
            .composition
            .mention_query()
            .map(|(range, _)| range.start);
        room.composition.dismissed = at;
        true
    }
}

/// Returns whether a word of a name begins with the query.
fn is_match(name: &str, query: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with(query) || name.split_whitespace().any(|word| word.starts_with(query))
}

/// Returns the next or previous index in a list; the ends are joined.
pub(super) fn wrapping_step(at: usize, count: usize, is_down: bool) -> usize {
    let count = count.max(1);
    if is_down {
        (at + 1) % count
    } else {
        (at + count - 1) % count
    }
}
