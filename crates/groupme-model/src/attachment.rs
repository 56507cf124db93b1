//! What comes with a message besides its text.

use crate::macros::{model, open_enum, tagged_union};
use crate::unknown::type_of;

mod emoji;
mod mention;
mod new;
mod reply;

pub use mention::NotInText;

tagged_union! {
    /// An attachment. One of an unknown type is kept whole and never fails its message.
    pub enum Attachment as AttachmentRef, tagged by type_of {
        /// An image.
        "image" => Image(Image, ImageRef),
        /// An image that is hosted elsewhere.
        "linked_image" => LinkedImage(Image, ImageRef),
        /// An image that was changed; no longer in use.
        "image_edited" => ImageEdited(Image, ImageRef),
        /// A video.
        "video" => Video(Video, VideoRef),
        /// A sound.
        "audio" => Audio(Audio, AudioRef),
        /// A file, which is fetched by its id.
        "file" => File(File, FileRef),
        /// A place.
        "location" => Location(Location, LocationRef),
        /// A split bill; no longer in use.
        "split" => Split(Split, SplitRef),
        /// Pictures in the text, from GroupMe's packs.
        "emoji" => Emoji(Emoji, EmojiRef),
        /// The message that this one answers.
        "reply" => Reply(Reply, ReplyRef),
        /// The users whom the text mentions.
        "mentions" => Mentions(Mentions, MentionsRef),
        /// A poll.
        "poll" => Poll(Poll, PollRef),
        /// An event of the calendar.
        "event" => CalendarEvent(CalendarEvent, CalendarEventRef),
        /// The member who was removed for being inactive.
        "autokicked_member" => AutokickedMember(AutokickedMember, AutokickedMemberRef),
        /// An answer of the assistant.
        "copilot" => Copilot(Copilot, CopilotRef),
        /// A card of the assistant's, such as a quiz.
        "copilot_card" => CopilotCard(CopilotCard, CopilotCardRef),
        /// An image that is still being made.
        "partial_image" => PartialImage(PartialImage, PartialImageRef),
        /// What GroupMe is asked to do with links in the text once it has the message.
        "postprocessing" => Postprocessing(Postprocessing, PostprocessingRef),
    }
}

model! {
    /// An image.
    pub struct Image as ImageRef, tagged "type" {
        /// Where it is.
        url: text,
        /// Where it came from.
        source_url: text,
        /// A blurred preview, as `BlurHash`.
        blur_hash: text,
        /// Pixels across.
        width: integer,
        /// Pixels down.
        height: integer,
        /// Whether it vanishes once it was seen.
        category: text,
        /// By which a vanishing one is told to have been seen.
        delivery_id: id(Other),
        /// Not known to be used.
        guids: maybe_texts,
        /// Whether it has vanished.
        media_deleted: flag,
        /// Whether it can be seen again before it vanishes.
        replay_allowed: flag,
        /// Who has seen it.
        viewed_by: ids(User),
    }
}

model! {
    /// A video.
    pub struct Video as VideoRef, tagged "type" {
        /// Where it is.
        url: text,
        /// Where a still of it is.
        preview_url: text,
        /// A blurred preview, as `BlurHash`.
        blur_hash: text,
        /// Whether it vanishes once it was seen.
        category: text,
        /// By which a vanishing one is told to have been seen.
        delivery_id: id(Other),
        /// Not known to be used.
        guids: maybe_texts,
        /// Whether it has vanished.
        media_deleted: flag,
        /// Whether it can be seen again before it vanishes.
        replay_allowed: flag,
        /// Who has seen it.
        viewed_by: ids(User),
    }
}

model! {
    /// A sound.
    pub struct Audio as AudioRef, tagged "type" {
        /// Where it is.
        url: text,
        /// How long it is.
        duration: number,
        /// How loud it is over time: a list of numbers.
        peaks: raw,
        /// Where what is said in it is, as text.
        transcript_url: text,
        /// Whether it vanishes once it was seen.
        category: text,
        /// By which a vanishing one is told to have been seen.
        delivery_id: id(Other),
        /// Not known to be used.
        guids: maybe_texts,
        /// Whether it has vanished.
        media_deleted: flag,
        /// Whether it can be seen again before it vanishes.
        replay_allowed: flag,
        /// Who has seen it.
        viewed_by: ids(User),
    }
}

