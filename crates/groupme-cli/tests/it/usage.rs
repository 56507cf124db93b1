//! Wrong usage: status 2, nothing on stdout, and an error with a remedy.

use crate::program::{Finished, groupme, run};

async fn refused(arguments: &[&str], token: Option<&str>) -> Finished {
    let mut command = groupme(arguments);
    if let Some(token) = token {
        command.env("GROUPME_ACCESS_TOKEN", token);
    }
    let finished = run(command).await;
    assert_eq!(
        finished.status,
        Some(2),
        "{arguments:?}: {}",
        finished.stderr
    );
    assert_eq!(finished.stdout, "");
    finished
}

#[tokio::test]
async fn unusable_arguments_are_refused_with_a_reason() {
    for (arguments, reason) in [
        (&[][..], "Usage: groupme"),
        (&["dance"], "dance"),
        (
            &["listen", "--gateway-url", "http://127.0.0.1:1/faye"],
            "--user",
        ),
        (
            &["ping", "--gateway-url", "http://127.0.0.1:1/faye"],
            "--api-url",
        ),
        (&["listen", "--user", "1", "--loud"], "--loud"),
        (&["listen", "--user", "1", "--token", "abc"], "--token"),
        (&["listen", "--user", "1", "--count", "many"], "many"),
        (&["listen", "--user", "1", "--count", "-1"], "-1"),
        (&["listen", "--user", "1", "--for", "long"], "long"),
        (
            &["listen", "--user", "1", "--transport", "pigeon"],
            "pigeon",
        ),
        (&["listen", "--user", "1", "--format", "xml"], "xml"),
        (
            &[
                "listen", "--user", "1", "--state", "x", "--format", "summary",
            ],
            "once it is printed",
        ),
        (&["send", "hello"], "--group"),
        (&["send", "--group", "1", "--guid", "", "hello"], "--guid"),
        (&["send", "--group", "1"], "<TEXT>"),
        (&["send", "--group", "1", "--dm", "2", "hello"], "--dm"),
        (
            &["send", "--group", "1", "--image", "/no/such.png"],
            "/no/such.png",
        ),
        (
            &["send", "--group", "1", "--image", "Cargo.toml"],
            "not a JPEG",
        ),
        (&["history", "--group", "1", "--limit", "0"], "0"),
        (
            &["history", "--group", "1", "--limit", "5", "--all"],
            "--all",
        ),
        (
            &["history", "--group", "1", "--since", "1", "--after", "1"],
            "--after",
        ),
        (
            &["history", "--group", "1", "--before", "soonish"],
            "2 hours ago",
        ),
        (&["history", "--group", "1", "--before", "@first"], "@last"),
        (&["send", "--topic", "Food", "hello"], "--group"),
        (&["send", "--topic", "1", "--dm", "2", "hello"], "--dm"),
        (&["groups", "--profile", "a/b"], "letters, digits"),
        (
            &["groups", "--profile", "none"],
            "groupme login --profile none",
        ),
        (&["groups", "--color", "pink"], "pink"),
        (&["history", "--group", "1", "--timeout", "soon"], "soon"),
        (&["like", "--group", "1", "2", "--pack", "5"], "1:5"),
        (&["like", "--group", "1", "2", "--pack", "1:-5"], "1:5"),
        (
            &["like", "--group", "1", "2", "--pack", "1:5", "--emoji", "x"],
            "--emoji",
        ),
        (&["delete", "--group", "1"], "<MESSAGE>"),
        (&["groups", "--format", "summary"], "summary"),
        (&["ping", "--interval", "29s"], "30s"),
        (&["ping", "--count", "0"], "0"),
        (&["demo", "--for", "ever"], "ever"),
        (&["sim", "--addr", "nowhere"], "nowhere"),
        (&["decode", "--as", "poem"], "poem"),
    ] {
        let result = refused(arguments, Some("a-token")).await.stderr;
        assert!(result.contains(reason), "{arguments:?}: {result}");
    }
}

#[tokio::test]
async fn a_missing_token_is_an_error_that_names_its_sources() {
    let result = refused(&["listen", "--user", "1"], None).await.stderr;
    assert!(
        result.contains("groupme login")
            && result.contains("GROUPME_ACCESS_TOKEN")
            && result.contains("--token-file"),
        "{result}"
    );
    assert!(
        refused(&["listen", "--user", "1"], Some(""))
            .await
            .stderr
            .contains("empty")
    );
    let result = refused(
        &["listen", "--user", "1", "--token-file", "/no/such/file"],
        None,
    )
    .await;
    assert!(result.stderr.contains("/no/such/file"), "{}", result.stderr);
}

