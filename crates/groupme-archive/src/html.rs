//! Pages to read an archive: one for each conversation, and an index.
//!
//! A page needs no server and no network: styles, script and messages are in the file, and pictures
//! are those of the archive. Of a long conversation only the messages near the window are in the
//! document; 100,000 messages open in a moment. Search runs in the page.
//!
//! Text of others stays text: the script of a page creates elements and sets their text, never their
//! HTML, and a content security policy keeps the page from loading anything but its own media.
//! Bidirectional text is isolated, so that it reorders nothing around it.

mod conversation;
mod escape;
mod list;
mod row;

use std::path::PathBuf;

use crate::{ArchiveReader, Error, archive_file, layout, media::MediaIndex, part_file};

/// Writes the pages of an archive, and replaces earlier ones. Returns the path of the index page.
///
/// # Errors
///
/// [`Error::Damaged`] or [`Error::File`].
pub fn write(contents: &ArchiveReader) -> Result<PathBuf, Error> {
    let root = contents.root();
    let pages = root.join(layout::PAGES);
    archive_file::create_directory(&pages).map_err(Error::file("create", &pages))?;
    part_file::remove_leftovers(&pages, None).map_err(Error::file("clean", &pages))?;
    let media = MediaIndex::read(root)?;
    for info in contents.conversations() {
        conversation::write(contents, info, &media)?;
    }
    let index = root.join(layout::INDEX_PAGE);
    let page = list::page(contents);
    part_file::write(&index, page.as_bytes()).map_err(Error::file("write", &index))?;
    Ok(index)
}

/// Styles of all pages.
const STYLE: &str = include_str!("html/page.css");

/// Content security policy of all pages: nothing is loaded from a network, and no text of a message is
/// run.
const POLICY: &str = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; \
                      style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Returns the beginning of a page, up to its body.
fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n",
        escape::title(title),
    )
}
