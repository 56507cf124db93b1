//! Page of one conversation.

use std::{
    collections::BTreeMap,
    io::{BufWriter, Write as _},
};

use groupme_model::{MessageRef, UserId};
use serde::Serialize;

use super::{
    escape, head,
    row::{Context, Row, shown_seconds},
};
use crate::{ArchiveReader, ConversationInfo, Error, PartFile, layout, media::MediaIndex};

/// Authors of a conversation, with the names that their messages have.
#[derive(Default)]
struct Authors {
    /// Number of each author.
    numbers: BTreeMap<(UserId, String), usize>,
    /// Id and name of each author, by number.
    list: Vec<(UserId, String)>,
}

impl Authors {
    /// Returns the number of a message's author. A user who changed the name counts as two authors.
    fn number(&mut self, message: &MessageRef<'_>) -> usize {
        let id = message.sender().map(UserId::from).unwrap_or_default();
        let name = message.name().unwrap_or_default();
        let key = (id, name.to_owned());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.list.len();
        self.list.push(key.clone());
        self.numbers.insert(key, number);
        number
    }
}

/// Description of the conversation for the script of the page.
#[derive(Serialize)]
struct PageInfo<'a> {
    name: &'a str,
    kind: crate::ConversationKind,
    you: &'a UserId,
    missing: u64,
    authors: &'a [(UserId, String)],
}

/// Writes the page of a conversation.
pub(super) fn write(
    contents: &ArchiveReader,
    info: &ConversationInfo,
    media: &MediaIndex,
) -> Result<(), Error> {
    let name = layout::stem(&info.id) + ".html";
    let path = contents.root().join(layout::PAGES).join(name);
    let failed = Error::file("write", &path);
    let mut page = BufWriter::new(PartFile::create_private(&path).map_err(&failed)?);
    let mut put = |bytes: &[u8]| page.write_all(bytes).map_err(&failed);
    let title = title(info);
    put(head(&title).as_bytes())?;
    put(BODY.as_bytes())?;

    let names = names(contents, info)?;
    let context = Context {
        conversation: &info.id,
        names: &names,
        media,
    };
    let mut authors = Authors::default();
    put(b"<script type=\"application/json\" id=\"rows\">[")?;
    let mut messages = contents.messages(&info.id)?;
    let (mut json, mut line) = (Vec::new(), Vec::new());
    let mut separator: &[u8] = b"\n";
    while let Some(message) = messages.next()? {
        let row = Row(
            message.id().as_str().to_owned(),
            message.created_at().map_or(0, shown_seconds),
            authors.number(&message),
            message.text(),
            context.details(&message),
        );
        json.clear();
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut json, &row);
        line.clear();
        line.extend_from_slice(separator);
        escape::json(&mut line, &json);
        put(&line)?;
        separator = b",\n";
    }
    let info = PageInfo {
        name: &title,
        kind: info.kind,
        you: contents.user(),
        missing: info.missing(),
        authors: &authors.list,
    };
    let json = serde_json::to_vec(&info).unwrap_or_default();
    line.clear();
    escape::json(&mut line, &json);
    put(b"]</script>\n<script type=\"application/json\" id=\"facts\">")?;
    put(&line)?;
    put(b"</script>\n<script>\n")?;
    put(SCRIPT.as_bytes())?;
    put(b"</script>\n</html>\n")?;
    let part = page
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error);
    part.and_then(PartFile::persist).map_err(&failed)
}

/// Returns the name of a conversation, or its id if it has none.
pub(super) fn title(info: &ConversationInfo) -> String {
    let name = info
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    name.map_or_else(|| format!("Conversation {}", info.id), str::to_owned)
}

/// Returns the names of all authors and members.
fn names(
    contents: &ArchiveReader,
    info: &ConversationInfo,
) -> Result<BTreeMap<UserId, String>, Error> {
    let mut names = BTreeMap::new();
    let mut messages = contents.messages(&info.id)?;
    while let Some(message) = messages.next()? {
        if let (Some(user), Some(name)) = (message.sender(), message.name()) {
            names.insert(user.into_owned(), name.to_owned());
        }
    }
    // The current names of members replace those in old messages.
    names.extend(
        info.people
            .iter()
            .map(|(user, name)| (user.clone(), name.clone())),
    );
    Ok(names)
}

/// Body of the page, whose elements the script fills.
const BODY: &str = include_str!("page.html");

const SCRIPT: &str = include_str!("page.js");
