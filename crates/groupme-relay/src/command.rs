//! Commands and their options.

mod accounts;
#[cfg(feature = "demo")]
mod demo;
mod http;
mod node;
mod own_figures;
mod settings;

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use groupme_client::{DEFAULT_GATEWAY, RestClient, RestOptions};
use groupme_relay::{Keys, Nats};

use self::settings::{Settings, read_time};

/// Holds GroupMe accounts and appends each of their events, once and in order, to a stream of NATS.
///
/// Each setting has a default, which a file may change, and a flag or a variable of the environment goes before the
/// file.
#[derive(Debug, Parser)]
#[command(name = "groupme-relay", version)]
struct Cli {
    /// Configuration; `groupme-relay config --print` prints one with all defaults.
    #[arg(long, global = true, value_name = "FILE", env = "GROUPME_RELAY_CONFIG")]
    config: Option<PathBuf>,
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
    /// Check the configuration, or print one with all defaults and what each is for.
    Config {
        /// Print the defaults.
        #[arg(long)]
        print: bool,
    },
    /// Print a new key, for the key file.
    Key,
    /// Try the relay on this machine: broker, simulated GroupMe, two nodes and a consumer. Enter kills a node.
    #[cfg(feature = "demo")]
    Demo(demo::Options),
}

/// Broker.
#[derive(Debug, Args)]
struct Broker {
    /// Addresses of NATS servers, separated by commas [default: `nats://127.0.0.1:4222`].
    #[arg(long, value_name = "URL", env = "GROUPME_RELAY_NATS")]
    nats: Option<String>,
    /// User of the relay at NATS.
    #[arg(long, value_name = "NAME", env = "GROUPME_RELAY_NATS_USER")]
    nats_user: Option<String>,
    /// File with the password of the user.
    #[arg(long, value_name = "FILE")]
    nats_password_file: Option<PathBuf>,
    /// Certificate of the authority that signed the server's, as PEM file.
    #[arg(long, value_name = "FILE")]
    nats_roots: Option<PathBuf>,
    /// Copies of each message that a cluster keeps [default: 1]; only used when the stream is made.
    #[arg(long, value_name = "N")]
    replicas: Option<usize>,
    /// Time after which a silent node counts as dead [default: 10s]; only used when the bucket is made.
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    lease: Option<Duration>,
    /// Age at which events are dropped from the stream [default: 7d]; only used when the stream is made.
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    max_age: Option<Duration>,
    /// Bytes of the stream, beyond which events wait at GroupMe [default: 8 GiB]; only used when the stream is
    /// made.
    #[arg(long, value_name = "BYTES")]
    max_bytes: Option<i64>,
}

/// File with the keys that seal tokens.
#[derive(Debug, Args)]
struct KeyFile {
    /// File with one key a line, as `groupme-relay key` prints them: the first seals, all open.
    #[arg(long, value_name = "FILE", env = "GROUPME_RELAY_KEY_FILE")]
    key_file: Option<PathBuf>,
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
    /// Returns the settings with those of the command line.
    fn over(&self, settings: &Settings) -> settings::NatsSection {
        let mut nats = settings.nats.clone();
        set(&mut nats.servers, self.nats.as_ref());
        set(&mut nats.replicas, self.replicas.as_ref());
        set(&mut nats.lease, self.lease.as_ref());
        set(&mut nats.max_age, self.max_age.as_ref());
        set(&mut nats.max_bytes, self.max_bytes.as_ref());
        nats.user = self.nats_user.clone().or(nats.user);
        nats.password_file = self.nats_password_file.clone().or(nats.password_file);
        nats.roots = self.nats_roots.clone().or(nats.roots);
        nats
    }

    async fn connect(&self, settings: &Settings) -> anyhow::Result<Nats> {
        Ok(Nats::connect(&self.over(settings).settings()?).await?)
    }
}

impl KeyFile {
    fn keys(&self, settings: &Settings) -> anyhow::Result<Keys> {
        let Some(file) = self.key_file.as_ref().or(settings.key_file.as_ref()) else {
            bail!(
                "no key file: name it with --key-file, or `key_file` in the configuration; `groupme-relay key` \
                 prints a key for one"
            );
        };
        let keys = Keys::parse(&read(file)?);
        keys.with_context(|| file.display().to_string())
    }
}

impl Addresses {
    fn rest(&self, settings: &Settings) -> anyhow::Result<RestClient> {
        let url = self.api_url.as_ref().or(settings.groupme.api_url.as_ref());
        let options = match url {
            Some(url) => RestOptions::with_base_url(url).context("the URL of the REST API")?,
            None => RestOptions::default(),
        };
        Ok(RestClient::without_token(&options)?)
    }

    fn gateway<'a>(&'a self, settings: &'a Settings) -> &'a str {
        let url = self.gateway_url.as_deref();
        url.or(settings.groupme.gateway_url.as_deref())
            .unwrap_or(DEFAULT_GATEWAY)
    }
}

/// Runs the command of the arguments.
pub(crate) async fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Command::Config { print: true } = cli.command {
        print!("{}", settings::DEFAULTS);
        return Ok(());
    }
    let settings = Settings::load(cli.config.as_deref())?;
    match cli.command {
        Command::Run(options) => node::run(&options, &settings).await,
        Command::Account { action } => accounts::run(&action, &settings).await,
        Command::Check(broker) => {
            broker.connect(&settings).await?;
            println!("the broker has all that the relay needs");
            Ok(())
        }
        Command::Config { .. } => {
            let Some(file) = cli.config else {
                bail!(
                    "name the configuration to check with --config, or print the defaults with --print"
                );
            };
            println!("{} is valid", file.display());
            Ok(())
        }
        Command::Key => {
            println!("{}", Keys::generate()?);
            Ok(())
        }
        #[cfg(feature = "demo")]
        Command::Demo(options) => demo::run(&options).await,
    }
}

/// Sets a value to that of the command line, if there is one.
fn set<T: Clone>(value: &mut T, flag: Option<&T>) {
    if let Some(flag) = flag {
        value.clone_from(flag);
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
