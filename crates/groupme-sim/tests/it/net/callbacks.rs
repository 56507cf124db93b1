//! Callbacks to bots over real connections.

use core::time::Duration;

use groupme_sim::{BotDraft, Sim};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{client::Http, control::ask};

/// Program of a bot: it answers each request with a status and hands its body out.
struct Program {
    listener: TcpListener,
    url: String,
}

impl Program {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// Receives a request, answers with a status, and returns head and body.
    async fn serve(&self, status: &str) -> (String, Value) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        let (head, body) = loop {
            stream.read_buf(&mut bytes).await.unwrap();
            let text = String::from_utf8_lossy(&bytes);
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && let Ok(body) = serde_json::from_str(body)
            {
                break (head.to_owned(), body);
            }
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        (head, body)
    }
}

fn add_bot(sim: &Sim, url: &str) -> String {
    sim.with_world(|world| {
        let draft = BotDraft::new("hal", Some(url));
        world
            .add_bot(sim.cast().lake, sim.cast().me, draft)
            .unwrap()
    })
}

/// Waits for the callbacks in the journal and returns their outcomes.
async fn outcomes(sim: &Sim, count: usize) -> Vec<String> {
    let mut http = Http::open(sim).await;
    let mut found = Vec::new();
    let mut after = 0;
    while found.len() < count {
        let path = format!("/journal?kinds=callback&wait_ms=10000&after={after}");
        let (status, page) = ask(&mut http, "GET", &path, &json!({})).await;
        assert_eq!(status, 200);
        after = page["last"].as_u64().unwrap();
        let entries = page["entries"].as_array().unwrap().iter();
        found.extend(entries.map(|entry| entry["outcome"].as_str().unwrap().to_owned()));
    }
    found
}

#[tokio::test]
async fn a_callback_is_one_post_whatever_the_answer() {
    let sim = super::client::sim().await;
    let program = Program::start().await;
    add_bot(&sim, &program.url);
    for (text, status) in [
        ("one", "200 OK"),
        ("two", "500 Oops"),
        ("three", "204 No Content"),
    ] {
        sim.say(text).unwrap();
        let (head, body) = program.serve(status).await;
        assert!(head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{head}");
        assert!(
            head.to_ascii_lowercase()
                .contains("content-type: application/json")
        );
        assert_eq!(
            (&body["text"], &body["name"]),
            (&json!(text), &json!("Mara"))
        );
    }
    assert_eq!(outcomes(&sim, 3).await, ["200", "500", "204"]);
}

#[tokio::test]
async fn a_bot_that_cannot_be_called_costs_nothing_else() {
    let sim = Sim::builder()
        .ping_interval(None)
        .callback_timeout(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let secure = add_bot(&sim, "https://127.0.0.1:1/");
    sim.say("one").unwrap();
    assert_eq!(
        outcomes(&sim, 1).await,
        ["the simulator calls http URLs only"]
    );
    sim.with_world(|world| world.remove_bot(&secure, sim.cast().me).unwrap());
    add_bot(&sim, &url);
    sim.say("two").unwrap();
    assert_eq!(outcomes(&sim, 2).await[1], "no answer within 50ms");
}
