//! Channels that are subscribed and unsubscribed while the client runs.

use groupme_client::{ConversationId, EventRef, GroupId, Status, TransportPolicy, UserId};
use groupme_sim::{Conversation, Sim};

use crate::account::{TRANSPORTS, event, listening, sim, soon, status, text, until_active};

fn lake(sim: &Sim) -> (GroupId, String) {
    let id = sim.cast().lake.to_string();
    (GroupId::new(id.as_str()), format!("/group/{id}"))
}

#[tokio::test]
async fn a_group_is_listened_to_and_left_at_run_time() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let cast = *sim.cast();
        let (group, channel) = lake(&sim);
        let mut client = listening(&sim, transport).await;
        let type_there = || {
            sim.with_world(|world| world.start_typing(Conversation::Group(cast.lake), cast.mara))
        };

        client.handle().subscribe(&group).unwrap();
        until_active(&mut client, &channel).await;
        type_there().unwrap();
        let delivery = event(&mut client).await;
        assert_eq!(delivery.channel(), channel);
        let EventRef::Typing(typing) = delivery.event() else {
            panic!("{delivery:?}");
        };
        assert_eq!(typing.user_id().unwrap().as_str(), cast.mara.to_string());

        client.handle().unsubscribe(&group).unwrap();
        soon(sim.until_unsubscribed(&channel)).await.unwrap();
        type_there().unwrap();
        sim.say("the typing is over").unwrap();
        assert_eq!(text(&event(&mut client).await), Some("the typing is over"));
    }
}

#[tokio::test]
async fn direct_messages_are_listened_to_under_either_name() {
    let sim = sim().await;
    let cast = *sim.cast();
    let place = Conversation::direct(cast.me, cast.mara);
    let channel = place.channel();
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    for name in [
        groupme_client::Conversation::from(UserId::new(cast.mara.to_string())),
        ConversationId::from(format!("{}+{}", cast.me, cast.mara)).into(),
        ConversationId::from(format!("{}_{}", cast.mara, cast.me)).into(),
    ] {
        client.handle().subscribe(&name).unwrap();
        until_active(&mut client, &channel).await;
        sim.with_world(|world| world.start_typing(place, cast.mara))
            .unwrap();
        assert_eq!(event(&mut client).await.event().kind(), "typing");
        client.handle().unsubscribe(&name).unwrap();
        soon(sim.until_unsubscribed(&channel)).await.unwrap();
    }
}

#[tokio::test]
async fn every_request_for_a_channel_is_answered() {
    let sim = sim().await;
    let cast = *sim.cast();
    let (group, channel) = lake(&sim);
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    for _ in 0..3 {
        client.handle().subscribe(&group).unwrap();
        let Status::Subscribed { channel: reported } = status(&mut client).await else {
            panic!("not answered");
        };
        assert_eq!(*reported, *channel);
    }
    // Subscribed more than once, a channel delivers each event once.
    sim.with_world(|world| world.start_typing(Conversation::Group(cast.lake), cast.mara))
        .unwrap();
    sim.say("a message").unwrap();
    assert_eq!(event(&mut client).await.event().kind(), "typing");
    assert_eq!(text(&event(&mut client).await), Some("a message"));
}

#[tokio::test]
async fn a_refused_channel_can_be_requested_again_at_once() {
    let sim = sim().await;
    let cast = *sim.cast();
    let group = GroupId::new(cast.surprise.to_string());
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    for _ in 0..2 {
        client.handle().subscribe(&group).unwrap();
        let Status::Refused { channel, error } = status(&mut client).await else {
            panic!("not refused");
        };
        assert_eq!(*channel, *format!("/group/{group}"));
        assert_eq!(error.to_string(), "Access token authentication failed");
    }
    sim.with_world(|world| world.add_member(cast.surprise, cast.mara, cast.me))
        .unwrap();
    assert_eq!(event(&mut client).await.event().kind(), "membership.create");
    assert_eq!(event(&mut client).await.event().kind(), "line.create");
    client.handle().subscribe(&group).unwrap();
    until_active(&mut client, &format!("/group/{group}")).await;
}
