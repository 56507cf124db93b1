//! Simulator on loopback sockets, tested with clients written by hand.

mod browser;
mod callbacks;
mod client;
mod control;
mod control_faults;
mod faults;
mod plans;
mod polling;
mod requests;
mod rest;
mod schema;
mod story;
mod waiting;
mod websocket;
