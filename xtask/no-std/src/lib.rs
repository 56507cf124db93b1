//! A part of a program without std, which drives a Bayeux session.
//!
//! It is built, never run. It defines the panic handler that std would define, and there may be
//! only one: as soon as std comes into `bayeux-proto`, by any way, this stops compiling.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;
use core::panic::PanicInfo;

use bayeux_proto::{Action, Event, Instant, Session};

/// One turn of a driver: asks for the next action and passes over what the session tells.
pub fn turn(session: &mut Session, now: Instant, out: &mut Vec<u8>) -> (Option<Action>, usize) {
    session.handle_timeout(now);
    let action = session.poll_action(now, &mut (), out);
    let events = core::iter::from_fn(|| -> Option<Event> { session.poll_event() }).count();
    (action, events)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
