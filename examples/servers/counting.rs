//! A Bayeux server in a thread of its own, for examples whose clients have another runtime, or none.

use std::{net::TcpListener, thread};

use bayeux_proto::server::ServerEvent;
use bayeux_server::{AllowAll, Event, Options, Server};

/// Starts a server that publishes 1, 2 and 3 on `/count` for each subscriber. Returns its address.
pub(crate) fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || runtime.block_on(serve(listener)));
    Ok(address)
}

async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    let server = Server::new(AllowAll, Options::default());
    let mut events = server.events();
    let counting = async {
        while let Some(event) = events.next().await {
            if let Event::Server(ServerEvent::Subscribed { .. }) = event {
                for number in 1..=3 {
                    server.publish("/count", &number.to_string())?;
                }
            }
        }
        Ok(())
    };
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::select! {
        counted = counting => counted,
        () = server.serve(listener) => Ok(()),
    }
}
