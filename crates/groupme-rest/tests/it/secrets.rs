//! The token is in one header, and nowhere else.

use groupme_rest::{Client, Options, Token, endpoint::users};

use crate::world::{TOKEN, World, answer, options};

#[tokio::test(start_paused = true)]
async fn no_debug_and_no_error_shows_the_token() {
    let body = format!(r#"{{"meta":{{"code":401,"errors":["token {TOKEN} is unknown"]}}}}"#);
    let world = World::new([answer(401, body)]);
    let client = world.client();
    let call = users::me();
    let error = client.call(&call).await.unwrap_err();
    let shown = format!("{client:?} {call:?} {error:?} {error} {:?}", options());
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(error.to_string().contains("token … is unknown"), "{error}");
    assert_eq!(world.asked()[0].token, TOKEN);
}

#[tokio::test(start_paused = true)]
async fn no_more_does_an_answer_that_repeats_it_where_nobody_expects_it() {
    let long = "x".repeat(292);
    for (status, body) in [
        (
            400,
            format!(r#"{{"meta":{{"code":400,"errors":["{long}{TOKEN}"]}}}}"#),
        ),
        (
            400,
            format!(r#"{{"meta":{{"code":400,"details":{{"{TOKEN}":["{TOKEN}"]}}}}}}"#),
        ),
        (200, format!(r#"{{"response":"{TOKEN}"}}"#)),
        (200, format!(r#"{{"response":{{"id":{{"{TOKEN}":1}}}}}}"#)),
        (200, TOKEN.to_owned()),
    ] {
        let world = World::new([answer(status, &*body)]);
        let error = world.client().call(&users::me()).await.unwrap_err();
        let mut shown = vec![format!("{error:?} {error}")];
        let mut source = core::error::Error::source(&error);
        while let Some(cause) = source {
            shown.push(format!("{cause:?} {cause}"));
            source = cause.source();
        }
        let shown = shown.join(" ");
        assert!(!shown.contains(&TOKEN[..5]), "{body}: {shown}");
    }
}

#[test]
fn a_request_has_the_token_in_a_header_that_is_marked_as_sensitive() {
    let token = Token::new(TOKEN).unwrap();
    let request = users::me()
        .request(&Options::default().services, &token, None)
        .unwrap();
    assert_eq!(request.uri(), "https://api.groupme.com/v3/users/me");
    assert!(request.headers()["x-access-token"].is_sensitive());
    assert!(!format!("{request:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_client_over_the_network_shows_no_token_either() {
    let client = Client::new(Token::new(TOKEN).unwrap(), &Options::default()).unwrap();
    assert!(!format!("{client:?}").contains(TOKEN));
}
