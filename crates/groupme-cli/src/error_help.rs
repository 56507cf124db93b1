//! Remedies and exit statuses for errors of the REST API.

use anyhow::anyhow;
use groupme_rest::{ApiError, Error};

use crate::{credentials::Origin, exit::Failure, output::chain};

/// Advice after a request that creates something and has no answer.
pub(crate) const MAY_BE_DONE: &str =
    "the request may have taken effect: look before making it again";

/// Adds a remedy to a REST error. `is_token_good`: the token is known to work for another request.
pub(crate) fn failure(error: &Error, is_token_good: bool, origin: &Origin) -> Failure {
    let with = |remedy: &str| anyhow!("{}; {remedy}", chain(error));
    match error {
        Error::Endless { .. } => Failure::Other(anyhow!("{}", chain(error))),
        Error::Misuse { .. } | Error::Draft(_) => Failure::Usage(anyhow!("{}", chain(error))),
        Error::Unauthorized(_) if is_token_good => Failure::Refused(with(
            "the access token is valid, but does not allow this request",
        )),
        Error::Unauthorized(_) => Failure::Credentials(with(&origin.remedy())),
        Error::Forbidden(refusal) if is_sending(refusal) => Failure::Refused(with(
            "the account may not write there, or has sent too many messages, after which GroupMe refuses further \
             ones for a while",
        )),
        Error::Forbidden(_) => {
            Failure::Refused(with("GroupMe does not allow this request to this account"))
        }
        Error::NotFound(refusal) => Failure::Refused(with(not_found(refusal, origin))),
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
        Error::Empty { .. } => Failure::Temporary(with(
            "a proxy on the way, or GroupMe, has left the content out: check --api-url if given, and try again \
             later",
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

fn is_sending(refusal: &ApiError) -> bool {
    let call = refusal.call.to_string();
    call.starts_with("POST ") && call.ends_with("messages")
}

/// Returns the remedy for HTTP status 404, by the path of the request.
fn not_found(refusal: &ApiError, origin: &Origin) -> &'static str {
    let call = refusal.call.to_string();
    let path = call.split_once('/').map_or("", |(_, path)| path);
    let has_id = path.bytes().any(|byte| byte.is_ascii_digit()) || path.contains("direct_messages");
    if *origin == Origin::Bot || path.starts_with("bots/") {
        "check the id of the bot: `groupme bot list` shows it"
    } else if path.contains("/join/") {
        "check the share link: the group may have another one by now, or none"
    } else if path.starts_with("poll/") {
        "check the poll, and that the account is a member of the conversation"
    } else if has_id {
        "check the ids, and that the account is a member of the conversation"
    } else {
        "check the path, or --api-url if given: the API does not have this there"
    }
}
