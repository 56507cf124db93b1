//! Standard output that shows nothing: closed before the start, or not open for writing.

use core::future;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::MetadataExt as _,
    },
    thread,
};

use anyhow::anyhow;
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
};
use tokio::sync::oneshot;

use crate::exit::Failure;

/// Refuses standard output that cannot be written, and warns of one that was closed: Rust's runtime
/// opens `/dev/null` for reading and writing in its place, as Python and Node do on purpose to discard
/// the output, and nothing tells these apart.
pub(crate) fn check() -> Result<(), Failure> {
    match state() {
        State::ReadOnly => Err(Failure::Output(anyhow!(
            "standard output is open for reading only: redirect the output to a file, or to a program \
             that reads it"
        ))),
        State::Nowhere => {
            // With stderr closed, too, there is nobody to tell.
            let _ = writeln!(
                io::stderr(),
                "groupme: standard output is closed, or /dev/null for reading and writing: the output is \
                 not shown"
            );
            Ok(())
        }
        State::Open => Ok(()),
    }
}

/// Waits until the reader of standard output has ended, which the next write would reveal, perhaps hours
/// later. Never completes if standard output is no pipe or socket.
pub(crate) async fn reader_has_ended() {
    let (sender, ended) = oneshot::channel();
    // The thread ends with the program: nothing else wakes it.
    thread::spawn(move || {
        let output = io::stdout();
        // Errors are always reported.
        let mut watched = [PollFd::new(&output, PollFlags::empty())];
        while poll(&mut watched, None) == Err(Errno::INTR) {}
        if watched[0].revents().contains(PollFlags::ERR) {
            // Without a receiver, the program is already ending.
            let _ = sender.send(());
        }
    });
    if ended.await.is_err() {
        future::pending::<()>().await;
    }
}

/// Refuses to acknowledge events that nobody sees.
pub(crate) fn check_for_state_file() -> Result<(), Failure> {
    if state() != State::Nowhere {
        return Ok(());
    }
    Err(Failure::Output(anyhow!(
        "standard output is closed, or /dev/null for reading and writing, and --state acknowledges \
         events that nobody sees: redirect the output to a file, or to a program that reads it"
    )))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Every write would fail, and the standard library would count it as done.
    ReadOnly,
    /// `/dev/null`, open for reading as well.
    Nowhere,
}

/// Returns the state of standard output. One that cannot be examined shows its errors when it is
/// written.
fn state() -> State {
    examine().unwrap_or(State::Open)
}

fn examine() -> io::Result<State> {
    let output = io::stdout();
    let output = output.as_fd();
    let access = fcntl_getfl(output)? & OFlags::ACCMODE;
    if access == OFlags::RDONLY {
        return Ok(State::ReadOnly);
    }
    if access != OFlags::RDWR || !is_null(output)? {
        return Ok(State::Open);
    }
    // Who runs a program in the background opens /dev/null once, and the runtime once for each stream.
    let (stdin, stderr) = (io::stdin(), io::stderr());
    let is_shared = [stdin.as_fd(), stderr.as_fd()]
        .into_iter()
        .any(|other| is_same(output, other).unwrap_or(false));
    Ok(if is_shared {
        State::Open
    } else {
        State::Nowhere
    })
}

fn is_null(stream: BorrowedFd<'_>) -> io::Result<bool> {
    let stream = File::from(stream.try_clone_to_owned()?);
    Ok(stream.metadata()?.rdev() == fs::metadata("/dev/null")?.rdev())
}

/// Returns whether two streams on `/dev/null` were opened as one: a flag of one is a flag of the other.
/// Appending makes no difference there.
fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> io::Result<bool> {
    if !is_null(other)? {
        return Ok(false);
    }
    let (before, flags) = (fcntl_getfl(other)?, fcntl_getfl(one)?);
    fcntl_setfl(one, flags ^ OFlags::APPEND)?;
    let is_changed = fcntl_getfl(other)? != before;
    fcntl_setfl(one, flags)?;
    Ok(is_changed)
}
