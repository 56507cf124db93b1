//! Handle of a script being played.

use std::sync::Arc;

use core::time::Duration;

use super::shared::Shared;
use crate::{script::Script, simulation::PlaybackId, world::WorldError};

/// Handle of a script being played. Dropping it does not stop the script.
#[derive(Debug)]
pub struct Playback {
    shared: Arc<Shared>,
    id: PlaybackId,
}

impl Playback {
    pub(super) fn start(
        shared: Arc<Shared>,
        script: Script,
        interval: Duration,
        repeat: bool,
    ) -> Self {
        let id = shared.act(|simulation, now| simulation.play(now, script, interval, repeat));
        Self { shared, id }
    }

    /// Waits for the last step.
    ///
    /// # Errors
    ///
    /// Error of the step that ended the script.
    pub async fn finished(self) -> Result<(), WorldError> {
        self.shared
            .wait_until(|simulation| !simulation.is_playing(self.id))
            .await;
        self.shared
            .act(|simulation, _| simulation.take_failure(self.id))
            .map_or(Ok(()), Err)
    }
}
