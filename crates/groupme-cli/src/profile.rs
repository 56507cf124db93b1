//! Profiles: accounts stored by `groupme login`, one file each.

use std::{
    env, fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, ensure};
use groupme_model::UserId;
use serde::{Deserialize, Serialize};

/// Account with its token, and the addresses that the token is for.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Profile {
    pub(crate) token: String,
    pub(crate) user_id: UserId,
    pub(crate) name: Option<String>,
    /// REST API; `None` for GroupMe's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_url: Option<String>,
    /// Gateway; `None` for GroupMe's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gateway_url: Option<String>,
}

/// Omits the token.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// Name of the default profile.
pub(crate) const DEFAULT: &str = "default";

/// Checks the name of a profile, which is the name of a file.
pub(crate) fn check_name(name: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_good = (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(is_plain)
        && !name.starts_with('.');
    if is_good {
        Ok(name.to_owned())
    } else {
        Err("expected a name of at most 64 letters, digits, `-`, `_` and `.`, such as `work`")
    }
}

/// Returns the file of a profile: `groupme/profiles/NAME.json` in the XDG configuration directory.
///
/// # Errors
///
/// If neither `XDG_CONFIG_HOME` nor `HOME` names a directory.
pub(crate) fn path(name: &str) -> anyhow::Result<PathBuf> {
    Ok(directory()?.join(format!("{name}{EXTENSION}")))
}

/// Returns the names of all profiles, in their order.
pub(crate) fn names() -> anyhow::Result<Vec<String>> {
    let directory = directory()?;
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error, &directory)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(error, &directory))?;
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(EXTENSION));
        names.extend(name.and_then(|name| check_name(name).ok()));
    }
    names.sort();
    Ok(names)
}

/// Reads a profile. `None` if there is none of this name.
///
/// # Errors
///
/// If the file cannot be read, is no profile, or can be read by other users.
pub(crate) fn load(name: &str) -> anyhow::Result<Option<Profile>> {
    let path = path(name)?;
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error, &path)),
    };
    let shown = path.display();
    ensure!(metadata.is_file(), "{shown} is not a regular file");
    ensure!(
        metadata.mode() & OTHERS == 0,
        "other users can read or write {shown}, which has an access token: run `chmod 600 {shown}`, and \
         replace the token if somebody may have read it"
    );
    ensure!(
        metadata.len() <= MAX_FILE,
        "{shown} has more than {MAX_FILE} bytes"
    );
    let bytes = fs::read(&path).map_err(|error| unreadable(error, &path))?;
    // The parser's error is dropped, as it could quote the token.
    let profile = serde_json::from_slice(&bytes).map_err(|_| {
        anyhow!("{shown} is no profile: run `groupme login --profile {name}` again")
    })?;
    Ok(Some(profile))
}

/// Writes or replaces a profile, by renaming a synchronised file: after a crash, the old or the new
/// profile is complete. Only the owner can read the file. Returns its path.
pub(crate) fn save(name: &str, profile: &Profile) -> anyhow::Result<PathBuf> {
    let path = path(name)?;
    let directory = directory()?;
    let failed = || format!("cannot write the profile {}", path.display());
    let mut creator = DirBuilder::new();
    let created = creator.recursive(true).mode(0o700).create(&directory);
    created.with_context(failed)?;
    remove_parts(&directory, name).with_context(failed)?;
    let part = directory.join(format!(".{name}.{}", std::process::id()));
    let written = write(&part, profile).and_then(|()| {
        fs::rename(&part, &path)?;
        // Without this, a crash of the machine may bring the old file back.
        File::open(&directory)?.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.with_context(failed)?;
    Ok(path)
}

/// Removes a profile, and the token of a `login` that was killed. Returns false if there is no profile of this
/// name.
pub(crate) fn remove(name: &str) -> anyhow::Result<bool> {
    let path = path(name)?;
    remove_parts(&directory()?, name)
        .with_context(|| format!("cannot remove the profile {}", path.display()))?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            let error = anyhow::Error::new(error);
            Err(error.context(format!("cannot remove the profile {}", path.display())))
        }
    }
}

/// Removes the files that killed processes have left: `.NAME.PID`, with a token in each.
fn remove_parts(directory: &Path, name: &str) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let head = format!(".{name}.");
    for entry in entries {
        let entry = entry?;
        let file = entry.file_name();
        let process = file.to_str().and_then(|file| file.strip_prefix(&head));
        let is_part = process.is_some_and(|process| {
            !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_part {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write(path: &Path, profile: &Profile) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    serde_json::to_writer_pretty(&mut file, profile)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn directory() -> anyhow::Result<PathBuf> {
    // The XDG specification says to ignore relative paths.
    let absolute = |name| {
        let path = env::var_os(name).map(PathBuf::from);
        path.filter(|path: &PathBuf| path.is_absolute())
    };
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
    let config = config.context(
        "no directory for profiles: set HOME or XDG_CONFIG_HOME to a directory, or use GROUPME_ACCESS_TOKEN",
    )?;
    Ok(config.join("groupme").join("profiles"))
}

fn unreadable(error: io::Error, path: &Path) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("cannot read {}", path.display()))
}

const EXTENSION: &str = ".json";
const MAX_NAME: usize = 64;

/// Permissions of everybody but the owner.
const OTHERS: u32 = 0o077;

/// Maximum bytes of a profile, which has some hundred.
const MAX_FILE: u64 = 64 * 1024;
