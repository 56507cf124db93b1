//! Names and texts with a grammar of their own.

use bayeux_proto::{Channel, ServerError};
use groupme_model::{Timestamp, UserPair};

use super::ensure;

/// Each line of the input is read as a name of every kind.
pub(super) fn check(input: &[u8]) -> Result<(), String> {
    String::from_utf8_lossy(input).lines().try_for_each(line)
}

fn line(text: &str) -> Result<(), String> {
    let (strict, lenient) = (Channel::new(text), Channel::lenient(text));
    ensure(strict.is_err() || lenient.is_ok(), || {
        format!("{text:?} is a channel, but not a lenient one")
    })?;
    for channel in strict.into_iter().chain(lenient) {
        ensure(channel.as_str() == text, || {
            format!("{text:?} became {channel:?}")
        })?;
        ensure(channel.is_pattern() || channel.matches(text), || {
            format!("{channel:?} does not match itself")
        })?;
    }
    let error = ServerError::parse(text);
    ensure(error.code != Some(401) || error.args.is_empty(), || {
        format!("{error:?} keeps the arguments of a 401, among them the clientId")
    })?;
    let (_, _) = (error.is_unknown_client(), error.to_string());
    let _ = groupme_model::Channel::from_name(text);
    if let Ok(pair) = text.parse::<UserPair>() {
        let id = pair.conversation_id();
        let again = id.as_str().parse::<UserPair>();
        ensure(again.as_ref() == Ok(&pair), || {
            format!("{pair:?} became {again:?}")
        })?;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        let printed = time.to_string();
        // RFC 3339 ends with the year 9999, and an offset can lead beyond both ends.
        let has_year = printed
            .split('-')
            .next()
            .is_some_and(|year| year.len() == 4);
        let again = printed.parse::<Timestamp>();
        ensure(!has_year || again.as_ref() == Ok(&time), || {
            format!("{text:?}: {time:?} is printed as {printed} and became {again:?}")
        })?;
    }
    Ok(())
}
