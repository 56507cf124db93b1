//! `groupme sim`: runs the simulated GroupMe alone.

use core::time::Duration;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use groupme_sim::{
    ControlAccess, Conversation, EmptyPage, FaultPlan, FrameFaults, IdleConnects, IdleTimeout,
    Incident, Profile, RepeatedReaction, RestConfig, Sim, SimBuilder,
};
use serde_json::json;

use super::Stop;
use crate::{
    args::{self, sim as options},
    exit::Failure,
};

pub(crate) async fn run(args: args::Sim) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let sim = builder(&args)
        .start()
        .await
        .with_context(|| format!("the simulator cannot listen on {}", args.addr))?;
    sim.allow_sockets(!args.gateway.no_sockets);
    sim.with_world(|world| world.leave_tombstones(args.rest.tombstones));
    add_history(&sim, args.story.history)?;
    announce(&sim, args.format)?;
    let script = async {
        if args.story.quiet {
            return core::future::pending().await;
        }
        let story = sim.cast().story();
        sim.play_repeatedly(story, args.story.beat).finished().await
    };
    let over = async {
        match args.time {
            Some(time) => tokio::time::sleep(time).await,
            None => core::future::pending().await,
        }
    };
    tokio::select! {
        () = stop.requested() => {}
        () = over => {}
        outcome = script => outcome.context("the script failed")?,
    }
    sim.shutdown().await;
    Ok(())
}

fn builder(args: &args::Sim) -> SimBuilder {
    let gateway = &args.gateway;
    let mut profile = match gateway.profile {
        options::Profile::Faye => Profile::faye(),
        options::Profile::Faye08 => Profile::faye_0_8(),
        options::Profile::Faye07 => Profile::faye_0_7(),
        options::Profile::Cometd => Profile::cometd(),
    };
    if let Some(late_close) = gateway.late_close {
        profile.late_close_spreads = late_close == options::LateClose::Spreads;
    }
    let mut builder = Sim::builder()
        .addr(args.addr)
        .seed(args.seed)
        .any_host(args.any_host)
        .control(match args.control {
            options::ControlAccess::Loopback => ControlAccess::Loopback,
            options::ControlAccess::Anybody => ControlAccess::Anybody,
            options::ControlAccess::Off => ControlAccess::Off,
        })
        .profile(profile)
        .hold(gateway.hold)
        .ping_interval(gateway.ping.0)
        .max_socket_age(gateway.socket_life)
        .sticky_sockets(gateway.sticky_sockets)
        .polling(!gateway.no_polling)
        .rest(rest(&args.rest))
        .faults(plan(args));
    if gateway.connects == options::Connects::Never {
        builder = builder.idle_connects(IdleConnects::NeverAnswered);
    }
    match &args.token {
        Some(token) => builder.token(token),
        None => builder,
    }
}

fn rest(asked: &options::Rest) -> RestConfig {
    let mut rest = RestConfig::default();
    rest.requests_per_second = asked.rate;
    rest.messages_per_minute = asked.flood;
    rest.allow_links = !asked.no_links;
    rest.empty_page = match asked.no_messages {
        options::NoMessages::NotModified => EmptyPage::NotModified,
        options::NoMessages::EmptyList => EmptyPage::EmptyList,
        options::NoMessages::Null => EmptyPage::Null,
    };
    rest.short_pages = asked.short_pages;
    rest.repeated_reaction = match asked.second_like {
        options::SecondLike::Ignored => RepeatedReaction::Ignored,
        options::SecondLike::Replaces => RepeatedReaction::Replaces,
    };
    rest.response_delay = asked.answer_delay;
    rest.push_delay = asked.push_delay;
    rest
}

