//! Tests of the screen.

use core::time::Duration;

use groupme_client::UserId;

use crate::{
    model::{Action, Confirmation, Edit, Input, Outcome, Overlay},
    testing::TestChat,
};

/// Returns the first row that contains a text.
fn row<'r>(rows: &'r [String], text: &str) -> &'r str {
    let row = rows.iter().find(|row| row.contains(text));
    row.unwrap_or_else(|| panic!("no {text:?} in {rows:#?}"))
}

/// Returns the cell at which a text begins in its row.
fn cell(row: &str, text: &str) -> usize {
    let at = row
        .find(text)
        .unwrap_or_else(|| panic!("no {text:?} in {row:?}"));
    crate::text::width(&row[..at])
}

fn lake() -> TestChat {
    let mut chat = TestChat::new();
    chat.open("100");
    chat
}

#[test]
fn the_whole_screen_of_80_by_24() {
    let mut chat = lake();
    let question = chat.say(
        "3",
        "Who is coming to the lake on Saturday? I ask because the boat has three seats.",
    );
    chat.pass(Duration::from_mins(1));
    let reply =
        format!(r#"[{{"type":"reply","reply_id":"{question}","base_reply_id":"{question}"}}]"#);
    chat.say_with("1", "Me!", &reply, "g");
    chat.say_with(
        "2",
        "",
        r#"[{"type":"image","url":"https://i.groupme.com/1024x768.jpeg.4f"}]"#,
        "h",
    );
    chat.event(
        "/group/100",
        &format!(
            r#"{{"type":"favorite","subject":{{"line":{{"id":"{question}","group_id":"100"}},"user_id":"1",
            "reactions":[{{"type":"unicode","code":"👍","user_ids":["1","2"]}}]}}}}"#
        ),
    );
    chat.say_directly("psst");
    chat.event(
        "/group/100",
        r#"{"type":"typing","user_id":"2","started":1}"#,
    );
    chat.type_in("hello");
    let expected = r"
 Conversations       │ # Lake
 # Lake              │
 @ Mara            1 │
                     │
                     │
                     │
                     │
                     │
                     │
                     │
                     │
                     │ ───────────── the conversation begins here ─────────────
                     │ ──────────── Today, Monday, 18 January 2027 ────────────
                     │ 12:00 Theo   Who is coming to the lake on Saturday? I ask
                     │              because the boat has three seats.
                     │              👍 2
                     │ 12:01 Robin  ↳ Theo: Who is coming to the lake on Saturd…
                     │              Me!
                     │ 12:01 Mara   ▸ picture 1024×768
                     │              https://i.groupme.com/1024x768.jpeg.4f
                     │─ Mara is typing… ────────────────────────────────────────
                     │› hello
 ◌ connecting… · Robin                                          1 unread  12:01
 Enter send  ↑ select message  Ctrl+K go to  Tab next unread  ? help";
    let expected = expected.trim_start_matches('\n');
    let (rows, cursor) = chat.draw(80, 24);
    assert_eq!(rows.join("\n"), expected);
    assert_eq!(cursor, Some((29, 21)));
}

#[test]
fn characters_whose_width_terminals_disagree_on_are_drawn_in_their_narrow_form() {
    let mut chat = lake();
    chat.say("3", "I \u{2764}\u{fe0f} it, 1\u{fe0f}\u{20e3}");
    let rows = chat.draw(80, 24).0;
    row(&rows, "I \u{2764}  it, 1\u{20e3}");
    assert!(!rows.concat().contains('\u{fe0f}'));
}

