//! Waiting for events beside the main loop, answering them, and loud ends.

use core::time::Duration;

use groupme_client::{
    Client, ClientEnd, Delivery, DeliveryExt as _, Draft, GroupId, MessageExt as _, Scope, Token,
    TransportPolicy, UserId,
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
    let found = soon(answer).await.expect("it came");
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
