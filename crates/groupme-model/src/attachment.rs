//! Attachments of a message.

use crate::macros::{model, open_enum, tagged_union};
use crate::unknown::type_of;

mod constructors;
mod emoji;
mod mention;
mod reply;
mod thumbnail;

pub use mention::MentionRangeError;
pub use thumbnail::Thumbnail;

tagged_union! {
    /// Attachment of a message.
    ///
    /// An attachment of an unknown type is kept whole as `Unknown` and never fails its message.
    pub enum Attachment as AttachmentRef, tagged by type_of {
        /// Image.
        "image" => Image(Image, ImageRef),
        /// Image hosted outside GroupMe.
        "linked_image" => LinkedImage(Image, ImageRef),
        /// Edited image; no longer in use.
        "image_edited" => ImageEdited(Image, ImageRef),
        /// Video.
        "video" => Video(Video, VideoRef),
        /// Sound recording.
        "audio" => Audio(Audio, AudioRef),
        /// File, to be fetched by its id.
        "file" => File(File, FileRef),
        /// Location.
        "location" => Location(Location, LocationRef),
        /// Split bill; no longer in use.
        "split" => Split(Split, SplitRef),
        /// Emoji from GroupMe's packs, drawn in the text.
        "emoji" => Emoji(Emoji, EmojiRef),
        /// Reference to the message that this message replies to.
        "reply" => Reply(Reply, ReplyRef),
        /// Mentions of users in the text.
        "mentions" => Mentions(Mentions, MentionsRef),
        /// Poll.
        "poll" => Poll(Poll, PollRef),
        /// Calendar event.
        "event" => CalendarEvent(CalendarEvent, CalendarEventRef),
        /// Member who was removed for inactivity.
        "autokicked_member" => AutokickedMember(AutokickedMember, AutokickedMemberRef),
        /// Answer of the Copilot assistant.
        "copilot" => Copilot(Copilot, CopilotRef),
        /// Card of the Copilot assistant, such as a quiz.
        "copilot_card" => CopilotCard(CopilotCard, CopilotCardRef),
        /// Image that is still being generated.
        "partial_image" => PartialImage(PartialImage, PartialImageRef),
        /// Request to GroupMe to process links in the text after sending.
        "postprocessing" => Postprocessing(Postprocessing, PostprocessingRef),
    }
}

model! {
    /// Image attachment.
    pub struct Image as ImageRef, tagged "type" {
        /// URL of the image. To be sent, it must be hosted by GroupMe's image service.
        url: text,
        /// URL of the page or image that the image was taken from.
        source_url: text,
        /// Blurred preview, as a `BlurHash` string.
        blur_hash: text,
        /// Width, in pixels.
        width: integer,
        /// Height, in pixels.
        height: integer,
        /// Category of vanishing media; absent for ordinary media.
        category: text,
        /// Delivery id of vanishing media, used to report that it was viewed.
        delivery_id: id(Other),
        /// Undocumented; not known to be sent.
        guids: optional_texts,
        /// Whether vanishing media is gone.
        media_deleted: flag,
        /// Whether vanishing media can be viewed again before it is gone.
        replay_allowed: flag,
        /// Users who have viewed vanishing media.
        viewed_by: ids(User),
    }
}

model! {
    /// Video attachment.
    pub struct Video as VideoRef, tagged "type" {
        /// URL of the video, hosted by GroupMe's video service.
        url: text,
        /// URL of a still image.
        preview_url: text,
        /// Blurred preview, as a `BlurHash` string.
        blur_hash: text,
        /// Category of vanishing media; absent for ordinary media.
        category: text,
        /// Delivery id of vanishing media, used to report that it was viewed.
        delivery_id: id(Other),
        /// Undocumented; not known to be sent.
        guids: optional_texts,
        /// Whether vanishing media is gone.
        media_deleted: flag,
        /// Whether vanishing media can be viewed again before it is gone.
        replay_allowed: flag,
        /// Users who have viewed vanishing media.
        viewed_by: ids(User),
    }
}

model! {
    /// Sound attachment.
    pub struct Audio as AudioRef, tagged "type" {
        /// URL of the recording, hosted by GroupMe's audio service.
        url: text,
        /// Duration. The unit is undocumented.
        duration: number,
        /// Loudness over time, as a list of numbers.
        peaks: raw,
        /// URL of a transcript.
        transcript_url: text,
        /// Category of vanishing media; absent for ordinary media.
        category: text,
        /// Delivery id of vanishing media, used to report that it was listened to.
        delivery_id: id(Other),
        /// Undocumented; not known to be sent.
        guids: optional_texts,
        /// Whether vanishing media is gone.
        media_deleted: flag,
        /// Whether vanishing media can be played again before it is gone.
        replay_allowed: flag,
        /// Users who have listened to vanishing media.
        viewed_by: ids(User),
    }
}

