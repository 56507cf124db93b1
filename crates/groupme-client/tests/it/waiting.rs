//! Waiting for events beside the main loop, answering them, and loud ends.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::sync::Arc;

use groupme_client::{
    Client, ClientEnd, Delivery, DeliveryExt as _, Draft, GroupId, MessageExt as _, MessageId,
    Scope, Token, TransportPolicy, UserId,
};

use crate::account::{builder, event, listening, sim, soon, until_active};

fn is_text(wanted: &'static str) -> impl FnMut(&Delivery) -> bool {
    move |delivery| {
        let event = delivery.event();
        event
            .message()
            .is_some_and(|message| message.text() == Some(wanted))
    }
}

#[tokio::test]
async fn a_task_waits_for_an_event_while_the_main_loop_goes_on() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    let answer = handle.wait_for(is_text("blue"));
    let panics = handle.wait_for(|_| panic!("a filter of the program"));
    for text in ["red", "blue", "blue"] {
        sim.say(text).unwrap();
    }
    // The main loop gets all of them, too.
    for text in ["red", "blue", "blue"] {
        assert!(is_text(text)(&event(&mut client).await));
    }
    let found = soon(answer).await.expect("the answer came");
    assert!(is_text("blue")(&found));
    assert!(found.is_live());
    assert!(soon(panics).await.is_none());

    let none = handle.wait_for(|_| true).timeout(Duration::from_millis(1));
    assert!(soon(none).await.is_none());
    let open = handle.wait_for(|_| true);
    drop(client);
    assert!(soon(open).await.is_none());
    assert!(soon(handle.wait_for(|_| true)).await.is_none());
}

#[tokio::test]
async fn a_collector_takes_as_many_events_as_it_is_asked_for() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let votes = client.handle().collect(is_text("yes"));
    for text in ["yes", "no", "yes", "yes"] {
        sim.say(text).unwrap();
    }
    for _ in 0..4 {
        event(&mut client).await;
    }
    assert_eq!(soon(votes.take(2)).await.len(), 2);
}

#[tokio::test]
async fn the_next_message_of_a_user_in_a_conversation_ends_a_wait() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let (handle, cast) = (client.handle(), *sim.cast());
    let group = GroupId::from(cast.lake);
    let answer = handle.next_message(&group, UserId::from(cast.jonas));
    let direct = handle.next_message(UserId::from(cast.mara), UserId::from(cast.mara));
    sim.say("from somebody else").unwrap();
    sim.say_as(cast.jonas, "from Jonas").unwrap();
    sim.say_as(cast.jonas, "too late").unwrap();
    sim.direct_message("in private").unwrap();
    for _ in 0..4 {
        event(&mut client).await;
    }
    assert!(is_text("from Jonas")(&soon(answer).await.unwrap()));
    assert!(is_text("in private")(&soon(direct).await.unwrap()));
}

#[tokio::test]
async fn a_filter_is_not_called_after_it_has_found() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let found = client.wait_for(move |_| counted.fetch_add(1, Ordering::Relaxed) == 1);
    for text in ["one", "two", "three"] {
        sim.say(text).unwrap();
    }
    for _ in 0..3 {
        event(&mut client).await;
    }
    assert!(is_text("two")(&soon(found).await.unwrap()));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn reactions_to_one_message_are_collected() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let group = format!("/group/{}", sim.cast().lake);
    client
        .handle()
        .subscribe(GroupId::from(sim.cast().lake))
        .unwrap();
    until_active(&mut client, &group).await;
    let (one, other) = (sim.say("one").unwrap(), sim.say("other").unwrap());
    let votes = client.handle().reactions_to(MessageId::from(one));
    sim.react(other, "\u{1f44d}").unwrap();
    sim.react(one, "\u{1f44d}").unwrap();
    let jonas = sim.cast().jonas;
    sim.with_world(|world| world.react(one, jonas, "\u{1f44d}"))
        .unwrap();
    for _ in 0..5 {
        event(&mut client).await;
    }
    let votes = soon(votes.take(2)).await;
    let users: Vec<_> = votes
        .iter()
        .map(|vote| vote.event().actor().unwrap().into_owned())
        .collect();
    assert_eq!(users, [UserId::from(sim.cast().mara), UserId::from(jonas)]);
}

