//! Connection to NATS, and the stream and buckets that the relay needs.

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{path::PathBuf, sync::Arc};

use async_nats::{
    ConnectOptions, Event,
    jetstream::{
        self, kv,
        stream::{Config, DiscardPolicy},
    },
};
use serde::Deserialize;

use super::Nats;
use crate::naming::ROOT;

/// Settings of the connection to NATS. What exists already keeps its settings: change the stream and the
/// buckets with the tools of NATS.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NatsSettings {
    /// Addresses, separated by commas. Default: `nats://127.0.0.1:4222`.
    pub servers: String,
    /// User and password.
    pub user: Option<(String, String)>,
    /// Certificate of the authority that signed the server's, as PEM file.
    pub root_certificates: Option<PathBuf>,
    /// Copies of each message, in a cluster. Default: 1.
    pub replicas: usize,
    /// Lease of a node. Default: 10 s.
    pub lease: Duration,
    /// Age at which events are dropped from the stream. Default: 7 days.
    pub max_age: Duration,
    /// Bytes of the stream, beyond which no event is taken any more until there is room. Default: 8 GiB.
    pub max_bytes: i64,
}

impl Default for NatsSettings {
    fn default() -> Self {
        Self {
            servers: "nats://127.0.0.1:4222".to_owned(),
            user: None,
            root_certificates: None,
            replicas: 1,
            lease: Duration::from_secs(10),
            max_age: Duration::from_hours(7 * 24),
            max_bytes: 8 << 30,
        }
    }
}

/// Error at the start of the connection to NATS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NatsError {
    /// The server is not there, or does not let the relay in.
    #[error("the NATS server at {servers} cannot be reached")]
    Connect {
        /// Addresses.
        servers: Box<str>,
        /// Cause.
        #[source]
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// The server has no `JetStream`, or not for this user.
    #[error(
        "the NATS server does not offer JetStream to this user: enable it in its configuration"
    )]
    NoJetStream(#[source] Box<dyn core::error::Error + Send + Sync>),
    /// The server is too old: it would ignore the comparison that keeps two nodes apart.
    #[error(
        "the NATS server {version} has JetStream API level {level}, and the relay needs 2, of server 2.12 or later: \
         update the server"
    )]
    TooOld {
        /// Version of the server.
        version: Box<str>,
        /// API level; 0 if the server names none.
        level: u64,
    },
    /// The stream or a bucket cannot be made or read.
    #[error("the {what} cannot be made or read")]
    Setup {
        /// Stream or bucket.
        what: &'static str,
        /// Cause.
        #[source]
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// The stream has a setting with which events would be lost.
    #[error("the stream {STREAM} must have {setting}: correct it with `nats stream edit {STREAM}`")]
    Stream {
        /// Setting.
        setting: &'static str,
    },
}

impl Nats {
    /// Connects, and makes the stream and the buckets that do not exist.
    ///
    /// # Errors
    ///
    /// [`NatsError`] if the server cannot be reached, is too old, or refuses what the relay needs.
    pub async fn connect(settings: &NatsSettings) -> Result<Self, NatsError> {
        let connections = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&connections);
        let mut options = ConnectOptions::new()
            .name("groupme-relay")
            .request_timeout(Some(TIMEOUT))
            .connection_timeout(TIMEOUT)
            .reconnect_delay_callback(|attempts| {
                let exponent = u32::try_from(attempts.min(5)).unwrap_or(5);
                (Duration::from_millis(50) * 2_u32.pow(exponent)).min(Duration::from_secs(1))
            })
            .event_callback(move |event| {
                let counted = Arc::clone(&counted);
                async move {
                    if matches!(event, Event::Connected) {
                        counted.fetch_add(1, Ordering::AcqRel);
                    }
                    tracing::info!(%event, "the connection to NATS");
                }
            });
        if let Some((user, password)) = &settings.user {
            options = options.user_and_password(user.clone(), password.clone());
        }
        if let Some(file) = &settings.root_certificates {
            options = options.add_root_certificates(file.clone());
        }
        let client = options.connect(&settings.servers).await;
        let client = client.map_err(|error| NatsError::Connect {
            servers: settings.servers.as_str().into(),
            source: error.into(),
        })?;
        check_level(&client).await?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(TIMEOUT);
        let stream = stream(&context, settings).await?;
        let nodes = bucket(&context, "gm_nodes", Some(settings.lease), settings).await?;
        let accounts = bucket(&context, "gm_accounts", None, settings).await?;
        let status = nodes.status().await.map_err(|error| NatsError::Setup {
            what: "bucket gm_nodes",
            source: error.into(),
        })?;
        Ok(Self {
            client,
            context,
            stream,
            nodes,
            accounts,
            lease: status.max_age(),
            connections,
        })
    }
}

