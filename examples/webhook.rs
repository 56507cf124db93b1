//! A bot by callback: GroupMe posts the messages of a group to an HTTP server, here of axum, and the
//! bot answers by its id, without a token.
//!
//! `GROUPME_BOT_ID=… GROUPME_CALLBACK_SECRET=… cargo run --example webhook -- 0.0.0.0:8080`, with
//! `https://your.host/` and the secret as the bot's callback URL; without arguments, the bot plays a
//! scene with a simulated GroupMe.

use axum::Router;
use groupme_client::{
    RestOptions,
    sim::{BotDraft, Sim},
    webhook::Webhook,
};
use tokio::net::TcpListener;

/// Answers callbacks for as long as the server runs. There is no signature: whoever knows the path
/// can call, so the path is a secret.
async fn serve(listener: TcpListener, secret: &str, bot: Webhook) -> anyhow::Result<()> {
    anyhow::ensure!(
        secret.len() >= 16 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "the secret is not 16 letters and digits or more; `openssl rand -hex 16` makes one"
    );
    let (service, mut callbacks) = bot.service();
    // Slow heads of requests are for the proxy in front, which has the certificate of HTTPS, too.
    let app = Router::new().route_service(&format!("/{secret}"), service);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    while let Some(message) = callbacks.next().await {
        // GroupMe has its answer already: the bot may take its time.
        if message.text.as_deref() == Some("!weather")
            && let Err(error) = bot.post("12 degrees, and windy").await
        {
            eprintln!("not posted: {error}");
        }
    }
    Ok(server.await??)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(address) = std::env::args().nth(1) {
        let bot = Webhook::new(std::env::var("GROUPME_BOT_ID")?, &RestOptions::default())?;
        let secret = std::env::var("GROUPME_CALLBACK_SECRET")?;
        return serve(TcpListener::bind(address).await?, &secret, bot).await;
    }
    let sim = Sim::start().await?;
    let cast = *sim.cast();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let secret = format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
    let url = format!("http://{}/{secret}", listener.local_addr()?);
    let draft = BotDraft::new("Weather", Some(&url));
    let id = sim.with_world(|world| world.add_bot(cast.lake, cast.me, draft))?;
    let options = RestOptions::with_base_url(&sim.root_url())?;
    let bot = Webhook::new(id, &options)?;
    tokio::spawn(async move { serve(listener, &secret, bot).await });
    sim.say("!weather")?;
    let is_answer = |text: Option<&str>| text.is_some_and(|text| text.contains("degrees"));
    sim.until_message("an answer", |message| is_answer(message.text()))
        .await?;
    println!("The bot answered the callback.");
    Ok(())
}
