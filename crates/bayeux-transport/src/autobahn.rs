//! An echo client for the Autobahn test suite, made of the pieces of a WebSocket lane: upgrade,
//! reader and writer. Not part of the API: exempt from versioning.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::{
    Clock, Endpoint, Error, Options, close_frame,
    meter::{Meter, ProgressTimeout, Watched},
    reader::{Reader, Received},
    shared::Shared,
    socket::{self, Outgoing, Reply},
    upgrade,
};

/// Returns the first text that the server sends.
///
/// # Errors
///
/// [`Error`], if there is none.
pub async fn receive(endpoint: Endpoint, options: Options) -> Result<String, Error> {
    let mut texts = Vec::new();
    run(endpoint, options, |text| {
        texts.extend_from_slice(text);
        false
    })
    .await?;
    String::from_utf8(texts).map_err(|_| Error::NotUtf8 { what: "a text" })
}

/// Sends every message back until the server closes the WebSocket or breaks the protocol.
///
/// # Errors
///
/// [`Error`], if the WebSocket does not open, or ends without a close frame.
pub async fn echo(endpoint: Endpoint, options: Options) -> Result<(), Error> {
    run(endpoint, options, |_| true).await
}

async fn run(
    endpoint: Endpoint,
    options: Options,
    mut echoes: impl FnMut(&[u8]) -> bool,
) -> Result<(), Error> {
    let (sender, _reports) = mpsc::channel(1);
    let write_timeout = ProgressTimeout {
        limit: options.write_timeout,
        allowance: options.write_timeout,
        watched: Watched::Writes,
        extension: options.slow_allowance,
    };
    let shared = Shared::new(endpoint, options, sender)?;
    let meter = Meter::new(Clock::start());
    let stream = upgrade::open(&shared, &meter).await?;
    let (input, output) = tokio::io::split(stream);
    let mut reader = Reader::new(input, shared.options.max_frame);
    let (outgoing, to_send) = mpsc::channel(1);
    let (replies, to_reply) = mpsc::channel(1);
    let recording = Arc::clone(&meter);
    let writing = tokio::spawn(async move {
        socket::write_all(output, &recording, to_send, to_reply, write_timeout).await
    });
    let end = loop {
        let reply = match reader.next().await {
            Ok(Received::Text(bytes)) => {
                if echoes(bytes)
                    && outgoing
                        .send(Outgoing::Batch(bytes.to_vec()))
                        .await
                        .is_err()
                {
                    break Ok(());
                }
                continue;
            }
            Ok(Received::Binary(bytes)) => {
                if outgoing
                    .send(Outgoing::Binary(bytes.to_vec()))
                    .await
                    .is_err()
                {
                    break Ok(());
                }
                continue;
            }
            Ok(Received::Ping(payload)) => Reply::Pong(payload.to_vec()),
            Ok(Received::Pong) => continue,
            Ok(Received::Close(frame)) => Reply::Close(frame.code),
            Err(error) => match close_frame::code_for(&error) {
                Some(code) => Reply::Close(Some(code)),
                None => break Err(error),
            },
        };
        let is_last = matches!(reply, Reply::Close(_));
        if replies.send(reply).await.is_err() || is_last {
            break Ok(());
        }
    };
    drop((outgoing, replies));
    // The writer ends with the close frame; its own errors are those that the reader has met.
    let _ = writing.await;
    end
}
