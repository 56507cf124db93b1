//! A pool of shared frames.

use alloc::{collections::VecDeque, sync::Arc};
use core::convert::Infallible;

use crate::{decoder::Decoder, error::DecodeError, frame::Frame};

/// A ring of shared frames that are reused, so that steady traffic allocates none.
///
/// [`receive`](Pool::receive) a frame, or [`take`](Pool::take) an empty one and fill it through
/// [`Arc::make_mut`]; [`recycle`](Pool::recycle) a handle to it, and share it freely. The pool
/// reuses a frame only when every other handle is dropped; until then it allocates new ones, so
/// that a program that keeps frames costs memory and nothing else.
///
/// ```
/// use bayeux_wire::{Decoder, Pool};
///
/// let (mut pool, mut decoder) = (Pool::new(8), Decoder::new());
/// let payload = br#"[{"channel":"/chat","data":"hi"}]"#;
/// let frame = pool.receive(&mut decoder, &[payload])?;
/// pool.recycle(&frame);
/// assert_eq!(frame.messages().len(), 1);
/// # Ok::<(), bayeux_wire::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Pool {
    ring: VecDeque<Arc<Frame>>,
    slots: usize,
}

impl Pool {
    /// Creates a pool of up to `slots` frames: the number that is usually held at the same time.
    pub fn new(slots: usize) -> Self {
        Self {
            ring: VecDeque::with_capacity(slots),
            slots,
        }
    }

    /// Returns an empty frame without other handles.
    pub fn take(&mut self) -> Arc<Frame> {
        let free = self.with_free(|frame| {
            frame.clear();
            Ok::<_, Infallible>(())
        });
        let Ok(frame) = free;
        frame.unwrap_or_default()
    }

    /// Decodes the bytes of `chunks` into a frame without other handles, like
    /// [`Decoder::receive`]. The pool keeps it only after [`recycle`](Pool::recycle).
    ///
    /// # Errors
    ///
    /// Fails in the same cases as the decoder.
    pub fn receive(
        &mut self,
        decoder: &mut Decoder,
        chunks: &[impl AsRef<[u8]>],
    ) -> Result<Arc<Frame>, DecodeError> {
        if let Some(frame) = self.with_free(|frame| decoder.receive(frame, chunks))? {
            return Ok(frame);
        }
        let mut frame = Frame::new();
        decoder.receive(&mut frame, chunks)?;
        Ok(Arc::new(frame))
    }

    /// Calls `fill` with the first frame that has no other handles, and returns it on success.
    fn with_free<E>(
        &mut self,
        fill: impl FnOnce(&mut Frame) -> Result<(), E>,
    ) -> Result<Option<Arc<Frame>>, E> {
        for _ in 0..self.ring.len() {
            let Some(mut frame) = self.ring.pop_front() else {
                break;
            };
            if let Some(free) = Arc::get_mut(&mut frame) {
                if let Err(error) = fill(free) {
                    self.ring.push_back(frame);
                    return Err(error);
                }
                return Ok(Some(frame));
            }
            self.ring.push_back(frame);
        }
        Ok(None)
    }

    /// Adds a frame for a later [`take`](Pool::take) or [`receive`](Pool::receive). If all slots
    /// are full, the oldest frame is removed.
    pub fn recycle(&mut self, frame: &Arc<Frame>) {
        if self.slots == 0 {
            return;
        }
        if self.ring.len() == self.slots {
            self.ring.pop_front();
        }
        self.ring.push_back(Arc::clone(frame));
    }
}
