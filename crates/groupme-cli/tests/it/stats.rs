//! `groupme stats`.

use core::time::Duration;
use std::{
    fs,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink},
    path::Path,
};

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
async fn statistics_of_a_history_that_is_shorter_than_counted_are_printed_and_end_with_status_7() {
    let sim = two_days().await;
    sim.with_world(|world| world.set_retention(10));
    sim.say("last").unwrap();
    let stats = run(ask(&sim, &["stats", "--group", "Lake weekend"])).await;
    assert_eq!(stats.status, Some(7), "{}", stats.stderr);
    assert!(stats.stderr.contains("incomplete"), "{}", stats.stderr);
    assert!(stats.one()["messages"].as_u64().unwrap() <= 10);
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

/// Writes an archive of one group whose messages were sent at these times.
fn archive_of(into: &Path, times: &[&str]) {
    fs::create_dir(into.join("conversations")).unwrap();
    let index = r#"{"format":1,"user":"1","conversations":[{"id":"5","kind":"group","name":"G"}]}"#;
    fs::write(into.join("index.json"), index).unwrap();
    let lines: Vec<_> = (1..)
        .zip(times)
        .map(|(id, time)| format!("{{\"id\":\"{id}\",\"user_id\":\"9\",\"created_at\":{time}}}\n"))
        .collect();
    fs::write(into.join("conversations/5.jsonl"), lines.concat()).unwrap();
}

#[tokio::test]
async fn a_picture_goes_to_what_the_name_stands_for_and_leaves_it_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    archive_of(directory.path(), &["1700000000"]);
    let into = directory.path().to_str().unwrap();
    let at = |name: &str| directory.path().join(name);
    let draw = async |svg: &Path| {
        let svg = svg.to_str().unwrap();
        run(groupme(&["stats", into, "--format", "json", "--svg", svg]))
            .await
            .well()
            .stdout
    };
    let is_picture = |text: &str| text.starts_with("<svg ") && text.ends_with("</svg>\n");

    // A link, to a file and to none.
    for (link, target) in [("there.svg", "target.svg"), ("absent.svg", "new.svg")] {
        symlink(target, at(link)).unwrap();
    }
    fs::write(at("target.svg"), "longer than a picture ".repeat(9999)).unwrap();
    for (link, target) in [("there.svg", "target.svg"), ("absent.svg", "new.svg")] {
        draw(&at(link)).await;
        assert!(at(link).is_symlink(), "{link}");
        assert!(is_picture(&fs::read_to_string(at(target)).unwrap()));
    }

    // A pipe, whose reader gets the picture.
    let pipe = at("pipe.svg");
    let (kind, mode) = (rustix::fs::FileType::Fifo, 0o600.into());
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    draw(&pipe).await;
    let found = fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(found.is_fifo(), "{found:?}");
    assert!(is_picture(&reader.join().unwrap()));

    // Standard output by a link, as `/dev/stdout` is: what was printed comes behind the picture.
    symlink("/proc/self/fd/1", at("stdout.svg")).unwrap();
    let stdout = draw(&at("stdout.svg")).await;
    assert!(at("stdout.svg").is_symlink());
    let (picture, counts) = stdout.split_at(stdout.rfind("</svg>\n").unwrap() + 7);
    assert!(is_picture(picture), "{stdout}");
    assert!(counts.starts_with('{'), "{counts}");

    // A regular file keeps its permissions.
    fs::write(at("old.svg"), "old").unwrap();
    fs::set_permissions(at("old.svg"), fs::Permissions::from_mode(0o600)).unwrap();
    draw(&at("old.svg")).await;
    let mode = fs::metadata(at("old.svg")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(is_picture(&fs::read_to_string(at("old.svg")).unwrap()));
}

#[tokio::test]
async fn messages_of_no_time_are_counted_as_such_and_all_others_in_a_month() {
    let directory = tempfile::tempdir().unwrap();
    let times = [
        "1700000000",
        "1700000000",
        "0",
        "253402200000",
        "9223372036854775807",
        "-9e18",
        "null",
    ];
    archive_of(directory.path(), &times);
    let into = directory.path().to_str().unwrap();
    let counts = run(groupme(&["stats", into, "--format", "json"])).await;
    let counts = counts.well().one();
    assert_eq!(
        (&counts["messages"], &counts["undated"]),
        (&7.into(), &3.into())
    );
    let months = counts["months"].as_array().unwrap();
    let months: Vec<_> = months
        .iter()
        .map(|row| {
            (
                row["month"].as_str().unwrap(),
                row["messages"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(months, [("1970-01", 1), ("2023-11", 2), ("9999-12", 1)]);
    let shown = run(groupme(&["stats", into, "--format", "pretty"])).await;
    let shown = shown.well().stdout;
    assert!(shown.contains("\n3 of them have no usable time"), "{shown}");
}
