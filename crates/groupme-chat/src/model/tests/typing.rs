//! Typing notices.

use core::time::Duration;

use super::*;

#[test]
fn somebody_types_for_five_seconds_or_until_the_message_comes() {
    let mut chat = TestChat::new();
    chat.open("100");
    let typing = |user: &str| format!(r#"{{"type":"typing","user_id":"{user}","started":1}}"#);
    chat.event("/group/100", &typing("2"));
    chat.event("/group/100", &typing("3"));
    chat.event("/group/100", &typing("1"));
    assert_eq!(chat.room("100").typing.len(), 2, "not the user's own");
    chat.say("3", "done");
    assert_eq!(chat.room("100").typing.len(), 1);
    chat.pass(Duration::from_secs(5));
    assert_eq!(chat.room("100").typing.len(), 0);
    chat.event("/direct_message/1_2", &typing("2"));
    assert_eq!(chat.room("1+2").typing.len(), 1);
}

#[test]
fn typing_is_shown_to_others_every_four_seconds_and_not_while_editing() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    let is_typing = |effect: &&Effect| matches!(effect, Effect::SendTyping(_));
    chat.type_in("hello");
    assert_eq!(chat.take().iter().filter(is_typing).count(), 1);
    chat.pass(Duration::from_secs(4));
    chat.type_in("!");
    assert_eq!(chat.take().iter().filter(is_typing).count(), 1);
}
