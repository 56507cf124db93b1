//! A consumer that reads the stream all along, while entries may vanish behind it.

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use groupme_relay::{AccountName, MemoryBroker};
use tokio::time::sleep;

/// Events that a consumer saw: the number of tails that were lost before, by account and message.
type Seen = BTreeMap<(AccountName, Box<[u8]>), u32>;

/// Reads all logs until dropped, and returns through `doubled` what came twice without a lost tail in between.
pub(crate) async fn consume(
    broker: MemoryBroker,
    accounts: Vec<AccountName>,
    tails_lost: Arc<AtomicU32>,
    doubled: Arc<Mutex<Vec<String>>>,
) {
    let mut entries: BTreeSet<Box<str>> = BTreeSet::new();
    let mut seen = Seen::new();
    loop {
        for account in &accounts {
            for entry in broker.log(account) {
                if entry.event.is_none() || !entries.insert(entry.id.clone()) {
                    continue;
                }
                let lost = tails_lost.load(Ordering::Relaxed);
                let message = (account.clone(), Box::from(&*entry.body));
                if let Some(before) = seen.insert(message, lost)
                    && before == lost
                {
                    let text = String::from_utf8_lossy(&entry.body);
                    doubled
                        .lock()
                        .unwrap()
                        .push(format!("{account}: {text} came twice"));
                }
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
}
