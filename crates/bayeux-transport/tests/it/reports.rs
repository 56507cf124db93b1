//! Waiting for reports: cancelled waits, deadlines, and slow applications.

use core::time::Duration;

use bayeux_proto::{Action, Close, Deadline, Timer};
use bayeux_transport::Next;

use crate::{
    peer::{CLOSE, FIN, Server},
    world::{Ask, in_time, lane_ids, lanes, once},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_waits_lose_nothing() {
    in_time(async {
        const MANY: usize = 5000;
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        let serving = tokio::spawn(async move {
            for n in 0..MANY {
                // In two writes, so that reads end in mid-frame.
                let bytes = crate::peer::frame(FIN | 1, format!("[{{\"n\":{n}}}]").as_bytes());
                let (one, two) = bytes.split_at(bytes.len() / 2);
                peer.write(one).await;
                peer.write(two).await;
            }
            peer.frame(FIN | CLOSE, b"").await;
            peer
        });
        let (mut expected, mut given_up) = (0, 0);
        loop {
            match once(lanes.next(None)).await {
                None => {
                    given_up += 1;
                    tokio::task::yield_now().await;
                }
                Some(Next::Frame(_, frame)) => {
                    let text = frame.root().unwrap().to_string();
                    assert_eq!(text, format!("[{{\"n\":{expected}}}]"));
                    expected += 1;
                }
                Some(Next::Closed(_, close, _)) => {
                    assert_eq!(close, Close::ByPeer { code: None });
                    break;
                }
                Some(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(expected, MANY);
        assert!(given_up > 0, "no wait was given up, so nothing was shown");
        serving.await.unwrap();
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_reported_when_it_expires_and_again_when_it_moves() {
    let mut lanes = lanes("http://127.0.0.1:1/");
    let clock = lanes.clock();
    let start = clock.now();
    for seconds in [5, 60, 61] {
        let at = start + Duration::from_secs(seconds);
        let deadline = Some(Deadline {
            at,
            why: Timer::Connect,
        });
        // Cancelled waits do not move the deadline.
        assert!(once(lanes.next(deadline)).await.is_none());
        assert!(matches!(lanes.next(deadline).await, Next::Deadline));
        assert_eq!(clock.now().since_origin().as_secs(), seconds);
        // An expired deadline is reported at once.
        assert!(matches!(
            once(lanes.next(deadline)).await,
            Some(Next::Deadline)
        ));
    }
    let sooner = Some(Deadline {
        at: start + Duration::from_secs(70),
        why: Timer::Ping,
    });
    let later = Some(Deadline {
        at: start + Duration::from_secs(7000),
        why: Timer::Ping,
    });
    assert!(once(lanes.next(later)).await.is_none());
    assert!(matches!(lanes.next(sooner).await, Next::Deadline));
    assert_eq!(clock.now().since_origin().as_secs(), 70);
}

#[tokio::test]
async fn arrived_reports_precede_an_expired_deadline_but_not_forever() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        let serving = tokio::spawn(async move {
            loop {
                if peer.try_text("[{}]").await.is_err() {
                    break;
                }
            }
        });
        // One frame has arrived, so more have arrived or will soon.
        lanes.frame(lane).await;
        let overdue = Some(Deadline {
            at: lanes.clock().now(),
            why: Timer::Connect,
        });
        let (mut frames, mut deadlines) = (0, 0);
        while frames < 100 || deadlines < 3 {
            match lanes.next(overdue).await {
                Next::Frame(..) => frames += 1,
                Next::Deadline => deadlines += 1,
                other => panic!("{other:?}"),
            }
            tokio::task::yield_now().await;
        }
        drop(lanes);
        serving.await.unwrap();
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn lanes_stop_reading_while_the_application_does_not() {
    let server = Server::bind().await;
    let mut lanes = lanes(&server.url());
    let [lane] = lane_ids();
    lanes.perform(Action::Open(lane), b"");
    let mut peer = server.accept_websocket().await;
    lanes.opened(lane).await;
    let text = format!("[{{\"a\":\"{}\"}}]", "x".repeat(100_000));
    let mut sent = 0;
    // The paused time advances only when no task can run: when all buffers are full.
    while tokio::time::timeout(Duration::from_secs(1), peer.text(&text))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(
            sent < 1000,
            "a hundred megabytes went into a lane that nobody reads"
        );
    }
    // All frames that were sent completely are still there.
    for _ in 0..sent {
        assert_eq!(lanes.frame(lane).await.len(), text.len());
    }
}
