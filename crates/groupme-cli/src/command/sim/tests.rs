//! Each option, and what the simulator makes of it.

use clap::Parser as _;
use groupme_sim::{Probability, ResponseFaults, Throttle};

use super::*;

fn sim(arguments: &str) -> args::Sim {
    let arguments = ["groupme", "sim"]
        .into_iter()
        .chain(arguments.split_whitespace());
    match args::Cli::parse_from(arguments).command {
        args::Command::Sim(sim) => *sim,
        other => panic!("{other:?}"),
    }
}

/// The plan that the change makes of one without faults.
fn with(change: impl FnOnce(&mut FaultPlan)) -> String {
    let mut plan = FaultPlan::new(1);
    change(&mut plan);
    format!("{plan:?}")
}

#[test]
fn nothing_goes_wrong_that_is_not_asked_for() {
    assert_eq!(format!("{:?}", plan(&sim(""))), with(|_| {}));
}

#[test]
fn each_fault_is_an_option() {
    let (often, minute) = (Probability::percent(5), Duration::from_mins(1));
    let fails = |statuses: &[u16]| {
        let mut faults = ResponseFaults::default();
        faults.probability = often;
        faults.statuses = statuses.to_vec();
        faults
    };
    for (arguments, expected) in [
        ("--drop 5%", with(|plan| plan.to_client.drop = often)),
        (
            "--delay 5% --longest-delay 1m",
            with(|plan| {
                plan.to_client.delay = often;
                plan.to_client.max_delay = minute;
            }),
        ),
        (
            "--duplicate 1/20 --direction up",
            with(|plan| plan.to_server.duplicate = often),
        ),
        (
            "--reorder 5% --direction both",
            with(|plan| {
                plan.to_server.reorder = often;
                plan.to_client.reorder = often;
            }),
        ),
        (
            "--truncate 5%",
            with(|plan| plan.to_client.truncate = often),
        ),
        ("--corrupt 5%", with(|plan| plan.to_client.corrupt = often)),
        (
            "--reset 5% --within 1m",
            with(|plan| {
                plan.links.reset = often;
                plan.links.window = minute;
            }),
        ),
        ("--half-open 5%", with(|plan| plan.links.half_open = often)),
        (
            "--refuse-upgrade 5%",
            with(|plan| plan.links.refuse_upgrade = often),
        ),
        (
            "--slow 5% --pace 9/1m --only-connection 3",
            with(|plan| {
                plan.links.slow = often;
                plan.links.throttle = Throttle {
                    bytes: 9,
                    every: minute,
                };
                plan.only_link = Some(3);
            }),
        ),
        (
            "--cut-idle 1m --silently",
            with(|plan| {
                plan.links.idle = Some(IdleTimeout {
                    after: minute,
                    silent: true,
                });
            }),
        ),
        (
            "--rest-fails 5%",
            with(|plan| plan.rest = fails(&[429, 503])),
        ),
        (
            "--gateway-fails 5% --statuses 500,504",
            with(|plan| {
                plan.gateway = fails(&[500, 504]);
            }),
        ),
        ("--until 1m", with(|plan| plan.until = Some(minute))),
    ] {
        assert_eq!(
            format!("{:?}", plan(&sim(arguments))),
            expected,
            "{arguments}"
        );
    }
}

#[test]
fn each_incident_is_an_option() {
    let minute = Duration::from_mins(1);
    for (what, incident) in [
        ("break", Incident::BreakConnections),
        ("lose-sessions", Incident::LoseSessions),
        ("restart", Incident::Restart),
        ("freeze", Incident::Freeze),
        ("thaw", Incident::Thaw),
        ("burst:10000", Incident::Burst(10_000)),
        ("clock:+1m", Incident::ClockAhead(minute)),
        ("clock:-1m", Incident::ClockBack(minute)),
    ] {
        let once = plan(&sim(&format!("--after 1m={what}")));
        let often = plan(&sim(&format!("--every 1m={what}")));
        let expected = FaultPlan::default();
        assert_eq!(
            once.schedule,
            expected.clone().after(minute, incident).schedule
        );
        assert_eq!(often.schedule, expected.every(minute, incident).schedule);
    }
    let reaped = plan(&sim("--reap 1m")).schedule;
    let lost = FaultPlan::default().every(minute, Incident::LoseSessions);
    assert_eq!(reaped, lost.schedule);
}

#[test]
fn each_mood_is_an_option() {
    let some = Duration::from_secs(15);
    let cases: [(&str, &dyn Fn(SimBuilder) -> SimBuilder); 10] = [
        ("", &|sim| sim),
        ("--hold 15s", &|sim| sim.hold(some)),
        ("--ping 15s", &|sim| sim.ping_interval(Some(some))),
        ("--ping never", &|sim| sim.ping_interval(None)),
        ("--connects never", &|sim| {
            sim.idle_connects(IdleConnects::NeverAnswered)
        }),
        ("--socket-life 15s", &|sim| sim.max_socket_age(Some(some))),
        ("--sticky-sockets", &|sim| sim.sticky_sockets(true)),
        ("--no-polling", &|sim| sim.polling(false)),
        ("--profile faye-0.7", &|sim| {
            sim.profile(Profile::faye_0_7())
        }),
        ("--late-close alone", &|sim| {
            let mut profile = Profile::faye();
            profile.late_close_spreads = false;
            sim.profile(profile)
        }),
    ];
    for (arguments, change) in cases {
        let expected = change(Sim::builder().faults(FaultPlan::new(1)));
        let asked = builder(&sim(arguments));
        assert_eq!(format!("{asked:?}"), format!("{expected:?}"), "{arguments}");
    }
}

#[test]
fn each_mood_of_rest_is_an_option() {
    let some = Duration::from_secs(15);
    let with = |change: &dyn Fn(&mut RestConfig)| {
        let mut config = RestConfig::default();
        change(&mut config);
        format!("{config:?}")
    };
    for (arguments, expected) in [
        ("", with(&|_| {})),
        ("--rate 7", with(&|rest| rest.requests_per_second = Some(7))),
        (
            "--flood 7",
            with(&|rest| rest.messages_per_minute = Some(7)),
        ),
        ("--no-links", with(&|rest| rest.allow_links = false)),
        (
            "--no-messages null",
            with(&|rest| rest.empty_page = EmptyPage::Null),
        ),
        ("--short-pages", with(&|rest| rest.short_pages = true)),
        (
            "--second-like replaces",
            with(&|rest| {
                rest.repeated_reaction = RepeatedReaction::Replaces;
            }),
        ),
        (
            "--answer-delay 15s",
            with(&|rest| rest.response_delay = some),
        ),
        ("--push-delay 15s", with(&|rest| rest.push_delay = some)),
    ] {
        let asked = rest(&sim(arguments).rest);
        assert_eq!(format!("{asked:?}"), expected, "{arguments}");
    }
}