#[test]
fn wide_letters_and_emoji_keep_the_columns() {
    let mut chat = lake();
    chat.say(
        "4",
        "明日の天気はどう？湖まで歩きたいです。とても楽しみにしています、みんなで行きましょう。",
    );
    chat.say("3", "👩\u{200d}👧 family 🎉");
    let rows = chat.screen();
    let first = row(&rows, "明日");
    let family = row(&rows, "family");
    assert_eq!(cell(first, "明日"), cell(family, "👩"));
    assert_eq!(
        cell(family, "🎉"),
        cell(family, "👩") + 2 + " family ".len()
    );
    for line in &rows {
        assert!(crate::text::width(line) <= 80, "{line:?}");
    }
    // The second row of the text begins below the first.
    let at = rows.iter().position(|line| line.contains("明日")).unwrap();
    let second = &rows[at + 1];
    assert_eq!(
        second
            .find('│')
            .map(|bar| second[bar + 3..].trim_start().is_empty()),
        Some(false)
    );
}

#[test]
fn right_to_left_text_is_shown_in_its_order_and_its_controls_are_escaped() {
    let mut chat = lake();
    chat.say("3", "الطقس جميل");
    chat.say("2", "gift\u{202e}fdp.exe");
    chat.say("2", "\u{1b}[2Jclear\u{7}");
    let rows = chat.screen();
    row(&rows, "الطقس جميل");
    row(&rows, r"gift\u{202e}fdp.exe");
    row(&rows, "\u{fffd}[2Jclear\u{fffd}");
}

#[test]
fn names_of_others_command_nothing_either() {
    let mut chat = lake();
    chat.state
        .names
        .learn(&UserId::from("3"), Some("Eve\u{202e}\u{1b}]0;x\u{7}\nroot"));
    chat.say("3", "hello");
    chat.event(
        "/group/100",
        r#"{"type":"typing","user_id":"3","started":1}"#,
    );
    let rows = chat.screen();
    for line in &rows {
        assert!(
            !line.contains('\u{202e}') && !line.contains(char::is_control),
            "{line:?}"
        );
    }
    row(&rows, "is typing…");
}

#[test]
fn a_conversation_is_scrolled_by_pages_with_a_row_of_overlap() {
    let mut chat = lake();
    for number in 1..=60 {
        chat.say("3", &format!("number {number}."));
    }
    let visible = |rows: &[String]| {
        let numbers = rows.iter().filter_map(|row| {
            let (_, rest) = row.split_once("number ")?;
            rest.split_once('.')?.0.parse::<u32>().ok()
        });
        numbers.collect::<Vec<_>>()
    };
    let end = visible(&chat.screen());
    assert_eq!(end, (42..=60).collect::<Vec<_>>());
    chat.act(Action::PageUp);
    assert_eq!(visible(&chat.screen()), (24..=42).collect::<Vec<_>>());
    chat.say("3", "number 61.");
    let rows = chat.screen();
    assert_eq!(
        visible(&rows),
        (24..=42).collect::<Vec<_>>(),
        "the place stays"
    );
    row(&rows, "↓ 1 new");
    chat.act(Action::PageDown);
    assert_eq!(visible(&chat.screen()), (42..=60).collect::<Vec<_>>());
    chat.act(Action::PageDown);
    let rows = chat.screen();
    assert_eq!(visible(&rows).last(), Some(&61));
    assert_eq!(chat.state.unread(), 0);
    for _ in 0..5 {
        chat.act(Action::PageUp);
        chat.screen();
    }
    assert_eq!(visible(&chat.screen()).first(), Some(&1));
}

#[test]
fn a_message_longer_than_the_screen_is_scrolled_through() {
    let mut chat = lake();
    let lines: Vec<String> = (1..=50).map(|number| format!("line {number}.")).collect();
    chat.say("3", &lines.join("\n"));
    row(&chat.screen(), "line 50.");
    chat.act(Action::PageUp);
    let rows = chat.screen();
    row(&rows, "line 32.");
    assert!(!rows.iter().any(|row| row.contains("line 33.")));
    chat.act(Action::PageUp);
    chat.act(Action::PageDown);
    row(&chat.screen(), "line 50.");
}

