//! Tests of the model: keys, events and answers in virtual time.

use core::time::Duration;

use groupme_client::{ConversationId, Draft, LikeIcon, MessageId, model::Attachment};

use super::*;
use crate::testing::Desk;

fn id(id: &str) -> ConversationId {
    ConversationId::from(id)
}

/// Returns the drafts among effects, with their numbers.
fn sent(effects: &[Effect]) -> Vec<(u64, Draft)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { number, draft, .. } => Some((*number, draft.clone())),
        _ => None,
    });
    sent.collect()
}

fn text(draft: &Draft) -> String {
    draft.clone().for_edit().unwrap().text.unwrap_or_default()
}

#[test]
fn messages_of_other_conversations_are_counted_until_they_are_read() {
    let mut desk = Desk::new();
    desk.open("1+2");
    desk.take();
    desk.say("3", "who comes?");
    desk.say("2", "me");
    assert_eq!(desk.room("100").unread.count, 2);
    assert_eq!(desk.state.unread(), 2);
    desk.open("100");
    assert_eq!(desk.room("100").unread.count, 0);
    assert_eq!(desk.state.unread(), 0);
    let newest = desk.room("100").newest.clone().unwrap().0;
    // The line "new" stays where it was.
    assert!(
        desk.room("100")
            .read_before
            .as_ref()
            .is_some_and(|read| *read < newest)
    );
}

#[test]
fn what_is_seen_is_marked_as_read_at_most_every_two_seconds() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    let is_mark = |effect: &Effect| matches!(effect, Effect::MarkRead { .. });
    desk.say("3", "one");
    assert_eq!(
        desk.take().iter().filter(|effect| is_mark(effect)).count(),
        1
    );
    let last = [desk.say("3", "two"), desk.say("3", "three")][1].clone();
    assert!(!desk.take().iter().any(is_mark));
    assert!(desk.state.poll_timeout().is_some());
    desk.pass(Duration::from_secs(2));
    let marks: Vec<Effect> = desk.take().into_iter().filter(is_mark).collect();
    let expected = Effect::MarkRead {
        conversation: id("100"),
        message: last,
    };
    assert_eq!(marks, [expected]);
}

#[test]
fn a_terminal_in_the_background_reads_nothing_and_tells_what_is_for_the_user() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    desk.update(Input::Focus(false));
    desk.say("3", "not for anybody");
    assert_eq!(desk.take(), []);
    let mention = r#"[{"type":"mentions","user_ids":["1"],"loci":[[0,6]]}]"#;
    desk.say_with("3", "@Robin look", mention, "g");
    let told = desk.take();
    let [Effect::Notify { title, body }] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(
        (title.as_str(), body.as_str()),
        ("Theo in Lake", "@Robin look")
    );
    assert_eq!(desk.room("100").unread.count, 2);
    desk.update(Input::Focus(true));
    assert_eq!(desk.room("100").unread.count, 0);
}

#[test]
fn direct_messages_and_answers_are_told_and_own_ones_are_not() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    desk.say_directly("psst");
    assert!(matches!(&desk.take()[..], [Effect::Notify { title, .. }] if title == "Mara"));
    let own = desk.say("1", "who has the key?");
    assert_eq!(desk.take(), []);
    desk.update(Input::Focus(false));
    let reply = format!(r#"[{{"type":"reply","reply_id":"{own}","base_reply_id":"{own}"}}]"#);
    desk.say_with("3", "me", &reply, "g");
    assert!(matches!(&desk.take()[..], [Effect::Notify { .. }]));
}

#[test]
fn what_was_missed_before_the_start_counts_as_one_or_more() {
    let mut desk = Desk::empty();
    desk.load(&[("1+2", "179900000000000000")]);
    let unread = desk.room("1+2").unread;
    assert_eq!((unread.count, unread.is_more), (1, true));
    // The group without a receipt counts nothing.
    assert_eq!(desk.room("100").unread, Unread::default());
}

