//! Messages from the composer to their echo, with mentions, replies and files.

use groupme_client::model::Attachment;

use super::*;

#[test]
fn a_message_waits_at_the_end_until_its_echo_comes() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    chat.type_in("on my way");
    chat.act(Action::Enter);
    let drafts = sent(&chat.take());
    assert_eq!(drafts.len(), 1);
    assert_eq!(text(&drafts[0].1), "on my way");
    assert!(chat.room("100").composition.is_blank());
    assert_eq!(chat.room("100").pending.len(), 1);
    chat.queue(drafts[0].0, "guid-1");
    chat.say_with("3", "hurry", "[]", "guid-2");
    assert_eq!(chat.room("100").pending.len(), 1);
    chat.say_with("1", "on my way", "[]", "guid-1");
    assert_eq!(chat.room("100").pending.len(), 0);
    chat.refresh();
    assert_eq!(chat.room("100").messages.len(), 2);
}

#[test]
fn an_echo_that_never_comes_is_replaced_by_the_answer() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.type_in("hello");
    chat.act(Action::Enter);
    let local_id = sent(&chat.take())[0].0;
    let message = chat.past(1, "1", "hello");
    chat.update(Input::Outcome(Outcome::Sent {
        conversation: id("100"),
        local_id,
        result: Ok(Some(Box::new(message))),
    }));
    assert_eq!(chat.room("100").pending.len(), 0);
    assert_eq!(chat.room("100").messages.len(), 1);
}

#[test]
fn a_message_that_was_given_up_can_be_sent_again_edited_or_dropped() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.type_in("hello");
    chat.act(Action::Enter);
    let local_id = sent(&chat.take())[0].0;
    let fail = |chat: &mut TestChat| {
        chat.update(Input::Outcome(Outcome::Sent {
            conversation: id("100"),
            local_id,
            result: Err("forbidden".to_owned()),
        }));
    };
    chat.act(Action::Up);
    chat.type_in("d");
    assert_eq!(
        chat.room("100").pending.len(),
        1,
        "the message is on its way"
    );
    fail(&mut chat);
    chat.type_in("r");
    assert_eq!(sent(&chat.take()).len(), 1);
    fail(&mut chat);
    chat.type_in("e");
    assert_eq!(chat.room("100").composition.editor.text(), "hello");
    assert_eq!(chat.room("100").pending.len(), 0);
}

#[test]
fn a_reply_that_was_given_up_is_a_reply_again_when_it_is_edited() {
    let mut chat = TestChat::new();
    chat.open("100");
    let question = chat.say("3", "who comes?");
    chat.act(Action::Up);
    chat.type_in("r");
    chat.type_in("I do");
    chat.take();
    chat.act(Action::Enter);
    let local_id = sent(&chat.take())[0].0;
    chat.update(Input::Outcome(Outcome::Sent {
        conversation: id("100"),
        local_id,
        result: Err("forbidden".to_owned()),
    }));
    chat.type_in("other");
    chat.act(Action::Up);
    chat.type_in("e");
    assert_eq!(chat.room("100").pending.len(), 1, "nothing is overwritten");
    chat.act(Action::Escape);
    chat.act(Action::Cancel);
    chat.act(Action::Up);
    chat.type_in("e");
    // The message that is answered may be forgotten meanwhile.
    chat.state
        .rooms
        .get_mut(&id("100"))
        .unwrap()
        .messages
        .clear();
    chat.act(Action::Enter);
    let body = sent(&chat.take())[0].1.clone().for_edit().unwrap();
    let [Attachment::Reply(reply)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(reply.replied_to(), Some(&question));
}

#[test]
fn a_reply_quotes_the_selected_message() {
    let mut chat = TestChat::new();
    chat.open("100");
    let question = chat.say("3", "who comes?");
    chat.say("2", "not I");
    chat.act(Action::Up);
    chat.act(Action::Up);
    chat.type_in("r");
    chat.type_in("I do");
    chat.take();
    chat.act(Action::Enter);
    let drafts = sent(&chat.take());
    let body = drafts[0].1.clone().for_edit().unwrap();
    let [Attachment::Reply(reply)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(reply.replied_to(), Some(&question));
    assert!(chat.room("100").composition.reply.is_none());
}

#[test]
fn a_long_text_is_sent_in_parts() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    chat.act(Action::Paste("word ".repeat(300)));
    chat.act(Action::Enter);
    let drafts = sent(&chat.take());
    assert_eq!(drafts.len(), 2);
    assert!(text(&drafts[0].1).starts_with("(1/2) word"));
    assert_eq!(chat.room("100").pending.len(), 2);
}

#[test]
fn a_text_of_many_parts_is_sent_after_a_question_only() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.take();
    let text = "word ".repeat(60_000);
    chat.act(Action::Paste(text.clone()));
    // A second Enter, as of a key that is held, is no answer.
    for _ in 0..2 {
        chat.act(Action::Enter);
        assert_eq!(sent(&chat.take()).len(), 0);
    }
    assert_eq!(chat.room("100").composition.editor.text(), text);
    chat.act(Action::Enter);
    chat.act(Action::Escape);
    assert_eq!(sent(&chat.take()).len(), 0);
    chat.act(Action::Enter);
    assert!(matches!(
        chat.state.overlay,
        Overlay::Confirm(Confirmation::SendParts(parts)) if parts > 300
    ));
    chat.type_in("y");
    assert!(sent(&chat.take()).len() > 300);
    assert!(chat.room("100").composition.is_blank());
}

#[test]
fn a_mention_is_completed_and_attached() {
    let mut chat = TestChat::new();
    chat.open("1+2");
    chat.type_in("hi @ma");
    chat.act(Action::Tab);
    assert_eq!(chat.room("1+2").composition.editor.text(), "hi @Mara ");
    chat.type_in("there");
    chat.take();
    chat.act(Action::Enter);
    let body = sent(&chat.take())[0].1.clone().for_edit().unwrap();
    let [Attachment::Mentions(mentions)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(mentions.loci, Some(vec![[3, 5]]));
}

#[test]
fn an_unwanted_completion_stays_away_from_its_word() {
    let mut chat = TestChat::new();
    chat.open("1+2");
    chat.type_in("@m");
    assert_eq!(chat.state.candidates().len(), 1);
    chat.act(Action::Escape);
    chat.type_in("a");
    assert_eq!(chat.state.candidates().len(), 0);
    chat.type_in(" @m");
    assert_eq!(chat.state.candidates().len(), 1);
}

#[test]
fn a_file_is_sent_once_it_is_there() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.act(Action::Attach);
    chat.act(Action::Paste("'/media/lake view.png'".to_owned()));
    chat.act(Action::Enter);
    let effects = chat.take();
    let Some(Effect::Upload { local_id, path, .. }) = effects.last().cloned() else {
        panic!("{effects:?}");
    };
    assert_eq!(path, "/media/lake view.png");
    chat.act(Action::Enter);
    assert_eq!(sent(&chat.take()).len(), 0, "the file is on its way");
    let image = groupme_client::model::attachment::Image::new("https://i.groupme.com/1x1.png.a");
    chat.update(Input::Outcome(Outcome::Uploaded {
        conversation: id("100"),
        local_id,
        result: Ok(Box::new(image.into())),
    }));
    chat.act(Action::Enter);
    let drafts = sent(&chat.take());
    let body = drafts[0].1.clone().for_edit().unwrap();
    assert!(matches!(&body.attachments[..], [Attachment::Image(_)]));
    assert!(chat.room("100").composition.is_blank());
}
