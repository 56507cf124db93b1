//! Bots by callback, without a token.

use groupme_client::{
    RestOptions,
    rest_api::{BaseUrl, Services},
    webhook::{CallbackError, MAX_BODY, Webhook, read},
};
use groupme_sim::BotDraft;

#[cfg(feature = "tower")]
mod service;

use crate::account::sim;

#[tokio::test]
async fn a_bot_posts_by_its_id_and_ignores_its_own_posts() {
    let sim = sim().await;
    let cast = *sim.cast();
    let id = sim
        .with_world(|world| world.add_bot(cast.lake, cast.me, BotDraft::new("Echo", None)))
        .unwrap();
    let mut options = RestOptions::default();
    options.services = Services::with_base_url(&BaseUrl::new(&sim.root_url()).unwrap());
    let bot = Webhook::new(id.as_str(), &options).unwrap();
    assert!(!format!("{bot:?}").contains(id.as_str()));
    bot.post("hello").await.unwrap();
    let posted = sim.until_message("the post", |message| message.text() == Some("hello"));
    posted.await.unwrap();
    let nobody = Webhook::new("nobody", &options).unwrap();
    assert!(nobody.post("hello").await.is_err());

    let body = |kind: &str| {
        format!(
            r#"{{"id":"14","group_id":"4","sender_id":"5","sender_type":"{kind}","text":"hi"}}"#
        )
    };
    let message = bot.receive(body("user").as_bytes()).unwrap().unwrap();
    assert_eq!(message.text.as_deref(), Some("hi"));
    assert!(bot.receive(body("bot").as_bytes()).unwrap().is_none());
    assert!(bot.receive(body("system").as_bytes()).unwrap().is_none());
    assert!(read(body("bot").as_bytes()).is_ok());
}

#[test]
fn a_body_that_is_no_message_is_an_error_that_says_so() {
    assert!(matches!(read(b"{"), Err(CallbackError::Json(_))));
    assert!(matches!(read(b"[]"), Err(CallbackError::NoMessage)));
    assert!(matches!(read(b"{}"), Err(CallbackError::NoMessage)));
    let empty = br#"{"id":"","text":"x"}"#;
    assert!(matches!(read(empty), Err(CallbackError::NoMessage)));
    let large = vec![b' '; MAX_BODY + 1];
    assert!(matches!(read(&large), Err(CallbackError::TooLarge { .. })));
    for dense in [
        format!("[{}0]", "0,".repeat(120_000)),
        format!(
            r#"{{"id":"1","attachments":[{}{{}}]}}"#,
            "{},".repeat(60_000)
        ),
        format!(
            r#"{{"id":"1","attachments":[{}{{}}]}}"#,
            "{},".repeat(4_000)
        ),
    ] {
        let error = read(dense.as_bytes()).unwrap_err();
        assert!(matches!(error, CallbackError::TooDense(_)), "{error:?}");
    }
}
