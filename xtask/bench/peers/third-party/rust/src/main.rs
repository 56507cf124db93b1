//! Rust clients of others, as a program would be written with them in an hour:
//! `third-party-clients CLIENT TASK`.

mod cometd;
mod fast;
#[path = "../../../src/meter.rs"]
mod meter;
#[path = "../../../../src/row/owned/model.rs"]
#[allow(dead_code, reason = "parsing all fields is part of the work")]
mod model;
mod naive;
#[path = "../../../src/task.rs"]
mod task;

use task::Task;

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [client, task] = &arguments[..] else {
        return Err("usage: third-party-clients CLIENT TASK".into());
    };
    let task = Task::parse(task)?;
    match client.as_str() {
        "naive" => naive::listen(&task).await,
        "fastwebsockets" => fast::listen(&task).await,
        "cometd" => cometd::listen(&task).await,
        _ => Err(format!("there is no client {client}").into()),
    }
}

/// Returns the batch that follows the handshake.
fn subscribe(client_id: &str, account: u64) -> String {
    let user = task::FIRST_USER + account;
    serde_json::json!([
        {
            "channel": "/meta/subscribe", "clientId": client_id, "id": "2",
            "subscription": format!("/user/{user}"),
            "ext": { "access_token": "t", "timestamp": 1 },
        },
        {
            "channel": "/meta/connect", "clientId": client_id, "id": "3",
            "connectionType": "websocket",
        },
    ])
    .to_string()
}

const HANDSHAKE: &str = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"],"id":"1"}]"#;
