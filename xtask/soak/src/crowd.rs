//! Many clients on `groupme sim` in a process of its own, and messages at a steady rate.
//!
//! Each client is a `Driver` of `bayeux-transport` on the channel of its user, so that the machine
//! works for the simulator rather than for its clients. The messages are said over the control API,
//! as a program in any language would, and each reaches all members of a group.

mod control;
mod listener;
mod process;
mod score;

use core::time::Duration;
use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};

use self::{
    control::Control,
    listener::{Listener, Report},
    process::{Simulator, Usage},
    score::{Score, Sent},
};

/// Size and duration of the load.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Crowd {
    /// Clients, each of a user of its own.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    clients: u32,
    /// Members of each group, all of them clients; the last group may have fewer.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=500))]
    members: u32,
    /// Messages per second, to the groups in turn.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Time in which messages are said, in seconds.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
}

/// A group, and the users in it by the index of their clients.
#[derive(Debug)]
struct Group {
    id: String,
    members: Vec<usize>,
}

impl Crowd {
    /// Runs the load, prints the figures, and checks that every client received each message of its
    /// group once.
    ///
    /// # Errors
    ///
    /// If the simulator does not start or refuses a request, a client does not come to listen, or
    /// a message is lost or doubled.
    pub(crate) async fn run(self, groupme: &Path) -> anyhow::Result<()> {
        let simulator = Simulator::start(groupme).await?;
        let address = simulator.address();
        let mut control = Control::connect(address).await?;
        let (users, groups) = self.populate(&mut control).await?;
        let (reports, mut received) = mpsc::unbounded_channel();
        let before = Instant::now();
        let listeners = Self::listen(&simulator, &users, &reports)?;
        let mut score = Score::new(users.len());
        let listening = async {
            let mut listening = 0;
            while listening < users.len() {
                match received.recv().await.context("all clients have ended")? {
                    Report::Listening => listening += 1,
                    report => score.take(report),
                }
            }
            anyhow::Ok(())
        };
        let listening = timeout(PATIENCE, listening).await;
        listening.context("not all clients come to listen")??;
        println!(
            "{} clients listen after {:.1} s",
            users.len(),
            before.elapsed().as_secs_f64()
        );
        let idle = simulator.usage()?;

        let (start, own) = (Instant::now(), Usage::of_this_process()?);
        let groups = Arc::new(groups);
        let mut saying = self.say(address, &users, &groups).await?;
        let mut sent = Vec::new();
        while let Some(said) = saying.join_next().await {
            sent.extend(said??);
        }
        sent.sort_by_key(|sent| sent.number);
        let took = start.elapsed();
        let busy = simulator.usage()?;
        let own = Usage::of_this_process()?.since(&own);

        let wanted = sent
            .iter()
            .map(|sent| groups[sent.group].members.len())
            .sum();
        let arriving = async {
            while score.received() < wanted {
                let Some(report) = received.recv().await else {
                    break;
                };
                score.take(report);
            }
            // Doubled messages would come now.
            sleep(GRACE).await;
            while let Ok(report) = received.try_recv() {
                score.take(report);
            }
        };
        // A message that has not come by then is lost, and counted below.
        let _ = timeout(PATIENCE, arriving).await;
        drop(listeners);
        println!("{}", self.figures(&idle, &busy.since(&idle), &own, took));
        let members = |group: usize| &*groups[group].members;
        println!("{}", score.latencies(&sent));
        let faults = score.faults(&sent, members);
        simulator.stop().await;
        if !faults.is_empty() {
            bail!("{}", faults.join("; "));
        }
        println!("none of {wanted} deliveries was lost, and none doubled");
        Ok(())
    }

