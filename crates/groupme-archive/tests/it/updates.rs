//! Second runs: new messages, edits, deletions, reactions.

use core::time::Duration;

use groupme_archive::UpdateOptions;

use crate::world::{NOTICES, World};

#[tokio::test(start_paused = true)]
async fn a_second_run_adds_new_messages_and_asks_for_no_old_ones_but_the_newest() {
    let world = World::with_history(1000);
    let first = world.update().await;
    assert_eq!((first.added, first.missing()), (1000 + NOTICES, 0));
    world.requests();
    world.act(|it| {
        for number in 0..3 {
            it.say(world.cast.lake, world.cast.mara, &format!("new {number}"))
                .unwrap();
        }
    });
    let second = world.update().await;
    assert_eq!((second.added, second.changed), (3, 0));
    let requests = world.requests();
    assert!(requests.len() <= 6, "{requests:?}");
    world.assert_complete().await;
    let contents = world.contents();
    let info = &contents.conversations()[0];
    assert_eq!(
        (info.messages, info.counted),
        (1003 + NOTICES, Some(1003 + NOTICES))
    );
    assert!(info.last > info.first);
}

#[tokio::test(start_paused = true)]
async fn edits_deletions_and_reactions_of_the_newest_messages_are_taken_over() {
    let world = World::with_history(30);
    let (edited, deleted, liked) = world.act(|it| {
        let say = |it: &mut groupme_sim::World, text| {
            it.say(world.cast.lake, world.cast.mara, text).unwrap()
        };
        (say(it, "helo"), say(it, "oops"), say(it, "nice"))
    });
    world.update().await;
    world.act(|it| {
        it.edit(edited, "hello").unwrap();
        it.delete(deleted).unwrap();
        it.react(liked, world.cast.theo, "🔥").unwrap();
    });
    let report = world.update().await;
    assert_eq!(report.changed, 3);
    world.assert_complete().await;
    assert_eq!(world.line(edited)["text"], "hello");
    assert!(world.line(deleted)["deleted_at"].is_number());
    assert_eq!(world.update().await.changed, 0);
}

#[tokio::test(start_paused = true)]
async fn an_edit_far_back_is_found_by_its_notice_even_if_the_run_between_was_killed() {
    let world = World::new();
    world.act(|it| {
        it.set_edit_window(None);
    });
    let far = world.act(|it| it.say(world.cast.lake, world.cast.mara, "helo").unwrap());
    world.act(|it| {
        for number in 0..400 {
            it.say(world.cast.lake, world.cast.me, &format!("{number}"))
                .unwrap();
        }
    });
    world.update().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.act(|it| it.edit(far, "hello").unwrap());
    // The notice gets into the archive, and then the run ends.
    let options = UpdateOptions::default();
    let run = world.update_with(&options);
    assert!(
        tokio::time::timeout(Duration::from_millis(1), run)
            .await
            .is_err()
    );
    assert_eq!(u64::try_from(world.lines().len()).unwrap(), 402 + NOTICES);
    assert_eq!(world.line(far)["text"], "helo");
    assert_eq!(world.update().await.changed, 1);
    assert_eq!(world.line(far)["text"], "hello");
    world.assert_complete().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_an_admin_deleted_without_trace_is_marked() {
    let world = World::with_history(3);
    let gone = world.act(|it| it.say(world.cast.lake, world.cast.theo, "rude").unwrap());
    let kept = world.act(|it| it.say(world.cast.lake, world.cast.theo, "kind").unwrap());
    world.update().await;
    world.act(|it| it.delete_as_owner(gone, world.cast.mara).unwrap());
    let report = world.update().await;
    assert_eq!((report.changed, report.missing()), (1, 0));
    let line = world.line(gone);
    assert!(
        line["deleted_at"].is_number() && line["text"].is_null(),
        "{line}"
    );
    assert_eq!(line["deletion_actor"], "admin");
    assert_eq!(world.line(kept)["text"], "kind");
    assert_eq!(world.update().await.changed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_keeps_its_text_on_demand() {
    let world = World::with_history(3);
    let (by_author, by_admin) = world.act(|it| {
        let by_author = it.say(world.cast.lake, world.cast.theo, "one").unwrap();
        (
            by_author,
            it.say(world.cast.lake, world.cast.theo, "two").unwrap(),
        )
    });
    world.update().await;
    world.act(|it| {
        it.delete(by_author).unwrap();
        it.delete_as_owner(by_admin, world.cast.mara).unwrap();
    });
    let mut options = UpdateOptions::default();
    options.keep_deleted = true;
    for _ in 0..2 {
        world.update_with(&options).await.unwrap();
        for (id, text) in [(by_author, "one"), (by_admin, "two")] {
            let line = world.line(id);
            assert_eq!(line["text"], text);
            assert!(line["deleted_at"].is_number(), "{line}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn short_pages_empty_pages_and_null_are_read_alike() {
    for empty_page in [
        groupme_sim::EmptyPage::NotModified,
        groupme_sim::EmptyPage::EmptyList,
        groupme_sim::EmptyPage::Null,
    ] {
        let world = World::with_history(333);
        world.simulation().rest_mut().config_mut().short_pages = true;
        world.simulation().rest_mut().config_mut().empty_page = empty_page;
        world.simulation().rest_mut().config_mut().max_limit = 100;
        assert_eq!(world.update().await.missing(), 0);
        world.assert_complete().await;
        assert_eq!(world.update().await.added, 0);
    }
}
