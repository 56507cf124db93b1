//! Edits, deletions and reactions, of the user and of others.

use groupme_client::LikeIcon;

use super::*;

#[test]
fn an_edit_is_saved_also_when_its_message_is_forgotten() {
    let mut chat = TestChat::new();
    chat.open("100");
    let own = chat.say("1", "frist");
    chat.act(Action::Up);
    chat.type_in("e!");
    chat.state
        .rooms
        .get_mut(&id("100"))
        .unwrap()
        .messages
        .clear();
    chat.take();
    chat.act(Action::Enter);
    let effects = chat.take();
    assert!(
        matches!(&effects[..], [Effect::Edit { message, .. }] if *message == own),
        "{effects:?}"
    );
}

#[test]
fn an_edit_leaves_what_was_written_before_in_its_place() {
    let mut chat = TestChat::new();
    chat.open("100");
    let own = chat.say("1", "frist");
    chat.type_in("draft");
    chat.take();
    chat.act(Action::Up);
    chat.type_in("e");
    assert_eq!(chat.room("100").composition.editor.text(), "frist");
    chat.act(Action::Escape);
    assert_eq!(chat.room("100").composition.editor.text(), "draft");
    chat.act(Action::Up);
    chat.type_in("e");
    chat.act(Action::Edit(Edit::CutHome));
    chat.type_in("first");
    chat.act(Action::Enter);
    let effects = chat.take();
    let [Effect::Edit { message, draft, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((message, text(draft).as_str()), (&own, "first"));
    assert_eq!(chat.room("100").composition.editor.text(), "draft");
}

#[test]
fn only_own_messages_are_edited() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.say("3", "hers");
    chat.act(Action::Up);
    chat.type_in("e");
    assert!(chat.room("100").composition.edited.is_none());
    assert!(chat.state.toast.is_some());
}

#[test]
fn the_own_reaction_again_removes_it() {
    let mut chat = TestChat::new();
    chat.open("100");
    let message = chat.say("3", "swim?");
    chat.act(Action::Up);
    chat.type_in("+2");
    let icon = LikeIcon::unicode(REACTIONS[1]);
    let react = |icon| Effect::React {
        conversation: id("100"),
        message: message.clone(),
        icon,
    };
    assert_eq!(chat.take().last(), Some(&react(Some(icon))));
    chat.event(
        "/group/100",
        &format!(
            r#"{{"type":"favorite","subject":{{"line":{{"id":"{message}","group_id":"100"}},"user_id":"1",
            "reactions":[{{"type":"unicode","code":"{}","user_ids":["1"]}}]}}}}"#,
            REACTIONS[1]
        ),
    );
    chat.type_in("+2");
    assert_eq!(chat.take(), [react(None)]);
    chat.type_in("+🦭");
    assert_eq!(chat.take(), [react(Some(LikeIcon::unicode("🦭")))]);
}

#[test]
fn a_deletion_is_confirmed() {
    let mut chat = TestChat::new();
    chat.open("100");
    let own = chat.say("1", "oops");
    chat.take();
    chat.act(Action::Up);
    chat.type_in("dn");
    assert_eq!(chat.take(), []);
    chat.type_in("dy");
    let delete = Effect::Delete {
        conversation: id("100"),
        message: own,
    };
    assert_eq!(chat.take(), [delete]);
}

#[test]
fn edits_deletions_and_reactions_of_others_show_at_once() {
    let mut chat = TestChat::new();
    chat.open("100");
    let message = chat.say("3", "teh lake");
    let change = |kind: &str, rest: &str| {
        format!(
            r#"{{"type":"{kind}","subject":{{"id":"{message}","group_id":"100","sender_id":"3","name":"Theo",
            "created_at":1800273600,"attachments":[],{rest}}}}}"#
        )
    };
    chat.event(
        "/group/100",
        &change(
            "message.update",
            r#""text":"the lake","updated_at":1800273700"#,
        ),
    );
    chat.refresh();
    let shown = chat.room("100").messages[0].clone();
    assert_eq!(
        (shown.text.as_deref(), shown.is_edited()),
        (Some("the lake"), true)
    );
    chat.event(
        "/group/100",
        &change("message.deleted", r#""deleted_at":1800273800,"text":null"#),
    );
    chat.refresh();
    assert!(chat.room("100").messages[0].is_deleted());
    assert_eq!(chat.room("100").messages.len(), 1);
}

#[test]
fn an_edit_of_a_direct_message_changes_the_message_and_is_no_line_of_its_own() {
    let mut chat = TestChat::new();
    chat.open("1+2");
    let message = chat.say_directly("teh lake");
    chat.event(
        "/user/1",
        &format!(
            r#"{{"type":"direct_message.create","subject":{{"id":"180027360099999999","chat_id":"1+2",
            "recipient_id":"1","sender_id":"system","event":{{"type":"message.update","data":{{
            "message_id":"{message}","updated_at":1800273700,"message":{{"text":"the lake","attachments":[]}}}}}}}}}}"#
        ),
    );
    chat.refresh();
    let texts = chat
        .room("1+2")
        .messages
        .iter()
        .map(|message| message.text.clone().unwrap_or_default());
    assert_eq!(texts.collect::<Vec<_>>(), ["the lake"]);
}
