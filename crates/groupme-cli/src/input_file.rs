//! Files named by options: regular files of limited size, read within a limited time.

use core::time::Duration;
use std::{fs, io, io::Read as _, path::Path, thread};

use anyhow::{Context as _, anyhow, bail, ensure};
use rustix::fs::{Mode, OFlags};
use tokio::sync::oneshot;

/// Reads a regular file of at most `limit` bytes within `timeout`.
///
/// # Errors
///
/// If the file is no regular file, is longer, cannot be read, or its file system does not respond
/// within `timeout`.
pub(crate) async fn read(path: &Path, limit: u64, timeout: Duration) -> anyhow::Result<Vec<u8>> {
    let path = path.to_owned();
    within(timeout, move || read_regular(&path, limit)).await
}

/// Runs a blocking read in a thread of its own, which the end of the program does not wait for.
async fn within<T: Send + 'static>(
    timeout: Duration,
    blocking: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let (sender, result) = oneshot::channel();
    thread::Builder::new()
        .name("read a file".to_owned())
        .spawn(move || {
            // After the timeout, the receiver is gone.
            let _ = sender.send(blocking());
        })
        .context("cannot start a thread")?;
    match tokio::time::timeout(timeout, result).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(anyhow!("the thread that reads the file has ended")),
        Err(_) => Err(anyhow!(
            "the file system did not respond within {}",
            humantime::format_duration(timeout)
        )),
    }
}

fn read_regular(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    // Before opening, because opening alone has an effect on some devices.
    check_regular(&fs::metadata(path)?)?;
    // Without NONBLOCK, opening waits for the writer of a pipe that has replaced the file since.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file =
        fs::File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    check_regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    // One byte more than allowed, because the size in the metadata may change, and is 0 in `/proc`.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    let is_short = u64::try_from(bytes.len()).is_ok_and(|len| len <= limit);
    ensure!(is_short, "the file has more than {limit} bytes");
    Ok(bytes)
}

fn check_regular(metadata: &fs::Metadata) -> anyhow::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let found = if metadata.is_dir() {
        "a directory"
    } else {
        "a pipe, socket or device"
    };
    bail!("expected a regular file, found {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_system_that_hangs_costs_the_timeout_and_no_more() {
        let (release, hung) = std::sync::mpsc::channel::<()>();
        let result = within(Duration::from_secs(30), move || {
            let _ = hung.recv();
            Ok(())
        });
        let error = result.await.expect_err("it hangs").to_string();
        assert_eq!(error, "the file system did not respond within 30s");
        drop(release);
    }
}
