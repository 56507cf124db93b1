//! Token in one header and nowhere else.

use groupme_rest::{Client, Options, Token, endpoint::users};

use crate::scripted::{ScriptedServer, TOKEN, answer, options};

#[tokio::test(start_paused = true)]
async fn debug_output_and_errors_do_not_contain_the_token() {
    let body = format!(r#"{{"meta":{{"code":401,"errors":["token {TOKEN} is unknown"]}}}}"#);
    let server = ScriptedServer::new([answer(401, body)]);
    let client = server.client();
    let call = users::me();
    let error = client.call(&call).await.unwrap_err();
    let shown = format!("{client:?} {call:?} {error:?} {error} {:?}", options());
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(error.to_string().contains("token … is unknown"), "{error}");
    assert_eq!(server.received()[0].token, TOKEN);
}

#[tokio::test(start_paused = true)]
async fn errors_do_not_contain_a_token_that_the_answer_repeats() {
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
        let server = ScriptedServer::new([answer(status, &*body)]);
        let error = server.client().call(&users::me()).await.unwrap_err();
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
fn the_header_with_the_token_is_sensitive() {
    let token = Token::new(TOKEN).unwrap();
    let request = users::me()
        .request(&Options::default().services, &token, None)
        .unwrap();
    assert_eq!(request.uri(), "https://api.groupme.com/v3/users/me");
    assert!(request.headers()["x-access-token"].is_sensitive());
    assert!(!format!("{request:?}").contains(TOKEN));
}

#[tokio::test]
async fn debug_output_of_a_network_client_does_not_contain_the_token() {
    let client = Client::new(Token::new(TOKEN).unwrap(), &Options::default()).unwrap();
    assert!(!format!("{client:?}").contains(TOKEN));
}
