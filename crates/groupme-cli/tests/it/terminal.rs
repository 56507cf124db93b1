//! Output and input at a real terminal.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    process::Stdio,
};

use groupme_sim::Sim;
use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};
use tokio::process::Command;

use crate::program::{ask, groupme, run, sim, soon};

/// A terminal, and the end of it that a person sees.
struct Terminal {
    screen: OwnedFd,
    tty: OwnedFd,
}

impl Terminal {
    fn new(columns: u16) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let tty = open(&name, flags, Mode::empty()).unwrap();
        let size = Winsize {
            ws_col: columns,
            ws_row: 24,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&tty, size).unwrap();
        Self { screen, tty }
    }

    fn stdio(&self) -> Stdio {
        Stdio::from(self.tty.try_clone().unwrap())
    }

    fn has_echo(&self) -> bool {
        let modes = tcgetattr(&self.tty).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// Returns what is shown once the command has ended.
    async fn shown(self, mut command: Command) -> String {
        let mut child = command.stdout(self.stdio()).spawn().unwrap();
        let Self { screen, tty } = self;
        drop((tty, command));
        let reading = tokio::task::spawn_blocking(move || {
            let mut shown = Vec::new();
            // The end of the last program at a terminal is an error of reading.
            let _ = File::from(screen).read_to_end(&mut shown);
            String::from_utf8(shown).unwrap()
        });
        assert!(soon(child.wait()).await.unwrap().success());
        soon(reading).await.unwrap()
    }
}

/// Fills a group with a long message that has a picture.
fn fill(sim: &Sim) {
    let cast = *sim.cast();
    let image =
        r#"[{"type":"image","url":"https://i.groupme.com/1024x768.jpeg.0123456789abcdef"}]"#;
    let text = "The quick brown fox jumps over the lazy dog, and does it again and again.\nAgreed?";
    sim.with_world(|world| world.say_with_attachments(cast.lake, cast.mara, Some(text), image))
        .unwrap();
}

#[tokio::test]
async fn messages_wrap_with_colour_and_links_at_a_terminal() {
    let sim = sim().await;
    fill(&sim);
    let history = ["history", "--group", "Lake weekend", "--limit", "1"];
    let at = |term: &str, more: &[(&str, &str)]| {
        let mut command = ask(&sim, &history);
        command.env("TERM", term).envs(more.iter().copied());
        Terminal::new(90).shown(command)
    };
    let shown = at("xterm", &[]).await;
    assert!(
        shown.contains("\u{1b}[1mMara\u{1b}[0m: The quick"),
        "{shown:?}"
    );
    assert!(
        shown.contains("\u{1b}]8;;https://i.groupme.com/1024x768.jpeg.0123456789abcdef\u{1b}\\[image]\u{1b}]8;;\u{1b}\\"),
        "{shown:?}"
    );
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines.len() > 2, "{shown:?}");
    assert!(
        lines[1].starts_with(&" ".repeat(41)) && !lines[1].starts_with(&" ".repeat(42)),
        "{shown:?}"
    );
    for (term, more) in [("dumb", &[][..]), ("xterm", &[("NO_COLOR", "1")])] {
        let shown = at(term, more).await;
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
        assert!(
            shown
                .lines()
                .all(|line| line.trim_end().chars().count() <= 90),
            "{shown:?}"
        );
    }
}

#[tokio::test]
async fn lists_are_cut_to_the_width_of_a_terminal() {
    let sim = sim().await;
    fill(&sim);
    let mut command = ask(&sim, &["groups"]);
    command.env("TERM", "dumb");
    let shown = Terminal::new(60).shown(command).await;
    let lines: Vec<_> = shown.lines().map(str::trim_end).collect();
    assert!(
        lines[0].starts_with("LAST") && lines[1].ends_with('…'),
        "{shown}"
    );
    assert!(
        lines.iter().all(|line| line.chars().count() <= 60),
        "{shown}"
    );
}

#[tokio::test]
async fn an_option_chooses_colour_and_none_is_in_a_pipe() {
    let sim = sim().await;
    fill(&sim);
    let groups = |more: &[&str]| {
        let arguments = [&["groups", "--format", "pretty"], more].concat();
        run(ask(&sim, &arguments))
    };
    assert!(!groups(&[]).await.well().stdout.contains('\u{1b}'));
    let colored = groups(&["--color", "always"]).await.well().stdout;
    assert!(
        colored.contains("\u{1b}[1mLake weekend\u{1b}[0m"),
        "{colored:?}"
    );
    let mut command = ask(&sim, &["groups", "--color", "never"]);
    command.env("TERM", "xterm");
    let shown = Terminal::new(80).shown(command).await;
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[tokio::test]
async fn a_typed_token_is_not_shown_and_the_terminal_is_restored() {
    let sim = sim().await;
    let home = tempfile::tempdir().unwrap();
    let (api, gateway) = (sim.api_url(), sim.gateway_url());
    for (typed, succeeds) in [
        // A letter too many, removed again.
        (format!("{}x\u{7f}\n", sim.token()), true),
        ("half a tok\u{3}".to_owned(), false),
        ("\u{4}".to_owned(), false),
    ] {
        let terminal = Terminal::new(80);
        assert!(terminal.has_echo());
        let login = ["login", "--api-url", &api, "--gateway-url", &gateway];
        let mut command = groupme(&login);
        command
            .env("XDG_CONFIG_HOME", home.path())
            .stdin(terminal.stdio())
            .stderr(terminal.stdio());
        let child = command.spawn().unwrap();
        let mut screen = File::from(terminal.screen.try_clone().unwrap());
        let (mut screen, prompt) = tokio::task::spawn_blocking(move || {
            let mut prompt = Vec::new();
            let mut byte = [0];
            while !prompt.ends_with(b": ") && screen.read(&mut byte).unwrap() == 1 {
                prompt.push(byte[0]);
            }
            (screen, String::from_utf8(prompt).unwrap())
        })
        .await
        .unwrap();
        assert!(prompt.starts_with("Access token"), "{prompt}");
        assert!(!terminal.has_echo());
        screen.write_all(typed.as_bytes()).unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        assert_eq!(output.status.success(), succeeds);
        assert!(terminal.has_echo());
        drop((terminal, command));
        let mut rest = Vec::new();
        let _ = screen.read_to_end(&mut rest);
        let rest = String::from_utf8_lossy(&rest);
        assert!(
            !rest.contains(sim.token()) && !rest.contains("half"),
            "{rest}"
        );
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(!stdout.contains(sim.token()), "{stdout}");
    }
}
