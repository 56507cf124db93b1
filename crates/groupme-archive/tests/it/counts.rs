//! The archive compared with GroupMe's count.

use groupme_archive::UpdateOptions;

use crate::world::{NOTICES, World};

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_shorter_than_promised_says_so() {
    let world = World::with_history(50);
    // GroupMe keeps the newest ones only, and counts all.
    world.act(|it| it.set_retention(20));
    world.act(|it| it.say(world.cast.lake, world.cast.mara, "last").unwrap());
    let report = world.update().await;
    let archived = u64::try_from(world.lines().len()).unwrap();
    assert!(archived < 51 + NOTICES, "{archived}");
    assert_eq!(report.info.counted, Some(51 + NOTICES));
    assert_eq!(report.missing(), 51 + NOTICES - archived);
    assert_eq!(world.update().await.missing(), 51 + NOTICES - archived);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_of_which_only_the_notice_is_left_is_not_missing() {
    let world = World::with_history(5);
    let gone = world.act(|it| it.say(world.cast.lake, world.cast.theo, "rude").unwrap());
    world.act(|it| it.delete_as_owner(gone, world.cast.mara).unwrap());
    let report = world.update().await;
    assert_eq!(report.info.counted, Some(7 + NOTICES));
    assert_eq!(
        (report.info.messages, report.info.deleted),
        (6 + NOTICES, 1)
    );
    assert_eq!(report.missing(), 0);
}

#[tokio::test(start_paused = true)]
async fn all_conversations_are_listed_with_their_names_and_people() {
    let world = World::with_history(5);
    world.act(|it| {
        it.add_topic(world.cast.lake, world.cast.mara, "Boats")
            .unwrap();
        it.direct_message(world.cast.me, world.cast.mara, "hi")
            .unwrap();
    });
    let found = world
        .conversations(&UpdateOptions::default())
        .await
        .unwrap();
    let mut names: Vec<_> = found
        .iter()
        .map(|info| info.name.as_deref().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Boats", "Lake weekend", "Mara"]);
    let mut archive = world.open();
    for info in found {
        let options = UpdateOptions::default();
        let report = archive
            .update(&world.client, info, &options, &mut |_| {})
            .await;
        assert_eq!(report.unwrap().missing(), 0);
    }
    let contents = world.contents();
    assert_eq!(contents.conversations().len(), 3);
    let lake = contents.conversations().iter();
    let mut lake = lake.filter(|info| info.name.as_deref() == Some("Lake weekend"));
    assert_eq!(lake.next().unwrap().people.len(), 5);
    let direct = contents
        .conversations()
        .iter()
        .find(|info| info.id.as_str().contains('+'));
    let mut messages = contents.messages(&direct.unwrap().id).unwrap();
    assert_eq!(messages.next().unwrap().unwrap().text(), Some("hi"));
    assert!(messages.next().unwrap().is_none());
}
