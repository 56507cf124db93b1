//! Commands of a handle reach the gateway and the other clients.

use core::time::Duration;

use groupme_client::{
    Client, ClientEnd, Draft, Error, EventRef, GroupId, Incoming, Status, TransportPolicy, UserId,
};
use groupme_sim::Sim;

use crate::account::{
    TRANSPORTS, builder, builder_for, end, event, is_active, listening, next, sim, soon,
    statuses_until,
};

/// Returns a second client of the same simulator, Mara's, subscribed to the group and to the direct
/// messages with Robin.
async fn mara(sim: &Sim) -> Client {
    let (id, lake) = (sim.cast().mara, sim.cast().lake);
    let token = sim.with_world(|world| world.token(id).unwrap().to_owned());
    let mut client = builder_for(sim, &token, &id.to_string())
        .subscribe(GroupId::new(lake.to_string()))
        .subscribe(UserId::new(sim.user_id()))
        .connect()
        .unwrap();
    for _ in 0..3 {
        statuses_until(&mut client, |status| {
            matches!(status, Status::Subscribed { .. })
        })
        .await;
    }
    client
}

#[tokio::test]
async fn typing_is_seen_by_others() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut other = mara(&sim).await;
        let client = listening(&sim, transport).await;
        let (me, cast) = (sim.user_id().to_owned(), *sim.cast());
        let handle = client.handle();
        handle
            .send_typing(GroupId::new(cast.lake.to_string()))
            .unwrap();
        let in_group = event(&mut other).await;
        handle
            .send_typing(UserId::new(cast.mara.to_string()))
            .unwrap();
        let in_direct = event(&mut other).await;
        for (delivery, place) in [(in_group, "/group/"), (in_direct, "/direct_message/")] {
            assert!(delivery.channel().starts_with(place), "{delivery:?}");
            let EventRef::Typing(typing) = delivery.event() else {
                panic!("{delivery:?}");
            };
            assert_eq!(typing.user_id().unwrap().as_str(), me);
            assert!(typing.started().is_some());
        }
    }
}

#[tokio::test]
async fn a_typing_indicator_stays_until_it_is_dropped() {
    let sim = sim().await;
    let mut other = mara(&sim).await;
    let client = listening(&sim, TransportPolicy::Auto).await;
    let group = GroupId::from(sim.cast().lake);
    let typing = client.handle().typing(&group).unwrap();
    let delivery = event(&mut other).await;
    assert!(matches!(delivery.event(), EventRef::Typing(_)));
    // Four seconds pass at once; sockets go by the real clock again after them.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(4)).await;
    tokio::time::resume();
    let delivery = event(&mut other).await;
    assert!(matches!(delivery.event(), EventRef::Typing(_)));
    drop(typing);
    drop(client);
    sim.say("the end").unwrap();
    let delivery = event(&mut other).await;
    assert!(matches!(delivery.event(), EventRef::LineCreate(_)));
}

#[tokio::test]
async fn a_client_and_its_settings_upload_and_send() {
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let settings = || builder(&sim).api_url(sim.api_url());
    let rest = settings().into_rest().unwrap();
    let sent = rest.send(&group, "hello").await.unwrap();
    assert!(sent.message().unwrap().is_from(&UserId::new(sim.user_id())));
    let handle = settings().connect().unwrap().handle();
    let picture = handle.upload_image(DOT).await.unwrap();
    let draft = Draft::new("look").attach(picture);
    assert!(
        handle
            .send(&group, draft)
            .await
            .unwrap()
            .message()
            .is_some()
    );
    let none = builder(&sim).into_rest().unwrap_err();
    assert!(matches!(none, Error::NoRest), "{none}");
}

#[tokio::test]
async fn a_ping_comes_back() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        client.handle().ping().unwrap();
        assert!(matches!(
            event(&mut client).await.event(),
            EventRef::Ping(_)
        ));
    }
}

