//! A bot by callback: GroupMe posts the messages of a group to an HTTP server, and the bot answers
//! by its id, without a token.
//!
//! `GROUPME_BOT_ID=… cargo run --example webhook -- 0.0.0.0:8080`, with
//! `https://your.host/a-secret` as the bot's callback URL; without arguments, the bot plays a scene
//! with a simulated GroupMe.

use core::{convert::Infallible, time::Duration};

use groupme_client::{
    RestOptions,
    sim::{BotDraft, Sim},
    webhook::Webhook,
};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Path of the callback. There is no signature: whoever knows the path can call.
const SECRET_PATH: &str = "/a-secret";

/// Takes a callback. The answer comes first; the bot acts afterwards.
async fn handle(bot: Webhook, request: Request<Incoming>) -> StatusCode {
    if request.uri().path() != SECRET_PATH {
        return StatusCode::NOT_FOUND;
    }
    let limit = groupme_client::webhook::MAX_BODY;
    let Ok(body) = Limited::new(request.into_body(), limit).collect().await else {
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

async fn serve(listener: TcpListener, bot: Webhook) -> anyhow::Result<()> {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The peer is gone, or too many files are open.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let bot = bot.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let answer = handle(bot.clone(), request);
                async move {
                    let mut response = Response::new(Empty::<Bytes>::new());
                    *response.status_mut() = answer.await;
                    Ok::<_, Infallible>(response)
                }
            });
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(address) = std::env::args().nth(1) {
        let bot = Webhook::new(std::env::var("GROUPME_BOT_ID")?, &RestOptions::default())?;
        return serve(TcpListener::bind(address).await?, bot).await;
    }
    let sim = Sim::start().await?;
    let cast = *sim.cast();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}{SECRET_PATH}", listener.local_addr()?);
    let draft = BotDraft::new("Weather", Some(&url));
    let id = sim.with_world(|world| world.add_bot(cast.lake, cast.me, draft))?;
    let options = RestOptions::with_base_url(&sim.root_url())?;
    tokio::spawn(serve(listener, Webhook::new(id, &options)?));
    sim.say("!weather")?;
    let is_answer = |text: Option<&str>| text.is_some_and(|text| text.contains("degrees"));
    sim.wait_for_message(|message| is_answer(message.text()))
        .await;
    println!("The bot answered the callback.");
    Ok(())
}
