//! Answers that are given once, although the program is killed between the answer and its
//! acknowledgement.

use core::time::Duration;

use groupme_client::{
    Client, Delivery, DeliveryExt as _, Error, EventRef, FileOutbox, GroupId, MemoryStore,
    MessageId, Outbox, SendError, Sent, SourceGuid,
};
use groupme_sim::{Sim, SimMessageId};

use crate::account::{builder, event, sim, soon};

fn start(sim: &Sim, store: &MemoryStore) -> Client {
    let builder = builder(sim).api_url(sim.api_url()).store(store.clone());
    builder.connect().unwrap()
}

/// Returns the delivery of a message, without acknowledging it.
async fn delivery_of(client: &mut Client, message: SimMessageId) -> Delivery {
    let wanted = MessageId::from(message);
    loop {
        let delivery = event(client).await;
        let event = delivery.event();
        if event
            .new_message()
            .is_some_and(|message| message.id() == wanted)
        {
            return delivery;
        }
    }
}

/// Lets GroupMe forget the ids of what it was sent, and hides that behind other messages.
fn pass_time(sim: &Sim) {
    sim.with_world(|world| world.advance_calendar(Duration::from_secs(61)));
    for number in 0..250 {
        sim.say(&format!("number {number}")).unwrap();
    }
}

#[tokio::test]
async fn a_message_that_comes_again_after_a_kill_is_answered_once() {
    let (sim, store) = (sim().await, MemoryStore::default());
    let mut client = start(&sim, &store);
    sim.until_listening().await.unwrap();
    let asked = sim.say("!ping").unwrap();
    let delivery = delivery_of(&mut client, asked).await;
    assert!(delivery.is_live());
    let handle = client.handle();
    let sent = delivery.reply_once(&handle, "pong").await.unwrap();
    assert!(matches!(sent, Sent::Created(_)), "{sent:?}");
    let second = delivery.send_once(&handle, "2", "and pong again");
    assert!(matches!(second.await.unwrap(), Sent::Created(_)));
    drop(client);

    // GroupMe still knows the id, and then no more.
    for is_later in [false, true] {
        if is_later {
            pass_time(&sim);
        }
        let mut client = start(&sim, &store);
        let delivery = delivery_of(&mut client, asked).await;
        assert!(!delivery.is_live());
        let handle = client.handle();
        let sent = delivery.reply_once(&handle, "another pong").await.unwrap();
        assert!(matches!(sent, Sent::Duplicate(_)), "{sent:?}");
        let text = sent.message().and_then(|message| message.text.as_deref());
        assert_eq!(text, Some("pong"));
        let sent = delivery.send_once(&handle, "2", "more").await.unwrap();
        assert!(matches!(sent, Sent::Duplicate(_)), "{sent:?}");
    }
    assert_eq!(sim.replies(asked), ["pong", "and pong again"]);
}

#[tokio::test]
async fn a_missed_message_without_an_answer_is_answered() {
    let (sim, store) = (sim().await, MemoryStore::default());
    let mut client = start(&sim, &store);
    sim.until_listening().await.unwrap();
    let first = sim.say("first").unwrap();
    delivery_of(&mut client, first).await;
    drop(client);
    let asked = sim.direct_message("!ping").unwrap();
    pass_time(&sim);
    let mut client = start(&sim, &store);
    let delivery = delivery_of(&mut client, asked).await;
    let sent = delivery.reply_once(&client.handle(), "pong").await.unwrap();
    assert!(matches!(sent, Sent::Created(_)), "{sent:?}");
    let quotes = sent.message().unwrap().attachments.len();
    assert_eq!((sim.replies(asked), quotes), (vec!["pong".to_owned()], 1));
}

#[tokio::test]
async fn an_outbox_sends_an_answer_once_although_it_is_put_in_after_each_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let (sim, store) = (sim().await, MemoryStore::default());
    let mut client = start(&sim, &store);
    sim.until_listening().await.unwrap();
    let asked = sim.say("!ping").unwrap();
    for round in 0..3 {
        let file = FileOutbox::open(&path).unwrap();
        let outbox = Outbox::open(&client.handle(), file).await.unwrap();
        let delivery = delivery_of(&mut client, asked).await;
        let queued = outbox.reply_once(&delivery, "pong").unwrap();
        let again = outbox.reply_once(&delivery, "pong").unwrap();
        let queued = soon(queued.saved()).await.unwrap();
        // The first program is killed before GroupMe answers, as far as it knows.
        if round > 0 {
            soon(queued).await.unwrap();
            soon(again).await.unwrap();
        }
        soon(outbox.close()).await;
        pass_time(&sim);
        client = start(&sim, &store);
    }
    assert_eq!(sim.replies(asked), ["pong"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
}

#[tokio::test]
async fn an_id_of_the_programs_own_is_sent_once() {
    let sim = sim().await;
    let client = builder(&sim).api_url(sim.api_url()).connect().unwrap();
    let group = GroupId::from(sim.cast().lake);
    let before = sim.with_world(|world| world.latest_message());
    for _ in 0..2 {
        let outbox = Outbox::new(&client.handle()).unwrap();
        let guid = SourceGuid::from("birthday-2026");
        let sent = outbox.send_as(&group, "Happy birthday!", guid.clone());
        soon(sent.unwrap()).await.unwrap();
        let again = outbox.send_as(&group, "Happy birthday!", guid);
        soon(again.unwrap()).await.unwrap();
        sim.with_world(|world| world.advance_calendar(Duration::from_secs(61)));
    }
    assert_eq!(sim.replies(before), ["Happy birthday!"]);
}

#[tokio::test]
async fn an_event_without_a_message_has_no_answer() {
    let sim = sim().await;
    let mut client = builder(&sim).api_url(sim.api_url()).connect().unwrap();
    let lake = format!("/group/{}", sim.cast().lake);
    sim.until_subscribed(&lake).await.unwrap();
    sim.start_typing().unwrap();
    let delivery = loop {
        let delivery = event(&mut client).await;
        if matches!(delivery.event(), EventRef::Typing(_)) {
            break delivery;
        }
    };
    let handle = client.handle();
    let refused = delivery.reply_once(&handle, "!").await;
    assert!(matches!(refused, Err(SendError::NoMessage)), "{refused:?}");
    let outbox = Outbox::new(&handle).unwrap();
    let refused = outbox.reply_once(&delivery, "!");
    assert!(matches!(refused, Err(Error::NoMessage)), "{refused:?}");
}