#[tokio::test]
async fn a_message_is_answered_by_what_is_at_hand() {
    let sim = sim().await;
    let mut client = builder(&sim)
        .api_url(sim.root_url())
        .scope(Scope::Account)
        .connect()
        .unwrap();
    until_active(&mut client, &format!("/user/{}", sim.user_id())).await;
    let handle = client.handle();
    let asked = sim.say("!ping").unwrap();
    let delivery = event(&mut client).await;
    let event = delivery.event();
    let message = event.new_message().unwrap();
    assert!(message.is_from(&UserId::new(sim.cast().mara.to_string())));
    assert!(!delivery.is_by(handle.user()));
    assert!(delivery.age().is_some());

    message.react(&handle, "\u{2764}\u{fe0f}").await.unwrap();
    let sent = message.reply(&handle, "pong").await.unwrap();
    let answer = sent.message().unwrap();
    assert!(format!("{:?}", answer.attachments).contains("Reply"));
    answer.edit(&handle, "pong!").await.unwrap();
    answer.react(&handle, "\u{1f44d}").await.unwrap();
    answer.unreact(&handle).await.unwrap();
    let reply = Draft::new("again").reply_to(message);
    let again = handle
        .send(message.conversation().unwrap(), reply)
        .await
        .unwrap();
    again.message().unwrap().delete(&handle).await.unwrap();
    sim.with_world(|world| {
        let reactions = world.message(asked).unwrap().reactions();
        assert_eq!(reactions, 1);
        let id = answer.id.as_str().parse().unwrap();
        let answer = world.message(groupme_sim::SimMessageId::new(id)).unwrap();
        assert_eq!(answer.text(), Some("pong!"));
    });
    // A message that was made by hand names no conversation.
    let nowhere = groupme_client::Message::new("1".into());
    assert!(nowhere.reply(&handle, "x").await.is_err());
}

#[tokio::test]
async fn an_end_by_itself_is_an_error_and_one_asked_for_is_none() {
    let sim = sim().await;
    let user = UserId::new(sim.user_id());
    let mut client = Client::builder(Token::new("revoked").unwrap(), user)
        .gateway_url(sim.gateway_url())
        .connect()
        .unwrap();
    let end = soon(client.next_event()).await.unwrap_err();
    assert!(matches!(end, ClientEnd::Unauthorized(_)), "{end}");

    let mut client = listening(&sim, TransportPolicy::Auto).await;
    sim.say("one").unwrap();
    assert!(soon(client.next_event()).await.unwrap().is_some());
    client.handle().disconnect();
    assert!(soon(client.next_event()).await.unwrap().is_none());
    assert!(soon(client.try_next()).await.unwrap().is_none());
    let group = GroupId::new(sim.cast().lake.to_string());
    let error = client.handle().subscribe(&group).unwrap_err();
    assert_eq!(error.to_string(), "the client has ended");
}

#[tokio::test]
async fn waiting_ends_with_the_client_although_the_program_keeps_it() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let handle = client.handle();
    let open = handle.wait_for(|_| false);
    handle.disconnect();
    while soon(client.next_event()).await.unwrap().is_some() {}
    assert!(soon(open).await.is_none());
    assert!(soon(handle.wait_for(|_| true)).await.is_none());
    drop(client);
}

#[test]
fn a_task_that_does_not_keep_up_takes_nothing_from_the_next_one() {
    let waiters = groupme_client::Waiters::new();
    let slow = waiters.collect(|number: &u32| Some(*number));
    for number in 0..1_024 {
        assert!(waiters.offer_to_first(&number));
    }
    let next = waiters.collect(|number: &u32| Some(*number));
    assert!(waiters.offer_to_first(&7));
    drop((slow, next));
    assert!(!waiters.offer_to_first(&8));
}