#[tokio::test]
async fn an_address_or_an_id_that_cannot_be_used_is_an_error() {
    for (arguments, reason) in [
        (&["--gateway-url", "push.groupme.com"][..], "URL"),
        (&["--gateway-url", "ftp://push.groupme.com/"], "ftp"),
        (&["--gateway-url", "http://push.groupme.com/faye"], "https"),
        (
            &[
                "--gateway-url",
                "http://127.0.0.1:1/faye",
                "--group",
                "Lake",
            ],
            "--api-url",
        ),
    ] {
        let arguments = [&["listen", "--user", "1"][..], arguments].concat();
        let result = refused(&arguments, Some("a-token")).await.stderr;
        assert!(result.contains(reason), "{arguments:?}: {result}");
        assert_eq!(result.lines().count(), 1, "{result}");
    }
}

#[tokio::test]
async fn another_api_has_tls_or_is_this_machine_unless_it_is_allowed() {
    for (url, reason) in [
        ("api.groupme.com/v3", "URL"),
        ("ftp://api.groupme.com/v3", "ftp"),
        ("http://10.0.0.1/v3", "https"),
        ("https://me:hush@example.com/v3", "user name or password"),
    ] {
        let result = refused(&["groups", "--api-url", url], Some("a-token"))
            .await
            .stderr;
        assert!(
            result.contains("--api-url") && result.contains(reason),
            "{result}"
        );
        assert!(!result.contains("hush"), "{result}");
        assert_eq!(result.lines().count(), 1, "{result}");
    }
}

/// Returns the commands that the help lists.
async fn commands() -> Vec<String> {
    let help = run(groupme(&["--help"])).await.well().stdout;
    let (_, list) = help.split_once("Usage:").unwrap();
    let (list, _) = list.split_once("\nOptions:").unwrap();
    let name = |line: &str| {
        let rest = line.strip_prefix("  ")?;
        let (name, about) = rest.split_once(' ')?;
        (!name.is_empty() && !about.trim().is_empty()).then(|| name.to_owned())
    };
    list.lines().filter_map(name).collect()
}

#[tokio::test]
async fn help_with_an_example_is_there_for_every_command() {
    let commands = commands().await;
    for known in [
        "demo", "sim", "listen", "decode", "send", "history", "chats", "groups", "edit", "delete",
        "like", "unlike", "read", "typing", "ping", "download", "login", "logout", "whoami",
        "members", "topics", "join", "leave", "polls", "pins", "bot", "api",
    ] {
        let count = commands.iter().filter(|name| *name == known).count();
        assert_eq!(count, 1, "{known}: {commands:?}");
    }
    let nested = [
        &["polls", "list"][..],
        &["polls", "create"],
        &["polls", "vote"],
        &["polls", "end"],
        &["pins", "list"],
        &["pins", "add"],
        &["pins", "remove"],
        &["bot", "post"],
        &["bot", "list"],
        &["bot", "register"],
        &["bot", "destroy"],
    ];
    let single = commands.iter().map(|name| vec![name.as_str()]);
    for words in single.chain(nested.map(<[&str]>::to_vec)) {
        let help = run(groupme(&[&words[..], &["--help"]].concat())).await;
        assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
        let usage = format!("Usage: groupme {}", words.join(" "));
        assert!(help.stdout.contains(&usage), "{words:?}: {}", help.stdout);
        let has_commands = help.stdout.contains("\nCommands:");
        let has_example = help.stdout.contains("\nExample");
        assert!(has_commands || has_example, "{words:?}: {}", help.stdout);
    }
}

#[tokio::test]
async fn the_help_has_sections_statuses_and_variables() {
    let help = run(groupme(&["--help"])).await.well().stdout;
    for status in 0..=7 {
        assert!(help.contains(&format!("\n  {status}  ")), "{help}");
    }
    for section in ["Accounts", "Messages", "Conversations", "Real time"] {
        assert!(help.contains(&format!("\n{section}:\n")), "{help}");
    }
    assert!(
        help.contains("    $ groupme send --group \"Lake weekend\""),
        "{help}"
    );
    for variable in [
        "GROUPME_ACCESS_TOKEN",
        "GROUPME_PROFILE",
        "GROUPME_API_URL",
        "GROUPME_GATEWAY_URL",
        "GROUPME_USER_ID",
        "GROUPME_BOT_ID",
        "NO_COLOR",
    ] {
        assert!(help.contains(&format!("\n  {variable}  ")), "{help}");
    }
    let brief = run(groupme(&["-h"])).await.well().stdout;
    assert!(
        brief.contains("\nMessages:\n") && brief.contains("\nOptions:\n"),
        "{brief}"
    );
    let version = run(groupme(&["--version"])).await;
    assert_eq!(
        version.stdout,
        format!("groupme {}\n", env!("CARGO_PKG_VERSION"))
    );
}
