//! Texts of a request that depend on whose token sends it.

use std::borrow::Cow;

use groupme_model::UserId;

use crate::Conversation;

/// Text in the path, the query, a header or the body of a request.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Text as it is.
    Text(String),
    /// Text as it is, which no error shows.
    Secret(String),
    /// GroupMe's id of a conversation.
    ConversationId(Conversation),
    /// Id of the other user of a direct conversation.
    OtherUser(Conversation),
    /// Id of the token's user.
    CurrentUser,
}

impl Argument {
    /// Returns whether the text depends on the token's user.
    pub(crate) fn needs_user(&self) -> bool {
        match self {
            Self::Text(_) | Self::Secret(_) => false,
            Self::ConversationId(conversation) => matches!(conversation, Conversation::User(_)),
            Self::OtherUser(conversation) => matches!(conversation, Conversation::Direct(_)),
            Self::CurrentUser => true,
        }
    }

    /// Returns the text, or a sentence about what is wrong with it.
    pub(crate) fn text(&self, user: Option<&UserId>) -> Result<Cow<'_, str>, &'static str> {
        let text = match self {
            Self::Text(text) | Self::Secret(text) => return Ok(Cow::Borrowed(text)),
            Self::ConversationId(Conversation::Group(group)) => Cow::Borrowed(group.as_str()),
            Self::ConversationId(Conversation::Direct(pair)) => Cow::Owned(pair.to_string()),
            Self::ConversationId(conversation @ Conversation::User(_)) => {
                match conversation.id(user.ok_or(USER_NEEDED)?) {
                    Ok(id) => Cow::Owned(id.as_str().to_owned()),
                    Err(_) => {
                        return Err("its conversation is with a user whose id is not a number");
                    }
                }
            }
            Self::OtherUser(Conversation::Group(_)) => {
                return Err("it is for direct conversations, and a group was named");
            }
            Self::OtherUser(Conversation::User(user)) => Cow::Borrowed(user.as_str()),
            Self::OtherUser(Conversation::Direct(pair)) => {
                let other = pair.other(user.ok_or(USER_NEEDED)?);
                Cow::Borrowed(
                    other
                        .ok_or("its conversation is between two other users")?
                        .as_str(),
                )
            }
            Self::CurrentUser => Cow::Owned(user.ok_or(USER_NEEDED)?.as_str().to_owned()),
        };
        if text.is_empty() {
            return Err("an id in it is empty");
        }
        Ok(text)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

const USER_NEEDED: &str = "it needs the id of the token's user";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_depends_on_the_user_needs_one() {
        let (group, user) = (
            Conversation::Group("1835".into()),
            Conversation::User("230".into()),
        );
        let direct = Conversation::Direct("185+230".parse().unwrap());
        let you = UserId::from("185");
        for (argument, text, needs_user) in [
            (Argument::from("x"), Ok("x"), false),
            (Argument::ConversationId(group.clone()), Ok("1835"), false),
            (Argument::ConversationId(user.clone()), Ok("185+230"), true),
            (
                Argument::ConversationId(direct.clone()),
                Ok("185+230"),
                false,
            ),
            (Argument::OtherUser(group), Err("direct"), false),
            (Argument::OtherUser(user), Ok("230"), false),
            (Argument::OtherUser(direct), Ok("230"), true),
            (Argument::CurrentUser, Ok("185"), true),
        ] {
            assert_eq!(argument.needs_user(), needs_user, "{argument:?}");
            match (argument.text(Some(&you)), text) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                other => panic!("{argument:?}: {other:?}"),
            }
            let without = argument.text(None);
            assert_eq!(without == Err(USER_NEEDED), needs_user, "{argument:?}");
        }
    }

    #[test]
    fn a_text_that_cannot_be_is_a_mistake_of_the_caller() {
        let you = Some(UserId::from("185"));
        for argument in [
            Argument::OtherUser(Conversation::Direct("1+2".parse().unwrap())),
            Argument::OtherUser(Conversation::User("".into())),
            Argument::ConversationId(Conversation::User("system".into())),
            Argument::ConversationId(Conversation::Group("".into())),
        ] {
            assert!(argument.text(you.as_ref()).is_err(), "{argument:?}");
        }
    }
}
