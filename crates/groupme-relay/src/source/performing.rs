//! Commands, performed with the token and the pace of the account.

use bytes::Bytes;
use groupme_client::{
    Error, Handle, RestClient, SendError, Sent,
    rest_api::{self, endpoint::messages, endpoint::reactions},
};
use serde_json::json;

use super::Performer;
use crate::{Command, ErrorCode, RequestError, chain};

/// Performer of commands to an account of GroupMe.
#[derive(Debug)]
pub struct GroupMePerformer {
    handle: Handle,
}

impl GroupMePerformer {
    pub(super) const fn new(handle: Handle) -> Self {
        Self { handle }
    }

    fn rest(&self) -> Result<RestClient, RequestError> {
        self.handle.rest().ok_or_else(|| {
            let message = "the relay has no REST API: set `groupme.api_url`";
            RequestError::new(ErrorCode::Refused, message)
        })
    }
}

impl Performer for GroupMePerformer {
    async fn perform(&mut self, command: Command) -> Result<Bytes, RequestError> {
        let rest = self.rest()?;
        let result = match command {
            Command::Send {
                conversation,
                draft,
                guid,
            } => {
                let sent = self.handle.send_as(conversation, draft, guid).await;
                let sent = sent.map_err(|error| of_send(&error))?;
                json!({
                    "message": sent.message().map(|message| message.id.as_str()),
                    "state": match sent {
                        Sent::Created(_) => "created",
                        _ => "duplicate",
                    },
                })
            }
            Command::Edit {
                conversation,
                message,
                draft,
            } => {
                let id = message.clone();
                let call = messages::edit(conversation, message, draft)
                    .map_err(|error| RequestError::new(ErrorCode::Malformed, chain(&error)))?;
                rest.call(&call).await.map_err(|error| of_rest(&error))?;
                json!({ "message": id.as_str() })
            }
            Command::Delete {
                conversation,
                message,
            } => {
                let call = messages::delete(conversation, &message);
                rest.call(&call).await.map_err(|error| of_rest(&error))?;
                json!({ "message": message.as_str() })
            }
            Command::React {
                conversation,
                message,
                icon,
            } => {
                let reacted = rest.react(conversation, &message, icon).await;
                reacted.map_err(|error| of_rest(&error))?;
                json!({ "message": message.as_str() })
            }
            Command::Unreact {
                conversation,
                message,
            } => {
                let call = reactions::unlike(conversation, &message);
                rest.call(&call).await.map_err(|error| of_rest(&error))?;
                json!({ "message": message.as_str() })
            }
            Command::Typing { conversation } => {
                let published = self.handle.send_typing(conversation);
                published.map_err(|error| of_client(&error))?;
                json!({})
            }
        };
        Ok(result.to_string().into())
    }
}

fn of_send(error: &SendError) -> RequestError {
    match error {
        SendError::Rest(error) => of_rest(error),
        error => RequestError::new(ErrorCode::Refused, chain(error)),
    }
}

fn of_rest(error: &rest_api::Error) -> RequestError {
    use rest_api::Error;

    let code = match error {
        Error::Draft(_) | Error::Misuse { .. } => ErrorCode::Malformed,
        Error::Unauthorized(_) => ErrorCode::Unauthorized,
        Error::Forbidden(_) => ErrorCode::Forbidden,
        Error::NotFound(_) => ErrorCode::NotFound,
        Error::RateLimited(_) => ErrorCode::RateLimited,
        error if error.is_transient() => ErrorCode::Unavailable,
        _ => ErrorCode::Refused,
    };
    let mut refusal = RequestError::new(code, chain(error));
    refusal.may_be_done = !error.was_not_processed();
    refusal.retry_after = error.retry_after();
    refusal
}

fn of_client(error: &Error) -> RequestError {
    let code = match error {
        Error::Closed => ErrorCode::Moved,
        Error::QueueFull => ErrorCode::Busy,
        Error::Id { .. } => ErrorCode::Malformed,
        _ => ErrorCode::Refused,
    };
    RequestError::new(code, chain(error))
}
