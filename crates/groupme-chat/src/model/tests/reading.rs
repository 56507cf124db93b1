//! Unread messages, read receipts, and notifications.

use core::time::Duration;

use super::*;

#[test]
fn messages_of_other_conversations_are_counted_until_they_are_read() {
    let mut chat = TestChat::new();
    chat.open("1+2");
    chat.take();
    chat.say("3", "who comes?");
    chat.say("2", "me");
    assert_eq!(chat.room("100").unread.count, 2);
    assert_eq!(chat.state.unread(), 2);
    chat.open("100");
    assert_eq!(chat.room("100").unread.count, 0);
    assert_eq!(chat.state.unread(), 0);
    let newest = chat.room("100").newest.clone().unwrap().0;
    // The line "new" stays where it was.
    assert!(
        chat.room("100")
            .unread_marker
            .as_ref()
            .is_some_and(|read| *read < newest)
    );
}

#[test]
fn displayed_messages_are_marked_as_read_at_most_every_two_seconds() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    let is_mark = |effect: &Effect| matches!(effect, Effect::MarkRead { .. });
    chat.say("3", "one");
    assert_eq!(
        chat.take().iter().filter(|effect| is_mark(effect)).count(),
        1
    );
    let last = [chat.say("3", "two"), chat.say("3", "three")][1].clone();
    assert!(!chat.take().iter().any(is_mark));
    assert!(chat.state.poll_timeout().is_some());
    chat.pass(Duration::from_secs(2));
    let marks: Vec<Effect> = chat.take().into_iter().filter(is_mark).collect();
    let expected = Effect::MarkRead {
        conversation: id("100"),
        message: last,
    };
    assert_eq!(marks, [expected]);
}

#[test]
fn a_terminal_in_the_background_reads_nothing_and_notifies_of_messages_for_the_user() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    chat.update(Input::Focus(false));
    chat.say("3", "not for anybody");
    assert_eq!(chat.take(), []);
    let mention = r#"[{"type":"mentions","user_ids":["1"],"loci":[[0,6]]}]"#;
    chat.say_with("3", "@Robin look", mention, "g");
    let told = chat.take();
    let [Effect::Notify { title, body }] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(
        (title.as_str(), body.as_str()),
        ("Theo in Lake", "@Robin look")
    );
    assert_eq!(chat.room("100").unread.count, 2);
    chat.update(Input::Focus(true));
    assert_eq!(chat.room("100").unread.count, 0);
}

#[test]
fn the_user_is_notified_of_direct_messages_and_replies_and_not_of_own_messages() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    chat.say_directly("psst");
    assert!(matches!(&chat.take()[..], [Effect::Notify { title, .. }] if title == "Mara"));
    let own = chat.say("1", "who has the key?");
    assert_eq!(chat.take(), []);
    chat.update(Input::Focus(false));
    let reply = format!(r#"[{{"type":"reply","reply_id":"{own}","base_reply_id":"{own}"}}]"#);
    chat.say_with("3", "me", &reply, "g");
    assert!(matches!(&chat.take()[..], [Effect::Notify { .. }]));
}

#[test]
fn messages_missed_before_the_start_count_as_one_or_more_unread() {
    let mut chat = TestChat::empty();
    chat.load(&[("1+2", "179900000000000000")]);
    let unread = chat.room("1+2").unread;
    assert_eq!((unread.count, unread.is_lower_bound), (1, true));
    // The group without a receipt counts nothing.
    assert_eq!(chat.room("100").unread, Unread::default());
}
