//! The connection: outages, reconnects, a slow terminal, suspension.

use groupme_sim::Conversation;

use super::{ENTER, QUIT, chat, terminal::Terminal};
use crate::program::sim;

#[tokio::test]
async fn a_gateway_that_dies_while_the_user_writes_costs_nothing() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.keys("I bring the bo").await;
    terminal.sees("› I bring the bo").await;
    sim.allow_sockets(false);
    sim.allow_polling(false);
    sim.restart();
    sim.say("Is anybody missing this?").unwrap();
    terminal.sees("○ reconnecting").await;
    terminal.keys("at, and the key").await;
    terminal.sees("› I bring the boat, and the key").await;
    terminal.keys(ENTER).await;
    sim.until_message("the message", |it| {
        it.text() == Some("I bring the boat, and the key")
    })
    .await
    .unwrap();
    sim.allow_sockets(true);
    sim.allow_polling(true);
    terminal.sees("● connected").await;
    terminal.sees("Is anybody missing this?").await;
    let is_sent = |rows: &[String]| {
        let row = rows
            .iter()
            .find(|row| row.contains("I bring the boat, and the key"));
        row.is_some_and(|row| !row.contains('⋯') && !row.contains('›'))
    };
    terminal.until(is_sent, "the message as sent").await;
    let lake = Conversation::Group(sim.cast().lake);
    let count = sim.with_world(|world| {
        let same = world
            .messages(lake)
            .filter(|it| it.text() == Some("I bring the boat, and the key"));
        same.count()
    });
    assert_eq!(count, 1);
    let shown = terminal
        .rows()
        .iter()
        .filter(|row| row.contains("I bring the boat"))
        .count();
    assert_eq!(shown, 1);
}

#[tokio::test]
async fn a_message_waits_for_the_api_and_is_sent_once() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    let mut faults = groupme_sim::FaultPlan::default();
    faults.rest.probability = "always".parse().unwrap();
    sim.set_faults(faults);
    terminal.keys("patience").await;
    terminal.keys(ENTER).await;
    terminal.sees("patience ⋯").await;
    sim.clear_faults();
    sim.until_message("the message", |it| it.text() == Some("patience"))
        .await
        .unwrap();
    terminal
        .until(
            |rows| rows.iter().any(|row| row.ends_with("patience")),
            "the message as sent",
        )
        .await;
}

#[tokio::test]
async fn the_conversations_are_loaded_once_the_api_is_there() {
    let sim = sim().await;
    let mut faults = groupme_sim::FaultPlan::default();
    faults.rest.probability = "always".parse().unwrap();
    sim.set_faults(faults);
    let mut terminal = Terminal::chat(&sim, &["--timeout", "1s"], 80, 24);
    terminal.sees("The conversations cannot be loaded").await;
    sim.clear_faults();
    terminal.sees("# Lake weekend  5 members").await;
}

#[tokio::test]
async fn a_terminal_that_reads_nothing_for_a_while_shows_the_newest_state() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    // Nobody reads the terminal meanwhile, and its buffer holds a fraction of what is drawn.
    for number in 0..300 {
        sim.say(&format!("number {number}.")).unwrap();
        if number % 20 == 0 {
            terminal.keys("x").await;
            tokio::task::yield_now().await;
        }
    }
    terminal.sees("number 299.").await;
    terminal.sees(&format!("› {}", "x".repeat(15))).await;
}

#[tokio::test]
async fn a_suspended_chat_gives_the_terminal_back_and_returns() {
    let sim = sim().await;
    let modes = r#"case "$(stty -a)" in *-icanon*) echo RAW;; *) echo COOKED;; esac"#;
    let line = &format!("set -m; $GROUPME chat; {modes}; fg; echo over");
    let mut terminal = Terminal::shell(&sim, line, 80, 24);
    terminal.sees("● connected").await;
    sim.until_listening().await.unwrap();
    terminal.keys("half a sen").await;
    terminal.sees("› half a sen").await;
    terminal.keys("\x1a").await;
    // The shell continues, and brings the chat back.
    terminal.gets(b"COOKED").await;
    terminal.sees("› half a sen").await;
    assert!(terminal.screen().alternate_screen());
    sim.say("welcome back").unwrap();
    terminal.sees("welcome back").await;
    terminal.keys("tence").await;
    terminal.sees("› half a sentence").await;
    terminal.keys(QUIT).await;
    terminal.keys(QUIT).await;
    terminal.sees("over").await;
}

#[tokio::test]
async fn a_signal_ends_the_chat_and_gives_the_terminal_back() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    let pid = terminal.pid().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(terminal.ends().await, Some(0));
    assert!(!terminal.screen().alternate_screen());
    assert!(!terminal.screen().hide_cursor());
}
