//! Memory of groups, members, topics and messages.

use core::time::Duration;

use groupme_client::{
    Cache, CacheLimits, Client, Conversation, Delivery, GroupId, MessageId, Token, UserId,
    model::{Message, Reaction},
    rest_api::endpoint::groups,
};
use groupme_sim::{Sim, SimMessageId};

use crate::account::{builder, event, sim};

/// Returns a client that follows everything, and its cache with the group by the lake.
async fn remembering(sim: &Sim) -> (Client, Cache) {
    let client = builder(sim).api_url(sim.api_url()).connect().unwrap();
    let cache = Cache::new(client.handle().user());
    let rest = client.handle().rest().unwrap();
    cache.load(&rest).await.unwrap();
    cache.load_group(&rest, sim.cast().lake).await.unwrap();
    sim.until_listening().await.unwrap();
    (client, cache)
}

/// Shows the cache the events up to one that `wanted` accepts.
async fn until(
    client: &mut Client,
    cache: &Cache,
    wanted: impl Fn(&Cache) -> bool,
) -> Option<Delivery> {
    let mut last = None;
    while !wanted(cache) {
        let delivery = event(client).await;
        cache.handle(&delivery);
        last = Some(delivery);
    }
    last
}

fn text(message: &Message) -> &str {
    message.text.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn messages_are_kept_as_they_are_after_edits_reactions_and_deletions() {
    let sim = sim().await;
    let (mut client, cache) = remembering(&sim).await;
    let cast = *sim.cast();
    let lake = GroupId::from(cast.lake);
    let id: SimMessageId = sim.say("frist").unwrap();
    let message = MessageId::from(id);
    until(&mut client, &cache, |cache| {
        cache.message(&lake, &message).is_some()
    })
    .await;
    let before = cache.message(&lake, &message).unwrap();

    sim.with_world(|world| world.edit(id, "first")).unwrap();
    let now = || cache.message(&lake, &message).unwrap();
    until(&mut client, &cache, |_| text(&now()) == "first").await;
    sim.with_world(|world| world.react(id, cast.theo, "👍"))
        .unwrap();
    let faces = || {
        now()
            .reactions
            .iter()
            .flatten()
            .filter_map(Reaction::icon)
            .count()
    };
    until(&mut client, &cache, |_| faces() == 1).await;
    assert_eq!(text(&now()), "first");
    sim.with_world(|world| world.delete(id)).unwrap();
    until(&mut client, &cache, |_| now().is_deleted()).await;
    // A snapshot does not change.
    assert_eq!((text(&before), before.is_deleted()), ("frist", false));
    assert_eq!(cache.messages(&lake).len(), 1);
}

#[tokio::test]
async fn groups_members_and_topics_follow_the_notices() {
    let sim = sim().await;
    let (mut client, cache) = remembering(&sim).await;
    let cast = *sim.cast();
    let lake = GroupId::from(cast.lake);
    let theo = UserId::from(cast.theo);
    let nickname = |cache: &Cache| {
        cache
            .member(&lake, &theo)
            .and_then(|one| one.nickname.clone())
    };
    assert_eq!(nickname(&cache).as_deref(), Some("Theo"));
    let count = cache.members(&lake).unwrap().len();

    let owner = sim.with_world(|world| {
        let owner = world.owner(cast.lake).unwrap();
        world.token(owner).unwrap().to_owned()
    });
    let owner = client
        .handle()
        .rest()
        .unwrap()
        .with_token(Token::new(&owner).unwrap());
    let mut settings = groups::GroupSettings::default();
    settings.name = Some("Island weekend".to_owned());
    owner.call(&groups::update(&lake, &settings)).await.unwrap();
    let is_renamed =
        |cache: &Cache| cache.group(&lake).unwrap().name.as_deref() == Some("Island weekend");
    until(&mut client, &cache, is_renamed).await;
    sim.with_world(|world| world.remove_member(cast.lake, cast.mara, cast.theo))
        .unwrap();
    until(&mut client, &cache, |cache| nickname(cache).is_none()).await;
    assert_eq!(cache.members(&lake).unwrap().len(), count - 1);
    sim.with_world(|world| world.add_member(cast.lake, cast.mara, cast.theo))
        .unwrap();
    let added = until(&mut client, &cache, |cache| nickname(cache).is_some()).await;
    // The same notice again, as after a restart, takes nothing from what was loaded since.
    let rest = client.handle().rest().unwrap();
    cache.load_group(&rest, &lake).await.unwrap();
    cache.handle(&added.unwrap());
    assert!(cache.member(&lake, &theo).unwrap().id.is_some());
    let topic = sim
        .with_world(|world| world.add_topic(cast.lake, cast.mara, "Food"))
        .unwrap();
    let topic = GroupId::from(topic);
    until(&mut client, &cache, |cache| cache.topic(&topic).is_some()).await;
    assert_eq!(cache.topics(&lake).len(), 1);

    // A new group, and an end of one.
    let boat = sim
        .with_world(|world| world.add_group("Boat", cast.mara, &[cast.theo]))
        .unwrap();
    sim.with_world(|world| world.add_member(boat, cast.mara, cast.me))
        .unwrap();
    let boat_id = GroupId::from(boat);
    until(&mut client, &cache, |cache| cache.group(&boat_id).is_some()).await;
    assert_eq!(cache.group(&boat_id).unwrap().name.as_deref(), Some("Boat"));
    assert!(cache.members(&boat_id).is_none(), "they are not loaded");
}

#[tokio::test]
async fn memory_is_bounded_and_the_longest_unused_is_forgotten_first() {
    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        for number in 0..5 {
            world.add_group(&format!("Group {number}"), cast.me, &[cast.mara])?;
        }
        Ok::<_, groupme_sim::WorldError>(())
    })
    .unwrap();
    let mut client = builder(&sim).api_url(sim.api_url()).connect().unwrap();
    let mut limits = CacheLimits::default();
    (limits.groups, limits.messages, limits.all_messages) = (3, 4, 6);
    let cache = Cache::with_limits(client.handle().user(), limits);
    let rest = client.handle().rest().unwrap();
    cache.load(&rest).await.unwrap();
    assert_eq!(cache.groups().len(), 3);
    sim.until_listening().await.unwrap();
    let (lake, mara) = (GroupId::from(cast.lake), UserId::from(cast.mara));
    for number in 0..6 {
        sim.say(&format!("lake {number}")).unwrap();
    }
    until(&mut client, &cache, |cache| {
        cache
            .messages(&lake)
            .last()
            .is_some_and(|last| text(last) == "lake 5")
    })
    .await;
    let texts = |cache: &Cache| {
        let messages = cache.messages(&lake);
        messages
            .iter()
            .map(|message| text(message).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&cache), ["lake 2", "lake 3", "lake 4", "lake 5"]);
    let direct = Conversation::User(mara).id(client.handle().user()).unwrap();
    for number in 0..3 {
        let line = format!("direct {number}");
        sim.with_world(|world| world.direct_message(cast.mara, cast.me, &line))
            .unwrap();
    }
    until(&mut client, &cache, |cache| {
        cache.messages(&direct).len() == 3
    })
    .await;
    assert!(texts(&cache).is_empty(), "the older conversation has gone");
}

