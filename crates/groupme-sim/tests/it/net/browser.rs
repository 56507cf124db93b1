//! HTTP as recorded between Faye and browsers, old ones included.

use groupme_sim::Sim;
use serde_json::json;

use super::client::{Http, Response, sim};
use crate::peer::{connect_for, handshake};

const FORM: [(&str, &str); 1] = [("Content-Type", "application/x-www-form-urlencoded")];

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    text.bytes().map(encode).collect()
}

#[track_caller]
fn assert_header(response: &Response, header: &str) {
    let headers = &response.headers;
    assert!(headers.contains(header), "{header} in {headers}");
}

#[tokio::test]
async fn a_body_that_is_not_bayeux_is_a_bad_request_and_changes_nothing() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    for body in ["", "1", "\"x\"", "[{\"channel\"", "true"] {
        let response = http.request("POST", "/faye", &[], body).await;
        assert_eq!((response.status, &*response.body), (400, "Bad request"));
        assert_header(&response, "content-type: text/plain; charset=utf-8");
    }
    let greeting = json!([handshake("1")]).to_string();
    for method in ["PUT", "DELETE", "PATCH"] {
        let response = http.request(method, "/faye", &[], &greeting).await;
        assert_eq!((response.status, &*response.body), (400, "Bad request"));
    }
    assert_eq!(http.ask(&json!([])).await, json!([]));
    assert_eq!(sim.sessions(), [""; 0]);
}

#[tokio::test]
async fn a_single_message_an_empty_array_and_null_are_bayeux() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let answer = http.ask(&handshake("1")).await;
    assert_eq!(answer[0]["successful"], true);
    assert_eq!(http.ask(&json!([])).await, json!([]));
    assert_eq!(http.ask(&json!(null)).await, json!([]));
}

#[tokio::test]
async fn a_batch_may_come_in_a_form() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let form = format!("message={}", encoded(&json!([handshake("1")]).to_string()));
    let response = http.request("POST", "/faye", &FORM, &form).await;
    assert_eq!(response.status, 200);
    assert_header(&response, "content-type: application/json; charset=utf-8");
    let answer: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(answer[0]["successful"], true);
    let response = http.request("POST", "/faye", &FORM, "other=1").await;
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn a_batch_in_a_query_is_answered_by_a_script() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let client = http.ask(&json!([handshake("1")])).await[0]["clientId"].clone();
    let message = json!([connect_for(client.as_str().unwrap(), "2", 0)]).to_string();
    let path = format!("/faye?message={}&jsonp=cb_1", encoded(&message));
    let response = http.request("GET", &path, &[], "").await;
    assert_eq!(response.status, 200);
    assert_header(&response, "content-type: text/javascript; charset=utf-8");
    assert_header(&response, "content-disposition: attachment; filename=f.txt");
    assert_header(&response, "x-content-type-options: nosniff");
    assert_header(&response, "cache-control: no-cache, no-store");
    let script = response.body;
    let begins = script.starts_with(r#"/**/cb_1([{"id":"2","#);
    assert!(begins && script.ends_with("]);"), "{script}");
}

#[tokio::test]
async fn a_callback_that_is_a_program_and_a_get_without_a_message_are_bad_requests() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    for path in [
        "/faye?message=%5b%5d&jsonp=alert%281%29",
        "/faye",
        "/faye?jsonp=cb",
    ] {
        let response = http.request("GET", path, &[], "").await;
        assert_eq!(
            (response.status, &*response.body),
            (400, "Bad request"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_as_recorded() {
    let sim = Sim::builder().any_host(true).start().await.unwrap();
    let mut http = Http::open(&sim).await;
    let origin = [("Origin", "http://a.example")];
    let response = http.request("OPTIONS", "/faye", &origin, "").await;
    assert_eq!((response.status, &*response.body), (200, ""));
    for header in [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: accept, authorization, content-type, pragma, x-requested-with",
        "access-control-allow-methods: post, get",
        "access-control-allow-origin: http://a.example",
        "access-control-max-age: 86400",
    ] {
        assert_header(&response, header);
    }
    let response = http.request("POST", "/faye", &origin, "[]").await;
    assert_header(&response, "access-control-allow-origin: http://a.example");
    assert_header(&response, "access-control-allow-credentials: true");
    let response = http.request("POST", "/faye", &[], "[]").await;
    assert!(
        !response.headers.contains("access-control"),
        "{}",
        response.headers
    );
}
