//! A bot by callback: GroupMe posts the messages of a group to an HTTP server, and the bot answers
//! by its id, without a token.
//!
//! `GROUPME_BOT_ID=… GROUPME_CALLBACK_SECRET=… cargo run --example webhook -- 0.0.0.0:8080`, with
//! `https://your.host/` and the secret as the bot's callback URL; without arguments, the bot plays a
//! scene with a simulated GroupMe.

use core::{convert::Infallible, time::Duration};
use std::sync::Arc;

use groupme_client::{
    RestOptions,
    sim::{BotDraft, Sim},
    webhook::{MAX_BODY, Webhook},
};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

/// Time for the head of a request, and for its body.
const PATIENCE: Duration = Duration::from_secs(10);

/// The bot, and the path of its callback. There is no signature: whoever knows the path can call.
#[derive(Clone)]
struct Callback {
    bot: Webhook,
    secret_path: Arc<str>,
}

/// Returns the path of a secret, which `openssl rand -hex 16` can make.
fn secret_path(secret: &str) -> anyhow::Result<Arc<str>> {
    anyhow::ensure!(
        secret.len() >= 16,
        "GROUPME_CALLBACK_SECRET has fewer than 16 characters"
    );
    Ok(format!("/{secret}").into())
}

/// Takes a callback. The answer comes first; the bot acts afterwards.
async fn handle(callback: Callback, request: Request<Incoming>) -> StatusCode {
    let Callback { bot, secret_path } = callback;
    if request.uri().path() != &*secret_path {
        return StatusCode::NOT_FOUND;
    }
    // Whoever knows the path may send a large body, or a slow one.
    let body = Limited::new(request.into_body(), MAX_BODY).collect();
    let Ok(Ok(body)) = tokio::time::timeout(PATIENCE, body).await else {
        return StatusCode::BAD_REQUEST;
    };
    match bot.receive(&body.to_bytes()) {
        Ok(Some(message)) if message.text.as_deref() == Some("!weather") => {
            tokio::spawn(async move {
                if let Err(error) = bot.post("12 degrees, and windy").await {
                    eprintln!("not posted: {error}");
                }
            });
            StatusCode::OK
        }
        Ok(_) => StatusCode::OK,
        Err(error) => {
            eprintln!("{error}");
            StatusCode::BAD_REQUEST
        }
    }
}

async fn serve(listener: TcpListener, callback: Callback) -> anyhow::Result<()> {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The peer is gone, or too many files are open.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let callback = callback.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let answer = handle(callback.clone(), request);
                async move {
                    let mut response = Response::new(Empty::<Bytes>::new());
                    *response.status_mut() = answer.await;
                    Ok::<_, Infallible>(response)
                }
            });
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(address) = std::env::args().nth(1) {
        let bot = Webhook::new(std::env::var("GROUPME_BOT_ID")?, &RestOptions::default())?;
        let secret_path = secret_path(&std::env::var("GROUPME_CALLBACK_SECRET")?)?;
        let callback = Callback { bot, secret_path };
        return serve(TcpListener::bind(address).await?, callback).await;
    }
    let sim = Sim::start().await?;
    let cast = *sim.cast();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let secret_path = secret_path(&format!(
        "{:016x}{:016x}",
        getrandom::u64()?,
        getrandom::u64()?
    ))?;
    let url = format!("http://{}{secret_path}", listener.local_addr()?);
    let draft = BotDraft::new("Weather", Some(&url));
    let id = sim.with_world(|world| world.add_bot(cast.lake, cast.me, draft))?;
    let options = RestOptions::with_base_url(&sim.root_url())?;
    let bot = Webhook::new(id, &options)?;
    tokio::spawn(serve(listener, Callback { bot, secret_path }));
    sim.say("!weather")?;
    let is_answer = |text: Option<&str>| text.is_some_and(|text| text.contains("degrees"));
    sim.wait_for_message(|message| is_answer(message.text()))
        .await;
    println!("The bot answered the callback.");
    Ok(())
}
