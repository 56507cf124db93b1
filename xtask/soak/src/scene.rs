//! One run after the other: who listens, and how they fared.

use core::{fmt, time::Duration};
use std::path::{Path, PathBuf};

use tokio::time::{Instant, sleep};

use crate::{
    clients::Clients,
    inbox::{Heard, Inbox, until_all},
    listeners::Listeners,
    others::Other,
    report,
    scale::Scale,
    score::Score,
    stage::{Said, Stage},
};

/// The same thing happens to whoever listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    scale: Scale,
}

impl Scene {
    pub(crate) fn new(scale: Scale) -> Self {
        Self { scale }
    }

    /// Our client in this process. The answer is what is not as it should be.
    ///
    /// # Errors
    ///
    /// If it does not come to that.
    pub(crate) async fn clients(&self) -> anyhow::Result<Vec<String>> {
        let stage = Stage::open(self.scale).await?;
        let clients = Clients::start(&stage, self.scale.seed)?;
        self.until_ready(&clients.inboxes).await?;
        let began = Instant::now();
        let said = stage.storm().await?;
        self.until_complete(&stage, &clients.inboxes).await?;
        let heard = take(&clients.inboxes);
        clients.stop().await;
        let (score, faults) = judge(&stage, &said, &heard);
        let took = until_last(began, &heard);
        println!("{}", report::all("groupme-client", &score, took));
        explain(began, &said, &heard);
        Ok(faults)
    }

    /// `groupme listen` in processes that are killed.
    ///
    /// # Errors
    ///
    /// If it does not come to that.
    pub(crate) async fn listeners(&self, program: &Path) -> anyhow::Result<Vec<String>> {
        let stage = Stage::open(self.scale).await?;
        let listeners = Listeners::start(program, &stage, &self.scale)?;
        self.until_ready(&listeners.inboxes).await?;
        listeners.begin();
        let began = Instant::now();
        let said = stage.storm().await?;
        self.until_complete(&stage, &listeners.inboxes).await?;
        let heard = take(&listeners.inboxes);
        listeners.stop().await;
        let (score, faults) = judge(&stage, &said, &heard);
        let took = until_last(began, &heard);
        println!("{}", report::all("groupme listen --state", &score, took));
        explain(began, &said, &heard);
        Ok(faults)
    }

    /// Our client and others, at the same accounts at the same time.
    ///
    /// # Errors
    ///
    /// If it does not come to that.
    pub(crate) async fn compare(
        &self,
        others: &[(&str, PathBuf, PathBuf)],
    ) -> anyhow::Result<Vec<String>> {
        let stage = Stage::open(self.scale).await?;
        let clients = Clients::start(&stage, self.scale.seed)?;
        let mut programs = Vec::new();
        for (name, program, script) in others {
            programs.push((*name, Other::start(program, script, &stage)?));
        }
        stage.until_heard_by(1 + programs.len()).await?;
        self.until_ready(&clients.inboxes).await?;
        let said = stage.storm().await?;
        self.until_complete(&stage, &clients.inboxes).await?;
        // What they have not by now they will not have: they wait 5 s before they come back.
        sleep(GRACE).await;
        let heard = take(&clients.inboxes);
        let (ours, faults) = judge(&stage, &said, &heard);
        let mut scores = vec![("groupme-client".to_owned(), ours)];
        for (name, program) in programs {
            let heard = take(&program.inboxes);
            program.stop().await;
            let (score, _) = judge(&stage, &said, &heard);
            scores.push((name.to_owned(), score));
        }
        clients.stop().await;
        println!("{}", report::side_by_side(&scores));
        Ok(faults)
    }

    async fn until_ready(&self, inboxes: &[Inbox]) -> anyhow::Result<()> {
        let is_ready = |inbox: &Inbox| inbox.times_caught_up() > 0;
        if !until_all(inboxes, PATIENCE, is_ready).await? {
            anyhow::bail!("the programs do not get ready");
        }
        Ok(())
    }

    /// Waits until everything was delivered, if it ever is, and whether more comes when the sockets
    /// are killed once more.
    async fn until_complete(&self, stage: &Stage, inboxes: &[Inbox]) -> anyhow::Result<()> {
        let wanted = usize::try_from(self.scale.messages).unwrap_or(usize::MAX);
        let is_complete = |inbox: &Inbox| inbox.count() >= wanted;
        until_all(inboxes, PATIENCE, is_complete).await?;
        let before: Vec<u32> = inboxes.iter().map(Inbox::times_caught_up).collect();
        stage.sim.break_connections();
        for (inbox, before) in inboxes.iter().zip(before) {
            let one = core::slice::from_ref(inbox);
            until_all(one, PATIENCE, |inbox| inbox.times_caught_up() > before).await?;
        }
        Ok(())
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = &self.scale;
        write!(
            f,
            "{} messages to {} accounts, {} a second to each; sockets killed every {:?}, \
             server restarted twice, REST failing one time in ten; seed {}",
            scale.total(),
            scale.accounts,
            scale.rate,
            Duration::from_millis(scale.kill_every),
            scale.seed
        )
    }
}

fn take(inboxes: &[Inbox]) -> Vec<Heard> {
    inboxes.iter().map(Inbox::take).collect()
}

/// The score of all accounts together, and what is not as it should be in which.
fn judge(stage: &Stage, said: &[Vec<Said>], heard: &[Heard]) -> (Score, Vec<String>) {
    let (mut sum, mut faults) = (Score::default(), Vec::new());
    for (number, account) in stage.accounts.iter().enumerate() {
        let conversations = account.conversations.iter();
        let ids: Vec<_> = conversations.map(|talk| talk.conversation.id()).collect();
        let heard = &heard[number];
        let score = Score::of(&ids, &said[number], heard);
        let found = score.faults().into_iter().chain(heard.complaints.clone());
        faults.extend(found.map(|fault| format!("account {number}: {fault}")));
        sum.add(&score);
    }
    (sum, faults)
}

/// Tells of silences that were longer than they should be.
fn explain(began: Instant, said: &[Vec<Said>], heard: &[Heard]) {
    for (account, (said, heard)) in said.iter().zip(heard).enumerate() {
        if let Some(text) = report::explain(account, began, said, heard) {
            println!("\n{text}");
        }
    }
}

/// From the first message to when the last one was delivered.
fn until_last(began: Instant, heard: &[Heard]) -> Duration {
    let arrivals = heard.iter().flat_map(|heard| &heard.arrivals);
    let last = arrivals.map(|arrival| arrival.at).max();
    last.map_or(Duration::ZERO, |last| last.saturating_duration_since(began))
}

/// How long is waited for what should be.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long others are waited for, after all has been said.
const GRACE: Duration = Duration::from_secs(12);
