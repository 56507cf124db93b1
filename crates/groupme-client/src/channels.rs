//! Names of GroupMe's channels.

use bayeux_proto::Channel;
use groupme_model::{ChannelError, UserId, UserPair, channel};
use groupme_rest::Conversation;

use crate::Error;

pub(crate) fn user(id: &UserId) -> Result<Channel, Error> {
    checked(id.as_str(), channel::user(id))
}

/// Returns the channel of a conversation's typing, reactions and changes. `user` is the account's.
pub(crate) fn conversation(user: &UserId, conversation: &Conversation) -> Result<Channel, Error> {
    match conversation {
        Conversation::Group(group) => checked(group.as_str(), channel::group(group)),
        Conversation::User(other) => {
            let pair = UserPair::new(user, other);
            checked(
                other.as_str(),
                pair.map(|pair| channel::direct_message(&pair)),
            )
        }
        Conversation::Direct(pair) => checked(
            pair.conversation_id().as_str(),
            Ok(channel::direct_message(pair)),
        ),
    }
}

fn checked(id: &str, name: Result<String, ChannelError>) -> Result<Channel, Error> {
    let unfit = |source| Error::Id {
        id: id.to_owned(),
        source,
    };
    Channel::new(&name.map_err(|error| unfit(Box::new(error)))?)
        .map_err(|error| unfit(Box::new(error)))
}