#[test]
fn somebody_types_for_five_seconds_or_until_the_message_comes() {
    let mut desk = Desk::new();
    desk.open("100");
    let typing = |user: &str| format!(r#"{{"type":"typing","user_id":"{user}","started":1}}"#);
    desk.event("/group/100", &typing("2"));
    desk.event("/group/100", &typing("3"));
    desk.event("/group/100", &typing("1"));
    assert_eq!(desk.room("100").typing.len(), 2, "not the user's own");
    desk.say("3", "done");
    assert_eq!(desk.room("100").typing.len(), 1);
    desk.pass(Duration::from_secs(5));
    assert_eq!(desk.room("100").typing.len(), 0);
    desk.event("/direct_message/1_2", &typing("2"));
    assert_eq!(desk.room("1+2").typing.len(), 1);
}

#[test]
fn typing_is_shown_to_others_every_four_seconds_and_not_while_editing() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    let is_typing = |effect: &&Effect| matches!(effect, Effect::SendTyping(_));
    desk.type_in("hello");
    assert_eq!(desk.take().iter().filter(is_typing).count(), 1);
    desk.pass(Duration::from_secs(4));
    desk.type_in("!");
    assert_eq!(desk.take().iter().filter(is_typing).count(), 1);
}

#[test]
fn a_message_waits_at_the_end_until_its_echo_comes() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    desk.type_in("on my way");
    desk.act(Action::Enter);
    let drafts = sent(&desk.take());
    assert_eq!(drafts.len(), 1);
    assert_eq!(text(&drafts[0].1), "on my way");
    assert!(desk.room("100").composition.is_blank());
    assert_eq!(desk.room("100").pending.len(), 1);
    desk.queue(drafts[0].0, "guid-1");
    desk.say_with("3", "hurry", "[]", "guid-2");
    assert_eq!(desk.room("100").pending.len(), 1);
    desk.say_with("1", "on my way", "[]", "guid-1");
    assert_eq!(desk.room("100").pending.len(), 0);
    assert_eq!(desk.room("100").messages.len(), 2);
}

#[test]
fn an_echo_that_never_comes_is_replaced_by_the_answer() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.type_in("hello");
    desk.act(Action::Enter);
    let number = sent(&desk.take())[0].0;
    let message = desk.past(1, "1", "hello");
    desk.update(Input::Outcome(Outcome::Sent {
        conversation: id("100"),
        number,
        result: Ok(Some(Box::new(message))),
    }));
    assert_eq!(desk.room("100").pending.len(), 0);
    assert_eq!(desk.room("100").messages.len(), 1);
}

#[test]
fn a_message_that_was_given_up_can_be_sent_again_edited_or_dropped() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.type_in("hello");
    desk.act(Action::Enter);
    let number = sent(&desk.take())[0].0;
    let fail = |desk: &mut Desk| {
        desk.update(Input::Outcome(Outcome::Sent {
            conversation: id("100"),
            number,
            result: Err("forbidden".to_owned()),
        }));
    };
    desk.act(Action::Up);
    desk.type_in("d");
    assert_eq!(desk.room("100").pending.len(), 1, "it is on its way");
    fail(&mut desk);
    desk.type_in("r");
    assert_eq!(sent(&desk.take()).len(), 1);
    fail(&mut desk);
    desk.type_in("e");
    assert_eq!(desk.room("100").composition.editor.text(), "hello");
    assert_eq!(desk.room("100").pending.len(), 0);
}

