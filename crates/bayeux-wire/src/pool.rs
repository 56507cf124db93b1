//! Frames that are used again once everybody has let go of them.

use alloc::{collections::VecDeque, sync::Arc};
use core::convert::Infallible;

use crate::{decoder::Decoder, error::DecodeError, frame::Frame};

/// A ring of shared frames, so that steady traffic allocates none.
///
/// [`receive`](Pool::receive) a frame, or [`take`](Pool::take) an empty one and fill it through
/// [`Arc::make_mut`]; [`keep`](Pool::keep) a handle to it, and share it as far and as long as you
/// like. The pool hands it out again only when every other handle is gone; until then it makes new
/// ones, so that whoever hoards frames costs memory and nothing else.
///
/// ```
/// use bayeux_wire::{Decoder, Pool};
///
/// let (mut pool, mut decoder) = (Pool::new(8), Decoder::new());
/// let payload = br#"[{"channel":"/chat","data":"hi"}]"#;
/// let frame = pool.receive(&mut decoder, &[payload])?;
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
        let free = self.with_free(|frame| {
            frame.clear();
            Ok::<_, Infallible>(())
        });
        let Ok(frame) = free;
        frame.unwrap_or_default()
    }

    /// Decodes the bytes of `chunks` into a frame that nobody else holds, as
    /// [`Decoder::receive`] does. It is not remembered before [`keep`](Pool::keep) is called.
    ///
    /// # Errors
    ///
    /// Those of the decoder.
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

    /// Hands the first frame that all others have let go of to `fill`, and out if that succeeds.
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
