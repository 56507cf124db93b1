//! Server for third-party clients; `cargo xtask interop` runs it in place of `groupme sim`.
//!
//! `interop faye|cometd HOLD`, with the hold in seconds, prints its address as `groupme sim --format
//! json` does, logs to stderr, and ends with its stdin. Clients may publish pings on the channel of
//! their user.

use core::time::Duration;
use std::{io::Read, process::ExitCode, thread};

use bayeux_proto::server::{Config, Profile};
use bayeux_server::{Message, Options, Rules, Server};
use bayeux_wire::Value;
use tokio::{net::TcpListener, sync::oneshot};
use tracing::level_filters::LevelFilter;

const TOKEN: &str = "interop-5d2f8a17c3";
const CHANNEL: &str = "/user/185";

struct OwnChannel;

impl Rules for OwnChannel {
    async fn may_subscribe(&self, message: &Message<'_>, channel: &str) -> Result<(), String> {
        check(message, channel)
    }

    async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
        let kind = message.data().and_then(|data| data.get("type")?.as_str());
        if kind != Some("ping") {
            return Err(format!("403:{}:Clients publish pings", message.channel()));
        }
        check(message, message.channel())
    }
}

fn check(message: &Message<'_>, channel: &str) -> Result<(), String> {
    let ext = message.ext();
    let token = ext.and_then(|ext| ext.get("access_token").and_then(Value::as_str));
    if token == Some(TOKEN) && channel == CHANNEL {
        Ok(())
    } else {
        Err(format!("403:{channel}:Not for you"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let dialect = args.next();
    let hold = args.next().and_then(|hold| hold.parse().ok());
    let (Some(dialect @ ("faye" | "cometd")), Some(hold)) = (dialect.as_deref(), hold) else {
        eprintln!("usage: interop faye|cometd SECONDS");
        return ExitCode::FAILURE;
    };
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_writer(std::io::stderr)
        .init();
    let mut options = match dialect {
        "faye" => Options::default(),
        _ => Options::new(Config::new(Profile::cometd())),
    };
    options.bayeux.hold = Duration::from_secs(hold);
    let server = Server::new(OwnChannel, options);
    let (ending, ended) = oneshot::channel();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ending.send(());
    });
    let listener = match TcpListener::bind("127.0.0.1:0").await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("interop: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Ok(addr) = listener.local_addr() {
        let user = CHANNEL.trim_start_matches("/user/");
        println!(r#"{{"gateway_url":"http://{addr}/faye","token":"{TOKEN}","user_id":"{user}"}}"#);
    }
    tokio::select! {
        () = server.serve(listener) => {}
        _ = ended => {}
    }
    ExitCode::SUCCESS
}
