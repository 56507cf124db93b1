//! Answers that are given once, although the program is killed before it has acknowledged them.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;

use groupme_bot::{Bot, Context};
use groupme_client::{Change, MemoryStore, Saved, Store, StoreError};

use crate::room::{Room, client, sim};

/// Store of a program that is about to be killed: from then on, nothing is saved.
#[derive(Clone, Default)]
struct Dying {
    kept: MemoryStore,
    is_over: Arc<AtomicBool>,
}

impl Store for Dying {
    fn load(&mut self) -> Result<Saved, StoreError> {
        self.kept.load()
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        if self.is_over.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.kept.save(changes)
    }
}

/// Returns a bot that counts its answers.
fn bot(count: &Arc<AtomicUsize>) -> Bot {
    let count = Arc::clone(count);
    Bot::new("!").command("roll", "rolls", move |_: Context| {
        let roll = count.fetch_add(1, Ordering::SeqCst);
        async move { format!("roll {roll}") }
    })
}

#[tokio::test]
async fn a_command_that_comes_again_after_a_kill_is_answered_once() {
    let (store, count) = (Dying::default(), Arc::new(AtomicUsize::new(1)));
    let sim = sim().await;
    let builder = client(&sim).store(store.clone());
    let room = Room::start(sim, bot(&count), builder).await;
    assert_eq!(room.ask("!roll").await, "roll 1");
    store.is_over.store(true, Ordering::SeqCst);
    assert_eq!(room.ask("!roll").await, "roll 2");
    let (sim, ended) = room.begin_to_stop().await;
    ended.unwrap();

    store.is_over.store(false, Ordering::SeqCst);
    let builder = client(&sim).store(store);
    let room = Room::start(sim, bot(&count), builder).await;
    // The second command at least comes again before this one, and is handled.
    let last = room.ask("!roll").await;
    assert_ne!(last, "roll 3");
    assert_eq!(room.answers(), ["roll 1", "roll 2", &last]);
}
