//! Directories: schools and the like, with their groups and members.

use crate::macros::model;

model! {
    /// A directory.
    pub struct Directory as DirectoryRef {
        /// The directory's id: a number, text, or empty.
        id: id(Directory),
        /// What it is called.
        name: text,
        /// What it is called for short.
        short_name: text,
        /// Its initials.
        abbreviation: text,
        /// What sort it is, such as `school_directory`.
        kind: text as "type",
        /// Its picture; may be empty.
        avatar_url: text,
        /// Its emblem.
        logo_url: text,
        /// Its colour, such as `#00458D`.
        color: text,
        /// How many members it has.
        members_count: integer,
        /// How many groups it has.
        groups_count: integer,
        /// The link by which others can join.
        share_url: text,
        /// An image of that link.
        share_qr_code_url: text,
        /// The town.
        city: text,
        /// The state.
        state: text,
        /// The country.
        country: text,
        /// Why it is shown.
        reason_code: text,
        /// When it was made.
        created_at: date_time,
        /// When it was last changed.
        updated_at: date_time,
    }
}
