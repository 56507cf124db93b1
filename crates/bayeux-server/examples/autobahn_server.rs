//! Echo server for the Autobahn test suite; `cargo xtask autobahn` runs it.
//!
//! Prints its address, and ends with its stdin. The sockets are those of a Bayeux server; only the core
//! behind them sends each message back.

use core::convert::Infallible;
use std::{io::Read as _, process::ExitCode, thread};

use bayeux_proto::LaneId;
use bayeux_server::sockets::{Messages, Output, Outputs, Socket, accept, is_upgrade, rejection};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// Message, and whether it is binary.
type Echo = (Vec<u8>, bool);

struct Ears(mpsc::Sender<Echo>);

impl Messages for Ears {
    async fn receive(&mut self, message: &[u8]) -> bool {
        self.0.send((message.to_vec(), false)).await.is_ok()
    }

    async fn receive_binary(&mut self, message: &[u8]) -> bool {
        self.0.send((message.to_vec(), true)).await.is_ok()
    }
}

struct Mouth {
    echoes: mpsc::Receiver<Echo>,
    is_binary: bool,
}

impl Outputs for Mouth {
    async fn next(&mut self) -> Option<Output> {
        let (message, is_binary) = self.echoes.recv().await?;
        self.is_binary = is_binary;
        Some(Output::Text(message))
    }

    fn is_empty(&self) -> bool {
        self.echoes.is_empty()
    }

    fn is_binary(&self) -> bool {
        self.is_binary
    }
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let response = accept(&request).filter(|_| is_upgrade(&request));
    let Some(response) = response else {
        return Ok(rejection(400));
    };
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else {
            return;
        };
        let (sender, echoes) = mpsc::channel(1);
        let mouth = Mouth {
            echoes,
            is_binary: false,
        };
        let mut socket = Socket::default();
        // The suite sends messages of 16 MiB.
        socket.max_message = 64 << 20;
        let never = core::future::pending();
        socket
            .serve(LaneId::new(1), upgraded, Ears(sender), mouth, never)
            .await;
    });
    Ok(response)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let listener = match TcpListener::bind("127.0.0.1:0").await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("autobahn_server: {error}");
            return ExitCode::FAILURE;
        }
    };
    match listener.local_addr() {
        Ok(addr) => println!("{addr}"),
        Err(error) => eprintln!("autobahn_server: {error}"),
    }
    let (sender, mut ended) = oneshot::channel::<()>();
    thread::spawn(move || {
        // Whatever comes, the end of stdin is the end.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(sender);
    });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut ended => return ExitCode::SUCCESS,
        };
        let Ok((stream, _)) = accepted else {
            continue;
        };
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer));
            if let Err(error) = connection.with_upgrades().await {
                eprintln!("autobahn_server: {error}");
            }
        });
    }
}
