//! Messages and control frames of a WebSocket, by the letter of RFC 6455.

use core::{convert::Infallible, future::ready};

use bytes::BytesMut;
use fastwebsockets::{
    Frame, OpCode, Payload, Role, WebSocketError, WebSocketRead, after_handshake_split,
};
use tokio::io::{AsyncRead, Empty, empty};

use crate::{Error, assembly::Assembly, capped::Capped, close_frame::CloseFrame, waste::Waste};

/// Reads a WebSocket as a client.
pub(crate) struct Reader<S> {
    socket: WebSocketRead<Capped<S>>,
    assembly: Assembly,
    /// Payload of the latest frame.
    payload: BytesMut,
    waste: Waste,
    limit: usize,
}

/// A message, or a control frame.
#[derive(Debug)]
pub(crate) enum Received<'a> {
    Text(&'a [u8]),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    Close(CloseFrame),
}

impl<S: AsyncRead + Unpin> Reader<S> {
    /// Creates a reader of messages of at most `limit` bytes.
    pub(crate) fn new(stream: S, limit: usize) -> Self {
        // The side of a server unmasks masked frames, so that a masked text is refused as masked
        // and not as text that is not UTF-8.
        let (mut socket, _): (_, fastwebsockets::WebSocketWrite<Empty>) =
            after_handshake_split(Capped::new(stream), empty(), Role::Server);
        socket.set_auto_close(false);
        socket.set_auto_pong(false);
        socket.set_max_message_size(limit.saturating_add(1));
        Self {
            socket,
            assembly: Assembly::new(limit),
            payload: BytesMut::new(),
            waste: Waste::default(),
            limit,
        }
    }

    /// Reads until a message or control frame is complete.
    ///
    /// Not cancel-safe: a read that is cancelled in mid-frame loses its place.
    pub(crate) async fn next(&mut self) -> Result<Received<'_>, Error> {
        let (opcode, fin) = loop {
            // Without another user, fastwebsockets reuses its buffer instead of allocating one.
            self.payload = BytesMut::new();
            let read = self
                .socket
                .read_frame(&mut |_| ready(Ok::<_, Infallible>(())))
                .await;
            let mut frame = read.map_err(|error| read_error(error, self.limit))?;
            if is_masked(&mut frame) {
                return Err(violation("a masked frame from a server"));
            }
            let (opcode, fin) = (frame.opcode, frame.fin);
            let payload = match frame.payload {
                Payload::Bytes(bytes) => bytes,
                other => BytesMut::from(&*other),
            };
            self.payload = payload;
            match opcode {
                OpCode::Text | OpCode::Binary | OpCode::Continuation => {
                    if !fin {
                        self.waste.fragment(self.payload.len())?;
                    }
                    if self.assembly.add(opcode, fin, &self.payload)? {
                        break (opcode, fin);
                    }
                }
                _ if self.payload.len() > MAX_CONTROL => {
                    return Err(violation("a control frame of more than 125 bytes"));
                }
                OpCode::Ping | OpCode::Pong => {
                    self.waste.control()?;
                    break (opcode, fin);
                }
                OpCode::Close => break (opcode, fin),
            }
        };
        Ok(match (opcode, fin) {
            (OpCode::Ping, _) => Received::Ping(&self.payload),
            (OpCode::Pong, _) => Received::Pong,
            (OpCode::Close, _) => Received::Close(CloseFrame::parse(&self.payload)?),
            _ if self.assembly.is_text() => Received::Text(self.assembly.message(&self.payload)),
            _ => Received::Binary(self.assembly.message(&self.payload)),
        })
    }

    /// Records whether the latest message was of use. Fails once too many were not.
    pub(crate) fn rate(&mut self, is_useful: bool, size: usize) -> Result<(), Error> {
        if is_useful {
            self.waste.reset();
            Ok(())
        } else {
            self.waste.message(size)
        }
    }
}

/// Returns whether a frame was masked, which fastwebsockets shows only in the frame's head.
fn is_masked(frame: &mut Frame<'_>) -> bool {
    let mut head = [0; 16];
    frame.fmt_head(&mut head);
    head[1] & 0x80 != 0
}

fn violation(what: &'static str) -> Error {
    Error::Framing { what }
}

/// Converts an error of reading a frame.
fn read_error(error: WebSocketError, limit: usize) -> Error {
    let what = match error {
        WebSocketError::FrameTooLarge => return Error::Oversize { limit },
        WebSocketError::UnexpectedEOF => {
            return Error::Lost {
                doing: "reading a frame",
                source: None,
            };
        }
        WebSocketError::IoError(error) => {
            return Error::Lost {
                doing: "reading a frame",
                source: Some(error.into()),
            };
        }
        WebSocketError::InvalidUTF8 => return Error::NotUtf8 { what: "a text" },
        WebSocketError::ReservedBitsNotZero => "a reserved bit, or bytes that are not a frame",
        WebSocketError::ControlFrameFragmented => "a fragmented control frame",
        WebSocketError::PingFrameTooLarge => "a control frame of more than 125 bytes",
        WebSocketError::InvalidValue => "an unknown opcode",
        _ => "an invalid frame",
    };
    violation(what)
}

/// Maximum payload of a control frame (RFC 6455, section 5.5).
const MAX_CONTROL: usize = 125;
