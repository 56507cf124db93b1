//! Behaviour of the model, one module for each topic.

mod allocations;
mod attachments;
mod channels;
mod checks;
mod constructors;
mod events;
mod ids;
mod inspect;
mod notices;
mod outgoing;
mod owned;
mod payload;
mod recordings;
mod rest_objects;
mod snapshots;
mod timestamps;
mod tree;
mod unexpected;
mod unrecorded;
mod views;
