//! Wrong usage: status 2, nothing on stdout, and words that help.

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
async fn what_cannot_be_meant_is_refused_with_a_reason() {
    for (arguments, reason) in [
        (&[][..], "Usage: groupme"),
        (&["dance"], "dance"),
        (&["listen"], "--user"),
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
        (&["demo", "--for", "ever"], "ever"),
        (&["sim", "--addr", "nowhere"], "nowhere"),
        (&["decode", "--as", "poem"], "poem"),
    ] {
        let told = refused(arguments, Some("a-token")).await.stderr;
        assert!(told.contains(reason), "{arguments:?}: {told}");
    }
}

#[tokio::test]
async fn a_token_is_asked_for_where_there_is_none() {
    let told = refused(&["listen", "--user", "1"], None).await.stderr;
    assert!(
        told.contains("GROUPME_ACCESS_TOKEN") && told.contains("--token-file"),
        "{told}"
    );
    assert!(
        refused(&["listen", "--user", "1"], Some(""))
            .await
            .stderr
            .contains("empty")
    );
    let told = refused(
        &["listen", "--user", "1", "--token-file", "/no/such/file"],
        None,
    )
    .await;
    assert!(told.stderr.contains("/no/such/file"), "{}", told.stderr);
}

#[tokio::test]
async fn an_address_or_an_id_that_cannot_be_used_is_told() {
    for (arguments, reason) in [
        (&["--gateway-url", "push.groupme.com"][..], "URL"),
        (&["--gateway-url", "ftp://push.groupme.com/"], "ftp"),
        (&["--gateway-url", "http://push.groupme.com/faye"], "https"),
        (&["--group", "a/b"], "`a/b` names no channel"),
        (&["--dm", "+"], "`+` names no channel"),
    ] {
        let arguments = [&["listen", "--user", "1"][..], arguments].concat();
        let told = refused(&arguments, Some("a-token")).await.stderr;
        assert!(told.contains(reason), "{arguments:?}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[tokio::test]
async fn help_is_there_for_every_command() {
    for command in ["demo", "sim", "listen", "decode"] {
        let help = run(groupme(&[command, "--help"])).await;
        assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
        assert!(help.stdout.contains(&format!("Usage: groupme {command}")));
    }
    let version = run(groupme(&["--version"])).await;
    assert_eq!(
        version.stdout,
        format!("groupme {}\n", env!("CARGO_PKG_VERSION"))
    );
}
