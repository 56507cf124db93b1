//! The files that stores of this process have open.
//!
//! POSIX drops the locks of a process on a file whenever the process closes any descriptor of that
//! file. A look into the file of an open store would end the lock of that store, and another process
//! could open the file. So no file is opened for a look while it is in use here.

use core::time::Duration;
use std::{
    collections::BTreeSet,
    fs::Metadata,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::file::OpenError;

/// Device and inode of a file.
type Key = (u64, u64);

static OPEN: Mutex<BTreeSet<Key>> = Mutex::new(BTreeSet::new());
static CLOSED: Condvar = Condvar::new();

/// The set of open files, locked: no other thread opens or creates a file meanwhile.
pub(super) struct Claims(MutexGuard<'static, BTreeSet<Key>>);

/// The right to open a file. Dropped after the connection is closed.
#[derive(Debug)]
pub(super) struct Claim(Option<Key>);

impl Claims {
    pub(super) fn lock() -> Self {
        Self(OPEN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Claims a file, and waits for a store of this process that is being closed.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`] if the file stays in use.
    pub(super) fn claim(self, file: &Metadata) -> Result<Claim, OpenError> {
        let Some(key) = key(file) else {
            return Ok(Claim(None));
        };
        let waited = CLOSED.wait_timeout_while(self.0, CLAIM_TIMEOUT, |open| open.contains(&key));
        let (mut open, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if open.insert(key) {
            Ok(Claim(Some(key)))
        } else {
            Err(OpenError::InUse)
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(key) = self.0 {
            OPEN.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&key);
            CLOSED.notify_all();
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such keys")]
fn key(file: &Metadata) -> Option<Key> {
    use std::os::unix::fs::MetadataExt as _;

    Some((file.dev(), file.ino()))
}

/// Other systems keep the locks of a file until the descriptor that holds them is closed.
#[cfg(not(unix))]
fn key(_: &Metadata) -> Option<Key> {
    None
}

/// Maximum wait for a store that is being closed; also that of SQLite for another process.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(5);