    /// Adds users and groups. Returns id and token of each user.
    async fn populate(
        self,
        control: &mut Control,
    ) -> anyhow::Result<(Vec<(String, String)>, Vec<Group>)> {
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        for number in 0..self.clients {
            let user = json!({ "name": format!("Client {number}") });
            let user = control.post("/users", &user).await?;
            let field = |name: &str| {
                let text = user[name].as_str().map(str::to_owned);
                text.with_context(|| format!("a user without `{name}`: {user}"))
            };
            users.push((field("id")?, field("token")?));
        }
        let all: Vec<usize> = (0..users.len()).collect();
        for (number, members) in all.chunks(self.members as usize).enumerate() {
            let ids: Vec<&str> = members.iter().map(|user| &*users[*user].0).collect();
            let group =
                json!({ "name": format!("Crowd {number}"), "owner": ids[0], "members": ids[1..] });
            let group = control.post("/groups", &group).await?;
            groups.push(Group {
                id: group["id"]
                    .as_str()
                    .context("a group without id")?
                    .to_owned(),
                members: members.to_vec(),
            });
        }
        Ok((users, groups))
    }

    fn listen(
        simulator: &Simulator,
        users: &[(String, String)],
        reports: &mpsc::UnboundedSender<Report>,
    ) -> anyhow::Result<JoinSet<()>> {
        let mut listeners = JoinSet::new();
        for (number, (user, token)) in users.iter().enumerate() {
            let listener = Listener::new(number, simulator.gateway_url(), user, token)?;
            listeners.spawn(listener.run(reports.clone()));
        }
        Ok(listeners)
    }

    /// Says the messages in turn over several connections, so that a slow response delays none.
    async fn say(
        self,
        address: &str,
        users: &[(String, String)],
        groups: &Arc<Vec<Group>>,
    ) -> anyhow::Result<JoinSet<anyhow::Result<Vec<Sent>>>> {
        let step = Duration::from_secs(1) / self.rate;
        let mut controls = Vec::new();
        for _ in 0..CONNECTIONS {
            controls.push(Control::connect(address).await?);
        }
        let start = Instant::now();
        let mut saying = JoinSet::new();
        for (first, mut control) in (0..CONNECTIONS).zip(controls) {
            let users: Vec<String> = users.iter().map(|(id, _)| id.clone()).collect();
            let groups = Arc::clone(groups);
            saying.spawn(async move {
                let mut clock = interval_at(start + step * first, step * CONNECTIONS);
                // Messages that a busy machine delays are said in a burst, so that the rate is kept.
                clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
                let mut sent = Vec::new();
                for number in (first..self.rate * self.seconds).step_by(CONNECTIONS as usize) {
                    clock.tick().await;
                    let index = number as usize;
                    let group = index % groups.len();
                    let Group { id, members } = &groups[group];
                    let author = &users[members[index / groups.len() % members.len()]];
                    let text = format!("crowd {number}");
                    let at = Instant::now();
                    let body = json!({ "as": author, "conversation": id, "text": text });
                    control.post("/messages", &body).await?;
                    sent.push(Sent { number, group, at });
                }
                Ok(sent)
            });
        }
        Ok(saying)
    }

    fn figures(self, idle: &Usage, busy: &Usage, own: &Usage, took: Duration) -> String {
        let seconds = took.as_secs_f64();
        let share = |usage: &Usage| 100.0 * usage.cpu.as_secs_f64() / seconds;
        let messages = f64::from(self.rate * self.seconds);
        format!(
            "{messages} messages in {seconds:.1} s, {:.0} a second, each to {} clients\n\
             simulator: {:.0} % of a core, {:.2} ms of CPU a message; {} MB with idle clients, \
             {} MB after the load\n\
             clients and sender: {:.0} % of a core",
            messages / seconds,
            self.members.min(self.clients),
            share(busy),
            busy.cpu.as_secs_f64() * 1000.0 / messages,
            idle.memory >> 20,
            busy.memory >> 20,
            share(own),
        )
    }
}

/// Connections over which messages are said.
const CONNECTIONS: u32 = 4;
/// Maximum time until all clients listen, or the last message arrives.
const PATIENCE: Duration = Duration::from_mins(1);
/// Time after the last message in which doubled ones are counted.
const GRACE: Duration = Duration::from_secs(2);
