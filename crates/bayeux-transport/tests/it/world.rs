//! The client's side: lanes, their ids and their reports.

use core::{pin::pin, task::Poll, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Action, Close, Config, Instant, LaneId, Session, Transport};
use bayeux_transport::{Clock, Endpoint, Error, Lanes, Next, Options};
use bayeux_wire::Frame;

/// Fails a test that hangs. No test waits for this time to pass.
pub(crate) async fn in_time<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), test)
        .await
        .expect("the test hangs")
}

pub(crate) fn lanes(url: &str) -> Lanes {
    lanes_with(url, Options::default())
}

pub(crate) fn lanes_with(url: &str, options: Options) -> Lanes {
    Lanes::new(Endpoint::new(url).unwrap(), options, Clock::start()).unwrap()
}

/// Returns ids of lanes, which only a session can create: here one whose attempts all fail.
pub(crate) fn lane_ids<const N: usize>() -> [LaneId; N] {
    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.connect(Instant::ORIGIN);
    let mut now = Instant::ORIGIN;
    core::array::from_fn(|_| {
        loop {
            match session.poll_action(now, &mut (), &mut Vec::new()) {
                Some(Action::Exchange(lane, _)) => {
                    session.handle_close(now, lane, Close::Lost);
                    return lane;
                }
                Some(other) => panic!("{other:?} from a session that never got anywhere"),
                None => now = session.poll_timeout().expect("another attempt").at,
            }
        }
    })
}

/// Shorthands for the reports of lanes.
pub(crate) trait Ask {
    async fn report(&mut self) -> Next;
    async fn opened(&mut self, lane: LaneId);
    async fn frame(&mut self, lane: LaneId) -> Arc<Frame>;
    async fn text(&mut self, lane: LaneId) -> String;
    async fn closed(&mut self, lane: LaneId) -> (Close, Option<Error>);
}

impl Ask for Lanes {
    /// Returns the next report, without a deadline.
    async fn report(&mut self) -> Next {
        self.next(None).await
    }

    async fn opened(&mut self, lane: LaneId) {
        match self.report().await {
            Next::Opened(opened) if opened == lane => {}
            other => panic!("{other:?} where {lane:?} was to open"),
        }
    }

    async fn frame(&mut self, lane: LaneId) -> Arc<Frame> {
        match self.report().await {
            Next::Frame(from, frame) if from == lane => frame,
            other => panic!("{other:?} where a frame was due from {lane:?}"),
        }
    }

    /// Returns the next frame as JSON text.
    async fn text(&mut self, lane: LaneId) -> String {
        self.frame(lane).await.root().unwrap().to_string()
    }

    async fn closed(&mut self, lane: LaneId) -> (Close, Option<Error>) {
        match self.report().await {
            Next::Closed(closed, why, error) if closed == lane => (why, error),
            other => panic!("{other:?} where {lane:?} was to close"),
        }
    }
}

/// Returns an error and its chain of causes in one line.
pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = core::error::Error::source(error);
    while let Some(error) = source {
        text += ": ";
        text += &error.to_string();
        source = error.source();
    }
    text
}

/// Polls a future once, then drops it.
pub(crate) async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    core::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