#[tokio::test]
async fn an_edit_or_deletion_of_a_direct_message_changes_the_message() {
    let sim = sim().await;
    let (mut client, cache) = remembering(&sim).await;
    let id = sim.direct_message("frist").unwrap();
    let message = MessageId::from(id);
    let pair = Conversation::User(sim.cast().mara.into());
    let here = pair.id(client.handle().user()).unwrap();
    until(&mut client, &cache, |cache| {
        cache.message(&here, &message).is_some()
    })
    .await;
    let now = || cache.message(&here, &message).unwrap();
    sim.with_world(|world| world.edit(id, "first")).unwrap();
    until(&mut client, &cache, |_| text(&now()) == "first").await;
    sim.with_world(|world| world.delete(id)).unwrap();
    until(&mut client, &cache, |_| now().is_deleted()).await;
    assert_eq!(now().text, None);
}

#[tokio::test]
async fn messages_that_were_fetched_are_kept_current_like_those_that_came() {
    let sim = sim().await;
    let cast = *sim.cast();
    let lake = GroupId::from(cast.lake);
    let id = sim
        .with_world(|world| {
            let lake = groupme_sim::Conversation::Group(cast.lake);
            world.say_earlier(lake, cast.mara, Duration::from_mins(1), "long ago")
        })
        .unwrap();
    let (mut client, cache) = remembering(&sim).await;
    let rest = client.handle().rest().unwrap();
    let mut history = rest.history(&lake);
    while let Some(page) = history.next().await {
        cache.put_messages(page.unwrap().into_messages());
    }
    let message = MessageId::from(id);
    let known = || cache.message(&lake, &message).unwrap();
    assert_eq!(text(&known()), "long ago");
    assert!(known().created_at < cache.messages(&lake).last().unwrap().created_at);
    sim.with_world(|world| world.react(id, cast.theo, "👍"))
        .unwrap();
    until(&mut client, &cache, |_| known().reactions.is_some()).await;
}

