//! The engine as a driver uses it: frames and responses go in, actions, changes and items come out.

mod allocations;
mod overflow;
mod own_channel;
mod saving;
mod world;
