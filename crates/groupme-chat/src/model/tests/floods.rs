//! Events by the thousand: the work for each must not grow with those before.

use core::time::Duration;

use groupme_client::GroupId;

use super::*;

#[test]
fn messages_of_a_flood_are_copied_once_a_frame() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.say("3", "first");
    chat.refresh();
    for _ in 0..500 {
        chat.say("3", "more");
    }
    assert_eq!(chat.room("100").messages.len(), 1, "copied too early");
    let (rows, _) = chat.draw(80, 24);
    assert!(rows.iter().any(|row| row.contains("more")), "{rows:#?}");
    assert_eq!(chat.room("100").messages.len(), 501);
    // A key sees what a frame would show.
    let last = chat.say("3", "last");
    chat.act(Action::Up);
    assert_eq!(chat.room("100").selected, Some(EntryId::Message(last)));
}

#[test]
fn made_up_users_who_type_have_a_limit_and_expire() {
    let mut chat = TestChat::new();
    chat.open("100");
    let typing = |user: usize| format!(r#"{{"type":"typing","user_id":"{user}","started":1}}"#);
    for user in 2..5000 {
        chat.event("/group/100", &typing(user));
    }
    assert_eq!(chat.room("100").typing.len(), typing_users::MAX_TYPING);
    chat.pass(Duration::from_secs(3));
    chat.event("/group/100", &typing(2));
    let now = chat.now;
    let in_secs = |secs| Some(later(now, Duration::from_secs(secs)));
    assert_eq!(chat.state.poll_timeout(), in_secs(2));
    chat.pass(Duration::from_secs(2));
    assert_eq!(chat.room("100").typing.len(), 1, "the one who went on");
    assert_eq!(chat.state.poll_timeout(), in_secs(5));
    chat.pass(Duration::from_secs(3));
    assert_eq!(chat.room("100").typing.len(), 0);
    assert_eq!(chat.state.poll_timeout(), None);
}

#[test]
fn a_list_of_60_000_conversations_is_ordered_and_costs_a_tick_nothing() {
    let mut chat = TestChat::new();
    let count = 60_000;
    for number in 1..=count {
        let group = GroupId::from((1_000_000 + number).to_string().as_str());
        let room_id = ConversationId::from(group.as_str());
        // A topic after two groups, of which the newer one is its own.
        let kind = if number % 3 == 0 {
            let parent = GroupId::from((1_000_000 + number - 1).to_string().as_str());
            Kind::Topic {
                id: group,
                group: parent,
            }
        } else {
            Kind::Group(group)
        };
        let mut room = Room::new(room_id.clone(), kind, String::new());
        room.newest = Some((room::lowest_message_id(), Timestamp::from_secs(number)));
        chat.state.rooms.insert(room_id, room);
    }
    // Looking at all conversations in each of these would take minutes.
    for _ in 0..count {
        chat.update(Input::Tick);
        chat.state.poll_timeout();
    }
    let ordered = chat.state.ordered();
    let numbers: Vec<i64> = ordered.iter().map(|room| room.time().as_secs()).collect();
    let newest = numbers.iter().position(|number| *number == count - 1);
    let newest = newest.unwrap();
    assert_eq!(
        numbers[newest..newest + 4],
        [count - 1, count, count - 2, count - 4]
    );
}