#[test]
fn a_reply_that_was_given_up_is_a_reply_again_when_it_is_edited() {
    let mut desk = Desk::new();
    desk.open("100");
    let question = desk.say("3", "who comes?");
    desk.act(Action::Up);
    desk.type_in("r");
    desk.type_in("I do");
    desk.take();
    desk.act(Action::Enter);
    let number = sent(&desk.take())[0].0;
    desk.update(Input::Outcome(Outcome::Sent {
        conversation: id("100"),
        number,
        result: Err("forbidden".to_owned()),
    }));
    desk.type_in("other");
    desk.act(Action::Up);
    desk.type_in("e");
    assert_eq!(desk.room("100").pending.len(), 1, "nothing is overwritten");
    desk.act(Action::Escape);
    desk.act(Action::Cancel);
    desk.act(Action::Up);
    desk.type_in("e");
    // The message that is answered may be forgotten meanwhile.
    desk.state
        .rooms
        .get_mut(&id("100"))
        .unwrap()
        .messages
        .clear();
    desk.act(Action::Enter);
    let body = sent(&desk.take())[0].1.clone().for_edit().unwrap();
    let [Attachment::Reply(reply)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(reply.replied_to(), Some(&question));
}

#[test]
fn an_edit_is_saved_also_when_its_message_is_forgotten() {
    let mut desk = Desk::new();
    desk.open("100");
    let own = desk.say("1", "frist");
    desk.act(Action::Up);
    desk.type_in("e!");
    desk.state
        .rooms
        .get_mut(&id("100"))
        .unwrap()
        .messages
        .clear();
    desk.take();
    desk.act(Action::Enter);
    let effects = desk.take();
    assert!(
        matches!(&effects[..], [Effect::Edit { message, .. }] if *message == own),
        "{effects:?}"
    );
}

#[test]
fn every_conversation_keeps_what_is_written_there() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.type_in("half a sen");
    desk.open("1+2");
    desk.type_in("secret");
    desk.open("100");
    assert_eq!(desk.room("100").composition.editor.text(), "half a sen");
    assert_eq!(desk.room("1+2").composition.editor.text(), "secret");
}

#[test]
fn an_edit_leaves_what_was_written_before_in_its_place() {
    let mut desk = Desk::new();
    desk.open("100");
    let own = desk.say("1", "frist");
    desk.type_in("draft");
    desk.take();
    desk.act(Action::Up);
    desk.type_in("e");
    assert_eq!(desk.room("100").composition.editor.text(), "frist");
    desk.act(Action::Escape);
    assert_eq!(desk.room("100").composition.editor.text(), "draft");
    desk.act(Action::Up);
    desk.type_in("e");
    desk.act(Action::Edit(Edit::CutHome));
    desk.type_in("first");
    desk.act(Action::Enter);
    let effects = desk.take();
    let [Effect::Edit { message, draft, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((message, text(draft).as_str()), (&own, "first"));
    assert_eq!(desk.room("100").composition.editor.text(), "draft");
}

#[test]
fn only_own_messages_are_edited() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.say("3", "hers");
    desk.act(Action::Up);
    desk.type_in("e");
    assert!(desk.room("100").composition.edited.is_none());
    assert!(desk.state.notice.is_some());
}

#[test]
fn a_reply_quotes_the_selected_message() {
    let mut desk = Desk::new();
    desk.open("100");
    let question = desk.say("3", "who comes?");
    desk.say("2", "not I");
    desk.act(Action::Up);
    desk.act(Action::Up);
    desk.type_in("r");
    desk.type_in("I do");
    desk.take();
    desk.act(Action::Enter);
    let drafts = sent(&desk.take());
    let body = drafts[0].1.clone().for_edit().unwrap();
    let [Attachment::Reply(reply)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(reply.replied_to(), Some(&question));
    assert!(desk.room("100").composition.reply.is_none());
}

#[test]
fn the_own_reaction_again_removes_it() {
    let mut desk = Desk::new();
    desk.open("100");
    let message = desk.say("3", "swim?");
    desk.act(Action::Up);
    desk.type_in("+2");
    let icon = LikeIcon::unicode(REACTIONS[1]);
    let react = |icon| Effect::React {
        conversation: id("100"),
        message: message.clone(),
        icon,
    };
    assert_eq!(desk.take().last(), Some(&react(Some(icon))));
    desk.event(
        "/group/100",
        &format!(
            r#"{{"type":"favorite","subject":{{"line":{{"id":"{message}","group_id":"100"}},"user_id":"1",
            "reactions":[{{"type":"unicode","code":"{}","user_ids":["1"]}}]}}}}"#,
            REACTIONS[1]
        ),
    );
    desk.type_in("+2");
    assert_eq!(desk.take(), [react(None)]);
    desk.type_in("+🦭");
    assert_eq!(desk.take(), [react(Some(LikeIcon::unicode("🦭")))]);
}

