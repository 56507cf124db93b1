//! A consumer of the stream, as README.md shows it; the argument is the address of NATS.

use async_nats::jetstream::{self, consumer::pull};
use futures_util::StreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn core::error::Error + Send + Sync>> {
    let server = std::env::args()
        .nth(1)
        .unwrap_or("nats://127.0.0.1:4222".into());
    let stream = jetstream::new(async_nats::connect(server).await?)
        .get_stream("GM")
        .await?;
    let config = pull::Config {
        filter_subject: "gm.*.*.*.line_create".into(),
        durable_name: Some("rust".into()),
        ..Default::default()
    };
    let mut messages = stream
        .get_or_create_consumer("rust", config)
        .await?
        .messages()
        .await?;
    while let Some(message) = messages.next().await.transpose()? {
        let event: serde_json::Value = serde_json::from_slice(&message.payload)?;
        println!("{} {}", message.subject, event["subject"]["text"]);
        message.ack().await?;
    }
    Ok(())
}
