//! The decoder, which parses the bytes of a frame into nodes and reuses its buffers.

use core::fmt;

use crate::{error::DecodeError, frame::Frame, node::MAX_DOCUMENT, parser::Scratch};

/// Limits on the frames that a [`Decoder`] accepts.
///
/// Size and counts are limits of the frame, because they bound what it costs: a frame beyond them
/// is refused as a whole. Depth is a limit of each value, like the range of numbers: a value beyond
/// the limit is [unreadable](crate::Value::unreadable), and all others of the frame are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum size of a frame, in bytes. Default: 256 KiB, a hundred times the size of a usual
    /// chat frame. Hostile JSON takes up to 24 bytes of memory for each of its own. Values above
    /// 256 MiB are lowered to 256 MiB.
    pub max_frame: usize,
    /// Maximum nesting of arrays and objects that are read, in levels. Default: 64. Values above
    /// [`Limits::DEEPEST`] are lowered to it.
    pub max_depth: usize,
    /// Maximum number of keys and values, each of which takes 8 bytes of memory. Default: 131,072,
    /// as many as fit into a frame of 256 KiB.
    pub max_values: usize,
    /// Maximum number of objects. An object of three bytes takes hundreds once it is copied out of
    /// the frame into an owned type. Default: no limit.
    pub max_objects: usize,
}

impl Limits {
    /// Largest accepted `max_depth`, in levels. Values are printed and compared by recursion, which
    /// has to fit into a thread's stack.
    pub const DEEPEST: usize = 512;

    fn check(&self, len: usize) -> Result<(), DecodeError> {
        if len > self.max_frame {
            return Err(DecodeError::TooLarge {
                len,
                limit: self.max_frame,
            });
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_frame: 256 * 1024,
            max_depth: 64,
            max_values: 131_072,
            max_objects: usize::MAX,
        }
    }
}

/// Decodes frames one after the other, without allocating once its buffers have grown to the size
/// of the traffic. A single decoder per task or thread is enough for any number of sessions.
///
/// Buffers that an unusually large or hostile frame has grown are freed at once.
pub struct Decoder {
    limits: Limits,
    scratch: Scratch,
}

impl Decoder {
    /// Creates a decoder with the default [`Limits`].
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// Creates a decoder with the given limits.
    pub fn with_limits(limits: Limits) -> Self {
        let limits = Limits {
            max_frame: limits.max_frame.min(MAX_DOCUMENT),
            max_depth: limits.max_depth.min(Limits::DEEPEST),
            ..limits
        };
        Self {
            limits,
            scratch: Scratch::new(limits),
        }
    }

    /// Decodes the bytes of `frame`, a Bayeux message or an array of them.
    ///
    /// Elements of the array that are not objects are skipped and counted in
    /// [`Frame::rejected`]; the other elements are unaffected. A frame that is already decoded is
    /// not parsed again.
    ///
    /// # Errors
    ///
    /// Fails when the bytes exceed the [`Limits`], are not JSON, or are JSON but neither an object
    /// nor an array. The frame is then empty.
    pub fn decode(&mut self, frame: &mut Frame) -> Result<(), DecodeError> {
        self.decode_value(frame)?;
        frame.index_messages().inspect_err(|_| frame.clear())
    }

    /// Replaces the content of `frame` with the bytes of `chunks`, as received from the network,
    /// and decodes them like [`decode`](Self::decode). A single chunk is copied once.
    ///
    /// # Errors
    ///
    /// Fails in the same cases as [`decode`](Self::decode).
    pub fn receive(
        &mut self,
        frame: &mut Frame,
        chunks: &[impl AsRef<[u8]>],
    ) -> Result<(), DecodeError> {
        self.receive_value(frame, chunks)?;
        frame.index_messages().inspect_err(|_| frame.clear())
    }

    /// Replaces the content of `frame` with the bytes of `chunks`, and decodes them like
    /// [`decode_value`](Self::decode_value). A single chunk is copied once.
    ///
    /// # Errors
    ///
    /// Fails in the same cases as [`decode_value`](Self::decode_value).
    pub fn receive_value(
        &mut self,
        frame: &mut Frame,
        chunks: &[impl AsRef<[u8]>],
    ) -> Result<(), DecodeError> {
        frame.clear();
        let len = chunks.iter().map(|chunk| chunk.as_ref().len()).sum();
        self.limits.check(len)?;
        frame.document_mut().parse_chunks(chunks, &mut self.scratch)
    }

    /// Decodes the bytes of `frame` as any JSON document. [`Frame::root`] is its value; it has no
    /// messages. A frame that is already decoded is left unchanged.
    ///
    /// # Errors
    ///
    /// Fails when the bytes exceed the [`Limits`] or are not JSON. The frame is then empty.
    pub fn decode_value(&mut self, frame: &mut Frame) -> Result<(), DecodeError> {
        let document = frame.document_mut();
        if document.is_parsed() {
            return Ok(());
        }
        if let Err(error) = self.limits.check(document.len()) {
            document.clear();
            return Err(error);
        }
        document.parse(&mut self.scratch)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
