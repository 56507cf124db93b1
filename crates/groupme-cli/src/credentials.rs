//! Credentials of a command, and their origin.

#![expect(clippy::disallowed_methods, reason = "this is the binary")]

use core::{fmt, time::Duration};
use std::{env, path::Path};

use anyhow::{Context as _, anyhow};
use groupme_model::UserId;
use groupme_rest::Token;

use crate::{args, exit::Failure, input_file, profile};

/// Token, with the addresses that it is for.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) token: Token,
    pub(crate) origin: Origin,
    /// User of the token, if known.
    pub(crate) user: Option<UserId>,
    /// REST API; `None` for GroupMe's.
    pub(crate) api_url: Option<String>,
    /// Gateway of a profile; `None` for GroupMe's, or if the token is not from a profile.
    gateway_url: Option<String>,
}

/// Origin of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    TokenFile,
    Environment,
    Profile(String),
    /// No token: the id of a bot is the credential.
    Bot,
}

/// Writes the origin as part of a sentence.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenFile => f.write_str("--token-file"),
            Self::Environment => f.write_str("GROUPME_ACCESS_TOKEN"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Bot => f.write_str("the id of a bot"),
        }
    }
}

impl Origin {
    /// Returns the origin as a word for programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TokenFile => "file",
            Self::Environment => "environment",
            Self::Profile(_) => "profile",
            Self::Bot => "bot",
        }
    }

    /// Returns the remedy for a token that GroupMe refuses.
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::TokenFile => "check the access token in --token-file".to_owned(),
            Self::Environment => {
                "check the access token in GROUPME_ACCESS_TOKEN, or unset it and run \
                 `groupme login`"
                    .to_owned()
            }
            Self::Bot => "check the bot's id: `groupme bot list` shows it".to_owned(),
            Self::Profile(name) if name == profile::DEFAULT => {
                "run `groupme login` with a new access token".to_owned()
            }
            Self::Profile(name) => {
                format!("run `groupme login --profile {name}` with a new access token")
            }
        }
    }
}

impl Credentials {
    /// Returns the credentials of a token that no profile has yet.
    pub(crate) fn new(token: Token, api_url: Option<String>) -> Self {
        Self {
            token,
            origin: Origin::Environment,
            user: None,
            api_url,
            gateway_url: None,
        }
    }

    /// Finds the token: that of `--token-file`, of `--profile`, of `GROUPME_ACCESS_TOKEN`, of
    /// `GROUPME_PROFILE`, or of the profile `default`.
    pub(crate) async fn find(args: &args::Account) -> Result<Self, Failure> {
        if let Some((token, origin)) = explicit_token(args).await? {
            let token = Token::new(&token).map_err(Failure::usage)?;
            return Ok(Self {
                origin,
                ..Self::new(token, args.api_url.clone())
            });
        }
        let name = profile_name(args.profile.as_deref())?;
        let Some(profile) = profile::load(&name).map_err(Failure::Usage)? else {
            return Err(Failure::Usage(no_profile(&name)));
        };
        // A variable left over in the environment must not send the token to another server.
        if let Some(url) = &args.api_url
            && !is_same_address(Some(url), profile.api_url.as_deref())
        {
            return Err(wrong_address(
                &name,
                "--api-url or GROUPME_API_URL",
                profile.api_url.as_deref(),
            ));
        }
        Ok(Self {
            token: Token::new(&profile.token).map_err(Failure::usage)?,
            user: Some(profile.user_id),
            api_url: profile.api_url,
            gateway_url: profile.gateway_url,
            origin: Origin::Profile(name),
        })
    }

    /// Returns the address of the gateway, given or the profile's; `None` for GroupMe's.
    pub(crate) fn gateway_url(&self, args: &args::Gateway) -> Result<Option<String>, Failure> {
        let Origin::Profile(name) = &self.origin else {
            return Ok(args.url.clone());
        };
        match &args.url {
            Some(url) if !is_same_address(Some(url), self.gateway_url.as_deref()) => {
                Err(wrong_address(
                    name,
                    "--gateway-url or GROUPME_GATEWAY_URL",
                    self.gateway_url.as_deref(),
                ))
            }
            _ => Ok(self.gateway_url.clone()),
        }
    }
}

/// Returns the name of the profile that `--profile` or the environment chooses.
pub(crate) fn profile_name(given: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = given {
        return Ok(name.to_owned());
    }
    match variable("GROUPME_PROFILE")? {
        Some(name) if !name.is_empty() => profile::check_name(&name)
            .map_err(|reason| Failure::Usage(anyhow!("GROUPME_PROFILE: {reason}"))),
        _ => Ok(profile::DEFAULT.to_owned()),
    }
}

/// Returns whether the environment has a token.
pub(crate) fn has_token_variable() -> bool {
    env::var_os(TOKEN_VARIABLE).is_some()
}

/// Reads the token of the file, or that of the environment unless a profile is named. No option has
/// the token itself, as all users can read arguments with `ps`.
async fn explicit_token(args: &args::Account) -> Result<Option<(String, Origin)>, Failure> {
    match &args.token_file {
        Some(file) => {
            let token = read_file(file, args.timeout).await?;
            Ok(Some((token, Origin::TokenFile)))
        }
        None if args.profile.is_some() => Ok(None),
        None => {
            let token = variable(TOKEN_VARIABLE)?;
            Ok(token.map(|token| (token, Origin::Environment)))
        }
    }
}

/// Reads a variable of the environment. A variable that is not UTF-8 is an error: if it were ignored,
/// the command would act for another account.
fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        // The error would quote the value.
        Err(env::VarError::NotUnicode(_)) => Err(Failure::Usage(anyhow!(
            "{name} is not UTF-8: set it anew, or unset it"
        ))),
    }
}

/// Reads the first line of a token file.
pub(crate) async fn read_file(file: &Path, timeout: Duration) -> Result<String, Failure> {
    let bytes = input_file::read(file, MAX_TOKEN_FILE, timeout);
    let text = bytes.await.and_then(|bytes| Ok(String::from_utf8(bytes)?));
    let text = text
        .with_context(|| format!("cannot read the token file {}", file.display()))
        .map_err(Failure::Usage)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn no_profile(name: &str) -> anyhow::Error {
    if name == profile::DEFAULT {
        anyhow!(
            "no access token: run `groupme login`, or set GROUPME_ACCESS_TOKEN or add --token-file"
        )
    } else {
        anyhow!("there is no profile `{name}`: run `groupme login --profile {name}`")
    }
}

fn wrong_address(name: &str, option: &str, own: Option<&str>) -> Failure {
    let own = own.unwrap_or("GroupMe");
    Failure::Usage(anyhow!(
        "the access token of the profile {name} is for {own}, and {option} names another address: run \
         `groupme login` for that address with another --profile, or set GROUPME_ACCESS_TOKEN to a token \
         for it"
    ))
}

/// Compares two addresses; `None` is GroupMe's own.
fn is_same_address(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |url: Option<&str>| {
        let url = url.unwrap_or_default().trim_end_matches('/');
        let is_groupmes = [groupme_client::DEFAULT_GATEWAY, GROUPME_API].contains(&url);
        if is_groupmes {
            String::new()
        } else {
            url.to_owned()
        }
    };
    plain(one) == plain(other)
}

const TOKEN_VARIABLE: &str = "GROUPME_ACCESS_TOKEN";
const GROUPME_API: &str = "https://api.groupme.com/v3";

/// Maximum bytes of a token file; tokens have 40.
const MAX_TOKEN_FILE: u64 = 64 * 1024;
