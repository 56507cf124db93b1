//! Scripts: timed changes of the world.

mod story;

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use bayeux_proto::Instant;

pub use self::story::Cast;
use crate::world::{SimMessageId, World, WorldError};

/// List of steps, each of which changes a [`World`].
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
    /// Number of intervals between the previous step and this one.
    intervals: u32,
    act: Act,
}

type Act = Box<dyn FnMut(&mut World, &mut SavedMessages) -> Result<(), WorldError> + Send>;

impl Script {
    /// Interval of 450 ms: the built-in story takes twelve seconds.
    pub const FAST_INTERVAL: Duration = Duration::from_millis(450);
    /// Interval of 1 s.
    pub const SLOW_INTERVAL: Duration = Duration::from_secs(1);

    /// Returns a script without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a step, one interval after the previous one.
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

    /// Delays the next step by this many intervals.
    #[must_use]
    pub fn pause(mut self, intervals: u32) -> Self {
        self.pause += intervals;
        self
    }

    /// Returns the number of steps.
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

/// Messages saved by earlier steps for later ones, by name.
#[derive(Debug, Default)]
pub struct SavedMessages {
    messages: BTreeMap<&'static str, SimMessageId>,
}

impl SavedMessages {
    /// Saves a message under a name, replacing any earlier one.
    pub fn save(&mut self, name: &'static str, message: SimMessageId) {
        self.messages.insert(name, message);
    }

    /// Returns the message saved under a name.
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

/// Script being played.
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
    /// Starts a script. Its first step comes one interval after `now`.
    pub(crate) fn new(now: Instant, script: Script, interval: Duration, repeat: bool) -> Self {
        // An interval of zero would make a repeated script loop for ever.
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

    /// Returns the time of the next step; `None` at the end.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        (self.next < self.script.steps.len()).then_some(self.at)
    }

    /// Plays all steps that are due.
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
            // After a standstill the script continues from now: missed steps are not made up for.
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