#[test]
fn a_deletion_is_confirmed() {
    let mut desk = Desk::new();
    desk.open("100");
    let own = desk.say("1", "oops");
    desk.take();
    desk.act(Action::Up);
    desk.type_in("dn");
    assert_eq!(desk.take(), []);
    desk.type_in("dy");
    let delete = Effect::Delete {
        conversation: id("100"),
        message: own,
    };
    assert_eq!(desk.take(), [delete]);
}

#[test]
fn edits_deletions_and_reactions_of_others_show_at_once() {
    let mut desk = Desk::new();
    desk.open("100");
    let message = desk.say("3", "teh lake");
    let change = |kind: &str, rest: &str| {
        format!(
            r#"{{"type":"{kind}","subject":{{"id":"{message}","group_id":"100","sender_id":"3","name":"Theo",
            "created_at":1800273600,"attachments":[],{rest}}}}}"#
        )
    };
    desk.event(
        "/group/100",
        &change(
            "message.update",
            r#""text":"the lake","updated_at":1800273700"#,
        ),
    );
    let shown = desk.room("100").messages[0].clone();
    assert_eq!(
        (shown.text.as_deref(), shown.is_edited()),
        (Some("the lake"), true)
    );
    desk.event(
        "/group/100",
        &change("message.deleted", r#""deleted_at":1800273800,"text":null"#),
    );
    assert!(desk.room("100").messages[0].is_deleted());
    assert_eq!(desk.room("100").messages.len(), 1);
}

#[test]
fn an_edit_of_a_direct_message_changes_the_message_and_is_no_line_of_its_own() {
    let mut desk = Desk::new();
    desk.open("1+2");
    let message = desk.say_directly("teh lake");
    desk.event(
        "/user/1",
        &format!(
            r#"{{"type":"direct_message.create","subject":{{"id":"180027360099999999","chat_id":"1+2",
            "recipient_id":"1","sender_id":"system","event":{{"type":"message.update","data":{{
            "message_id":"{message}","updated_at":1800273700,"message":{{"text":"the lake","attachments":[]}}}}}}}}}}"#
        ),
    );
    let texts = desk
        .room("1+2")
        .messages
        .iter()
        .map(|message| message.text.clone().unwrap_or_default());
    assert_eq!(texts.collect::<Vec<_>>(), ["the lake"]);
}

#[test]
fn a_long_text_is_sent_in_parts() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.take();
    desk.act(Action::Paste("word ".repeat(300)));
    desk.act(Action::Enter);
    let drafts = sent(&desk.take());
    assert_eq!(drafts.len(), 2);
    assert!(text(&drafts[0].1).starts_with("(1/2) word"));
    assert_eq!(desk.room("100").pending.len(), 2);
}

#[test]
fn a_mention_is_completed_and_attached() {
    let mut desk = Desk::new();
    desk.open("1+2");
    desk.type_in("hi @ma");
    desk.act(Action::Tab);
    assert_eq!(desk.room("1+2").composition.editor.text(), "hi @Mara ");
    desk.type_in("there");
    desk.take();
    desk.act(Action::Enter);
    let body = sent(&desk.take())[0].1.clone().for_edit().unwrap();
    let [Attachment::Mentions(mentions)] = &body.attachments[..] else {
        panic!("{body:?}");
    };
    assert_eq!(mentions.loci, Some(vec![[3, 5]]));
}

#[test]
fn an_unwanted_completion_stays_away_from_its_word() {
    let mut desk = Desk::new();
    desk.open("1+2");
    desk.type_in("@m");
    assert_eq!(desk.state.candidates().len(), 1);
    desk.act(Action::Escape);
    desk.type_in("a");
    assert_eq!(desk.state.candidates().len(), 0);
    desk.type_in(" @m");
    assert_eq!(desk.state.candidates().len(), 1);
}

