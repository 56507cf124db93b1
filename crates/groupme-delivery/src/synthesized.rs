//! Events made of messages of REST.

use std::sync::Arc;

use bayeux_wire::{DecodeError, Frame, Part};
use groupme_model::{
    ConversationId, Event, EventRef, MessageId, MessageRow, UserId, UserPair, channel,
};

use crate::{LossKind, LossReason, Lost, Origin};

/// Event made of a message of REST: of a missed message, or of a change found by comparing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Synthesized {
    /// The message, as REST has it after the event.
    pub message: MessageRow,
    /// What happened to the message.
    pub kind: RowEvent,
    /// Conversation of the event.
    pub conversation: ConversationId,
    /// Source of the event.
    pub origin: Origin,
}

/// Event of which a message of REST is evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowEvent {
    /// The message was sent: `line.create` or `direct_message.create`.
    Created,
    /// The message was edited or pinned: `message.update`.
    Updated,
    /// The message was deleted: `message.deleted`.
    Deleted,
    /// The reactions to the message changed: `favorite`.
    Reacted,
}

impl Synthesized {
    /// Returns the frame in which the gateway would have pushed the event to a user. The message is
    /// copied in its decoded form, neither written as JSON nor parsed again.
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooLarge`] if the message has more than 256 MiB.
    pub fn frame(&self, user: &UserId) -> Result<Frame, DecodeError> {
        let channel = match (self.kind, UserPair::try_from(&self.conversation)) {
            (RowEvent::Created, _) => format!("/user/{user}"),
            (_, Ok(pair)) => channel::direct_message(&pair),
            (_, Err(_)) => format!("/group/{}", self.conversation),
        };
        self.with_subject(|subject| {
            Frame::from_part(Part::Array(&[Part::Object(&[
                ("channel", Part::Text(&channel)),
                (
                    "data",
                    Part::Object(&[("type", Part::Text(self.name())), ("subject", subject)]),
                ),
            ])]))
        })
    }

    /// Returns the event, independent of any frame.
    ///
    /// # Errors
    ///
    /// Same as [`frame`](Self::frame).
    pub fn event(&self) -> Result<Event, DecodeError> {
        let frame = self.frame(&UserId::default())?;
        let data = frame.message(0).and_then(bayeux_wire::Message::data);
        Ok(EventRef::from_value(data.unwrap_or_default()).into_owned())
    }

    /// Calls `build` with the subject of the push.
    fn with_subject<T>(&self, build: impl FnOnce(Part<'_>) -> T) -> T {
        let message = self.message.view();
        let row = Part::Value(message.raw());
        if self.kind != RowEvent::Reacted {
            return build(row);
        }
        let line = if message.is_direct() {
            "direct_message"
        } else {
            "line"
        };
        let reactions = message.raw().get("reactions");
        let reactions = reactions.filter(|list| list.is_array());
        let reactions = reactions.map_or(Part::Array(&[]), Part::Value);
        build(Part::Object(&[(line, row), ("reactions", reactions)]))
    }

    /// Returns the type of the event, such as `line.create`.
    pub fn name(&self) -> &'static str {
        match self.kind {
            RowEvent::Created if self.message.view().is_direct() => "direct_message.create",
            RowEvent::Created => "line.create",
            RowEvent::Updated => "message.update",
            RowEvent::Deleted => "message.deleted",
            RowEvent::Reacted => "favorite",
        }
    }

    /// Returns the loss to report where the event cannot be handed on.
    pub fn lost(&self) -> Lost {
        Lost {
            conversation: Some(self.conversation.clone()),
            kind: if self.kind == RowEvent::Created {
                LossKind::Messages
            } else {
                LossKind::Changes
            },
            after: None,
            up_to: Some(self.message.id().clone()),
            reason: LossReason::Unreadable,
        }
    }
}

/// Returns a deleted message of which REST has nothing any more. `None` never: the message is far
/// smaller than the largest frame.
pub(crate) fn vanished(
    message: &MessageId,
    conversation: &ConversationId,
    is_direct: bool,
) -> Option<MessageRow> {
    let of = if is_direct { "chat_id" } else { "group_id" };
    let frame = Frame::from_part(Part::Object(&[
        ("id", Part::Text(message.as_str())),
        ("deletion_actor", Part::Text("admin")),
        (of, Part::Text(conversation.as_str())),
    ]));
    let frame = Arc::new(frame.ok()?);
    MessageRow::new(&frame, frame.root()?.index())
}
