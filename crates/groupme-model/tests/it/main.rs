//! The model's behaviour, a file for each.

mod allocations;
mod attachments;
mod channels;
mod events;
mod ids;
mod inspections;
mod made;
mod notices;
mod object;
mod objects;
mod payload;
mod recorded;
mod rest;
mod sending;
mod surprises;
mod timestamps;
mod tree;
mod twins;
mod unrecorded;
mod views;
