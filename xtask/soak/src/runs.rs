//! The runs: programs listen under the same load, and are scored.

use core::{fmt, time::Duration};
use std::path::{Path, PathBuf};

use tokio::time::{Instant, sleep};

use crate::{
    clients::Clients,
    env::{Env, SentMessage},
    inbox::{Deliveries, Inbox, until_all},
    load::Load,
    peers::Peer,
    processes::Processes,
    report,
    score::Score,
};

/// Runs under the same load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Runs {
    load: Load,
}

impl Runs {
    pub(crate) fn new(load: Load) -> Self {
        Self { load }
    }

    /// Runs our client in this process, and returns what is wrong.
    ///
    /// # Errors
    ///
    /// If the run cannot be carried out.
    pub(crate) async fn clients(&self) -> anyhow::Result<Vec<String>> {
        let env = Env::start(self.load).await?;
        let clients = Clients::start(&env, self.load.seed)?;
        let faults = self
            .score("groupme-client", &env, &clients.inboxes, || {})
            .await?;
        clients.stop().await;
        Ok(faults)
    }

    /// Runs `groupme listen` in processes that are killed, and returns what is wrong.
    ///
    /// # Errors
    ///
    /// If the run cannot be carried out.
    pub(crate) async fn processes(&self, program: &Path) -> anyhow::Result<Vec<String>> {
        let env = Env::start(self.load).await?;
        let processes = Processes::start(program, &env, &self.load)?;
        let (name, begin) = ("groupme listen --state", || processes.begin());
        let faults = self.score(name, &env, &processes.inboxes, begin).await?;
        processes.stop().await;
        Ok(faults)
    }

    /// Runs our client and others, with the same accounts at the same time, and returns what is
    /// wrong with ours.
    ///
    /// # Errors
    ///
    /// If the run cannot be carried out.
    pub(crate) async fn compare(
        &self,
        peers: &[(&str, PathBuf, PathBuf)],
    ) -> anyhow::Result<Vec<String>> {
        let env = Env::start(self.load).await?;
        let clients = Clients::start(&env, self.load.seed)?;
        let mut running = Vec::new();
        for (name, interpreter, script) in peers {
            running.push((*name, Peer::start(interpreter, script, &env)?));
        }
        env.until_listeners(1 + running.len()).await?;
        let sent = self.send(&env, &clients.inboxes, || {}).await?;
        // The peers wait for 5 s before they reconnect. What they do not have by then is lost.
        sleep(GRACE).await;
        let (ours, faults) = score(&env, &sent, &take(&clients.inboxes));
        let mut scores = vec![("groupme-client", ours)];
        for (name, peer) in running {
            let (theirs, _) = score(&env, &sent, &take(&peer.inboxes));
            peer.stop().await;
            scores.push((name, theirs));
        }
        clients.stop().await;
        println!("{}", report::side_by_side(&scores));
        Ok(faults)
    }

    /// Sends all messages to programs of ours, prints their score and returns what is wrong.
    async fn score(
        &self,
        name: &str,
        env: &Env,
        inboxes: &[Inbox],
        begin: impl FnOnce(),
    ) -> anyhow::Result<Vec<String>> {
        let sent = self.send(env, inboxes, begin).await?;
        let received = take(inboxes);
        let (total, faults) = score(env, &sent, &received);
        let times = sent.iter().flatten().map(|message| message.at);
        let start = times.min().unwrap_or_else(Instant::now);
        let messages = received.iter().flat_map(|received| &received.messages);
        let last = messages.map(|message| message.at).max();
        let took = last.unwrap_or(start).saturating_duration_since(start);
        println!("{}", report::all(name, &total, took));
        for (account, (sent, received)) in sent.iter().zip(&received).enumerate() {
            if let Some(text) = report::explain(account, start, sent, received) {
                println!("\n{text}");
            }
        }
        Ok(faults)
    }

    /// Sends all messages once the programs are ready, and waits until they have received
    /// everything.
    async fn send(
        &self,
        env: &Env,
        inboxes: &[Inbox],
        begin: impl FnOnce(),
    ) -> anyhow::Result<Vec<Vec<SentMessage>>> {
        if !until_all(inboxes, TIMEOUT, |received| received.caught_up > 0).await? {
            anyhow::bail!("the programs do not become ready");
        }
        begin();
        let sent = env.send_all().await?;
        let all = usize::try_from(self.load.messages).unwrap_or(usize::MAX);
        until_all(inboxes, TIMEOUT, |received| received.names.len() >= all).await?;
        // Killing all sockets once more shows whether anything comes again.
        let before: Vec<u32> = inboxes.iter().map(|inbox| inbox.lock().caught_up).collect();
        env.sim.break_connections();
        for (inbox, before) in inboxes.iter().zip(before) {
            let inbox = core::slice::from_ref(inbox);
            until_all(inbox, TIMEOUT, |received| received.caught_up > before).await?;
        }
        Ok(sent)
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = &self.load;
        write!(
            f,
            "{} messages to {} accounts, {} a second to each; sockets killed every {:?}, \
             server restarted twice, REST failing one time in ten; seed {}",
            load.total(),
            load.accounts,
            load.rate,
            Duration::from_millis(load.kill_every),
            load.seed
        )
    }
}

fn take(inboxes: &[Inbox]) -> Vec<Deliveries> {
    inboxes.iter().map(Inbox::take).collect()
}

/// Returns the score of all accounts together, and what is wrong with each.
fn score(env: &Env, sent: &[Vec<SentMessage>], received: &[Deliveries]) -> (Score, Vec<String>) {
    let (mut total, mut faults) = (Score::default(), Vec::new());
    for (number, account) in env.accounts.iter().enumerate() {
        let conversations = account.conversations.iter();
        let ids: Vec<_> = conversations.map(|(one, _)| one.id()).collect();
        let received = &received[number];
        let score = Score::new(&ids, &sent[number], received);
        let found = score
            .faults()
            .into_iter()
            .chain(received.complaints.clone());
        faults.extend(found.map(|fault| format!("account {number}: {fault}")));
        total.add(&score);
    }
    (total, faults)
}

/// Maximum time until an expected delivery.
const TIMEOUT: Duration = Duration::from_secs(90);
/// Time for the peers after the last message.
const GRACE: Duration = Duration::from_secs(12);
