//! Frames that are used again once everybody has let go of them.

use std::{collections::VecDeque, sync::Arc};

use crate::frame::Frame;

/// A ring of shared frames, so that steady traffic allocates none.
///
/// [`take`](Pool::take) an empty frame, fill and decode it through [`Arc::make_mut`],
/// [`keep`](Pool::keep) a handle to it, and share it as far and as long as you like. The pool hands
/// it out again only when every other handle is gone; until then it makes new ones, so that whoever
/// hoards frames costs memory and nothing else.
///
/// ```
/// use std::sync::Arc;
/// use bayeux_wire::{Decoder, Pool};
///
/// let (mut pool, mut decoder) = (Pool::new(8), Decoder::new());
/// let mut frame = pool.take();
/// let filling = Arc::make_mut(&mut frame);
/// filling.extend_from_slice(br#"[{"channel":"/chat","data":"hi"}]"#);
/// decoder.decode(filling)?;
/// pool.keep(&frame);
/// assert_eq!(frame.messages().len(), 1);
/// # Ok::<(), bayeux_wire::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Pool {
    ring: VecDeque<Arc<Frame>>,
    slots: usize,
}

impl Pool {
    /// Creates a pool that remembers up to `slots` frames: as many as are held at the same time in
    /// the usual run of things.
    pub fn new(slots: usize) -> Self {
        Self {
            ring: VecDeque::with_capacity(slots),
            slots,
        }
    }

    /// Takes an empty frame that nobody else holds.
    pub fn take(&mut self) -> Arc<Frame> {
        for _ in 0..self.ring.len() {
            let Some(mut frame) = self.ring.pop_front() else {
                break;
            };
            if let Some(free) = Arc::get_mut(&mut frame) {
                free.clear();
                return frame;
            }
            self.ring.push_back(frame);
        }
        Arc::default()
    }

    /// Remembers a frame for a later [`take`](Pool::take). Where all slots are full, the frame that
    /// has waited longest is forgotten.
    pub fn keep(&mut self, frame: &Arc<Frame>) {
        if self.slots == 0 {
            return;
        }
        if self.ring.len() == self.slots {
            self.ring.pop_front();
        }
        self.ring.push_back(Arc::clone(frame));
    }
}
