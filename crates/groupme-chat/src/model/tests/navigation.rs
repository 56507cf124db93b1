//! Ways between conversations, help, and the end.

use super::*;

#[test]
fn every_conversation_keeps_what_is_written_there() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.type_in("half a sen");
    chat.open("1+2");
    chat.type_in("secret");
    chat.open("100");
    assert_eq!(chat.room("100").composition.editor.text(), "half a sen");
    assert_eq!(chat.room("1+2").composition.editor.text(), "secret");
}

#[test]
fn control_c_clears_first_and_quits_then() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.type_in("nothing");
    chat.take();
    chat.act(Action::Cancel);
    assert!(chat.room("100").composition.is_blank());
    chat.act(Action::Cancel);
    assert!(!chat.take().contains(&Effect::Quit));
    chat.act(Action::Cancel);
    assert!(chat.take().contains(&Effect::Quit));
}

#[test]
fn a_question_mark_helps_and_a_second_one_is_typed() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.type_in("?");
    assert!(matches!(chat.state.overlay, Overlay::Help { .. }));
    chat.type_in("?");
    assert!(matches!(chat.state.overlay, Overlay::None));
    assert_eq!(chat.room("100").composition.editor.text(), "?");
    chat.type_in("?");
    assert_eq!(chat.room("100").composition.editor.text(), "??");
}

#[test]
fn the_next_unread_conversation_is_one_for_the_user_first() {
    let mut chat = TestChat::new();
    let other = r#"{"type":"membership.create","subject":{"id":"200","name":"Other"}}"#;
    chat.event("/user/1", other);
    chat.open("200");
    chat.say_directly("psst");
    chat.say("3", "later than that");
    chat.act(Action::Tab);
    assert_eq!(chat.state.open, Some(id("1+2")));
    chat.act(Action::Tab);
    assert_eq!(chat.state.open, Some(id("100")));
    chat.answer_pages();
    chat.act(Action::Tab);
    assert!(chat.state.toast.is_some(), "everything is read");
}

#[test]
fn somebody_new_is_written_to_by_name() {
    let mut chat = TestChat::new();
    chat.act(Action::GoTo);
    chat.type_in("theo");
    chat.act(Action::Enter);
    assert_eq!(chat.state.open, Some(id("1+3")));
    assert_eq!(chat.room("1+3").name, "Theo");
}