#[tokio::test]
async fn concurrent_pings_are_told_apart() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        let handle = client.handle();
        handle.ping_with(7).unwrap();
        handle.ping().unwrap();
        handle.ping_with(u64::MAX).unwrap();
        sim.say("no ping").unwrap();
        let mut nonces = Vec::new();
        for _ in 0..4 {
            nonces.push(event(&mut client).await.ping_nonce());
        }
        nonces.sort_unstable();
        assert_eq!(nonces, [None, None, Some(7), Some(u64::MAX)]);
    }
}

#[tokio::test]
async fn waking_does_no_harm_to_a_live_connection() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    client.handle().wake().unwrap();
    client.handle().ping().unwrap();
    // No status before it: the connection was found alive.
    let Incoming::Event(delivery) = next(&mut client).await else {
        panic!("the connection suffered");
    };
    assert_eq!(delivery.event().kind(), "ping");
}

#[tokio::test]
async fn requests_after_the_end_are_not_taken() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    handle.disconnect();
    end(&mut client).await;
    let group = GroupId::new("1");
    for refused in [
        handle.subscribe(&group),
        handle.unsubscribe(&group),
        handle.send_typing(&group),
        handle.send_typing(UserId::from("1")),
        handle.ping(),
        handle.ping_with(1),
        handle.wake(),
    ] {
        assert!(matches!(refused, Err(Error::Closed)), "{refused:?}");
    }
    handle.disconnect();
}

#[tokio::test]
async fn many_subscriptions_at_once_are_all_obeyed() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    let channels: Vec<_> = sim.with_world(|world| {
        let (me, mara) = (sim.cast().me, sim.cast().mara);
        (0..200)
            .map(|number| {
                let group = world.add_group(&format!("group {number}"), mara, &[me]);
                group.unwrap().to_string()
            })
            .collect()
    });
    // Nothing else runs between these on a runtime of one thread.
    for id in &channels {
        handle.subscribe(GroupId::new(id.as_str())).unwrap();
    }
    let mut left: Vec<_> = channels.iter().map(|id| format!("/group/{id}")).collect();
    while !left.is_empty() {
        if let Incoming::Status(status) = next(&mut client).await {
            assert!(!matches!(status, Status::Disconnected { .. }), "{status}");
            left.retain(|channel| !is_active(&status, channel));
        }
    }
}

#[tokio::test]
async fn more_requests_than_the_session_holds_are_refused_and_those_taken_are_obeyed() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    let mut taken = 0;
    let refused = loop {
        match handle.ping_with(taken) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::QueueFull), "{refused:?}");
    assert!((1..10_000).contains(&taken), "{taken}");
    for number in 0..taken {
        assert_eq!(event(&mut client).await.ping_nonce(), Some(number));
    }
}

#[tokio::test]
async fn commands_beyond_the_limit_wait_for_room() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    let total = 3_000;
    let pings = tokio::spawn(async move {
        for number in 0..total {
            handle.ready().await?;
            handle.ping_with(number)?;
        }
        Ok::<_, Error>(())
    });
    for number in 0..total {
        assert_eq!(event(&mut client).await.ping_nonce(), Some(number));
    }
    soon(pings).await.unwrap().unwrap();
}

#[tokio::test]
async fn waiting_for_room_does_not_outlast_the_client() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    handle.ready().await.unwrap();
    while handle.ping().is_ok() {}
    let waiting = handle.ready();
    handle.disconnect();
    let (waited, end) = tokio::join!(soon(waiting), end(&mut client));
    assert_eq!(end, ClientEnd::Requested);
    // What is cancelled at the end makes room, too.
    assert!(matches!(waited, Ok(()) | Err(Error::Closed)), "{waited:?}");
    assert!(matches!(soon(handle.ready()).await, Err(Error::Closed)));
}

#[tokio::test]
async fn a_command_is_obeyed_while_the_program_does_something_else() {
    let sim = sim().await;
    let client = listening(&sim, TransportPolicy::Auto).await;
    let lake = sim.cast().lake.to_string();
    client
        .handle()
        .subscribe(GroupId::new(lake.as_str()))
        .unwrap();
    soon(sim.until_subscribed(&format!("/group/{lake}")))
        .await
        .unwrap();
    drop(client);
}

/// Picture of one dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\n\
    IDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82";