model! {
    /// File attachment. The file service returns name, size and type for the id.
    pub struct File as FileRef, tagged "type" {
        /// Id of the file.
        file_id: id(File),
    }
}

model! {
    /// Location attachment.
    pub struct Location as LocationRef, tagged "type" {
        /// Name of the location.
        name: text,
        /// Latitude, in degrees north.
        lat: decimal,
        /// Longitude, in degrees east.
        lng: decimal,
        /// Id of the venue at Foursquare.
        foursquare_venue_id: id(Other),
    }
}

model! {
    /// Split bill; no longer in use.
    pub struct Split as SplitRef, tagged "type" {
        /// Token of the bill.
        token: text,
    }
}

model! {
    /// Request to GroupMe to process links in the text after sending. Undocumented; clients that
    /// send it set only `queues`.
    pub struct Postprocessing as PostprocessingRef, tagged "type" {
        /// Queues that process the message, such as `linked_image`.
        queues: texts,
    }
}

model! {
    /// Emoji from GroupMe's packs, drawn in the text.
    pub struct Emoji as EmojiRef, tagged "type" {
        /// Text that stands for one emoji in the message, usually U+FFFD.
        placeholder: text,
        /// Pack and index in it of each emoji, in the order of the placeholders; see `in_text`.
        charmap: pairs,
    }
}

model! {
    /// Reference to the message that this message replies to.
    pub struct Reply as ReplyRef, tagged "type" {
        /// Message that is replied to; see `replied_to`.
        reply_id: id(Message),
        /// First message of the chain of replies; see `root`.
        base_reply_id: id(Message),
        /// Author of the first message of the chain; absent from some senders.
        user_id: id(User),
    }
}

model! {
    /// Mentions of users in the text of a message.
    pub struct Mentions as MentionsRef, tagged "type" {
        /// Mentioned users, one for each of `loci`; `"-1"` stands for everyone.
        user_ids: strict_ids(User),
        /// Start and length of each mention, in UTF-16 code units. May reach past the text; see
        /// `in_text`.
        loci: pairs,
    }
}

model! {
    /// Poll attachment.
    pub struct Poll as PollRef, tagged "type" {
        /// Id of the poll.
        poll_id: id(Poll),
    }
}

model! {
    /// Calendar event attachment.
    pub struct CalendarEvent as CalendarEventRef, tagged "type" {
        /// Id of the calendar event.
        event_id: id(CalendarEvent),
        /// Amount of detail to show.
        view: open_enum(CalendarEventView, CalendarEventViewRef),
    }
}

open_enum! {
    /// Amount of detail of a calendar event to show.
    pub enum CalendarEventView as CalendarEventViewRef {
        /// All details.
        Full = "full",
        /// Single line.
        Brief = "brief",
    }
}

model! {
    /// Member who was removed for inactivity.
    pub struct AutokickedMember as AutokickedMemberRef, tagged "type" {
        /// User who was removed.
        user_id: id(User),
    }
}

model! {
    /// Answer of the Copilot assistant.
    pub struct Copilot as CopilotRef, tagged "type" {
        /// Id that the assistant has for the answer.
        message_id: id(Other),
        /// Id of the part of the answer.
        part_id: id(Other),
        /// User who asked.
        prompt_sender: id(User),
        /// Id that the assistant has for the conversation.
        conversation_id: id(Other),
        /// Sources that the answer cites.
        citations: optional_list(Citation),
    }
}

model! {
    /// Source that an answer of the Copilot assistant cites.
    pub struct Citation as CitationRef {
        /// Number of the citation.
        index: integer,
        /// Title of the source.
        title: text,
        /// URL of the source.
        url: text,
        /// Publisher of the source.
        publisher: text,
    }
}

model! {
    /// Card of the Copilot assistant, such as a quiz or flashcards.
    pub struct CopilotCard as CopilotCardRef, tagged "type" {
        /// Type of the card.
        card_type: text,
        /// Id that the assistant has for the card.
        card_id: id(Other),
        /// State of the card.
        state: text,
        /// Title of the card.
        title: text,
        /// Content of the card.
        payload: raw,
        /// User who shared the card.
        source_user_id: id(User),
        /// Name of the user who shared the card.
        source_user_name: text,
        /// Score of the user who shared the card.
        source_score: raw,
    }
}

model! {
    /// Image that is still being generated.
    pub struct PartialImage as PartialImageRef, tagged "type" {
        /// Counter of the generation's stages.
        id: id(Other),
        /// Image so far, in Base64. Large, and sent again with every `message.update`.
        content: text,
    }
}
