//! Errors of the caller are reported at once, in helpful words.

use groupme_client::{
    Client, ConversationId, Error, GroupId, Status, Token, TransportPolicy, UserId,
};

use crate::account::{builder, chain, listening, sim, statuses_until};

fn with_url(url: &str) -> Result<Client, Error> {
    Client::builder(Token::new("a-token").unwrap(), UserId::new("1"))
        .gateway_url(url)
        .connect()
}

#[tokio::test]
async fn a_gateway_url_that_cannot_be_used_is_an_error_with_its_reason() {
    for (url, reason) in [
        ("", "not a URL"),
        ("push.groupme.com/faye", "not a URL"),
        ("ftp://push.groupme.com/faye", "`ftp`"),
        ("https://", "not a URL"),
        ("https://me:pw@push.groupme.com/", "password"),
        ("http://push.groupme.com/faye", "`https`"),
        ("ws://192.0.2.1/faye", "not this machine"),
    ] {
        let error = with_url(url).unwrap_err();
        assert!(matches!(error, Error::Gateway(_)), "{url}: {error:?}");
        let reported = chain(&error);
        assert!(
            reported.last().unwrap().contains(reason),
            "{url}: {reported:?}"
        );
        assert!(!reported.concat().contains("me:pw"), "{reported:?}");
    }
}

#[tokio::test]
async fn plaintext_to_another_machine_has_to_be_allowed() {
    let client = Client::builder(Token::new("a-token").unwrap(), UserId::new("1"))
        .gateway_url("http://192.0.2.1/faye")
        .allow_plaintext()
        .connect();
    assert!(client.is_ok());
}

#[tokio::test]
async fn an_id_that_names_no_channel_is_an_error_that_shows_it() {
    let token = || Token::new("a-token").unwrap();
    let built = [
        Client::builder(token(), UserId::new("not an id")).connect(),
        Client::builder(token(), UserId::new("")).connect(),
        Client::builder(token(), UserId::new("1"))
            .subscribe(GroupId::new("1/../2"))
            .connect(),
        Client::builder(token(), UserId::new("1"))
            .subscribe(GroupId::new("*"))
            .connect(),
        Client::builder(token(), UserId::new("1"))
            .subscribe(UserId::from("2+"))
            .connect(),
        Client::builder(token(), UserId::new("1"))
            .subscribe(UserId::from(""))
            .connect(),
    ];
    for (result, id) in built
        .into_iter()
        .zip(["not an id", "", "1/../2", "*", "2+", ""])
    {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Id { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("`{id}` names no channel"));
        assert!(chain(&error).len() > 1, "no reason: {error}");
    }
}

#[tokio::test]
async fn a_handle_refuses_an_id_that_names_no_channel() {
    let sim = sim().await;
    let client = listening(&sim, TransportPolicy::Auto).await;
    let (handle, group) = (client.handle(), GroupId::new("**"));
    for refused in [
        handle.subscribe(&group),
        handle.unsubscribe(&group),
        handle.send_typing(&group),
        handle.subscribe(UserId::from("a/b")),
        handle.send_typing(UserId::from("")),
    ] {
        assert!(matches!(refused, Err(Error::Id { .. })), "{refused:?}");
    }
}

#[test]
fn connecting_outside_a_runtime_is_an_error_and_no_panic() {
    let error = with_url("http://127.0.0.1:1/faye").unwrap_err();
    assert!(matches!(error, Error::NoRuntime));
    assert!(error.to_string().contains("tokio runtime"));
}

#[test]
fn a_token_that_cannot_be_one_is_refused() {
    for (token, reason) in [
        ("", "empty"),
        (" \n", "empty"),
        ("two words", "character"),
        ("quo\"te", "character"),
        ("back\\slash", "character"),
        ("new\nline", "character"),
        ("ünïcode", "character"),
    ] {
        let error = Token::new(token).unwrap_err();
        assert!(error.to_string().contains(reason), "{token:?}: {error}");
    }
    assert_eq!(Token::new(" abc\n").unwrap(), Token::new("abc").unwrap());
}

#[tokio::test]
async fn a_conversation_between_two_others_is_refused_by_the_gateway_only() {
    let sim = sim().await;
    let (jonas, theo) = (sim.cast().jonas, sim.cast().theo);
    let mut client = builder(&sim)
        .subscribe(ConversationId::from(format!("{jonas}+{theo}")))
        .connect()
        .unwrap();
    statuses_until(&mut client, |status| {
        matches!(status, Status::Refused { .. })
    })
    .await;
}

#[tokio::test]
async fn an_error_reads_well_where_main_returns_it() {
    let sim = sim().await;
    let refused = builder(&sim).gateway_url("ftp://127.0.0.1").connect();
    let error: Box<dyn core::error::Error> = refused.unwrap_err().into();
    // `fn main() -> Result<…>` prints errors in this way.
    assert_eq!(format!("{error:?}"), chain(&*error).join(": "));
    assert!(!format!("{error:?}").contains("Gateway("), "{error:?}");
    let end = groupme_client::ClientEnd::NoCommonTransport;
    assert_eq!(format!("{end:?}"), end.to_string());
}
