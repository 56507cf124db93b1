//! A gateway that sends anything, on a socket of loopback.

use core::{convert::Infallible, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use groupme_client::{Client, Incoming, Status, Token, TransportPolicy, UserId};
use sha1::{Digest as _, Sha1};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime,
};

use super::Check;

/// Where in the connection the input begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// With the response to the first request.
    Connected,
    /// After the upgrade to a websocket.
    Upgraded,
}

/// The stand-in sends the input and closes the connection; the client must notice.
pub(super) fn target(start: Start) -> Result<Check, String> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    Ok(Box::new(move |input| runtime.block_on(case(start, input))))
}

async fn case(start: Start, input: &[u8]) -> Result<(), String> {
    // A listener for each case, so that no connection of an earlier client waits in it.
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let url = format!("http://{address}/faye");
    tokio::select! {
        never = serve(&listener, start, input) => match never {},
        end = tokio::time::timeout(LIMIT, disconnects(&url, start)) => {
            end.map_err(|_| format!("no end of the connection within {LIMIT:?}"))?
        }
    }
}

/// Sends the input on the first connection, and closes all others at once.
async fn serve(listener: &TcpListener, start: Start, input: &[u8]) -> Infallible {
    let mut is_first = true;
    loop {
        if let Ok((stream, _)) = listener.accept().await
            && core::mem::take(&mut is_first)
        {
            // Fails if the client closes the connection before it has read all.
            let _ = attack(stream, start, input).await;
        }
    }
}

async fn attack(mut stream: TcpStream, start: Start, input: &[u8]) -> Option<()> {
    let head = head(&mut stream).await?;
    if let Start::Upgraded = start {
        let key = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-key")
                .then(|| value.trim())
        })?;
        let accept = Sha1::digest([key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat());
        let accept = BASE64_STANDARD.encode(accept);
        let response = format!(
            "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(response.as_bytes()).await.ok()?;
    }
    stream.write_all(input).await.ok()?;
    stream.shutdown().await.ok()?;
    // Closing with unread bytes would reset the connection before the client reads the input.
    let mut rest = [0; 4096];
    while stream.read(&mut rest).await.ok()? > 0 {}
    Some(())
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|part| part == b"\r\n\r\n") {
        let mut buffer = [0; 4096];
        let count = stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        head.extend_from_slice(&buffer[..count]);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// Runs a client up to its first disconnect or its end.
async fn disconnects(url: &str, start: Start) -> Result<(), String> {
    let token = Token::new("a-token").map_err(|error| error.to_string())?;
    let policy = match start {
        Start::Connected => TransportPolicy::LongPolling,
        Start::Upgraded => TransportPolicy::WebSocket,
    };
    let builder = Client::builder(token, UserId::from("1"))
        .gateway_url(url)
        .transport(policy)
        .without_backfill();
    let mut client = builder.connect().map_err(|error| error.to_string())?;
    while let Some(incoming) = client.next().await {
        if let Incoming::Status(Status::Disconnected { .. } | Status::Ended(_)) = incoming {
            break;
        }
    }
    Ok(())
}

/// Far above the time of any case, so that only a client that waits for more than the case has is reported.
const LIMIT: Duration = Duration::from_secs(20);