#[test]
fn the_selected_message_is_in_sight_and_its_keys_are_named() {
    let mut chat = lake();
    for number in 1..=60 {
        chat.say("3", &format!("number {number}."));
    }
    chat.screen();
    for _ in 0..40 {
        chat.act(Action::Up);
        chat.screen();
    }
    let rows = chat.screen();
    assert!(row(&rows, "number 21.").contains('▌'));
    row(&rows, "r reply");
    chat.act(Action::Escape);
    row(&chat.screen(), "number 60.");
}

#[test]
fn a_line_shows_where_the_unread_messages_begin() {
    let mut chat = TestChat::new();
    chat.say("3", "old");
    chat.open("100");
    chat.open("1+2");
    chat.say("3", "fresh");
    assert!(row(&chat.screen(), "Lake").contains(" 1 │"));
    chat.open("100");
    let rows = chat.screen();
    let at = rows
        .iter()
        .position(|row| row.contains("─ new ─"))
        .expect("the line");
    assert!(
        rows[at - 1].contains("old") && rows[at + 1].contains("fresh"),
        "{rows:#?}"
    );
}

#[test]
fn the_cursor_stands_behind_what_is_written_also_in_wide_letters() {
    let mut chat = lake();
    chat.type_in("日本");
    assert_eq!(chat.draw(80, 24).1, Some((28, 21)));
    chat.act(Action::Newline);
    chat.type_in("x");
    assert_eq!(chat.draw(80, 24).1, Some((25, 21)));
    chat.edit(Edit::Left);
    assert_eq!(chat.draw(80, 24).1, Some((24, 21)));
    chat.act(Action::GoTo);
    chat.type_in("la");
    let (rows, cursor) = chat.draw(80, 24);
    row(&rows, "Go to");
    assert!(cursor.is_some_and(|(_, y)| y < 10), "{cursor:?}");
}

#[test]
fn a_narrow_screen_leaves_the_list_out_and_puts_names_above() {
    let mut chat = lake();
    chat.say("3", "Who is coming to the lake on Saturday?");
    let (rows, _) = chat.draw(40, 12);
    assert!(!rows.iter().any(|row| row.contains("Conversations")));
    let at = rows
        .iter()
        .position(|row| row.contains("Theo"))
        .expect("the name");
    assert_eq!(rows[at + 1].trim(), "Who is coming to the lake on");
    assert!(chat.draw(20, 5).0[0].contains("Too small"));
}

#[test]
fn a_wide_screen_has_rows_that_can_be_read() {
    let mut chat = lake();
    chat.say("3", &"word ".repeat(100));
    let (rows, _) = chat.draw(200, 60);
    let longest = rows
        .iter()
        .map(|row| crate::text::width(row.split_once('│').map_or("", |(_, right)| right)));
    assert!(longest.max() < Some(180));
    assert!(row(&rows, "Conversations").starts_with(" Conversations"));
}

#[test]
fn failed_and_waiting_messages_are_named_at_the_end() {
    let mut chat = lake();
    chat.type_in("one");
    chat.act(Action::Enter);
    row(&chat.screen(), "one ⋯");
    chat.pass(Duration::from_secs(6));
    row(&chat.screen(), "one ⋯ waits for the network");
    chat.update(Input::Outcome(Outcome::Sent {
        conversation: "100".into(),
        local_id: 1,
        result: Err("forbidden".to_owned()),
    }));
    row(&chat.screen(), "✗ not sent: forbidden");
    chat.act(Action::Quit);
    row(&chat.screen(), "1 messages are not sent yet");
}

