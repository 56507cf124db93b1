//! The pool of frames.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame, Pool};

/// Takes a frame, decodes a message on `channel` into it, and returns it to the pool.
fn fill(pool: &mut Pool, channel: &str) -> Arc<Frame> {
    let mut frame = pool.take();
    let filling = Arc::get_mut(&mut frame).expect("a taken frame is nobody else's");
    assert!(filling.is_empty());
    filling.extend_from_slice(format!(r#"{{"channel":"{channel}"}}"#).as_bytes());
    Decoder::new().decode(filling).unwrap();
    pool.recycle(&frame);
    frame
}

#[test]
fn a_frame_is_reused_when_all_other_handles_are_dropped() {
    let mut pool = Pool::new(2);
    let first = fill(&mut pool, "/a");
    let address = Arc::as_ptr(&first);
    drop(first);
    let second = fill(&mut pool, "/b");
    assert_eq!(Arc::as_ptr(&second), address);
    assert_eq!(second.message(0).unwrap().channel(), "/b");
}

#[test]
fn a_held_frame_is_not_reused() {
    let mut pool = Pool::new(2);
    let held = fill(&mut pool, "/held");
    let addresses: Vec<_> = (0..4)
        .map(|_| Arc::as_ptr(&fill(&mut pool, "/next")))
        .collect();
    assert_eq!(held.message(0).unwrap().channel(), "/held");
    assert!(
        addresses
            .iter()
            .all(|address| *address != Arc::as_ptr(&held))
    );
    // The other slot serves all of them.
    assert!(addresses.iter().all(|address| *address == addresses[0]));
}

#[test]
fn holding_all_frames_allocates_new_ones_and_keeps_the_pool_small() {
    let mut pool = Pool::new(2);
    let hoard: Vec<_> = ["/a", "/b", "/c", "/d"]
        .into_iter()
        .map(|name| fill(&mut pool, name))
        .collect();
    let channels: Vec<_> = hoard
        .iter()
        .map(|f| f.message(0).unwrap().channel())
        .collect();
    assert_eq!(channels, ["/a", "/b", "/c", "/d"]);
    // The pool has dropped the two oldest frames, which only their holder keeps.
    let holders: Vec<_> = hoard.iter().map(Arc::strong_count).collect();
    assert_eq!(holders, [1, 1, 2, 2]);
}

#[test]
fn a_pool_without_slots_allocates_every_frame() {
    let mut pool = Pool::new(0);
    let frame = fill(&mut pool, "/a");
    assert_eq!(Arc::strong_count(&frame), 1);
}
