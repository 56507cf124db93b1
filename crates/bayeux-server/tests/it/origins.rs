//! Web pages of other origins, on every transport.

use bayeux_server::{AllowAll, Options, Origins, Rules, Server};
use bytes::Bytes;
use http::{Request, Response, StatusCode, request::Parts};
use http_body_util::Full;
use serde_json::json;

use crate::client::UPGRADE;

async fn send(
    server: &Server,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri("/?message=[]")
        .header("host", "push.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server
        .call(
            request
                .body(Full::new(Bytes::from(body.to_owned())))
                .unwrap(),
        )
        .await
}

#[tokio::test]
async fn a_page_that_is_not_listed_is_refused_on_every_transport() {
    let mut options = Options::default();
    options.origins = Origins::Listed(vec!["https://app.example".to_owned()]);
    let server = Server::new(AllowAll, options);
    let batch = json!([]).to_string();
    for (origin, is_allowed) in [
        ("https://app.example", true),
        ("https://push.example", true),
        ("https://evil.example", false),
    ] {
        let origin = [("origin", origin)];
        let upgrade: Vec<_> = UPGRADE.into_iter().chain(origin).collect();
        for (method, headers, body) in [
            ("POST", &origin[..], &*batch),
            ("GET", &upgrade, ""),
            ("GET", &origin, ""),
            ("OPTIONS", &origin, ""),
        ] {
            let response = send(&server, method, headers, body).await;
            let is_refused = response.status() == 403;
            assert_eq!(!is_refused, is_allowed, "{method} {headers:?}");
        }
    }
}

#[tokio::test]
async fn an_allowed_page_may_read_why_its_request_is_refused() {
    let mut options = Options::default();
    options.origins = Origins::Listed(vec!["https://app.example".to_owned()]);
    options.max_payload = 10;
    let server = Server::new(Closed, options);
    for (origin, method, banned, body, status) in [
        ("https://app.example", "POST", "1", "[]", 401),
        ("https://app.example", "POST", "", "[12, 34, 56]", 413),
        ("https://app.example", "PUT", "", "[]", 405),
        ("https://evil.example", "POST", "1", "[]", 403),
    ] {
        let headers = [("origin", origin), ("x-banned", banned)];
        let headers = &headers[..=usize::from(!banned.is_empty())];
        let response = send(&server, method, headers, body).await;
        assert_eq!(response.status().as_u16(), status);
        let allowed = response.headers().get("access-control-allow-origin");
        let allowed = allowed.map(|origin| origin.to_str().unwrap());
        assert_eq!(allowed, (status != 403).then_some(origin));
    }
}

/// Rules that refuse requests with a header.
struct Closed;

impl Rules for Closed {
    async fn admit(&self, request: &Parts) -> Result<(), StatusCode> {
        match request.headers.get("x-banned") {
            Some(_) => Err(StatusCode::UNAUTHORIZED),
            None => Ok(()),
        }
    }
}

#[tokio::test]
async fn an_allowed_page_may_read_the_response() {
    let mut options = Options::default();
    options.origins = Origins::Listed(vec!["https://app.example".to_owned()]);
    let server = Server::new(AllowAll, options);
    let origin = [("origin", "https://app.example")];
    for method in ["POST", "OPTIONS"] {
        let response = send(&server, method, &origin, "[]").await;
        let headers = response.headers();
        assert_eq!(
            headers["access-control-allow-origin"],
            "https://app.example"
        );
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert_eq!(headers["vary"], "Origin");
    }
    let response = send(&server, "POST", &[], "[]").await;
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}
