//! Settings: one file, over which flags and the environment go.

use core::{net::SocketAddr, time::Duration};
use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use groupme_relay::{NatsSettings, NodeSettings};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Text of a file with all defaults, and what each is for.
pub(super) const DEFAULTS: &str = include_str!("relay.toml");

/// Settings of all commands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) key_file: Option<PathBuf>,
    pub(super) nats: NatsSection,
    pub(super) node: NodeSection,
    pub(super) http: HttpSection,
    pub(super) groupme: GroupMeSection,
    pub(super) log: LogSection,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NatsSection {
    pub(super) servers: String,
    pub(super) user: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) roots: Option<PathBuf>,
    #[serde(deserialize_with = "replicas")]
    pub(super) replicas: usize,
    #[serde(deserialize_with = "lease")]
    pub(super) lease: Duration,
    #[serde(deserialize_with = "time")]
    pub(super) max_age: Duration,
    pub(super) max_bytes: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NodeSection {
    pub(super) capacity: u32,
    #[serde(deserialize_with = "positive")]
    pub(super) starts_per_second: u32,
    #[serde(deserialize_with = "positive")]
    pub(super) starts_at_once: u32,
    pub(super) snapshot_every: u64,
    #[serde(deserialize_with = "time")]
    pub(super) snapshot_after: Duration,
    #[serde(deserialize_with = "time")]
    pub(super) mark_after: Duration,
    #[serde(deserialize_with = "time")]
    pub(super) drain_for: Duration,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HttpSection {
    pub(super) listen: Option<SocketAddr>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GroupMeSection {
    pub(super) gateway_url: Option<String>,
    pub(super) api_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LogSection {
    #[serde(deserialize_with = "level")]
    pub(super) level: tracing::Level,
}

impl Default for NatsSection {
    fn default() -> Self {
        let settings = NatsSettings::default();
        Self {
            servers: settings.servers,
            user: None,
            password_file: None,
            roots: settings.root_certificates,
            replicas: settings.replicas,
            lease: settings.lease,
            max_age: settings.max_age,
            max_bytes: settings.max_bytes,
        }
    }
}

impl Default for NodeSection {
    fn default() -> Self {
        let settings = NodeSettings::default();
        Self {
            capacity: settings.capacity,
            starts_per_second: settings.starts_per_second,
            starts_at_once: settings.starts_at_once,
            snapshot_every: settings.snapshot_every,
            snapshot_after: settings.snapshot_after,
            mark_after: settings.mark_after,
            drain_for: settings.drain_for,
        }
    }
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            level: tracing::Level::INFO,
        }
    }
}

impl Settings {
    /// Reads the file, if there is one.
    pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the configuration {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("the configuration {}", file.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let settings: Self = toml::from_str(text).context(
            "a setting is wrong: `groupme-relay config --print` shows all, with their defaults",
        )?;
        if settings.groupme.gateway_url.is_some() != settings.groupme.api_url.is_some() {
            bail!(
                "[groupme]: set both `gateway_url` and `api_url`, or none: a token of one GroupMe must not be sent \
                 to another"
            );
        }
        if settings.nats.password_file.is_some() && settings.nats.user.is_none() {
            bail!("[nats]: `password_file` needs the `user` whose password that is");
        }
        if settings.nats.max_age < settings.node.snapshot_after.saturating_mul(2) {
            bail!(
                "[nats] `max_age` must be at least twice [node] `snapshot_after`: the stream would drop what a saved \
                 state needs"
            );
        }
        Ok(settings)
    }
}

impl NatsSection {
    /// Returns the settings of the connection, with the password read from its file.
    pub(super) fn settings(&self) -> anyhow::Result<NatsSettings> {
        let mut settings = NatsSettings::default();
        settings.servers.clone_from(&self.servers);
        if let Some(user) = &self.user {
            let password = match &self.password_file {
                Some(file) => super::read(file)?.trim_end().to_owned(),
                None => String::new(),
            };
            settings.user = Some((user.clone(), password));
        }
        settings.root_certificates.clone_from(&self.roots);
        settings.replicas = self.replicas;
        settings.lease = self.lease;
        settings.max_age = self.max_age;
        settings.max_bytes = self.max_bytes;
        Ok(settings)
    }
}

impl NodeSection {
    pub(super) fn settings(&self) -> NodeSettings {
        let mut settings = NodeSettings::default();
        settings.capacity = self.capacity;
        settings.starts_per_second = self.starts_per_second;
        settings.starts_at_once = self.starts_at_once;
        settings.snapshot_every = self.snapshot_every;
        settings.snapshot_after = self.snapshot_after;
        settings.mark_after = self.mark_after;
        settings.drain_for = self.drain_for;
        settings
    }
}

/// Reads a time, such as `10s`; whole numbers are seconds, as on the command line.
pub(super) fn read_time(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    humantime::parse_duration(text)
        .map_err(|_| format!("{text:?} is no time: write 500ms, 10s, 5m, 6h or 7d"))
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    read_time(&text).map_err(D::Error::custom)
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let lease = time(deserializer)?;
    if lease < Duration::from_secs(1) {
        return Err(D::Error::custom("the lease must be a second or longer"));
    }
    Ok(lease)
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom(
            "with 0, no account would ever start: use 1 or more",
        )),
        number => Ok(number),
    }
}