#[test]
fn history_is_loaded_where_it_is_looked_at() {
    let mut desk = Desk::empty();
    desk.load(&[]);
    desk.open("100");
    let loads = |effects: Vec<Effect>| {
        let loads = effects.into_iter().filter_map(|effect| match effect {
            Effect::LoadBefore { before, .. } => Some(before),
            _ => None,
        });
        loads.collect::<Vec<_>>()
    };
    desk.take();
    desk.state.rooms.get_mut(&id("100")).unwrap().holes = holes::Holes::default();
    let page: Vec<_> = (1..=50)
        .map(|minute| desk.past(minute * 60, "3", "hello"))
        .collect();
    let oldest = page[49].id.clone();
    desk.page(&id("100"), None, Ok(page));
    desk.take();
    desk.draw(80, 24);
    assert_eq!(loads(desk.take()), [], "the beginning is out of sight");
    desk.act(Action::Oldest);
    desk.draw(80, 24);
    assert_eq!(loads(desk.take()), [Some(oldest.clone())]);
    desk.page(
        &id("100"),
        Some(oldest.clone()),
        Err("no network".to_owned()),
    );
    desk.draw(80, 24);
    assert_eq!(
        loads(desk.take()),
        [],
        "a failed request waits for the user"
    );
    desk.act(Action::PageUp);
    desk.draw(80, 24);
    assert_eq!(loads(desk.take()), [Some(oldest.clone())]);
    desk.page(&id("100"), Some(oldest), Ok(Vec::new()));
    desk.act(Action::Oldest);
    let (rows, _) = desk.draw(80, 24);
    assert!(
        rows.iter()
            .any(|row| row.contains("the conversation begins here")),
        "{rows:#?}"
    );
}

#[test]
fn a_day_is_jumped_to_and_what_lies_between_is_known_to_be_missing() {
    let mut desk = Desk::new();
    desk.open("100");
    let today = desk.say("3", "today");
    desk.state.rooms.get_mut(&id("100")).unwrap().holes = {
        let mut holes = holes::Holes::default();
        holes.fill(None, Some(&today));
        holes
    };
    desk.take();
    desk.act(Action::Date);
    desk.type_in("3w");
    desk.act(Action::Enter);
    let effects = desk.take();
    let [Effect::LoadSince { time, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    let day = 24 * 60 * 60;
    assert_eq!(
        time.as_secs(),
        crate::testing::START - 21 * day - 12 * 60 * 60
    );
    let then = desk.past(20 * day, "2", "long ago");
    desk.update(Input::Outcome(Outcome::Since {
        conversation: id("100"),
        time: *time,
        page: Ok(vec![then.clone()]),
    }));
    let room = desk.room("100");
    assert_eq!(room.selected, Some(Spot::Message(then.id.clone())));
    assert!(room.holes.between(Some(&then.id), &today).is_some());
    assert!(room.holes.between(None, &then.id).is_some());
}

#[test]
fn a_day_that_cannot_be_read_is_asked_again() {
    let mut desk = Desk::new();
    desk.act(Action::Date);
    desk.type_in("someday");
    desk.act(Action::Enter);
    assert!(matches!(
        &desk.state.layer,
        Layer::Date { error: Some(_), .. }
    ));
    assert!(
        !desk
            .take()
            .iter()
            .any(|effect| matches!(effect, Effect::LoadSince { .. }))
    );
}

#[test]
fn a_search_goes_from_the_newest_to_the_oldest() {
    let mut desk = Desk::new();
    desk.open("100");
    let ids: Vec<MessageId> = ["Boat?", "no", "the boat"]
        .map(|said| desk.say("3", said))
        .into();
    desk.act(Action::Search);
    desk.type_in("boat");
    let selected = |desk: &Desk| desk.room("100").selected.clone();
    assert_eq!(selected(&desk), Some(Spot::Message(ids[2].clone())));
    assert_eq!(desk.state.hits("boat"), (2, Some(0)));
    desk.act(Action::Enter);
    assert_eq!(selected(&desk), Some(Spot::Message(ids[0].clone())));
    desk.act(Action::Enter);
    assert_eq!(selected(&desk), Some(Spot::Message(ids[0].clone())));
    desk.act(Action::Down);
    assert_eq!(selected(&desk), Some(Spot::Message(ids[2].clone())));
    desk.act(Action::Escape);
    assert_eq!(selected(&desk), Some(Spot::Message(ids[2].clone())));
    desk.act(Action::Escape);
    assert_eq!(selected(&desk), None);
}

#[test]
fn control_c_clears_first_and_quits_then() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.type_in("nothing");
    desk.take();
    desk.act(Action::Cancel);
    assert!(desk.room("100").composition.is_blank());
    desk.act(Action::Cancel);
    assert!(!desk.take().contains(&Effect::Quit));
    desk.act(Action::Cancel);
    assert!(desk.take().contains(&Effect::Quit));
}

#[test]
fn a_question_mark_helps_and_a_second_one_is_typed() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.type_in("?");
    assert!(matches!(desk.state.layer, Layer::Help { .. }));
    desk.type_in("?");
    assert!(matches!(desk.state.layer, Layer::None));
    assert_eq!(desk.room("100").composition.editor.text(), "?");
    desk.type_in("?");
    assert_eq!(desk.room("100").composition.editor.text(), "??");
}