/// Combines the random faults of the seed, if requested, with the faults of the options.
fn plan(args: &args::Sim) -> FaultPlan {
    let mut plan = match args.incidents.chaos {
        None => FaultPlan::new(args.seed),
        Some(options::Chaos::Network) => FaultPlan::from_seed(args.seed).tcp_only(),
        Some(options::Chaos::Anything) => FaultPlan::from_seed(args.seed),
    };
    let directions: &mut [&mut FrameFaults] = match args.frames.direction {
        options::FrameDirection::Down => &mut [&mut plan.to_client],
        options::FrameDirection::Up => &mut [&mut plan.to_server],
        options::FrameDirection::Both => &mut [&mut plan.to_client, &mut plan.to_server],
    };
    for faults in directions {
        let frames = &args.frames;
        faults.max_delay = frames.longest_delay;
        for (probability, asked) in [
            (&mut faults.drop, frames.drop),
            (&mut faults.delay, frames.delay),
            (&mut faults.duplicate, frames.duplicate),
            (&mut faults.reorder, frames.reorder),
            (&mut faults.truncate, frames.truncate),
            (&mut faults.corrupt, frames.corrupt),
        ] {
            *probability = asked.max(*probability);
        }
    }
    let links = &args.links;
    let planned = &mut plan.links;
    if links.is_given() {
        planned.window = links.within;
        planned.throttle = links.pace;
    }
    planned.reset = links.reset.max(planned.reset);
    planned.half_open = links.half_open.max(planned.half_open);
    planned.refuse_upgrade = links.refuse_upgrade.max(planned.refuse_upgrade);
    planned.slow = links.slow.max(planned.slow);
    if let Some(after) = links.cut_idle {
        let silent = links.silently;
        planned.idle = Some(IdleTimeout { after, silent });
    }
    plan.only_link = links.only_connection;
    for (planned, asked) in [
        (&mut plan.rest, args.responses.rest_fails),
        (&mut plan.gateway, args.responses.gateway_fails),
    ] {
        if !asked.is_never() {
            planned.probability = asked;
            planned.statuses.clone_from(&args.responses.statuses);
            planned.html = args.responses.html;
            planned.executed = args.responses.carried_out;
        }
    }
    for (time, incident) in &args.incidents.after {
        plan = plan.after(*time, *incident);
    }
    let reap = args.gateway.reap.map(|time| (time, Incident::LoseSessions));
    for (time, incident) in args.incidents.every.iter().copied().chain(reap) {
        plan = plan.every(time, incident);
    }
    plan.until = args.incidents.until;
    plan
}

fn add_history(sim: &Sim, messages: usize) -> Result<(), Failure> {
    let cast = *sim.cast();
    let authors = [cast.mara, cast.jonas, cast.priya, cast.theo];
    sim.with_world(|world| {
        world.add_history(
            Conversation::Group(cast.lake),
            &authors,
            messages,
            Duration::from_mins(1),
        )
    })
    .context("cannot create the message history")?;
    Ok(())
}

/// Prints the addresses and credentials.
fn announce(sim: &Sim, format: Option<options::Format>) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let format = format.unwrap_or(if stdout.is_terminal() {
        options::Format::Text
    } else {
        options::Format::Json
    });
    let (gateway, token, user) = (sim.gateway_url(), sim.token(), sim.user_id());
    match format {
        options::Format::Json => {
            let line = json!({
                "gateway_url": gateway,
                "api_url": sim.api_url(),
                "root_url": sim.root_url(),
                "control_url": sim.control_url(),
                "user_id": user,
                "token": token,
                "group_ids": sim.group_ids(),
            });
            writeln!(stdout, "{line}")?;
        }
        options::Format::Text => {
            writeln!(stdout, "A simulated GroupMe is running.")?;
            writeln!(stdout)?;
            writeln!(stdout, "  gateway  {gateway}")?;
            writeln!(stdout, "  API      {}", sim.api_url())?;
            writeln!(stdout, "  control  {}", sim.control_url())?;
            writeln!(stdout, "  page     {}/", sim.root_url())?;
            writeln!(stdout, "  user     {user}")?;
            writeln!(stdout, "  token    {token}")?;
            writeln!(stdout, "  group    {}", sim.group_ids().join(", "))?;
            writeln!(stdout)?;
            writeln!(stdout, "To print its events, in another terminal:")?;
            writeln!(stdout)?;
            writeln!(
                stdout,
                "  GROUPME_ACCESS_TOKEN={token} groupme listen --gateway-url {gateway} --api-url {}",
                sim.api_url()
            )?;
            writeln!(stdout)?;
            writeln!(stdout, "To run a bot on it, in the bot's environment:")?;
            writeln!(stdout)?;
            for (name, value) in environment(sim) {
                writeln!(stdout, "  export {name}={value}")?;
            }
            writeln!(stdout)?;
            writeln!(stdout, "Press Ctrl-C to stop.")?;
        }
    }
    stdout.flush()
}

/// Returns the variables that `Client::from_environment` reads.
fn environment(sim: &Sim) -> [(&'static str, String); 4] {
    [
        ("GROUPME_ACCESS_TOKEN", sim.token().to_owned()),
        ("GROUPME_USER_ID", sim.user_id().to_owned()),
        ("GROUPME_API_URL", sim.api_url()),
        ("GROUPME_GATEWAY_URL", sim.gateway_url()),
    ]
}

#[cfg(test)]
mod tests;
