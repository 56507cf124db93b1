//! `groupme stats`.

use core::time::Duration;
use std::fs;

use groupme_sim::{Conversation, Sim};

use crate::program::{ask, groupme, run, sim};

/// Starts a simulator whose first group has 48 messages, one an hour, by two authors in turn.
async fn two_days() -> Sim {
    let sim = sim().await;
    let cast = *sim.cast();
    let every = Duration::from_hours(1);
    sim.with_world(|world| {
        let lake = Conversation::Group(cast.lake);
        world.add_history(lake, &[cast.mara, cast.theo], 48, every)
    })
    .unwrap();
    sim
}

#[tokio::test]
async fn hours_days_months_and_members_are_counted_alike_from_an_archive_and_over_rest() {
    let sim = two_days().await;
    let lake = sim.cast().lake.to_string();
    let live = run(ask(&sim, &["stats", "--group", &lake, "--format", "json"]));
    let live = live.await.well().one();
    assert_eq!(live["messages"], 48);
    let hours = live["hours"].as_array().unwrap();
    assert!(
        hours.len() == 24 && hours.iter().all(|count| *count == 2),
        "{live}"
    );
    let sum = |list: &str| {
        let counts = live[list].as_array().unwrap().iter();
        counts
            .map(|row| row["messages"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((sum("days"), sum("months"), sum("members")), (48, 48, 48));
    assert_eq!(live["members"][0]["messages"], 24);

    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().to_str().unwrap();
    run(ask(&sim, &["archive", into])).await.well();
    let arguments = ["stats", into, "--group", &lake, "--format", "json"];
    assert_eq!(run(groupme(&arguments)).await.well().one(), live);
    let all = run(groupme(&["stats", into, "--format", "json"]))
        .await
        .well()
        .one();
    assert_eq!(all["messages"], 48);
    let refused = run(groupme(&["stats", into, "--group", "404"])).await;
    assert!(refused.refused(2).contains("not in the archive"));
    let none = run(groupme(&["stats", "/dev/null", "--format", "json"])).await;
    assert_ne!(none.status, Some(0));
}

#[tokio::test]
async fn bars_and_the_picture_show_the_same_counts() {
    let sim = two_days().await;
    let lake = sim.cast().lake.to_string();
    let directory = tempfile::tempdir().unwrap();
    let svg = directory.path().join("activity.svg");
    let arguments = [
        "stats", "--group", &lake, "--format", "pretty", "--top", "1", "--svg",
    ];
    let shown = run(ask(
        &sim,
        &[&arguments[..], &[svg.to_str().unwrap()]].concat(),
    ));
    let shown = shown.await.well().stdout;
    assert!(shown.starts_with("48 messages\n"), "{shown}");
    assert!(shown.contains("  00:00  2  █"), "{shown}");
    assert!(shown.contains("(1 others)"), "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
    let picture = fs::read_to_string(svg).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    // Each column has a title; the one of the picture stands for the bar of the only person.
    let titles = picture.matches("<title>").count();
    assert_eq!(picture.matches("<rect class=\"bar\"").count(), titles);
}
