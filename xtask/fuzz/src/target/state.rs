//! State files of any content.

use std::fs;

use groupme_client::{SqliteStore, Store as _};
use groupme_delivery::Change;

use super::{Check, ensure};

/// The input is the content of the file.
pub(super) fn target() -> Result<Check, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    Ok(Box::new(move |input| {
        let file = directory.path().join("state");
        let failed = |error: std::io::Error| error.to_string();
        for entry in fs::read_dir(directory.path()).map_err(failed)? {
            fs::remove_file(entry.map_err(failed)?.path()).map_err(failed)?;
        }
        fs::write(&file, input).map_err(failed)?;
        match SqliteStore::open(&file) {
            // A damaged store may refuse to read or write; it must not panic.
            Ok(mut store) => {
                let _ = store.load();
                let _ = store.save(&[Change::LeftGroupsKnown]);
            }
            // The application id in the header of SQLite's format tells our files from others'.
            Err(_) if input.get(68..72) != Some(b"GrMe") => {
                let after = fs::read(&file).map_err(failed)?;
                ensure(after == input, || "a refused file was changed".to_owned())?;
                let count = fs::read_dir(directory.path()).map_err(failed)?.count();
                ensure(count == 1, || format!("{count} files beside a refused one"))?;
            }
            Err(_) => {}
        }
        Ok(())
    }))
}