fn replicas<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match usize::deserialize(deserializer)? {
        number @ 1..=5 => Ok(number),
        _ => Err(D::Error::custom("NATS keeps 1 to 5 copies: use 1 or 3")),
    }
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<tracing::Level, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| D::Error::custom("use error, warn, info, debug or trace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_annotated_file_has_the_defaults() {
        assert_eq!(Settings::parse(DEFAULTS).unwrap(), Settings::default());
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
    }

    #[test]
    fn the_annotated_file_names_every_setting_and_its_examples_are_valid() {
        let is_example = |line: &&str| line.starts_with("# ") && line.contains(" = ");
        let uncommented: Vec<_> = DEFAULTS
            .lines()
            .map(|line| match line {
                line if is_example(&line) => &line[2..],
                line => line,
            })
            .collect();
        let settings = Settings::parse(&uncommented.join("\n")).unwrap();
        assert!(settings.key_file.is_some() && settings.http.listen.is_some());
        let nats = &settings.nats;
        assert!(nats.user.is_some() && nats.password_file.is_some() && nats.roots.is_some());
        assert!(settings.groupme.gateway_url.is_some() && settings.groupme.api_url.is_some());
        // A setting that is not in the file would be missed by its reader: `Debug` names all.
        let all = format!("{:?}", Settings::default());
        let names = all
            .split([' ', '{', '('])
            .filter_map(|word| word.strip_suffix(':'));
        for name in names {
            let is_named =
                DEFAULTS.contains(&format!("{name} = ")) || DEFAULTS.contains(&format!("[{name}]"));
            assert!(is_named, "{name}");
        }
    }

    #[test]
    fn an_error_names_its_line_and_the_remedy() {
        for (text, words) in [
            (
                "[node]\ncapasity = 1\n",
                &["line 2", "capasity", "capacity", "config --print"][..],
            ),
            (
                "[node]\n\nmark_after = \"soon\"\n",
                &["line 3", "soon", "10s"],
            ),
            ("[node]\nstarts_per_second = 0\n", &["line 2", "1 or more"]),
            ("[nats]\nreplicas = 9\n", &["line 2", "1 or 3"]),
            ("[log]\nlevel = \"loud\"\n", &["line 2", "debug"]),
            ("[http]\nlisten = \"here\"\n", &["line 2"]),
            ("[groupme]\napi_url = \"http://a\"\n", &["gateway_url"]),
            ("[nats]\npassword_file = \"a\"\n", &["user"]),
            ("[nats]\nmax_age = \"1h\"\n", &["snapshot_after"]),
            ("[nats\n", &["line 1"]),
        ] {
            let error = format!("{:#}", Settings::parse(text).unwrap_err());
            for word in words {
                assert!(error.contains(word), "{word}: {error}");
            }
        }
    }
}
