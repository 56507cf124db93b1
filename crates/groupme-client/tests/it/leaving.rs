//! The end of a client: requested, or because the program dropped it.

use core::future::poll_fn;

use groupme_client::{ClientEnd, Error, GroupId, Incoming, Status, TransportPolicy};

use crate::account::{
    TRANSPORTS, builder, builder_for, end, event, listening, next, own, sim, soon, statuses_until,
    text, until_active,
};

#[tokio::test]
async fn disconnecting_sends_a_disconnect_to_the_gateway() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        assert_eq!(sim.sessions().len(), 1);
        client.handle().disconnect();
        assert_eq!(end(&mut client).await, ClientEnd::Requested);
        assert!(sim.sessions().is_empty(), "the session is still there");
    }
}

#[tokio::test]
async fn disconnecting_works_among_more_requests_than_wait() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    while handle.ping().is_ok() {}
    handle.disconnect();
    assert_eq!(end(&mut client).await, ClientEnd::Requested);
}

#[tokio::test]
async fn commands_given_before_disconnecting_are_carried_out() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        let mut other = {
            let mara = sim.cast().mara;
            let token = sim.with_world(|world| world.token(mara).unwrap().to_owned());
            builder_for(&sim, &token, &mara.to_string())
                .subscribe(GroupId::new(sim.cast().lake.to_string()))
                .connect()
                .unwrap()
        };
        until_active(&mut other, &format!("/group/{}", sim.cast().lake)).await;
        let handle = client.handle();
        handle
            .send_typing(GroupId::new(sim.cast().lake.to_string()))
            .unwrap();
        handle.disconnect();
        assert_eq!(event(&mut other).await.event().kind(), "typing");
        assert_eq!(end(&mut client).await, ClientEnd::Requested);
    }
}

#[tokio::test]
async fn events_that_wait_are_handed_out_before_the_end() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::WebSocket).await;
    let mut witness = listening(&sim, TransportPolicy::WebSocket).await;
    for number in 0..10 {
        sim.say(&format!("message {number}")).unwrap();
        event(&mut witness).await;
    }
    client.handle().disconnect();
    for number in 0..10 {
        assert_eq!(
            text(&event(&mut client).await),
            Some(&*format!("message {number}"))
        );
    }
    assert_eq!(end(&mut client).await, ClientEnd::Requested);
}

#[tokio::test]
async fn disconnecting_before_there_is_a_session_ends_at_once() {
    let sim = sim().await;
    let mut client = builder(&sim).connect().unwrap();
    client.handle().disconnect();
    assert_eq!(end(&mut client).await, ClientEnd::Requested);
    assert!(sim.sessions().is_empty());
}

#[tokio::test]
async fn a_dropped_client_disconnects_in_the_background() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let client = listening(&sim, transport).await;
        let handle = client.handle();
        drop(client);
        soon(sim.until_unsubscribed(&own(&sim))).await.unwrap();
        assert!(sim.sessions().is_empty());
        gone(&handle).await;
    }
}

#[tokio::test]
async fn a_client_that_is_dropped_with_a_full_queue_disconnects() {
    let sim = sim().await;
    let client = listening(&sim, TransportPolicy::WebSocket).await;
    let mut witness = listening(&sim, TransportPolicy::LongPolling).await;
    let channel = own(&sim);
    for number in 0..2000 {
        let data = format!(r#"{{"type":"n","n":{number}}}"#);
        sim.with_world(|world| world.publish_raw(&channel, &data))
            .unwrap();
    }
    for _ in 0..2000 {
        event(&mut witness).await;
    }
    let handle = client.handle();
    drop((client, witness));
    soon(sim.until_unsubscribed(&channel)).await.unwrap();
    gone(&handle).await;
}

#[tokio::test]
async fn a_client_that_is_dropped_while_it_recovers_gives_up() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    sim.shutdown().await;
    statuses_until(
        &mut client,
        |status| matches!(status, Status::Disconnected { retry_in, .. } if !retry_in.is_zero()),
    )
    .await;
    let handle = client.handle();
    drop(client);
    gone(&handle).await;
}

#[tokio::test]
async fn a_handle_does_not_keep_a_client_running() {
    let sim = sim().await;
    let client = listening(&sim, TransportPolicy::Auto).await;
    let handles = [client.handle(), client.handle().clone()];
    drop(client);
    for handle in &handles {
        gone(handle).await;
    }
}

#[tokio::test]
async fn waiting_can_be_cancelled_without_losing_anything() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    for number in 0..200 {
        sim.say(&format!("message {number}")).unwrap();
    }
    let mut number = 0;
    while number < 200 {
        // Polled once and dropped, as in a `select!` that another branch wins.
        let mut next_one = Box::pin(client.next());
        let polled = poll_fn(|context| core::task::Poll::Ready(next_one.as_mut().poll(context)));
        let polled = polled.await;
        drop(next_one);
        let core::task::Poll::Ready(incoming) = polled else {
            tokio::task::yield_now().await;
            continue;
        };
        let Some(Incoming::Event(delivery)) = incoming else {
            panic!("{incoming:?}");
        };
        assert_eq!(text(&delivery), Some(&*format!("message {number}")));
        number += 1;
    }
    sim.say("the last").unwrap();
    let Incoming::Event(last) = next(&mut client).await else {
        panic!("a status");
    };
    assert_eq!(text(&last), Some("the last"));
}

/// Waits until the client's task is gone and takes no commands.
async fn gone(handle: &groupme_client::Handle) {
    soon(async {
        while !matches!(handle.wake(), Err(Error::Closed)) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
