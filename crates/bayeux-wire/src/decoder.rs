//! The decoder: bytes of a frame to nodes, with buffers that are used again.

use core::fmt;

use crate::{error::DecodeError, frame::Frame, node::LARGEST, parser::Workspace};

/// What a [`Decoder`] accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest frame, in bytes. Default: 256 KiB, a hundred times what a chat sends; hostile
    /// JSON takes up to 24 bytes of memory for each of its own. More than 256 MiB counts as that.
    pub max_frame: usize,
    /// The deepest nesting of arrays and objects, in levels. Default: 64. More than
    /// [`Limits::DEEPEST`] counts as that.
    pub max_depth: usize,
}

impl Limits {
    /// The deepest nesting that can be allowed, in levels: values are printed and compared by
    /// recursion, which has to fit into a thread's stack.
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
        }
    }
}

/// Decodes frames, one after the other, without allocating once its buffers have grown to the size
/// of the traffic. One per task or thread is enough for any number of sessions.
///
/// Buffers that an unusually large or hostile frame has blown up are given back at once.
pub struct Decoder {
    limits: Limits,
    workspace: Workspace,
}

impl Decoder {
    /// Creates a decoder with the default [`Limits`].
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// Creates a decoder with limits of your own.
    pub fn with_limits(limits: Limits) -> Self {
        let limits = Limits {
            max_frame: limits.max_frame.min(LARGEST),
            max_depth: limits.max_depth.min(Limits::DEEPEST),
        };
        Self {
            limits,
            workspace: Workspace::new(limits.max_depth),
        }
    }

    /// Decodes the bytes of `frame`, a Bayeux message or an array of them.
    ///
    /// Elements of the array that are no objects are left out and counted in
    /// [`Frame::rejected`]; they never cost their neighbours. A frame that is decoded already is
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

    /// Decodes the bytes of `chunks`, as they came from the network, into `frame`, in place of what it
    /// held; otherwise as [`decode`](Self::decode) does. A single chunk is copied once.
    ///
    /// # Errors
    ///
    /// As those of [`decode`](Self::decode).
    pub fn receive(
        &mut self,
        frame: &mut Frame,
        chunks: &[impl AsRef<[u8]>],
    ) -> Result<(), DecodeError> {
        frame.clear();
        let len = chunks.iter().map(|chunk| chunk.as_ref().len()).sum();
        self.limits.check(len)?;
        frame
            .document_mut()
            .parse_chunks(chunks, &mut self.workspace)?;
        frame.index_messages().inspect_err(|_| frame.clear())
    }

    /// Decodes the bytes of `frame`, any JSON document. [`Frame::root`] is its value; it has
    /// no messages. A frame that is decoded already is left as it is.
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
        document.parse(&mut self.workspace)
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
