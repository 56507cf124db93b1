//! Remedies and exit statuses for errors of the REST API.

use anyhow::anyhow;
use groupme_rest::Error;

use crate::{exit::Failure, output::chain};

/// Adds a remedy to a REST error. `is_token_good`: the token is known to work for another request.
pub(crate) fn failure(error: &Error, is_token_good: bool) -> Failure {
    let with = |remedy: &str| anyhow!("{}; {remedy}", chain(error));
    match error {
        Error::Endless { .. } => Failure::Other(anyhow!("{}", chain(error))),
        Error::Misuse { .. } | Error::Draft(_) => Failure::Usage(anyhow!("{}", chain(error))),
        Error::Unauthorized(_) if is_token_good => Failure::Refused(with(
            "the access token is valid, but does not allow this request",
        )),
        Error::Unauthorized(_) => Failure::Credentials(with(
            "check the access token in GROUPME_ACCESS_TOKEN or --token-file",
        )),
        Error::Forbidden(_) => Failure::Refused(with(
            "GroupMe does not allow this request to this account; after too many messages GroupMe refuses \
             requests for a while",
        )),
        Error::NotFound(_) => Failure::Refused(with(
            "check the ids, and that the account is a member of the conversation",
        )),
        Error::Overtaken { .. } => Failure::Temporary(with(
            "another program or device of the account reacted at the same moment: try again",
        )),
        Error::Conflict(_) => Failure::Refused(with("the request has already taken effect")),
        Error::BadRequest(refusal) => Failure::Refused(with(match refusal.status {
            413 => "GroupMe takes smaller ones only: make the file or the text smaller",
            415 => "GroupMe does not take this type of file: convert it first",
            _ if refusal.errors.is_empty() => "GroupMe does not say what is wrong with the request",
            _ => "change the request as the message says",
        })),
        Error::RateLimited(refusal) => Failure::Temporary(match refusal.retry_after {
            Some(wait) => with(&format!("try again in {} s", wait.as_secs())),
            None => with("try again in a minute"),
        }),
        Error::Server(_) => {
            Failure::Temporary(with("the failure is on GroupMe's side: try again later"))
        }
        Error::CutOff { .. } => Failure::Temporary(with(
            "GroupMe, or a proxy before it, has cut the answer: try again later, or ask for less at once",
        )),
        Error::Malformed { .. } => Failure::Temporary(with(
            "the server, or a proxy before it, does not keep to the format: check --api-url if given, and \
             try again later",
        )),
        Error::Transport { source, .. } if source.is_closed_early() => Failure::Temporary(with(
            "the network works, and the server, or a proxy before it, ended the connection: check \
             --api-url if given, and try again later",
        )),
        Error::Transport { .. } | Error::TimedOut { .. } => {
            Failure::Temporary(with("check the network, and --api-url if given"))
        }
        _ => Failure::Other(with(
            "the answer is not one of GroupMe's REST API: check --api-url if given, and try again later",
        )),
    }
}
