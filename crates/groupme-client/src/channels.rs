//! Names of GroupMe's channels.

use bayeux_proto::Channel;
use groupme_model::{ChannelError, GroupId, UserId, UserPair, channel};

use crate::Error;

pub(crate) fn user(id: &UserId) -> Result<Channel, Error> {
    checked(id.as_str(), channel::user(id))
}

pub(crate) fn group(id: &GroupId) -> Result<Channel, Error> {
    checked(id.as_str(), channel::group(id))
}

/// `with` is the id of the other user, or of the conversation: two user ids joined by `+` or `_`.
pub(crate) fn direct_message(user: &UserId, with: &str) -> Result<Channel, Error> {
    let pair = if with.contains(['+', '_']) {
        with.parse()
    } else {
        UserPair::new(user, &UserId::new(with))
    };
    checked(with, pair.map(|pair| channel::direct_message(&pair)))
}

fn checked(id: &str, name: Result<String, ChannelError>) -> Result<Channel, Error> {
    let unfit = |source| Error::Id {
        id: id.to_owned(),
        source,
    };
    Channel::new(&name.map_err(|error| unfit(Box::new(error)))?)
        .map_err(|error| unfit(Box::new(error)))
}
