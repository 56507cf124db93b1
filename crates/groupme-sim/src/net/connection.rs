//! One connection, and what the plan has in store for it.

use core::{future, time::Duration};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::net::TcpStream;

use super::{
    clock::Clock,
    gate::{Gate, Gated},
    http,
    shared::Shared,
    wire::{Activity, Wire},
};
use crate::fault::{ConnectionFaults, Direction, FrameFaultQueue, Link};

/// What all that is done on one connection shares.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) shared: Arc<Shared>,
    fate: ConnectionFaults,
    /// Taken by the WebSocket that the connection becomes.
    link: Mutex<Link>,
}

/// Serves a connection to its end, which the plan may put earlier.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let link = shared.open_link();
    let fate = link.fate();
    if let Err(error) = prepare(&stream, fate) {
        tracing::debug!(cause = %error, "connection ended");
        return;
    }
    let (own_gate, activity) = (Gate::default(), Activity::new(Arc::clone(&shared.clock)));
    if fate.silence == Some(Duration::ZERO) {
        own_gate.shut();
    }
    let stream = Gated::new(stream, own_gate.clone());
    let stream = Wire::new(stream, activity.clone(), fate.pace);
    let stream = Gated::new(stream, shared.gate.clone());
    let clock = Arc::clone(&shared.clock);
    let connection = Connection {
        shared,
        fate,
        link: Mutex::new(link),
    };
    tokio::select! {
        () = http::serve(connection, stream) => {}
        () = befall(&clock, fate, &own_gate, &activity) => {}
    }
}

fn prepare(stream: &TcpStream, fate: ConnectionFaults) -> io::Result<()> {
    // Frames are small, and a test waits for each.
    stream.set_nodelay(true)?;
    if fate.reset.is_some() {
        // So that its end is a reset, and not a proper goodbye.
        stream.set_zero_linger()?;
    }
    Ok(())
}

/// Completes when the connection is to be broken.
async fn befall(clock: &Clock, fate: ConnectionFaults, gate: &Gate, activity: &Activity) {
    let reset = async {
        match fate.reset {
            Some(after) => clock.sleep(after).await,
            None => future::pending().await,
        }
    };
    let silence = async {
        if let Some(after) = fate.silence {
            clock.sleep(after).await;
            gate.shut();
        }
        future::pending::<()>().await;
    };
    let idle = async {
        let Some(idle) = fate.idle else {
            return future::pending().await;
        };
        activity.until_idle_for(idle.after).await;
        if idle.silently {
            gate.shut();
            future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = reset => {}
        () = silence => {}
        () = idle => {}
    }
}

impl Connection {
    /// With which status an upgrade is refused.
    pub(super) fn refusal(&self) -> Option<u16> {
        self.fate.refusal
    }

    /// Sends the body of a request or an answer on its way; what is left of it arrives. What is
    /// lost never arrives, and HTTP has no use for what arrives twice.
    pub(super) async fn pass(&self, way: Direction, body: Vec<u8>) -> Vec<u8> {
        let shared = &self.shared;
        self.with_link(|link| link.handle_frame(shared.clock.now(), way, body));
        loop {
            let (frame, timeout) = self.with_link(|link| {
                let frame = link.poll_frame(shared.clock.now(), way);
                while frame.is_some() && link.poll_frame(shared.clock.now(), way).is_some() {}
                (frame, link.poll_timeout())
            });
            match (frame, timeout) {
                (Some(frame), _) => return frame,
                (None, Some(at)) => shared.clock.sleep_until(at).await,
                (None, None) => return future::pending().await,
            }
        }
    }

    /// Whether bodies arrive as they are.
    pub(super) fn is_sound(&self) -> bool {
        self.with_link(|link| link.is_sound())
    }

    /// The two ways, for a WebSocket: up and down.
    pub(super) fn take_ways(&self) -> (FrameFaultQueue, FrameFaultQueue) {
        self.with_link(|link| {
            let number = link.number();
            core::mem::replace(link, Link::sound(number)).into_ways()
        })
    }

    fn with_link<T>(&self, act: impl FnOnce(&mut Link) -> T) -> T {
        act(&mut self.link.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