#[tokio::test]
async fn events_that_come_while_groups_are_requested_are_not_undone_by_the_answers() {
    let sim = sim().await;
    let (mut client, cache) = remembering(&sim).await;
    let cast = *sim.cast();
    let (lake, theo) = (GroupId::from(cast.lake), UserId::from(cast.theo));
    let rest = client.handle().rest().unwrap();
    // The answers are as of now, and come late.
    sim.configure_rest(|config| config.response_delay = Duration::from_millis(300));
    let requests = sim.rest_requests();
    let loads = tokio::spawn({
        let (cache, lake) = (cache.clone(), lake.clone());
        async move {
            let (groups, group) = tokio::join!(cache.load(&rest), cache.load_group(&rest, &lake));
            groups.and(group)
        }
    });
    sim.until_rest_requests(requests + 3).await.unwrap();
    sim.with_world(|world| world.remove_member(cast.lake, cast.mara, cast.theo))
        .unwrap();
    let topic = sim
        .with_world(|world| world.add_topic(cast.lake, cast.mara, "Food"))
        .unwrap();
    let topic = GroupId::from(topic);
    until(&mut client, &cache, |cache| cache.topic(&topic).is_some()).await;
    assert!(!loads.is_finished());
    loads.await.unwrap().unwrap();
    assert!(cache.member(&lake, &theo).is_none());
    assert!(cache.topic(&topic).is_some());
}

#[tokio::test]
async fn a_page_from_before_an_edit_or_a_deletion_does_not_undo_it() {
    let sim = sim().await;
    let (mut client, cache) = remembering(&sim).await;
    let lake = GroupId::from(sim.cast().lake);
    let ids = [sim.say("frist").unwrap(), sim.say("secret").unwrap()];
    let messages = ids.map(MessageId::from);
    let known = |cache: &Cache, at: usize| cache.message(&lake, &messages[at]);
    until(&mut client, &cache, |cache| known(cache, 1).is_some()).await;
    let rest = client.handle().rest().unwrap();
    let page = rest.history(&lake).next().await.unwrap().unwrap();
    sim.with_world(|world| {
        world.edit(ids[0], "first")?;
        world.delete(ids[1])
    })
    .unwrap();
    until(&mut client, &cache, |cache| {
        known(cache, 1).is_some_and(|message| message.is_deleted())
    })
    .await;
    cache.put_messages(page.into_messages());
    assert_eq!(text(&known(&cache, 0).unwrap()), "first");
    assert!(known(&cache, 1).unwrap().is_deleted());
}

/// Returns a message of a group, by its number.
fn message_of(group: u64, number: u64) -> Message {
    let mut message = Message::default();
    message.id = MessageId::from(140_000_000_000_000_000 + number);
    message.group_id = Some(GroupId::from(group));
    message
}

#[test]
fn of_many_conversations_the_ones_without_news_for_the_longest_time_are_forgotten() {
    let mut limits = CacheLimits::default();
    limits.all_messages = 1_000;
    let cache = Cache::with_limits("185", limits);
    let messages = (0..20_000).map(|number| message_of(number, number));
    cache.put_messages(messages);
    // One that is old has news.
    cache.put_messages([message_of(19_001, 50_000)]);
    cache.put_messages((0..998).map(|number| message_of(100_000 + number, 60_000 + number)));
    let is_known = |group: u64| !cache.messages(GroupId::from(group)).is_empty();
    assert!(is_known(19_001) && is_known(100_997));
    assert!(!is_known(19_000) && !is_known(19_002) && !is_known(19_999));
    assert_eq!(cache.messages(GroupId::from(19_001)).len(), 2);
}

#[test]
fn a_cache_for_no_messages_keeps_none() {
    let mut limits = CacheLimits::default();
    limits.messages = 0;
    let cache = Cache::with_limits("185", limits);
    cache.put_messages([message_of(1835, 1)]);
    assert!(cache.messages(GroupId::from(1835)).is_empty());
}

#[tokio::test]
async fn members_beyond_the_limit_go_with_the_group_that_was_not_asked_for() {
    let sim = sim().await;
    let cast = *sim.cast();
    let groups: Vec<GroupId> = (0..3)
        .map(|number| {
            let name = format!("Group {number}");
            let members = [cast.mara, cast.jonas];
            let group = sim.with_world(|world| world.add_group(&name, cast.me, &members));
            let group = group.unwrap();
            sim.with_world(|world| world.add_topic(group, cast.me, "Food"))
                .unwrap();
            GroupId::from(group)
        })
        .collect();
    let client = builder(&sim).api_url(sim.api_url()).connect().unwrap();
    let mut limits = CacheLimits::default();
    limits.members = 7;
    let cache = Cache::with_limits(client.handle().user(), limits);
    let rest = client.handle().rest().unwrap();
    for group in &groups[..2] {
        cache.load_group(&rest, group).await.unwrap();
    }
    assert!(cache.member(&groups[0], cast.mara).is_some());
    cache.load_group(&rest, &groups[2]).await.unwrap();
    // The second one was asked for the longest time ago.
    let known: Vec<bool> = groups
        .iter()
        .map(|one| cache.members(one).is_some())
        .collect();
    assert_eq!(known, [true, false, true]);
    let topics: Vec<usize> = groups.iter().map(|one| cache.topics(one).len()).collect();
    assert_eq!(topics, [1, 0, 1]);
}
