//! Commands and their options.

mod accounts;
mod node;

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use groupme_client::{DEFAULT_GATEWAY, RestClient, RestOptions};
use groupme_relay::{Keys, Nats, NatsSettings};

/// Holds GroupMe accounts and appends each of their events, once and in order, to NATS JetStream.
#[derive(Debug, Parser)]
#[command(name = "groupme-relay", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a node, until SIGTERM or Ctrl-C; then drain it.
    Run(node::Options),
    /// Add, pause and list accounts.
    Account {
        /// What to do.
        #[command(subcommand)]
        action: accounts::Action,
    },
    /// Check the broker: that it is there, new enough, and lets the relay do what the relay needs.
    Check(Broker),
    /// Print a new key, for the key file.
    Key,
}

/// Broker.
#[derive(Debug, Args)]
struct Broker {
    /// Addresses of NATS servers, separated by commas.
    #[arg(
        long,
        value_name = "URL",
        env = "GROUPME_RELAY_NATS",
        default_value = "nats://127.0.0.1:4222"
    )]
    nats: String,
    /// User of the relay at NATS.
    #[arg(long, value_name = "NAME", env = "GROUPME_RELAY_NATS_USER")]
    nats_user: Option<String>,
    /// File with the password of the user.
    #[arg(long, value_name = "FILE", requires = "nats_user")]
    nats_password_file: Option<PathBuf>,
    /// Certificate of the authority that signed the server's, as PEM file.
    #[arg(long, value_name = "FILE")]
    nats_roots: Option<PathBuf>,
    /// Copies of each message that a cluster keeps; only used when the stream is made.
    #[arg(long, value_name = "N", default_value_t = 1)]
    replicas: usize,
    /// Seconds after which a silent node counts as dead; only used when the bucket is made.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    lease: u64,
    /// Days after which events are dropped from the stream; only used when the stream is made.
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..))]
    max_age: u64,
    /// Bytes of the stream, beyond which events wait at GroupMe; only used when the stream is made.
    #[arg(long, value_name = "BYTES", default_value_t = 8 << 30)]
    max_bytes: i64,
}

/// File with the keys that seal tokens.
#[derive(Debug, Args)]
struct KeyFile {
    /// File with one key a line, as `groupme-relay key` prints them: the first seals, all open.
    #[arg(long, value_name = "FILE", env = "GROUPME_RELAY_KEY_FILE")]
    key_file: PathBuf,
}

/// Addresses of GroupMe.
#[derive(Debug, Args)]
struct Addresses {
    /// URL of the gateway, for a simulated GroupMe.
    #[arg(long, value_name = "URL", requires = "api_url")]
    gateway_url: Option<String>,
    /// URL of the REST API, for a simulated GroupMe.
    #[arg(long, value_name = "URL", requires = "gateway_url")]
    api_url: Option<String>,
}

impl Broker {
    async fn connect(&self) -> anyhow::Result<Nats> {
        Ok(Nats::connect(&self.settings()?).await?)
    }

    fn settings(&self) -> anyhow::Result<NatsSettings> {
        let mut settings = NatsSettings::default();
        settings.servers.clone_from(&self.nats);
        if let Some(user) = &self.nats_user {
            let password = match &self.nats_password_file {
                Some(file) => read(file)?.trim_end().to_owned(),
                None => String::new(),
            };
            settings.user = Some((user.clone(), password));
        }
        settings.root_certificates.clone_from(&self.nats_roots);
        settings.replicas = self.replicas;
        settings.lease = Duration::from_secs(self.lease);
        settings.max_age = Duration::from_hours(24).saturating_mul(u32::try_from(self.max_age)?);
        settings.max_bytes = self.max_bytes;
        Ok(settings)
    }
}

impl KeyFile {
    fn keys(&self) -> anyhow::Result<Keys> {
        let keys = Keys::parse(&read(&self.key_file)?);
        keys.with_context(|| self.key_file.display().to_string())
    }
}

impl Addresses {
    fn rest(&self) -> anyhow::Result<RestClient> {
        let options = match &self.api_url {
            Some(url) => RestOptions::with_base_url(url).context("the URL of the REST API")?,
            None => RestOptions::default(),
        };
        Ok(RestClient::without_token(&options)?)
    }

    fn gateway(&self) -> &str {
        self.gateway_url.as_deref().unwrap_or(DEFAULT_GATEWAY)
    }
}

/// Runs the command of the arguments.
pub(crate) async fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run(options) => node::run(&options).await,
        Command::Account { action } => accounts::run(&action).await,
        Command::Check(broker) => {
            broker.connect().await?;
            println!("the broker has all that the relay needs");
            Ok(())
        }
        Command::Key => {
            println!("{}", Keys::generate()?);
            Ok(())
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
