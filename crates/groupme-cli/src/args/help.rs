//! The list of commands in the help, in sections with an example each.

use core::fmt::Write as _;

use clap::Command;

/// Commands that belong together, and an example of one of them.
struct Section {
    title: &'static str,
    commands: &'static [&'static str],
    example: &'static str,
}

/// Returns the command line's grammar with the sections in its help.
pub(super) fn with_sections(command: Command) -> Command {
    let mut list = String::new();
    // Writing into memory does not fail.
    for section in SECTIONS {
        let _ = writeln!(list, "{}:", section.title);
        for name in section.commands {
            if let Some(one) = command.find_subcommand(name) {
                let _ = write_command(&mut list, one);
            }
        }
        let _ = writeln!(list, "\n    $ {}\n", section.example);
    }
    let is_listed = |name: &str| {
        let mut listed = SECTIONS.iter().flat_map(|section| section.commands);
        name == "help" || listed.any(|one| *one == name)
    };
    let others: Vec<_> = command
        .get_subcommands()
        .filter(|one| !is_listed(one.get_name()) && !one.is_hide_set())
        .collect();
    if !others.is_empty() {
        list.push_str("More:\n");
        for one in others {
            let _ = write_command(&mut list, one);
        }
        list.push('\n');
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}Options:\n{{options}}{{after-help}}"
    ))
}

fn write_command(list: &mut String, command: &Command) -> core::fmt::Result {
    let about = command.get_about().map(ToString::to_string);
    let about = about.unwrap_or_default();
    writeln!(list, "  {:WIDTH$}  {about}", command.get_name())
}

/// Columns of the names.
const WIDTH: usize = 10;

const SECTIONS: &[Section] = &[
    Section {
        title: "Accounts",
        commands: &["login", "logout", "whoami"],
        example: "groupme login",
    },
    Section {
        title: "Messages",
        commands: &[
            "send", "history", "edit", "delete", "like", "unlike", "read", "download", "pins",
            "polls", "typing",
        ],
        example: "groupme send --group \"Lake weekend\" \"on my way\"",
    },
    Section {
        title: "Conversations",
        commands: &["groups", "topics", "members", "chats", "join", "leave"],
        example: "groupme members --group \"Lake weekend\"",
    },
    Section {
        title: "Real time",
        commands: &["listen", "chat", "ping"],
        example: "groupme listen --state groupme.state",
    },
    Section {
        title: "Archives",
        commands: &["archive", "stats", "decode"],
        example: "groupme archive groupme --html",
    },
    Section {
        title: "Bots, programs and the shell",
        commands: &["bot", "api", "sim", "demo", "completion", "man"],
        example: "GROUPME_BOT_ID=… groupme bot post \"The build is green\"",
    },
];
