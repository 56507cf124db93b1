//! Scripts: what happens in the world, beat by beat.

mod story;

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use bayeux_proto::Instant;

pub use self::story::Cast;
use crate::world::{MessageId, World, WorldError};

/// A list of beats, each of which does something in a [`World`].
///
/// ```
/// use groupme_sim::{Script, World};
/// # use std::time::Duration;
///
/// let mut world = World::new(7, Duration::from_secs(1_785_000_000));
/// let ada = world.add_user("Ada");
/// let group = world.add_group("Chess", ada, &[])?;
/// let script = Script::new()
///     .beat(move |world, stage| Ok(stage.keep("move", world.say(group, ada, "e4")?)))
///     .rest(2)
///     .beat(|world, stage| world.edit(stage.message("move")?, "d4"));
/// assert_eq!(script.beats(), 2);
/// # Ok::<(), groupme_sim::WorldError>(())
/// ```
#[derive(Default)]
pub struct Script {
    beats: Vec<Beat>,
    rest: u32,
}

struct Beat {
    /// How many times the pace lie between the beat before and this one.
    paces: u32,
    act: Act,
}

type Act = Box<dyn FnMut(&mut World, &mut Stage) -> Result<(), WorldError> + Send>;

impl Script {
    /// A pace at which everything in the built-in story has happened within twelve seconds.
    pub const LIVELY: Duration = Duration::from_millis(450);
    /// A pace at which something happens about every second.
    pub const STEADY: Duration = Duration::from_secs(1);

    /// A script in which nothing happens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a beat, one pace after the one before.
    #[must_use]
    pub fn beat(
        mut self,
        act: impl FnMut(&mut World, &mut Stage) -> Result<(), WorldError> + Send + 'static,
    ) -> Self {
        self.beats.push(Beat {
            paces: 1 + self.rest,
            act: Box::new(act),
        });
        self.rest = 0;
        self
    }

    /// Makes the next beat come so many paces later.
    #[must_use]
    pub fn rest(mut self, paces: u32) -> Self {
        self.rest += paces;
        self
    }

    /// How many beats there are.
    pub fn beats(&self) -> usize {
        self.beats.len()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("beats", &self.beats.len())
            .finish_non_exhaustive()
    }
}

/// What later beats need to know of earlier ones: messages by a name of the script's own.
#[derive(Debug, Default)]
pub struct Stage {
    messages: BTreeMap<&'static str, MessageId>,
}

impl Stage {
    /// Remembers a message, in place of any of that name before.
    pub fn keep(&mut self, name: &'static str, message: MessageId) {
        self.messages.insert(name, message);
    }

    /// The message kept under this name.
    ///
    /// # Errors
    ///
    /// [`WorldError::NothingKept`].
    pub fn message(&self, name: &'static str) -> Result<MessageId, WorldError> {
        self.messages
            .get(name)
            .copied()
            .ok_or(WorldError::NothingKept(name))
    }
}

/// A script being played.
#[derive(Debug)]
pub(crate) struct Player {
    script: Script,
    stage: Stage,
    pace: Duration,
    endless: bool,
    next: usize,
    at: Instant,
}

impl Player {
    /// The first beat comes one pace after `now`.
    pub(crate) fn new(now: Instant, script: Script, pace: Duration, endless: bool) -> Self {
        // No pace at all would make an endless script take no time, and no end.
        let pace = pace.max(Duration::from_millis(1));
        let mut player = Self {
            script,
            stage: Stage::default(),
            pace,
            endless,
            next: 0,
            at: now,
        };
        player.schedule(now);
        player
    }

    /// When the next beat is due; `None` at the end.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        (self.next < self.script.beats.len()).then_some(self.at)
    }

    /// Plays what is due.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        world: &mut World,
    ) -> Result<(), WorldError> {
        while self.poll_timeout().is_some_and(|at| at <= now) {
            let Some(beat) = self.script.beats.get_mut(self.next) else {
                break;
            };
            world.advance(self.at);
            (beat.act)(world, &mut self.stage)?;
            self.next += 1;
            if self.endless && self.next == self.script.beats.len() {
                self.next = 0;
            }
            // After a standstill the script goes on where it was, instead of hurrying after.
            let late = now - self.at > self.pace.saturating_mul(10);
            self.schedule(if late { now } else { self.at });
        }
        Ok(())
    }

    fn schedule(&mut self, from: Instant) {
        if let Some(beat) = self.script.beats.get(self.next) {
            self.at = from + self.pace.saturating_mul(beat.paces);
        }
    }
}