#[test]
fn a_file_is_sent_once_it_is_there() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.act(Action::Attach);
    desk.act(Action::Paste("'/media/lake view.png'".to_owned()));
    desk.act(Action::Enter);
    let effects = desk.take();
    let Some(Effect::Upload { number, path, .. }) = effects.last().cloned() else {
        panic!("{effects:?}");
    };
    assert_eq!(path, "/media/lake view.png");
    desk.act(Action::Enter);
    assert_eq!(sent(&desk.take()).len(), 0, "the file is on its way");
    let image = groupme_client::model::attachment::Image::new("https://i.groupme.com/1x1.png.a");
    desk.update(Input::Outcome(Outcome::Uploaded {
        conversation: id("100"),
        number,
        result: Ok(Box::new(image.into())),
    }));
    desk.act(Action::Enter);
    let drafts = sent(&desk.take());
    let body = drafts[0].1.clone().for_edit().unwrap();
    assert!(matches!(&body.attachments[..], [Attachment::Image(_)]));
    assert!(desk.room("100").composition.is_blank());
}

#[test]
fn the_next_unread_conversation_is_one_for_the_user_first() {
    let mut desk = Desk::new();
    let other = r#"{"type":"membership.create","subject":{"id":"200","name":"Other"}}"#;
    desk.event("/user/1", other);
    desk.open("200");
    desk.say_directly("psst");
    desk.say("3", "later than that");
    desk.act(Action::Tab);
    assert_eq!(desk.state.open, Some(id("1+2")));
    desk.act(Action::Tab);
    assert_eq!(desk.state.open, Some(id("100")));
    desk.answer_pages();
    desk.act(Action::Tab);
    assert!(desk.state.notice.is_some(), "everything is read");
}

#[test]
fn somebody_new_is_written_to_by_name() {
    let mut desk = Desk::new();
    desk.act(Action::GoTo);
    desk.type_in("theo");
    desk.act(Action::Enter);
    assert_eq!(desk.state.open, Some(id("1+3")));
    assert_eq!(desk.room("1+3").name, "Theo");
}

#[test]
fn what_is_missing_is_requested_when_it_is_drawn() {
    let mut desk = Desk::new();
    desk.open("100");
    desk.say("3", "hello");
    desk.state.rooms.get_mut(&id("100")).unwrap().holes = holes::Holes::default();
    desk.take();
    desk.draw(80, 24);
    let loads = desk.take();
    assert!(
        loads
            .iter()
            .any(|effect| matches!(effect, Effect::LoadBefore { before: None, .. })),
        "{loads:?}"
    );
}