/// Every layer at every size: nothing panics, and nothing is drawn outside.
#[test]
fn every_layer_fits_into_every_size() {
    let mut chat = lake();
    let own = chat.say("1", "mine 湖");
    chat.say("3", "👩\u{200d}👧 @Robin https://example.org/path");
    chat.type_in("hello\u{301} wörld 日本");
    chat.act(Action::Attach);
    chat.type_in("/media/x.png");
    chat.act(Action::Enter);
    let layers: [&dyn Fn(&mut TestChat); 10] = [
        &|_| {},
        &|chat| chat.act(Action::Help),
        &|chat| chat.act(Action::GoTo),
        &|chat| chat.act(Action::Search),
        &|chat| chat.act(Action::Date),
        &|chat| chat.act(Action::Attach),
        &|chat| chat.state.overlay = Overlay::React { choice: 7 },
        &|chat| {
            chat.act(Action::Up);
            chat.type_in("i");
        },
        &|chat| chat.state.overlay = Overlay::Confirm(Confirmation::Delete(own.clone())),
        &|chat| chat.state.overlay = Overlay::Confirm(Confirmation::SendParts(304)),
    ];
    for open in layers {
        open(&mut chat);
        for (columns, rows) in [
            (1, 1),
            (24, 7),
            (25, 8),
            (40, 10),
            (64, 9),
            (80, 24),
            (100, 3),
            (200, 60),
        ] {
            let (drawn, cursor) = chat.draw(columns, rows);
            assert_eq!(drawn.len(), usize::from(rows));
            assert!(
                cursor.is_none_or(|(x, y)| x < columns && y < rows),
                "{cursor:?} of {columns}x{rows}"
            );
        }
        chat.act(Action::Escape);
        chat.act(Action::Escape);
    }
}

/// Texts that are hard to write or to show.
const HARD: [&str; 10] = [
    "",
    " ",
    "plain",
    "\n\n",
    "@",
    "日本語で書く",
    "👩\u{200d}👧👍",
    "e\u{301}\u{301}",
    "\u{202e}\u{200b}\u{1b}[2J",
    "https://example.org/a/very/long/address/that/does/not/end/here",
];

fn random_action(random: &mut fastrand::Rng) -> Action {
    let edits = [
        Edit::Left,
        Edit::Right,
        Edit::WordLeft,
        Edit::WordRight,
        Edit::Home,
        Edit::End,
        Edit::Backspace,
        Edit::Delete,
        Edit::CutWord,
        Edit::CutHome,
        Edit::CutEnd,
        Edit::Yank,
    ];
    let actions = [
        Action::Up,
        Action::Down,
        Action::Enter,
        Action::Newline,
        Action::Tab,
        Action::BackTab,
        Action::Escape,
        Action::PageUp,
        Action::PageDown,
        Action::Oldest,
        Action::Newest,
        Action::NextRoom,
        Action::PreviousRoom,
        Action::NextUnread,
        Action::RoomAt(1),
        Action::Help,
        Action::GoTo,
        Action::Search,
        Action::Date,
        Action::Attach,
        Action::Cancel,
        Action::Quit,
    ];
    match random.u8(0..4) {
        0 => Action::Edit(edits[random.usize(0..edits.len())]),
        1 => Action::Type(
            ["r", "e", "d", "+", "y", "i", "2", "x", "@", "語"][random.usize(0..10)].to_owned(),
        ),
        2 => Action::Paste(HARD[random.usize(0..HARD.len())].repeat(random.usize(1..4))),
        _ => actions[random.usize(0..actions.len())].clone(),
    }
}

#[test]
fn no_sequence_of_keys_and_events_breaks_the_screen() {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut chat = lake();
        for step in 0..250 {
            match random.u8(0..10) {
                0..6 => chat.act(random_action(&mut random)),
                6 => drop(chat.say(
                    ["1", "2", "3"][random.usize(0..3)],
                    HARD[random.usize(0..HARD.len())],
                )),
                7 => drop(chat.say_directly("psst")),
                8 => chat.pass(Duration::from_millis(random.u64(0..4_000))),
                _ => chat.answer_pages(),
            }
            let (columns, rows) = (random.u16(1..120), random.u16(1..40));
            let (drawn, cursor) = chat.draw(columns, rows);
            assert!(
                cursor.is_none_or(|(x, y)| x < columns && y < rows),
                "seed {seed}, step {step}: {cursor:?} of {columns}x{rows}"
            );
            for row in &drawn {
                let hidden = row.contains(['\u{202e}', '\u{200b}', '\u{1b}']);
                assert!(!hidden, "seed {seed}, step {step}: {row:?}");
            }
        }
    }
}