/// Checks that the server compares the last sequence over a wildcard: servers before 2.12 ignore the header
/// in silence.
async fn check_level(client: &async_nats::Client) -> Result<(), NatsError> {
    #[derive(Deserialize)]
    struct Info {
        api: Option<Api>,
        error: Option<serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Api {
        #[serde(default)]
        level: u64,
    }
    let answer = client.request("$JS.API.INFO", "".into()).await;
    let answer = answer.map_err(|error| NatsError::NoJetStream(error.into()))?;
    let info: Info = serde_json::from_slice(&answer.payload)
        .map_err(|error| NatsError::NoJetStream(error.into()))?;
    if let Some(error) = info.error {
        return Err(NatsError::NoJetStream(error.to_string().into()));
    }
    let level = info.api.map_or(0, |api| api.level);
    if level < 2 {
        return Err(NatsError::TooOld {
            version: client.server_info().version.into(),
            level,
        });
    }
    Ok(())
}

async fn stream(
    context: &jetstream::Context,
    settings: &NatsSettings,
) -> Result<jetstream::stream::Stream, NatsError> {
    let config = Config {
        name: STREAM.to_owned(),
        description: Some("events of GroupMe accounts, by groupme-relay".to_owned()),
        subjects: vec![format!("{ROOT}.>")],
        discard: DiscardPolicy::New,
        max_age: settings.max_age,
        max_bytes: settings.max_bytes,
        num_replicas: settings.replicas,
        // Comfort for consumers only: the comparison is the guarantee.
        duplicate_window: Duration::from_mins(2).min(settings.max_age),
        allow_rollup: true,
        allow_direct: true,
        allow_message_ttl: true,
        ..Config::default()
    };
    let stream = context.get_or_create_stream(config).await;
    let stream = stream.map_err(|error| NatsError::Setup {
        what: "stream GM",
        source: error.into(),
    })?;
    let config = &stream.cached_info().config;
    for (is_right, setting) in [
        (
            config.discard == DiscardPolicy::New,
            "the discard policy `new`",
        ),
        (config.allow_rollup, "roll-ups allowed"),
        (config.allow_direct, "direct gets allowed"),
        (
            config.allow_message_ttl,
            "times to live of messages allowed",
        ),
        (config.max_messages <= 0, "no limit of messages"),
        (
            config.max_messages_per_subject <= 0,
            "no limit of messages of a subject",
        ),
    ] {
        if !is_right {
            return Err(NatsError::Stream { setting });
        }
    }
    Ok(stream)
}

async fn bucket(
    context: &jetstream::Context,
    name: &'static str,
    max_age: Option<Duration>,
    settings: &NatsSettings,
) -> Result<kv::Store, NatsError> {
    if let Ok(store) = context.get_key_value(name).await {
        return Ok(store);
    }
    let config = kv::Config {
        bucket: name.to_owned(),
        history: 1,
        max_age: max_age.unwrap_or_default(),
        num_replicas: settings.replicas,
        ..kv::Config::default()
    };
    let created = context.create_key_value(config).await;
    let what = match max_age {
        Some(_) => "bucket gm_nodes",
        None => "bucket gm_accounts",
    };
    match created {
        Ok(store) => Ok(store),
        // Another node was faster.
        Err(error) => context
            .get_key_value(name)
            .await
            .map_err(|_| NatsError::Setup {
                what,
                source: error.into(),
            }),
    }
}

/// Name of the stream.
const STREAM: &str = "GM";

/// Time after which a request counts as unanswered. The client does not fail requests when it loses the
/// connection, so that each waits the whole time.
const TIMEOUT: Duration = Duration::from_secs(2);
