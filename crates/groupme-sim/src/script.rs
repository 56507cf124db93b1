//! Scripts: what happens in the world, step by step.

mod story;

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use bayeux_proto::Instant;

pub use self::story::Cast;
use crate::world::{SimMessageId, World, WorldError};

/// A list of steps, each of which does something in a [`World`].
///
/// ```
/// use groupme_sim::{Script, World};
/// # use std::time::Duration;
///
/// let mut world = World::new(7, Duration::from_secs(1_785_000_000));
/// let ada = world.add_user("Ada");
/// let group = world.add_group("Chess", ada, &[])?;
/// let script = Script::new()
///     .step(move |world, saved| Ok(saved.save("move", world.say(group, ada, "e4")?)))
///     .pause(2)
///     .step(|world, saved| world.edit(saved.get("move")?, "d4"));
/// assert_eq!(script.steps(), 2);
/// # Ok::<(), groupme_sim::WorldError>(())
/// ```
#[derive(Default)]
pub struct Script {
    steps: Vec<Step>,
    pause: u32,
}

struct Step {
    /// How many times the interval lie between the step before and this one.
    intervals: u32,
    act: Act,
}

type Act = Box<dyn FnMut(&mut World, &mut SavedMessages) -> Result<(), WorldError> + Send>;

impl Script {
    /// A interval at which everything in the built-in story has happened within twelve seconds.
    pub const FAST_INTERVAL: Duration = Duration::from_millis(450);
    /// A interval at which something happens about every second.
    pub const SLOW_INTERVAL: Duration = Duration::from_secs(1);

    /// A script in which nothing happens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a step, one interval after the one before.
    #[must_use]
    pub fn step(
        mut self,
        act: impl FnMut(&mut World, &mut SavedMessages) -> Result<(), WorldError> + Send + 'static,
    ) -> Self {
        self.steps.push(Step {
            intervals: 1 + self.pause,
            act: Box::new(act),
        });
        self.pause = 0;
        self
    }

    /// Makes the next step come so many intervals later.
    #[must_use]
    pub fn pause(mut self, intervals: u32) -> Self {
        self.pause += intervals;
        self
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

/// What later steps need to know of earlier ones: messages by a name of the script's own.
#[derive(Debug, Default)]
pub struct SavedMessages {
    messages: BTreeMap<&'static str, SimMessageId>,
}

impl SavedMessages {
    /// Remembers a message, in place of any of that name before.
    pub fn save(&mut self, name: &'static str, message: SimMessageId) {
        self.messages.insert(name, message);
    }

    /// The message kept under this name.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotSaved`].
    pub fn get(&self, name: &'static str) -> Result<SimMessageId, WorldError> {
        self.messages
            .get(name)
            .copied()
            .ok_or(WorldError::NotSaved(name))
    }
}

/// A script being played.
#[derive(Debug)]
pub(crate) struct Player {
    script: Script,
    saved: SavedMessages,
    interval: Duration,
    repeat: bool,
    next: usize,
    at: Instant,
}

impl Player {
    /// The first step comes one interval after `now`.
    pub(crate) fn new(now: Instant, script: Script, interval: Duration, repeat: bool) -> Self {
        // No interval at all would make an repeat script take no time, and no end.
        let interval = interval.max(Duration::from_millis(1));
        let mut player = Self {
            script,
            saved: SavedMessages::default(),
            interval,
            repeat,
            next: 0,
            at: now,
        };
        player.schedule(now);
        player
    }

    /// When the next step is due; `None` at the end.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        (self.next < self.script.steps.len()).then_some(self.at)
    }

    /// Plays what is due.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        world: &mut World,
    ) -> Result<(), WorldError> {
        while self.poll_timeout().is_some_and(|at| at <= now) {
            let Some(step) = self.script.steps.get_mut(self.next) else {
                break;
            };
            world.advance(self.at);
            (step.act)(world, &mut self.saved)?;
            self.next += 1;
            if self.repeat && self.next == self.script.steps.len() {
                self.next = 0;
            }
            // After a standstill the script goes on where it was, instead of hurrying after.
            let late = now - self.at > self.interval.saturating_mul(10);
            self.schedule(if late { now } else { self.at });
        }
        Ok(())
    }

    fn schedule(&mut self, from: Instant) {
        if let Some(step) = self.script.steps.get(self.next) {
            self.at = from + self.interval.saturating_mul(step.intervals);
        }
    }
}
