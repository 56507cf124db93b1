//! Writing: messages, replies, reactions, edits, deletions, mentions, files.

use groupme_sim::{Conversation, MessageView, SimMessageId};

use super::{ENTER, UP, chat, chat_with};
use crate::program::sim;

#[tokio::test]
async fn a_message_is_answered_liked_edited_and_deleted() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mut terminal = chat(&sim, 80, 24).await;
    let question = sim.say("Who has the key?").unwrap();
    terminal.sees("Who has the key?").await;
    terminal.keys(UP).await;
    terminal.sees("r reply").await;
    terminal.keys("r").await;
    terminal.sees("↳ reply to Mara: Who has the key?").await;
    terminal.keys("I dooo").await;
    terminal.keys(ENTER).await;
    terminal.sees("↳ Mara: Who has the key?").await;
    let is_answer =
        |text: &'static str| move |message: MessageView<'_>| message.text() == Some(text);
    let answer = sim
        .until_message("the answer", is_answer("I dooo"))
        .await
        .unwrap();
    let attachments = sim.with_world(|world| world.message(answer).unwrap().attachments());
    assert!(attachments.contains(&question.to_string()), "{attachments}");

    terminal.keys(UP).await;
    terminal.sees("e edit").await;
    terminal.keys("e").await;
    terminal.sees("✎ I dooo").await;
    terminal.keys("\x7f\x7f").await;
    terminal.keys(ENTER).await;
    // GroupMe's times are whole seconds: an edit within the second of the message leaves no trace.
    let is_edited = |row: &String| row.ends_with("  I do") || row.ends_with("  I do (edited)");
    let has_edited = |rows: &[String]| rows.iter().any(is_edited);
    terminal.until(has_edited, "the edited text").await;
    let text = |id: SimMessageId| {
        sim.with_world(|world| world.message(id).unwrap().text().map(str::to_owned))
    };
    assert_eq!(text(answer).as_deref(), Some("I do"));

    terminal.keys(UP).await;
    terminal.keys(UP).await;
    terminal.sees("r reply").await;
    terminal.keys("+").await;
    terminal.sees("or type or paste another emoji").await;
    terminal.keys("2").await;
    terminal.sees("👍 1").await;
    let reaction = |id: SimMessageId| {
        sim.with_world(|world| {
            world
                .message(id)
                .unwrap()
                .reaction_of(cast.me)
                .map(str::to_owned)
        })
    };
    assert_eq!(reaction(question).as_deref(), Some("👍"));
    // The same again removes it.
    terminal.keys("+2").await;
    terminal.misses("👍 1").await;
    assert_eq!(reaction(question), None);

    terminal.keys("\x1b").await;
    terminal.sees("Enter send").await;
    terminal.keys(UP).await;
    terminal.sees("e edit").await;
    terminal.keys("d").await;
    terminal.sees("Delete this message for everyone?").await;
    terminal.keys("y").await;
    terminal.sees("deleted").await;
    assert!(sim.with_world(|world| { world.message(answer).is_none_or(MessageView::is_deleted) }));
}

#[tokio::test]
async fn a_message_of_several_lines_with_a_mention_arrives_as_written() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.keys("hi @jo").await;
    terminal.sees("@Jonas").await;
    terminal.keys("\t").await;
    terminal.sees("› hi @Jonas").await;
    // Alt+Enter.
    terminal.keys("\x1b\r").await;
    terminal.keys("日本 🎉").await;
    terminal.keys(ENTER).await;
    let is_it = |message: MessageView<'_>| message.text() == Some("hi @Jonas \n日本 🎉");
    let sent = sim.until_message("the message", is_it).await.unwrap();
    let attachments = sim.with_world(|world| world.message(sent).unwrap().attachments());
    assert!(attachments.contains("[[3,6]]"), "{attachments}");
    terminal.sees("日本 🎉").await;
}

#[tokio::test]
async fn pasted_text_is_not_sent_before_enter_is_pressed() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.keys("\x1b[200~one\rtwo\x1b[201~").await;
    terminal.sees("two").await;
    let newest = |text: &str| {
        let text = text.to_owned();
        sim.with_world(|world| {
            world
                .messages(Conversation::Group(sim.cast().lake))
                .filter(|it| it.text() == Some(&text))
                .count()
        })
    };
    assert_eq!(newest("one\ntwo"), 0);
    terminal.keys(ENTER).await;
    sim.until_message("the paste", |it| it.text() == Some("one\ntwo"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_picture_is_attached_and_sent() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lake view.png");
    std::fs::write(&file, b"\x89PNG\r\n\x1a\n0000000000000000").unwrap();
    terminal.keys("\x0f").await;
    terminal.sees("Attach a file").await;
    terminal.keys(&format!("'{}'", file.display())).await;
    terminal.keys(ENTER).await;
    terminal.sees("Attached. Enter sends it.").await;
    terminal.keys("look").await;
    terminal.keys(ENTER).await;
    let sent = sim
        .until_message("the picture", |it| it.text() == Some("look"))
        .await
        .unwrap();
    let attachments = sim.with_world(|world| world.message(sent).unwrap().attachments());
    assert!(attachments.contains("image"), "{attachments}");
    terminal.sees("▸ picture").await;
}

#[tokio::test]
async fn a_missing_file_is_named_in_an_error() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.keys("\x0f").await;
    terminal.sees("Attach a file").await;
    terminal.keys("/nowhere/at/all.png\r").await;
    terminal
        .sees("Cannot attach the file: /nowhere/at/all.png")
        .await;
}

#[tokio::test]
async fn others_see_that_the_user_types() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    let before = sim.with_world(|world| world.latest_message());
    terminal.keys("hm").await;
    terminal.sees("› hm").await;
    // The user's own notice comes back, and is not shown.
    sim.say("one moment").unwrap();
    terminal.sees("one moment").await;
    assert!(
        !terminal
            .rows()
            .iter()
            .any(|row| row.contains("Robin is typing"))
    );
    assert!(sim.with_world(|world| world.latest_message()) > before);
}

#[tokio::test]
async fn a_direct_message_rings_the_bell_or_shows_itself_on_the_desktop() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    assert!(!terminal.raw().contains(&7));
    sim.direct_message("psst").unwrap();
    terminal.gets(b"\x07").await;
    terminal.sees("1 unread").await;

    let sim = self::sim().await;
    let mut terminal = chat_with(&sim, &["--notify", "osc9"], 80, 24).await;
    sim.direct_message("psst \u{1b}]0;evil\u{7}").unwrap();
    terminal
        .gets("\x1b]9;Mara: psst \u{fffd}]0;evil\u{fffd}\x1b\\".as_bytes())
        .await;
}
