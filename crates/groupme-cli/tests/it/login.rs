//! `groupme login`, `logout` and `whoami`: profiles.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::PathBuf,
};

use groupme_sim::Sim;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::program::{ask, groupme, run, run_with, sim};

/// Directory of the configuration.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = groupme(arguments);
        command.env("XDG_CONFIG_HOME", self.0.path());
        command
    }

    fn file(&self, profile: &str) -> PathBuf {
        let name = format!("groupme/profiles/{profile}.json");
        self.0.path().join(name)
    }

    fn login(&self, sim: &Sim, more: &[&str]) -> Command {
        let (api, gateway) = (sim.api_url(), sim.gateway_url());
        let login = ["login", "--api-url", &api, "--gateway-url", &gateway];
        self.command(&[&login, more].concat())
    }
}

#[tokio::test]
async fn a_token_from_a_pipe_is_checked_and_kept_for_all_commands() {
    let sim = sim().await;
    let home = Home::new();
    let input = format!("{}\nrest", sim.token());
    let kept = run_with(home.login(&sim, &[]), input.as_bytes())
        .await
        .well();
    assert_eq!(kept.one()["user_id"], *sim.user_id());
    assert!(!kept.stdout.contains(sim.token()));
    let file = home.file("default");
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.parent().unwrap().to_owned()), 0o700);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);

    // Neither token nor address are needed any more.
    let groups = run(home.command(&["groups"])).await.well().json();
    assert_eq!(groups[0]["name"], "Lake weekend");
    let ping = run(home.command(&["ping", "--count", "1", "--interval", "1s"])).await;
    assert_eq!(ping.well().json().last().unwrap()["answered"], 1);
    let you = run(home.command(&["whoami"])).await.well().one();
    assert_eq!(
        you,
        json!({"kind": "account", "user_id": sim.user_id(), "name": "Robin",
            "token_from": "profile", "profile": "default"})
    );

    let out = run(home.command(&["logout"])).await.well().one();
    assert_eq!(out, json!({"kind": "logout", "profile": "default"}));
    assert!(!file.exists());
    let result = run(home.command(&["groups"])).await;
    assert!(
        result.refused(2).contains("groupme login"),
        "{}",
        result.stderr
    );
    let result = run(home.command(&["logout"])).await;
    assert!(
        result.refused(2).contains("no profile `default`"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn a_refused_token_is_not_kept_and_the_old_one_stays() {
    let sim = sim().await;
    let home = Home::new();
    run_with(home.login(&sim, &[]), sim.token().as_bytes())
        .await
        .well();
    let before = fs::read(home.file("default")).unwrap();
    let result = run_with(home.login(&sim, &["-vv"]), b"s3cr3t-but-wrong").await;
    assert_eq!(result.status, Some(3));
    assert!(!result.stderr.contains("s3cr3t"), "{}", result.stderr);
    for (input, reason) in [
        (&b""[..], "empty"),
        (b"\n", "empty"),
        (b"a b", "not allowed"),
    ] {
        let result = run_with(home.login(&sim, &[]), input).await;
        assert!(result.refused(2).contains(reason), "{}", result.stderr);
    }
    sim.configure_rest(|config| config.outage = Some(503));
    let result = run_with(
        home.login(&sim, &["--timeout", "1s"]),
        sim.token().as_bytes(),
    )
    .await;
    assert!(result.refused(5).contains("not kept"), "{}", result.stderr);
    assert_eq!(fs::read(home.file("default")).unwrap(), before);
}

#[tokio::test]
async fn several_accounts_have_profiles_and_a_variable_or_an_option_chooses() {
    let (one, other) = (sim().await, Sim::builder().seed(9).start().await.unwrap());
    let home = Home::new();
    for (sim, profile) in [(&one, "home"), (&other, "work")] {
        run_with(
            home.login(sim, &["--profile", profile]),
            sim.token().as_bytes(),
        )
        .await
        .well();
    }
    let user = |mut command: Command, variables: &[(&str, &str)]| {
        command.envs(variables.iter().copied());
        async move { run(command).await.well().one()["user_id"].clone() }
    };
    let whoami = |more: &[&str]| home.command(&[&["whoami"], more].concat());
    assert_eq!(
        user(whoami(&["--profile", "work"]), &[]).await,
        *other.user_id()
    );
    let chosen = [("GROUPME_PROFILE", "home")];
    assert_eq!(user(whoami(&[]), &chosen).await, *one.user_id());
    // The token of the environment wins over kept ones, but for --profile.
    let (api, token) = (other.api_url(), other.token().to_owned());
    let environment = [
        ("GROUPME_PROFILE", "home"),
        ("GROUPME_ACCESS_TOKEN", &token),
        ("GROUPME_API_URL", &api),
    ];
    assert_eq!(user(whoami(&[]), &environment).await, *other.user_id());
    let named = [("GROUPME_ACCESS_TOKEN", &*token)];
    assert_eq!(
        user(whoami(&["--profile", "home"]), &named).await,
        *one.user_id()
    );

    let all = run(whoami(&["--all"])).await.well().json();
    let profiles: Vec<_> = all.iter().map(|row| row["profile"].clone()).collect();
    assert_eq!(profiles, ["home", "work"]);
    let table = run(whoami(&["--all", "--format", "pretty"])).await.well();
    assert!(
        table.stdout.starts_with("PROFILE  USER"),
        "{}",
        table.stdout
    );
    let printed = format!("{all:?}{}", table.stdout);
    assert!(!printed.contains(one.token()) && !printed.contains(other.token()));
}

#[tokio::test]
async fn a_kept_token_reaches_no_other_address() {
    let (sim, other) = (sim().await, sim_of_another_seed().await);
    let home = Home::new();
    run_with(home.login(&sim, &[]), sim.token().as_bytes())
        .await
        .well();
    let (api, gateway) = (other.api_url(), other.gateway_url());
    for arguments in [
        &["groups", "--api-url", &api][..],
        &["groups", "--api-url", "https://api.groupme.com/v3"],
        &["listen", "--gateway-url", &gateway],
    ] {
        let result = run(home.command(arguments)).await;
        let error = result.refused(2);
        assert!(error.contains("is for http://127.0.0.1"), "{error}");
    }
    assert_eq!(other.rest_requests(), 0);
    let half = home.command(&["login", "--api-url", &api]);
    let result = run_with(half, b"a-token").await;
    assert!(
        result.refused(2).contains("--gateway-url"),
        "{}",
        result.stderr
    );
}

async fn sim_of_another_seed() -> Sim {
    Sim::builder().seed(2).start().await.unwrap()
}

#[tokio::test]
async fn a_token_that_others_can_read_is_refused_and_a_damaged_file_is_not_quoted() {
    let sim = sim().await;
    let home = Home::new();
    run_with(home.login(&sim, &[]), sim.token().as_bytes())
        .await
        .well();
    let file = home.file("default");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let result = run(home.command(&["groups"])).await;
    assert!(result.refused(2).contains("chmod 600"), "{}", result.stderr);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, "{\"token\": \"s3cr3t\", \"user_id\": []}").unwrap();
    let result = run(home.command(&["groups", "-vv"])).await;
    assert_eq!(result.status, Some(2));
    assert!(
        result.stderr.contains("is no profile") && !result.stderr.contains("s3cr3t"),
        "{}",
        result.stderr
    );
    // A link is replaced, not followed: its target may belong to somebody.
    let target = home.0.path().join("target");
    fs::write(&target, "untouched").unwrap();
    fs::remove_file(&file).unwrap();
    symlink(&target, &file).unwrap();
    run_with(home.login(&sim, &[]), sim.token().as_bytes())
        .await
        .well();
    assert_eq!(fs::read_to_string(&target).unwrap(), "untouched");
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
}

#[tokio::test]
async fn a_profile_that_cannot_be_written_is_an_error_that_names_the_file() {
    let sim = sim().await;
    let home = Home::new();
    fs::write(home.0.path().join("groupme"), "in the way").unwrap();
    let result = run_with(home.login(&sim, &[]), sim.token().as_bytes()).await;
    let error = result.refused(1);
    assert!(error.contains("profiles/default.json"), "{error}");
}

#[tokio::test]
async fn whoami_names_the_origin_of_the_token() {
    let sim = sim().await;
    let you = run(ask(&sim, &["whoami"])).await.well().one();
    assert_eq!(you["token_from"], "environment");
    assert_eq!(you["profile"], Value::Null);
    let shown = run(ask(&sim, &["whoami", "--format", "pretty"]))
        .await
        .well();
    assert_eq!(
        shown.stdout,
        format!("Robin ({}), by GROUPME_ACCESS_TOKEN\n", sim.user_id())
    );
}

#[tokio::test]
async fn the_token_of_a_login_that_was_killed_is_removed() {
    let sim = sim().await;
    let home = Home::new();
    let login = || run_with(home.login(&sim, &[]), sim.token().as_bytes());
    login().await.well();
    let directory = home.file("default").parent().unwrap().to_owned();
    let left = directory.join(".default.4242");
    let other = directory.join(".default.work.4242");
    for by_logout in [false, true] {
        fs::write(&left, "s3cr3t").unwrap();
        fs::write(&other, "of another profile").unwrap();
        if by_logout {
            run(home.command(&["logout"])).await.well();
        } else {
            login().await.well();
        }
        assert!(!left.exists() && other.exists(), "{by_logout}");
    }
}

#[tokio::test]
async fn a_variable_that_cannot_be_read_lets_no_other_account_act() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let sim = sim().await;
    let home = Home::new();
    run_with(home.login(&sim, &[]), sim.token().as_bytes())
        .await
        .well();
    for variable in ["GROUPME_ACCESS_TOKEN", "GROUPME_PROFILE"] {
        let mut command = home.command(&["groups"]);
        command.env(variable, OsStr::from_bytes(b"s3cr3t\xff"));
        let result = run(command).await;
        let error = result.refused(2);
        assert!(
            error.contains(variable) && !error.contains("s3cr3t"),
            "{error}"
        );
    }
}
