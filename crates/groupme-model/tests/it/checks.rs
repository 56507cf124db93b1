//! Checks that hold for an object of any kind.

use core::fmt::{self, Write as _};

use allocation_counter::measure;
use groupme_model::calendar::{CalendarEvent, CalendarEventRef};
use groupme_model::group::{Group, GroupRef};
use groupme_model::member::{Member, MemberRef, MembershipState, MembershipStateRef};
use groupme_model::outgoing::{
    BotMessageBody, BotMessageBodyRef, DirectMessageBody, DirectMessageBodyRef, MessageBody,
    MessageBodyRef, ReactionBody, ReactionBodyRef,
};
use groupme_model::poll::{Poll, PollData, PollDataRef, PollRef};
use groupme_model::system_event::{EditedMessage, EditedMessageRef, SystemEvent, SystemEventRef};
use groupme_model::user::{Profile, ProfileRef, User, UserRef};
use groupme_model::{
    Attachment, AttachmentRef, Block, BlockRef, Bot, BotRef, Chat, ChatRef, Directory,
    DirectoryRef, Event, EventRef, Message, MessageRef, Problem, Reaction, ReactionRef,
    ReadReceipt, ReadReceiptRef, Relationship, RelationshipRef, Topic, TopicRef,
};
use serde_json::Value as Parsed;

use crate::payload::Payload;

/// Result of checking an object.
pub(crate) struct Checked {
    /// Serialized owned value.
    pub(crate) written: Parsed,
    pub(crate) unknown_fields: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// Number of allocations while the view was created and all of its fields were read.
    pub(crate) allocations: u64,
}

/// Checks JSON as an object of one kind. `None` if it is not such an object; an error unless the
/// view, the owned value, the value deserialized from the JSON, and the value deserialized from the
/// serialized owned value are all equal.
pub(crate) type Check = fn(&str) -> Result<Option<Checked>, String>;

macro_rules! checks {
    ($( $check:ident: $Owned:ident, $read:expr; )*) => { $(
        pub(crate) fn $check(json: &str) -> Result<Option<Checked>, String> {
            let payload = Payload::new(json);
            let parsed: Option<$Owned> = serde_json::from_str(json).ok();
            let Some(view) = $read(payload.value()) else {
                return match parsed {
                    Some(owned) => Err(format!("only serde makes something of it: {owned:?}")),
                    None => Ok(None),
                };
            };
            let owned = view.into_owned();
            if parsed.as_ref() != Some(&owned) {
                return Err(format!("serde makes {parsed:?} of it, the view {owned:?}"));
            }
            if view != owned {
                return Err(format!("the view {view:?} differs from its owned {owned:?}"));
            }
            let text = serde_json::to_string(&owned).map_err(|error| error.to_string())?;
            let again: Option<$Owned> = serde_json::from_str(&text).ok();
            if again.as_ref() != Some(&owned) {
                return Err(format!("{owned:?} is written as {text}, which is read as {again:?}"));
            }
            let allocated = measure(|| read_all(&$read(payload.value())));
            Ok(Some(Checked {
                written: serde_json::from_str(&text).map_err(|error| error.to_string())?,
                unknown_fields: view.unknown_fields(),
                problems: view.problems(),
                allocations: allocated.count_total,
            }))
        }
    )* };
}

checks! {
    attachment: Attachment, |value| Some(AttachmentRef::from_value(value));
    block: Block, BlockRef::from_value;
    bot: Bot, BotRef::from_value;
    bot_message: BotMessageBody, BotMessageBodyRef::from_value;
    calendar_event: CalendarEvent, CalendarEventRef::from_value;
    chat: Chat, ChatRef::from_value;
    direct_message_body: DirectMessageBody, DirectMessageBodyRef::from_value;
    directory: Directory, DirectoryRef::from_value;
    edit: EditedMessage, EditedMessageRef::from_value;
    group: Group, GroupRef::from_value;
    member: Member, MemberRef::from_value;
    membership_state: MembershipState, MembershipStateRef::from_value;
    message: Message, MessageRef::from_value;
    message_body: MessageBody, MessageBodyRef::from_value;
    poll: Poll, PollRef::from_value;
    poll_data: PollData, PollDataRef::from_value;
    profile: Profile, ProfileRef::from_value;
    reaction_body: ReactionBody, ReactionBodyRef::from_value;
    push: Event, |value| Some(EventRef::from_value(value));
    reaction: Reaction, |value| Some(ReactionRef::from_value(value));
    read_receipt: ReadReceipt, ReadReceiptRef::from_value;
    relationship: Relationship, RelationshipRef::from_value;
    system_event: SystemEvent, SystemEventRef::from_value;
    topic: Topic, TopicRef::from_value;
    user: User, UserRef::from_value;
}

/// Reads every field of a view and of its parts, by printing it.
pub(crate) fn read_all(view: &impl fmt::Debug) {
    struct Discard;

    impl fmt::Write for Discard {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            Ok(())
        }
    }

    write!(Discard, "{view:?}").expect("nothing to fail");
}
