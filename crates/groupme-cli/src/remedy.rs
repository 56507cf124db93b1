//! What to do about a failure of the REST API, and the exit status it has.

use anyhow::anyhow;
use groupme_rest::Error;

use crate::{exit::Failure, output::chain};

/// Explains an error. `is_token_good` if the token is known to be good for something else.
pub(crate) fn failure(error: &Error, is_token_good: bool) -> Failure {
    let told = |remedy: &str| anyhow!("{}; {remedy}", chain(error));
    match error {
        Error::Misuse { .. } | Error::Draft(_) => Failure::Usage(anyhow!("{}", chain(error))),
        Error::Unauthorized(_) if is_token_good => {
            Failure::Refused(told("the access token is good, but not for this"))
        }
        Error::Unauthorized(_) => Failure::Credentials(told(
            "check the access token in GROUPME_ACCESS_TOKEN or --token-file",
        )),
        Error::Forbidden(_) => Failure::Refused(told(
            "GroupMe does not allow it to this account; who sends too much is banned for a while",
        )),
        Error::NotFound(_) => Failure::Refused(told(
            "check the ids, and that the account takes part in the conversation",
        )),
        Error::Conflict(_) => Failure::Refused(told("there is nothing left to do")),
        Error::BadRequest(_) => Failure::Refused(told("GroupMe takes it in no other way")),
        Error::RateLimited(refusal) => Failure::Later(match refusal.retry_after {
            Some(wait) => told(&format!("try again in {} s", wait.as_secs())),
            None => told("try again in a minute"),
        }),
        Error::Server(_) => Failure::Later(told("the fault is theirs, so try again later")),
        Error::Transport { .. } | Error::TimedOut { .. } => {
            Failure::Later(told("check the network, and --api-url if it was given"))
        }
        _ => Failure::Other(told("is there a REST API of GroupMe's at that address?")),
    }
}
