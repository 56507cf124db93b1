//! Objects of any kind, looked at in one way.

use core::fmt::{self, Write as _};

use groupme_model::calendar::{CalendarEvent, CalendarEventRef};
use groupme_model::group::{Group, GroupRef};
use groupme_model::member::{Member, MemberRef, MembershipState, MembershipStateRef};
use groupme_model::outgoing::{
    BotMessageBody, BotMessageBodyRef, DirectMessageBody, DirectMessageBodyRef, MessageBody,
    MessageBodyRef, ReactionBody, ReactionBodyRef,
};
use groupme_model::poll::{Poll, PollData, PollDataRef, PollRef};
use groupme_model::system_event::{EditedMessage, EditedMessageRef};
use groupme_model::user::{Profile, ProfileRef, User, UserRef};
use groupme_model::{
    Block, BlockRef, Bot, BotRef, Chat, ChatRef, Directory, DirectoryRef, Message, MessageRef,
    Problem, ReadReceipt, ReadReceiptRef, Relationship, RelationshipRef, Topic, TopicRef,
};
use serde_json::Value as Parsed;

use crate::payload::Payload;

/// What was seen of an object.
pub(crate) struct Looked {
    /// The twin, as it is written.
    pub(crate) written: Parsed,
    pub(crate) unknown_fields: Vec<String>,
    pub(crate) problems: Vec<Problem>,
}

/// Looks at JSON as an object of a kind. `None` if it is none; an error if the view, the twin, what
/// serde makes of the JSON and what it makes of the twin's JSON are not all the same.
pub(crate) type Look = fn(&str) -> Result<Option<Looked>, String>;

macro_rules! looks {
    ($( $look:ident: $Owned:ident, $Ref:ident; )*) => { $(
        pub(crate) fn $look(json: &str) -> Result<Option<Looked>, String> {
            let payload = Payload::new(json);
            let parsed: Option<$Owned> = serde_json::from_str(json).ok();
            let Some(view) = $Ref::from_value(payload.value()) else {
                return match parsed {
                    Some(twin) => Err(format!("only serde makes something of it: {twin:?}")),
                    None => Ok(None),
                };
            };
            let twin = view.into_owned();
            if parsed.as_ref() != Some(&twin) {
                return Err(format!("serde makes {parsed:?} of it, the view {twin:?}"));
            }
            if view != twin {
                return Err(format!("the view {view:?} differs from its twin {twin:?}"));
            }
            let text = serde_json::to_string(&twin).map_err(|error| error.to_string())?;
            let again: Option<$Owned> = serde_json::from_str(&text).ok();
            if again.as_ref() != Some(&twin) {
                return Err(format!("{twin:?} is written as {text}, which is read as {again:?}"));
            }
            read_all(&view);
            Ok(Some(Looked {
                written: serde_json::from_str(&text).map_err(|error| error.to_string())?,
                unknown_fields: view.unknown_fields(),
                problems: view.problems(),
            }))
        }
    )* };
}

looks! {
    block: Block, BlockRef;
    bot: Bot, BotRef;
    bot_message: BotMessageBody, BotMessageBodyRef;
    calendar_event: CalendarEvent, CalendarEventRef;
    chat: Chat, ChatRef;
    direct_message_body: DirectMessageBody, DirectMessageBodyRef;
    directory: Directory, DirectoryRef;
    edit: EditedMessage, EditedMessageRef;
    group: Group, GroupRef;
    member: Member, MemberRef;
    membership_state: MembershipState, MembershipStateRef;
    message: Message, MessageRef;
    message_body: MessageBody, MessageBodyRef;
    poll: Poll, PollRef;
    poll_data: PollData, PollDataRef;
    profile: Profile, ProfileRef;
    reaction_body: ReactionBody, ReactionBodyRef;
    read_receipt: ReadReceipt, ReadReceiptRef;
    relationship: Relationship, RelationshipRef;
    topic: Topic, TopicRef;
    user: User, UserRef;
}

/// Reads every field of a view, and of all that is in it: to print it is to read it.
pub(crate) fn read_all(view: &impl fmt::Debug) {
    struct Nowhere;

    impl fmt::Write for Nowhere {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            Ok(())
        }
    }

    write!(Nowhere, "{view:?}").expect("nothing to fail");
}
