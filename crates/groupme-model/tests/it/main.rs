//! The model's behaviour, a file for each.

mod allocations;
mod attachments;
mod channels;
mod events;
mod ids;
mod inspections;
mod notices;
mod payload;
mod recorded;
mod surprises;
mod timestamps;
mod tree;
mod twins;
