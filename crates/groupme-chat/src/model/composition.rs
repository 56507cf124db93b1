//! Message being written: text, mentions, reply, files.

use core::ops::Range;
use std::sync::Arc;

use groupme_client::{
    Draft, UserId,
    model::{Attachment, Message, attachment::Mentions},
};

use super::editor::Editor;

/// Message being written in a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Composition {
    pub(crate) editor: Editor,
    /// Message replied to.
    pub(crate) reply: Option<Arc<Message>>,
    /// Message being edited, and the composition to restore afterwards.
    pub(crate) edited: Option<(Arc<Message>, Box<Self>)>,
    pub(crate) files: Vec<File>,
    /// Completed mentions: the user, and their words in the text, with the `@`.
    pub(crate) mentions: Vec<(UserId, String)>,
    /// Index of the chosen completion.
    pub(crate) choice: usize,
    /// Byte offset of the `@` whose completion the user has dismissed.
    pub(crate) dismissed: Option<usize>,
}

/// File attached to the message.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) local_id: u64,
    pub(crate) name: String,
    pub(crate) state: FileState,
}

#[derive(Clone, Debug)]
pub(crate) enum FileState {
    /// Progress of the upload, in percent.
    Uploading(u8),
    Ready(Box<Attachment>),
}

impl Composition {
    /// Returns whether there is nothing to send.
    pub(crate) fn is_blank(&self) -> bool {
        self.editor.text().trim().is_empty() && self.files.is_empty()
    }

    /// Returns whether discarding the composition would lose nothing.
    pub(crate) fn is_untouched(&self) -> bool {
        self.is_blank() && self.reply.is_none() && self.edited.is_none()
    }

    /// Returns the composition to restore if one of several parts of a long message fails: its text,
    /// and for the first part reply and files.
    pub(crate) fn for_part(&self, text: &str, is_first: bool) -> Self {
        let first = if is_first {
            self.clone()
        } else {
            Self::default()
        };
        Self {
            editor: Editor::new(text),
            ..first
        }
    }

    pub(crate) fn is_uploading(&self) -> bool {
        let mut files = self.files.iter();
        files.any(|file| matches!(file.state, FileState::Uploading(_)))
    }

    /// Returns the range of the word before the cursor if it begins with `@`, and the word without the
    /// `@`.
    pub(crate) fn mention_query(&self) -> Option<(Range<usize>, &str)> {
        let cursor = self.editor.cursor();
        let head = self.editor.text().get(..cursor)?;
        let at = head.rfind('@')?;
        let is_word = head
            .get(..at)?
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric());
        let query = head.get(at + 1..)?;
        let is_query = !query.contains(char::is_whitespace);
        (is_word && is_query && self.dismissed != Some(at)).then_some((at..cursor, query))
    }

    /// Returns the messages to send: several if the text exceeds [`Draft::TEXT_LIMIT`]. Reply and files
    /// go with the first.
    pub(crate) fn drafts(&self) -> Vec<Draft> {
        let text = self.editor.text().trim();
        let mut drafts = if text.chars().count() > Draft::TEXT_LIMIT {
            Draft::split_numbered(text)
        } else {
            let mentions = mentions(text, &self.mentions);
            let draft = Draft::new(text);
            vec![match mentions {
                Some(mentions) => draft.attach(mentions),
                None => draft,
            }]
        };
        if let Some(first) = drafts.first_mut() {
            let mut draft = core::mem::take(first);
            for file in &self.files {
                if let FileState::Ready(attachment) = &file.state {
                    draft = draft.attach(Attachment::clone(attachment));
                }
            }
            if let Some(message) = &self.reply {
                draft = draft.reply_to(&**message);
            }
            *first = draft;
        }
        drafts
    }

    /// Returns the new content of an edited message, which keeps its attachments but the mentions.
    pub(crate) fn edited_draft(&self, message: &Message) -> Draft {
        let text = self.editor.text().trim();
        let kept = message.attachments.iter();
        let kept = kept.filter(|part| !matches!(part, Attachment::Mentions(_)));
        let draft = kept.fold(Draft::new(text), |draft, part| draft.attach(part.clone()));
        match mentions(text, &self.mentions) {
            Some(mentions) => draft.attach(mentions),
            None => draft,
        }
    }
}

/// Finds mentions in the final text, in their order. Mentions whose words were deleted are dropped.
fn mentions(text: &str, wanted: &[(UserId, String)]) -> Option<Mentions> {
    let mut mentions = Mentions::default();
    let mut from = 0;
    for (user, words) in wanted {
        let ahead = text.get(from..).and_then(|rest| rest.find(words.as_str()));
        let Some(at) = ahead
            .map(|at| from + at)
            .or_else(|| text.find(words.as_str()))
        else {
            continue;
        };
        let end = at + words.len();
        if mentions.add(user.clone(), text, at..end).is_ok() {
            from = end;
        }
    }
    (!mentions.user_ids.as_ref()?.is_empty()).then_some(mentions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composition(text: &str) -> Composition {
        Composition {
            editor: Editor::new(text),
            ..Composition::default()
        }
    }

    #[test]
    fn a_mention_is_a_word_that_begins_with_an_at_sign() {
        let query = |text: &str| {
            composition(text)
                .mention_query()
                .map(|(_, query)| query.to_owned())
        };
        assert_eq!(query("hi @Ma").as_deref(), Some("Ma"));
        assert_eq!(query("@").as_deref(), Some(""));
        assert_eq!(query("mail me@home"), None);
        assert_eq!(query("@Mara is"), None);
    }

    #[test]
    fn mentions_are_where_their_words_are_after_later_changes() {
        let mut written = composition("@Mara and @Mara, see @Theo");
        let users = [
            ("1", "@Mara"),
            ("1", "@Mara"),
            ("2", "@Theo"),
            ("3", "@Priya"),
        ];
        written.mentions = users
            .map(|(user, words)| (user.into(), words.to_owned()))
            .into();
        let drafts = written.drafts();
        let body = drafts[0]
            .clone()
            .for_group(groupme_client::SourceGuid::from("g"))
            .unwrap();
        let [Attachment::Mentions(found)] = &body.message.attachments[..] else {
            panic!("{:?}", body.message.attachments);
        };
        assert_eq!(found.loci, Some(vec![[0, 5], [10, 5], [21, 5]]));
    }

    #[test]
    fn a_long_text_is_sent_in_parts_and_only_the_first_answers() {
        let mut written = composition(&"word ".repeat(300));
        written.reply = Some(Arc::new(Message::new("1".into())));
        let drafts = written.drafts();
        assert_eq!(drafts.len(), 2);
        let parts = drafts
            .into_iter()
            .map(|draft| draft.for_edit().unwrap().attachments.len());
        assert_eq!(parts.collect::<Vec<_>>(), [1, 0]);
    }
}
