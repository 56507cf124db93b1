//! Inputs to start from: small files in `corpus/`, and state files that are written on the spot.

use std::{fs, path::Path};

use groupme_client::{SqliteStore, Store as _};
use groupme_delivery::Change;

/// Reads the corpus of a target, in the order of the names of its files.
pub(crate) fn read(target: &str) -> Result<Vec<Vec<u8>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(&folder).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    let files = paths.iter().map(|path| fs::read(path).map_err(failed));
    let mut seeds: Vec<_> = files.collect::<Result<_, _>>()?;
    if target == "state" {
        seeds.push(state_file().map_err(|error| error.to_string())?);
    }
    Ok(seeds)
}

/// Returns a state file, which as a file of the repository would be 30 kilobytes of zeros.
fn state_file() -> Result<Vec<u8>, Box<dyn core::error::Error>> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("state");
    let mut store = SqliteStore::open(&file)?;
    store.save(&[
        Change::Cursor {
            conversation: "1835".into(),
            message: "170000000000000002".into(),
        },
        Change::LeftGroupsKnown,
        Change::Left {
            conversation: "77".into(),
        },
    ])?;
    drop(store);
    Ok(fs::read(file)?)
}
