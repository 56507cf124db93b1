//! TCP connection with its faults.

use core::{future, net::IpAddr, time::Duration};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{net::TcpStream, time};

use super::{
    clock::Clock,
    http,
    pause::{Exemption, Pausable, Pause},
    shared::Shared,
    throttle::{Activity, ThrottledStream},
};
use crate::fault::{ConnectionFaults, Direction, FrameFaultQueue, Link};

/// State shared by everything on one connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) shared: Arc<Shared>,
    /// Address of the client.
    pub(super) peer: IpAddr,
    /// Granted once the connection is that of a controller.
    pub(super) exempt: Exemption,
    faults: ConnectionFaults,
    /// Switch of this connection alone.
    pause: Pause,
    /// Taken over by the WebSocket after an upgrade.
    link: Mutex<Link>,
}

/// Serves a connection until it ends or its faults break it.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: IpAddr) {
    let mut killed = shared.killed();
    let exempt = Exemption::default();
    let serving = serve_exempt(shared, stream, peer, exempt.clone());
    let mut serving = core::pin::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        _ = killed.changed() => {}
    }
    // Whoever breaks all connections wants to know that it was done.
    if exempt.is_granted() {
        serving.await;
    }
}

async fn serve_exempt(shared: Arc<Shared>, stream: TcpStream, peer: IpAddr, exempt: Exemption) {
    let is_control = shared.is_hostile() && asks_for_control(&stream).await;
    let link = if is_control {
        exempt.grant();
        Link::faultless(u64::MAX)
    } else {
        shared.open_link()
    };
    let faults = link.connection_faults();
    if let Err(error) = prepare(&stream, faults) {
        tracing::debug!(cause = %error, "connection ended");
        return;
    }
    let (own_pause, activity) = (Pause::default(), Activity::new(Arc::clone(&shared.clock)));
    if faults.half_open == Some(Duration::ZERO) {
        own_pause.pause();
    }
    // Streams of one type, whatever their faults: each further type would be a further HTTP server
    // in the program.
    let stream = Pausable::new(stream, own_pause.clone());
    let stream = ThrottledStream::new(stream, activity.clone(), faults.throttle);
    let stream = Pausable::new(stream, shared.pause.clone()).unless(exempt.clone());
    let clock = Arc::clone(&shared.clock);
    let connection = Connection {
        shared,
        peer,
        exempt,
        faults,
        pause: own_pause.clone(),
        link: Mutex::new(link),
    };
    tokio::select! {
        () = http::serve(connection, stream) => {}
        () = wait_for_fault(&clock, faults, &own_pause, &activity) => {}
    }
}

/// Returns whether the first request of a connection is for the control API, without reading it:
/// faults must not keep a controller from ending them.
async fn asks_for_control(stream: &TcpStream) -> bool {
    let mut first = [0; 32];
    let Ok(Ok(read)) = time::timeout(FIRST_BYTES, stream.peek(&mut first)).await else {
        return false;
    };
    let line = first.get(..read).unwrap_or_default();
    let path = line.split(|byte| *byte == b' ').nth(1);
    path.is_some_and(|path| path.starts_with(b"/sim/v1"))
}

/// Time in which the request of a controller has to begin.
const FIRST_BYTES: Duration = Duration::from_millis(300);

fn prepare(stream: &TcpStream, faults: ConnectionFaults) -> io::Result<()> {
    // Frames are small, and a test waits for each.
    stream.set_nodelay(true)?;
    if faults.reset.is_some() {
        // Makes the end of the connection a reset instead of a FIN.
        stream.set_zero_linger()?;
    }
    Ok(())
}

/// Completes when a fault breaks the connection.
async fn wait_for_fault(
    clock: &Clock,
    faults: ConnectionFaults,
    pause: &Pause,
    activity: &Activity,
) {
    let reset = async {
        match faults.reset {
            Some(after) => clock.sleep(after).await,
            None => future::pending().await,
        }
    };
    let silence = async {
        if let Some(after) = faults.half_open {
            clock.sleep(after).await;
            pause.pause();
        }
        future::pending::<()>().await;
    };
    let idle = async {
        let Some(idle) = faults.idle else {
            return future::pending().await;
        };
        activity.until_idle_for(idle.after).await;
        if idle.silent {
            pause.pause();
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
    /// Waits until nothing pauses the connection any more.
    pub(super) async fn until_running(&self) {
        self.pause.running().await;
        self.shared.pause.running().await;
    }

    /// Returns the status with which upgrades are refused.
    pub(super) fn refusal(&self) -> Option<u16> {
        self.faults.upgrade_refusal
    }

    /// Passes a body through the faults and returns what arrives. A lost body never arrives; the
    /// second copy of a duplicated one is dropped, since HTTP has no use for it.
    pub(super) async fn transfer(&self, direction: Direction, body: Vec<u8>) -> Vec<u8> {
        let shared = &self.shared;
        self.with_link(|link| link.handle_frame(shared.clock.now(), direction, body));
        loop {
            let (frame, timeout) = self.with_link(|link| {
                let frame = link.poll_frame(shared.clock.now(), direction);
                while frame.is_some() && link.poll_frame(shared.clock.now(), direction).is_some() {}
                (frame, link.poll_timeout())
            });
            match (frame, timeout) {
                (Some(frame), _) => return frame,
                (None, Some(at)) => shared.clock.sleep_until(at).await,
                (None, None) => return future::pending().await,
            }
        }
    }

    /// Returns whether bodies pass unchanged and at once.
    pub(super) fn is_faultless(&self) -> bool {
        self.with_link(|link| link.is_faultless())
    }

    /// Takes both directions for a WebSocket: to the server and to the client.
    pub(super) fn take_directions(&self) -> (FrameFaultQueue, FrameFaultQueue) {
        self.with_link(|link| {
            let number = link.number();
            core::mem::replace(link, Link::faultless(number)).into_directions()
        })
    }

    fn with_link<T>(&self, act: impl FnOnce(&mut Link) -> T) -> T {
        act(&mut self.link.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
