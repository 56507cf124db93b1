//! `groupme completion` and `groupme man`.

use std::{fs, process::Stdio};

use tokio::process::Command;

use crate::program::{groupme, run, run_with};

/// Returns whether a program is installed.
fn is_installed(program: &str) -> bool {
    let asked = std::process::Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok()
}

#[tokio::test]
async fn completions_name_every_command_and_the_shell_can_read_them() {
    for (shell, check) in [
        ("bash", &["-n"][..]),
        ("zsh", &["-n"]),
        ("fish", &["--no-execute"]),
    ] {
        let script = run(groupme(&["completion", shell])).await.well().stdout;
        for word in [
            "archive",
            "history",
            "listen",
            "allow-plaintext",
            "gateway-url",
        ] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if !is_installed(shell) {
            assert_ne!(
                shell, "bash",
                "bash is part of every system that builds this"
            );
            continue;
        }
        let mut command = Command::new(shell);
        command
            .args(check)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Shells that take no script from standard input take a file.
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &script).unwrap();
        command.arg(file.path());
        run_with(command, b"").await.well();
    }
    let refused = run(groupme(&["completion", "tcsh"])).await;
    assert_eq!(refused.status, Some(2));
}

#[tokio::test]
async fn bash_completes_commands_and_options() {
    let script = run(groupme(&["completion", "bash"])).await.well().stdout;
    let test = format!(
        "{script}\nCOMP_WORDS=(groupme arch); COMP_CWORD=1; _groupme groupme arch groupme\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n\
         COMP_WORDS=(groupme archive --keep); COMP_CWORD=2; _groupme groupme --keep archive\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let finished = run_with(bash, test.as_bytes()).await.well();
    assert_eq!(finished.stdout, "archive\n--keep-deleted\n");
}

#[tokio::test]
async fn a_manual_page_is_written_for_each_command() {
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().join("man1");
    run(groupme(&["man", into.to_str().unwrap()])).await.well();
    let page = |name: &str| fs::read_to_string(into.join(name)).unwrap();
    assert!(page("groupme.1").contains("Exit status"));
    assert!(page("groupme-archive.1").contains("keep\\-deleted"));
    for entry in fs::read_dir(&into).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(".SH NAME"), "{}", path.display());
        // Groff says of each mistake on which line it is.
        for (program, arguments) in [
            ("mandoc", &["-T", "lint", "-W", "error"][..]),
            ("groff", &["-K", "utf8", "-T", "utf8", "-man", "-ww", "-z"]),
        ] {
            if is_installed(program) {
                let mut command = Command::new(program);
                command
                    .args(arguments)
                    .arg(&path)
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped());
                run_with(command, b"").await.well();
            }
        }
    }
}
