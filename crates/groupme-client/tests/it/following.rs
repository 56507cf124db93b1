//! By default everything of every conversation is delivered, each fact once.

use core::time::Duration;
use std::collections::BTreeSet;

use groupme_client::{Builder, Client, GroupId, Incoming, RestOptions, Scope, Status};
use groupme_sim::{Conversation, Sim};

use crate::account::{builder, event, next, sim, soon, text};

/// Returns a builder with the simulator's REST API and a fast rate limit.
fn whole(sim: &Sim) -> Builder {
    let mut options = RestOptions::default();
    options.request_interval = Duration::from_millis(1);
    builder(sim).api_url(sim.root_url()).rest_options(options)
}

/// Returns the next status, skipping events.
async fn status(client: &mut Client) -> Status {
    loop {
        if let Incoming::Status(status) = next(client).await {
            return status;
        }
    }
}

/// Waits until all conversations are followed, and returns their number.
async fn following(client: &mut Client) -> usize {
    let (mut count, mut is_caught_up) = (None, false);
    loop {
        match status(client).await {
            Status::Following { conversations } => count = Some(conversations),
            Status::CaughtUp => is_caught_up = true,
            Status::Refused { channel, error } => panic!("{channel}: {error}"),
            _ => {}
        }
        if let Some(count) = count.filter(|_| is_caught_up) {
            return count;
        }
    }
}

/// Returns the kinds of the next events.
async fn kinds(client: &mut Client, count: usize) -> Vec<String> {
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(event(client).await.event().kind().to_owned());
    }
    kinds
}

#[tokio::test]
async fn edits_deletions_reactions_and_typing_come_by_default_and_once() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mut client = whole(&sim).connect().unwrap();
    following(&mut client).await;
    let message = sim.say("one").unwrap();
    sim.edit(message, "two").unwrap();
    sim.with_world(|world| world.react(message, cast.jonas, "❤️"))
        .unwrap();
    sim.start_typing().unwrap();
    sim.delete(message).unwrap();
    sim.say("the last").unwrap();
    let seen = kinds(&mut client, 6).await;
    assert_eq!(
        seen,
        [
            "line.create",
            "message.update",
            "favorite",
            "typing",
            "message.deleted",
            "line.create",
        ]
    );
}

#[tokio::test]
async fn direct_messages_are_followed_too() {
    let sim = sim().await;
    let cast = *sim.cast();
    // A direct conversation begins with its first message.
    sim.direct_message("hi").unwrap();
    let mut client = whole(&sim).connect().unwrap();
    following(&mut client).await;
    sim.with_world(|world| world.start_typing(Conversation::direct(cast.me, cast.mara), cast.mara))
        .unwrap();
    let delivery = event(&mut client).await;
    assert!(delivery.channel().starts_with("/direct_message/"));
}

#[tokio::test]
async fn a_group_that_the_user_joins_is_followed_and_one_that_is_left_is_not() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mut client = whole(&sim).connect().unwrap();
    let before = following(&mut client).await;
    sim.with_world(|world| world.add_member(cast.surprise, cast.mara, cast.me))
        .unwrap();
    loop {
        if let Status::Following { conversations } = status(&mut client).await {
            assert_eq!(conversations, before + 1);
            break;
        }
    }
    sim.with_world(|world| world.start_typing(Conversation::Group(cast.surprise), cast.mara))
        .unwrap();
    loop {
        let delivery = event(&mut client).await;
        if delivery.event().kind() == "typing" {
            assert_eq!(delivery.channel(), format!("/group/{}", cast.surprise));
            break;
        }
    }
}

#[tokio::test]
async fn hundreds_of_groups_are_followed_and_again_after_a_restart_of_the_gateway() {
    let sim = sim().await;
    let cast = *sim.cast();
    let groups: BTreeSet<_> = (0..300)
        .map(|number| {
            let name = format!("group {number}");
            sim.with_world(|world| world.add_group(&name, cast.mara, &[cast.me]))
                .unwrap()
        })
        .collect();
    let mut client = whole(&sim).connect().unwrap();
    let count = following(&mut client).await;
    assert!(count >= 300, "{count}");
    sim.restart();
    assert_eq!(following(&mut client).await, count);
    for group in &groups {
        sim.with_world(|world| world.start_typing(Conversation::Group(*group), cast.mara))
            .unwrap();
    }
    let mut heard = BTreeSet::new();
    while heard.len() < groups.len() {
        heard.insert(event(&mut client).await.channel().to_owned());
    }
}

#[tokio::test]
async fn a_program_restricts_itself_to_the_conversations_it_names() {
    let sim = sim().await;
    let cast = *sim.cast();
    let other = sim
        .with_world(|world| world.add_group("other", cast.mara, &[cast.me]))
        .unwrap();
    let mut client = whole(&sim)
        .scope(Scope::Account)
        .subscribe(GroupId::new(cast.lake.to_string()))
        .connect()
        .unwrap();
    let mut channels = Vec::new();
    loop {
        match status(&mut client).await {
            Status::Subscribed { channel } => channels.push(channel),
            Status::Following { .. } => panic!("the client follows"),
            _ => {}
        }
        if channels.len() == 2 {
            break;
        }
    }
    for group in [other, cast.lake] {
        sim.with_world(|world| world.start_typing(Conversation::Group(group), cast.mara))
            .unwrap();
    }
    let delivery = event(&mut client).await;
    assert_eq!(delivery.channel(), format!("/group/{}", cast.lake));
}

#[tokio::test]
async fn a_conversation_that_the_program_leaves_is_not_followed_again() {
    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| world.add_group("other", cast.mara, &[cast.me]))
        .unwrap();
    let mut client = whole(&sim).connect().unwrap();
    let count = following(&mut client).await;
    let lake = GroupId::new(cast.lake.to_string());
    client.handle().unsubscribe(&lake).unwrap();
    soon(sim.until_unsubscribed(&format!("/group/{lake}")))
        .await
        .unwrap();
    sim.restart();
    assert_eq!(following(&mut client).await, count - 1);
    let message = sim.say("one").unwrap();
    sim.edit(message, "two").unwrap();
    assert_eq!(text(&event(&mut client).await), Some("one"));
    // Its notice is the only push of the edit.
    let Incoming::Event(notice) = next(&mut client).await else {
        panic!("no notice");
    };
    assert!(notice.event().message().unwrap().is_system());
}