model! {
    /// A file. Its name, size and type are asked for by its id.
    pub struct File as FileRef, tagged "type" {
        /// The file's id.
        file_id: id(File),
    }
}

model! {
    /// A place.
    pub struct Location as LocationRef, tagged "type" {
        /// What it is called.
        name: text,
        /// Degrees north; text on the wire.
        lat: decimal,
        /// Degrees east; text on the wire.
        lng: decimal,
        /// The venue at Foursquare.
        foursquare_venue_id: id(Other),
    }
}

model! {
    /// A split bill; no longer in use.
    pub struct Split as SplitRef, tagged "type" {
        /// What the bill was found by.
        token: text,
    }
}

model! {
    /// What GroupMe is asked to do with links in the text once it has the message. Undocumented;
    /// clients that send it have the queues alone.
    pub struct Postprocessing as PostprocessingRef, tagged "type" {
        /// Who is to look at the message, such as `linked_image`.
        queues: texts,
    }
}

model! {
    /// Pictures in the text, from GroupMe's packs.
    pub struct Emoji as EmojiRef, tagged "type" {
        /// What stands in the text for a picture, usually U+FFFD.
        placeholder: text,
        /// For each placeholder in turn, the pack and the picture in it; see `in_text`.
        charmap: pairs,
    }
}

model! {
    /// The message that this one answers.
    pub struct Reply as ReplyRef, tagged "type" {
        /// The message that is answered; see `answered`.
        reply_id: id(Message),
        /// The message that started the chain; see `root`.
        base_reply_id: id(Message),
        /// Who wrote that one.
        user_id: id(User),
    }
}

model! {
    /// The users whom the text mentions.
    pub struct Mentions as MentionsRef, tagged "type" {
        /// The users, one for each place in the text; `"-1"` is everyone.
        user_ids: all_ids(User),
        /// For each user, where the mention starts in the text and how long it is, in UTF-16 code
        /// units. May reach past the text; see `in_text`.
        loci: pairs,
    }
}

model! {
    /// A poll.
    pub struct Poll as PollRef, tagged "type" {
        /// The poll's id.
        poll_id: id(Poll),
    }
}

model! {
    /// An event of the calendar.
    pub struct CalendarEvent as CalendarEventRef, tagged "type" {
        /// The event's id.
        event_id: id(CalendarEvent),
        /// How much of it to show.
        view: open(CalendarEventView, CalendarEventViewRef),
    }
}

open_enum! {
    /// How much of a calendar event to show.
    pub enum CalendarEventView as CalendarEventViewRef {
        /// All of it.
        Full = "full",
        /// A line.
        Brief = "brief",
    }
}

model! {
    /// The member who was removed for being inactive.
    pub struct AutokickedMember as AutokickedMemberRef, tagged "type" {
        /// The member.
        user_id: id(User),
    }
}

model! {
    /// An answer of the assistant.
    pub struct Copilot as CopilotRef, tagged "type" {
        /// The assistant's own id of the answer.
        message_id: id(Other),
        /// Which part of the answer.
        part_id: id(Other),
        /// Who asked.
        prompt_sender: id(User),
        /// The assistant's own id of the conversation.
        conversation_id: id(Other),
        /// What the answer refers to.
        citations: maybe_list(Citation),
    }
}

model! {
    /// What an answer of the assistant refers to.
    pub struct Citation as CitationRef {
        /// Its number.
        index: integer,
        /// Its title.
        title: text,
        /// Where it is.
        url: text,
        /// Who published it.
        publisher: text,
    }
}

model! {
    /// A card of the assistant's: a quiz, flashcards and the like.
    pub struct CopilotCard as CopilotCardRef, tagged "type" {
        /// What sort of card it is.
        card_type: text,
        /// The assistant's own id of the card.
        card_id: id(Other),
        /// How far it is.
        state: text,
        /// What it is called.
        title: text,
        /// What is on it.
        payload: raw,
        /// Who passed it on.
        source_user_id: id(User),
        /// Their name.
        source_user_name: text,
        /// How well they did.
        source_score: raw,
    }
}

model! {
    /// An image that is still being made.
    pub struct PartialImage as PartialImageRef, tagged "type" {
        /// Counts the stages.
        id: id(Other),
        /// The image so far, in Base64; large.
        content: text,
    }
}
