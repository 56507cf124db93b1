//! `groupme chat` in a pseudo-terminal, against the simulator: what a person types and sees.

mod connection;
mod screens;
mod terminal;
mod writing;

use groupme_sim::Sim;

use self::terminal::Terminal;
use crate::program::{groupme, run, sim};

/// Enter, Escape and others, as a terminal sends them.
const ENTER: &str = "\r";
const ESCAPE: &str = "\x1b";
const UP: &str = "\x1b[A";
const PAGE_UP: &str = "\x1b[5~";
const QUIT: &str = "\x11";

/// Returns the chat with a simulator, once it shows the group by the lake and follows everything.
async fn chat(sim: &Sim, columns: u16, rows: u16) -> Terminal {
    chat_with(sim, &[], columns, rows).await
}

async fn chat_with(sim: &Sim, arguments: &[&str], columns: u16, rows: u16) -> Terminal {
    let mut terminal = Terminal::chat(sim, arguments, columns, rows);
    terminal.sees("● connected").await;
    terminal.sees("# Lake weekend  5 members").await;
    sim.until_listening().await.unwrap();
    terminal
}

#[tokio::test]
async fn the_demo_receives_sends_and_counts() {
    let mut terminal = Terminal::demo(80, 24);
    terminal.sees("● connected").await;
    terminal.sees("Rack found").await;
    // Unread messages of another conversation.
    terminal
        .until(
            |rows| {
                rows.iter()
                    .any(|row| row.contains("@ Mara") && row.contains("1+ │"))
            },
            "an unread direct message",
        )
        .await;
    terminal.keys("hello there").await;
    terminal.sees("› hello there").await;
    terminal.keys(ENTER).await;
    terminal.sees("Robin  hello there").await;
    terminal.sees("› Message Lake weekend").await;
    // The next unread conversation, which is then read.
    terminal.keys("\t").await;
    terminal.sees("Not a word to Jonas").await;
    terminal
        .until(
            |rows| {
                !rows
                    .iter()
                    .any(|row| row.contains("@ Mara") && row.contains("1+ │"))
            },
            "the message is read",
        )
        .await;
    terminal.keys("\x11").await;
    terminal.sees("Quit?").await;
    terminal.keys("y").await;
    assert_eq!(terminal.ends().await, Some(0));
    assert!(!terminal.screen().alternate_screen());
}

#[tokio::test]
async fn help_names_the_keys() {
    let sim = sim().await;
    let mut terminal = chat(&sim, 80, 24).await;
    terminal.keys("?").await;
    terminal.sees("new line").await;
    terminal.sees("┌ Help ─").await;
    terminal.keys(ESCAPE).await;
    terminal.misses("┌ Help ─").await;
}

#[tokio::test]
async fn a_chat_without_a_terminal_is_refused() {
    let refused = run(groupme(&["chat", "--demo"])).await;
    let reason = refused.refused(2);
    assert!(reason.contains("`groupme listen`"), "{reason}");
}

#[tokio::test]
async fn a_refused_token_is_an_error_and_ends_with_its_status() {
    let sim = sim().await;
    let mut terminal = Terminal::shell(
        &sim,
        "GROUPME_ACCESS_TOKEN=0123456789012345678901234567890123456789 $GROUPME chat; echo status $?",
        80,
        24,
    );
    terminal.sees("the gateway refuses this token").await;
    terminal.keys(QUIT).await;
    terminal.keys(QUIT).await;
    terminal.sees("status 3").await;
}
