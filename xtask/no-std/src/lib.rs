//! Part of a program without std that drives a Bayeux session.
//!
//! The program is only built. It defines a panic handler, of which there may be one: std has its
//! own, so the build fails if `bayeux-proto` or `bayeux-wire` links std in any way.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;
use core::panic::PanicInfo;

use bayeux_proto::{Action, Instant, LaneId, Session, SessionEvent, Verdict};
use bayeux_wire::{DecodeError, Decoder, Frame};

/// Runs a turn of a driver: returns the next action and the number of events.
pub fn turn(session: &mut Session, now: Instant, out: &mut Vec<u8>) -> (Option<Action>, usize) {
    session.handle_timeout(now);
    let action = session.poll_action(now, &mut (), out);
    let events = core::iter::from_fn(|| -> Option<SessionEvent> { session.poll_event() }).count();
    (action, events)
}

/// Decodes bytes from a lane, passes each message to the session, and returns the number of
/// messages to deliver.
///
/// # Errors
///
/// If the bytes are not Bayeux.
pub fn receive(
    session: &mut Session,
    now: Instant,
    lane: LaneId,
    decoder: &mut Decoder,
    frame: &mut Frame,
    bytes: &[u8],
) -> Result<usize, DecodeError> {
    decoder.receive(frame, &[bytes])?;
    let messages = frame.messages();
    let verdicts = messages.map(|message| session.handle_message(now, lane, &message.envelope()));
    Ok(verdicts
        .filter(|verdict| *verdict == Verdict::Deliver)
        .count())
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
