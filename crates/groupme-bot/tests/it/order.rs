//! Order and concurrency of handlers, and acknowledging.

use std::sync::Arc;

use groupme_bot::{Bot, Context};
use groupme_client::{Incoming, MemoryStore};
use groupme_sim::Sim;
use tokio::sync::Semaphore;

use crate::room::{Room, client};

/// A bot whose command `work` ends when the test allows one more.
fn worker(may_end: &Arc<Semaphore>) -> Bot {
    let may_end = Arc::clone(may_end);
    Bot::new("!").command("work", "works", move |context: Context, name: String| {
        let may_end = Arc::clone(&may_end);
        async move {
            if context.message().is_direct() {
                return format!("{name} at once");
            }
            may_end.acquire().await.unwrap().forget();
            format!("{name} done")
        }
    })
}

#[tokio::test]
async fn handlers_of_one_conversation_take_turns_and_others_go_on() {
    let may_end = Arc::new(Semaphore::new(0));
    let room = Room::with(worker(&may_end)).await;
    for name in ["a", "b", "c"] {
        room.sim.say(&format!("!work {name}")).unwrap();
    }
    let direct = room.sim.direct_message("!work d").unwrap();
    assert_eq!(room.sim.until_reply(direct).await.unwrap(), "d at once");
    assert!(room.answers().is_empty());
    may_end.add_permits(3);
    room.wait_for("c done").await;
    assert_eq!(room.answers(), ["a done", "b done", "c done"]);
}

#[tokio::test]
async fn an_event_whose_handler_did_not_end_comes_again_after_a_restart() {
    let (store, may_end) = (MemoryStore::default(), Arc::new(Semaphore::new(1)));
    let sim = Sim::start().await.unwrap();
    let builder = client(&sim).store(store.clone());
    let bot = worker(&may_end).drain(core::time::Duration::ZERO);
    let room = Room::start(sim, bot, builder).await;
    assert_eq!(room.ask("!work a").await, "a done");
    let begun = room.sim.say("!work b").unwrap();
    // The order of the account's events: once the answer is there, `b` has been handed out.
    let direct = room.sim.direct_message("!work d").unwrap();
    room.sim.until_reply(direct).await.unwrap();
    let (sim, ended) = room.begin_to_stop().await;
    ended.unwrap();

    let mut again = client(&sim).store(store).connect().unwrap();
    let text = loop {
        if let Incoming::Event(delivery) = again.next().await.unwrap() {
            break delivery
                .event()
                .message()
                .unwrap()
                .text()
                .unwrap()
                .to_owned();
        }
    };
    assert_eq!(text, "!work b", "{begun:?}");
}
