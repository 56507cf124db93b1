//! The targets by name.

mod arguments;
mod callbacks;
mod names;
mod rest;
mod socket;
mod state;
mod urls;

use crate::oracle::Oracle;

/// Check of one input. The error says which property does not hold.
pub type Check = Box<dyn FnMut(&[u8]) -> Result<(), String>>;

/// Names of all targets.
pub const NAMES: [&str; 9] = [
    "frames",
    "names",
    "urls",
    "rest",
    "callbacks",
    "socket",
    "http",
    "state",
    "arguments",
];

/// Prepares a target.
///
/// # Errors
///
/// If there is no such target, or what it needs cannot be created.
pub fn check(name: &str) -> Result<Check, String> {
    Ok(match name {
        "frames" => {
            let mut oracle = Oracle::default();
            Box::new(move |bytes| oracle.check(bytes))
        }
        "names" => Box::new(names::check),
        "urls" => Box::new(urls::check),
        "rest" => rest::target()?,
        "callbacks" => callbacks::target()?,
        "socket" => socket::target(socket::Start::Upgraded)?,
        "http" => socket::target(socket::Start::Connected)?,
        "state" => state::target()?,
        "arguments" => Box::new(arguments::check),
        _ => return Err(format!("no target; there are {}", NAMES.join(", "))),
    })
}

/// Describes a property that does not hold.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
