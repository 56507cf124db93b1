//! A part of a program without std, which drives a Bayeux session.
//!
//! It is built, never run. It defines the panic handler that std would define, and there may be
//! only one: as soon as std comes into `bayeux-proto` or `bayeux-wire`, by any way, this stops
//! compiling.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;
use core::panic::PanicInfo;

use bayeux_proto::{Action, SessionEvent, Instant, LaneId, Session, Verdict};
use bayeux_wire::{DecodeError, Decoder, Frame};

/// One turn of a driver: asks for the next action and passes over what the session tells.
pub fn turn(session: &mut Session, now: Instant, out: &mut Vec<u8>) -> (Option<Action>, usize) {
    session.handle_timeout(now);
    let action = session.poll_action(now, &mut (), out);
    let events = core::iter::from_fn(|| -> Option<SessionEvent> { session.poll_event() }).count();
    (action, events)
}

/// Decodes what came over a lane, hands the session each message, and counts what is to be
/// delivered.
///
/// # Errors
///
/// If it is not Bayeux.
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
