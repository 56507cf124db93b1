//! Failures that pass, and those that do not.

use core::time::Duration;

use groupme_archive::{Error, Progress, UpdateOptions};

use crate::world::{NOTICES, World};

#[tokio::test(start_paused = true)]
async fn a_minute_of_429_does_not_end_an_archive() {
    let world = World::with_history(2000);
    let minute = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.simulation().rest_mut().config_mut().outage = Some(429);
        tokio::time::sleep(Duration::from_mins(1)).await;
        world.simulation().rest_mut().config_mut().outage = None;
    };
    let mut archive = world.open();
    let mut waits = 0;
    let mut progress =
        |step: Progress<'_>| waits += u32::from(matches!(step, Progress::Waiting { .. }));
    let options = UpdateOptions::default();
    let run = archive.update(&world.client, world.about(), &options, &mut progress);
    let (report, ()) = tokio::join!(run, minute);
    assert_eq!(report.unwrap().missing(), 0);
    assert!(waits > 0);
    drop(archive);
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_beyond_all_patience_is_an_error_and_the_next_run_continues() {
    let world = World::with_history(2000);
    let mut options = UpdateOptions::default();
    options.give_up_after = Duration::from_mins(2);
    let outage = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.simulation().rest_mut().config_mut().outage = Some(503);
    };
    let (report, ()) = tokio::join!(world.update_with(&options), outage);
    let error = report.unwrap_err();
    let Error::Fetch { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(source.is_transient(), "{error:?}");
    let before = world.lines().len();
    assert!((1..2000).contains(&before), "{before}");
    world.simulation().rest_mut().config_mut().outage = None;
    let report = world.update().await;
    assert_eq!(
        report.added,
        2000 + NOTICES - u64::try_from(before).unwrap()
    );
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_waited_for() {
    let world = World::with_history(5);
    world.simulation().rest_mut().config_mut().outage = Some(403);
    let begun = tokio::time::Instant::now();
    let error = world
        .update_with(&UpdateOptions::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Fetch { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn the_list_of_conversations_waits_for_the_end_of_an_outage_too() {
    let world = World::with_history(5);
    world.act(|it| {
        it.add_topic(world.cast.lake, world.cast.mara, "Boats")
            .unwrap();
    });
    let mut options = UpdateOptions::default();
    let outage = async |end: Duration, options: &UpdateOptions| {
        world.simulation().rest_mut().config_mut().outage = Some(503);
        let end = async {
            tokio::time::sleep(end).await;
            world.simulation().rest_mut().config_mut().outage = None;
        };
        tokio::join!(world.conversations(options), end).0
    };
    let found = outage(Duration::from_mins(5), &options).await.unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    options.give_up_after = Duration::from_mins(1);
    let error = outage(Duration::from_mins(5), &options).await.unwrap_err();
    assert!(
        matches!(&error, Error::Fetch { source, .. } if source.is_transient()),
        "{error:?}"
    );
}
