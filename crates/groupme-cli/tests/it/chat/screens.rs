//! Screens: sizes, wide letters, text from right to left, texts that attack.

use core::time::Duration;

use groupme_sim::{Conversation, Sim};

use super::{ENTER, PAGE_UP, chat};

/// 18 January 2027, 12:00 UTC.
const NOON: Duration = Duration::from_hours(500_076);

async fn sim_at_noon() -> Sim {
    let sim = Sim::builder().ping_interval(None).epoch(NOON);
    sim.start().await.unwrap()
}

#[tokio::test]
async fn a_screen_of_80_by_24_has_every_kind_of_text() {
    let sim = sim_at_noon().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        world
            .set_nickname(cast.lake, cast.priya, "雪 Yuki")
            .unwrap();
        world.set_nickname(cast.lake, cast.theo, "نور").unwrap();
    });
    let mut terminal = chat(&sim, 80, 24).await;
    let plan = sim
        .say("Who is coming to the lake on Saturday? The boat has three seats.")
        .unwrap();
    sim.say_as(
        cast.priya,
        "明日の天気はどう？湖まで歩きたいです。とても楽しみです。",
    )
    .unwrap();
    sim.say_as(cast.theo, "الطقس جميل غدا").unwrap();
    sim.say_as(cast.jonas, "gift\u{202e}fdp.exe \u{1b}[2J 👩\u{200d}👧 🎉")
        .unwrap();
    sim.with_world(|world| world.react(plan, cast.jonas, "👍"))
        .unwrap();
    terminal.sees("👍 1").await;
    terminal.sees("fdp.exe").await;
    let rows = terminal.rows();
    let shown = rows.join("\n");
    assert!(
        shown.starts_with(
            " Conversations       │ # Lake weekend  5 members\n # Lake weekend      │"
        ),
        "{shown}"
    );
    for part in [
        "Mara     Who is coming to the lake on Saturday? The",
        "         boat has three seats.",
        "         👍 1",
        "雪 Yuki  明日の天気はどう？湖まで歩きたいです。とて",
        "         も楽しみです。",
        "نور      الطقس جميل غدا",
        r"Jonas    gift\u{202e}fdp.exe ",
    ] {
        assert!(rows.iter().any(|row| row.contains(part)), "{part}\n{shown}");
    }
    // Names and texts stand in their columns, whatever their letters.
    let screen = terminal.screen();
    for (y, row) in rows.iter().enumerate() {
        if row.contains("12:00 ") && !row.contains("· ") {
            for x in [36, 37] {
                let cell = screen.cell(u16::try_from(y).unwrap(), x).unwrap();
                assert_eq!(cell.contents().trim(), "", "{row}");
            }
            let cell = screen.cell(u16::try_from(y).unwrap(), 38).unwrap();
            assert_ne!(cell.contents().trim(), "", "{row}");
        }
    }
}

#[tokio::test]
async fn a_screen_of_200_by_60_shows_more_and_wraps_where_the_eye_can_follow() {
    let sim = sim_at_noon().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        let lake = Conversation::Group(cast.lake);
        let authors = [cast.mara, cast.jonas];
        world
            .add_history(lake, &authors, 80, Duration::from_mins(30))
            .unwrap();
    });
    let mut terminal = chat(&sim, 200, 60).await;
    sim.say(&"word ".repeat(60)).unwrap();
    terminal.sees("message 80").await;
    terminal.sees("word word").await;
    let rows = terminal.rows();
    assert_eq!(rows.len(), 60);
    let messages = rows.iter().filter(|row| row.contains("message ")).count();
    assert!(messages > 40, "{}", rows.join("\n"));
    let longest = rows
        .iter()
        .filter(|row| row.contains("word"))
        .map(|row| row.trim_end().len())
        .max();
    assert!(longest < Some(175), "{}", rows.join("\n"));
    assert!(rows[59].contains("Ctrl+G date"), "{}", rows[59]);
}

#[tokio::test]
async fn history_loads_while_scrolling_and_by_a_day() {
    let sim = sim_at_noon().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        let lake = Conversation::Group(cast.lake);
        let authors = [cast.mara, cast.jonas];
        world
            .add_history(lake, &authors, 400, Duration::from_hours(1))
            .unwrap();
    });
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.sees("message 400").await;
    let mut presses = 0;
    while !terminal.rows().iter().any(|row| row.contains("message 31")) {
        let before = terminal.rows();
        terminal.keys(PAGE_UP).await;
        terminal.until(|rows| rows != before, "another page").await;
        presses += 1;
        assert!(presses < 60, "{}", terminal.rows().join("\n"));
    }
    // Twelve days before that noon.
    terminal.keys("\x07").await;
    terminal.sees("Jump to a day").await;
    terminal.keys("2027-01-06").await;
    terminal.keys(ENTER).await;
    terminal.sees("Wednesday, 6 January 2027").await;
    terminal.sees("▌").await;
}

#[tokio::test]
async fn a_search_finds_what_is_loaded() {
    let sim = sim_at_noon().await;
    let mut terminal = chat(&sim, 80, 24).await;
    sim.say("the boat is repaired").unwrap();
    for number in 0..30 {
        sim.say(&format!("line {number}.")).unwrap();
    }
    terminal.sees("line 29.").await;
    terminal.misses("the boat").await;
    terminal.keys("\x06").await;
    terminal.keys("BOAT").await;
    terminal.sees("Search: 1 of 1").await;
    terminal.sees("the boat is repaired").await;
}

#[tokio::test]
async fn a_window_that_changes_its_size_is_drawn_anew() {
    let sim = sim_at_noon().await;
    let mut terminal = chat(&sim, 80, 24).await;
    sim.say("Who is coming to the lake on Saturday?").unwrap();
    terminal.sees("Saturday?").await;
    terminal.resize(50, 14);
    terminal
        .until(
            |rows| {
                rows.len() == 14
                    && rows[13].contains("Enter send")
                    && !rows[0].contains("Conversations")
            },
            "the small screen",
        )
        .await;
    terminal.sees("Saturday?").await;
    terminal.resize(120, 40);
    terminal
        .until(
            |rows| rows[39].contains("Enter send") && rows[0].contains("Conversations"),
            "the large screen",
        )
        .await;
    terminal.sees("Saturday?").await;
}
