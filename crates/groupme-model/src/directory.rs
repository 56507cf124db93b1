//! Directories of schools and similar organisations.

use crate::macros::model;

model! {
    /// Directory of a school or a similar organisation, with its groups and members.
    pub struct Directory as DirectoryRef {
        /// Id of the directory: a number, text, or empty.
        id: id(Directory),
        /// Name of the directory.
        name: text,
        /// Short name of the directory.
        short_name: text,
        /// Abbreviation of the directory's name.
        abbreviation: text,
        /// Type of the directory, such as `school_directory`.
        kind: text as "type",
        /// URL of the directory's picture; may be empty.
        avatar_url: text,
        /// URL of the logo.
        logo_url: text,
        /// Colour, such as `#00458D`.
        color: text,
        /// Number of members.
        members_count: integer,
        /// Number of groups.
        groups_count: integer,
        /// URL by which others can join.
        share_url: text,
        /// URL of a QR code of `share_url`.
        share_qr_code_url: text,
        /// City.
        city: text,
        /// State.
        state: text,
        /// Country.
        country: text,
        /// Reason for which the directory is suggested.
        reason_code: text,
        /// Creation time.
        created_at: date_time,
        /// Time of the last change.
        updated_at: date_time,
    }
}
