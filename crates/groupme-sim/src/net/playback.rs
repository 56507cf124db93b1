//! A script being played, seen from outside.

use std::sync::Arc;

use core::time::Duration;

use super::shared::Shared;
use crate::{script::Script, simulation::PlaybackId, world::WorldError};

/// A script being played. It goes on when this is dropped.
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

    /// Waits for the last beat to be played.
    ///
    /// # Errors
    ///
    /// What a beat could not do, for which the script was broken off.
    pub async fn finished(self) -> Result<(), WorldError> {
        self.shared
            .wait_until(|simulation| !simulation.is_playing(self.id))
            .await;
        self.shared
            .act(|simulation, _| simulation.take_failure(self.id))
            .map_or(Ok(()), Err)
    }
}
