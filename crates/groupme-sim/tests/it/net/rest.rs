//! REST API over HTTP.

use core::time::Duration;

use groupme_sim::{RestConfig, Sim};
use serde_json::{Value, json};

use super::client::{Http, Socket, sim};

async fn get(sim: &Sim, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let response = Http::open(sim)
        .await
        .request("GET", path, headers, "")
        .await;
    (
        response.status,
        serde_json::from_str(&response.body).unwrap(),
    )
}

#[tokio::test]
async fn the_token_opens_the_profile() {
    let sim = sim().await;
    assert!(sim.api_url().ends_with("/v3"));
    let token = [("X-Access-Token", sim.token())];
    let query = format!("/v3/users/me?token={}", sim.token());
    for (path, headers) in [("/v3/users/me", &token[..]), (&*query, &[])] {
        let (status, body) = get(&sim, path, headers).await;
        assert_eq!((status, &body["meta"]["code"]), (200, &200.into()));
        assert_eq!(body["response"]["id"], sim.user_id());
        assert_eq!(body["response"]["name"], "Robin");
    }
}

#[tokio::test]
async fn other_tokens_and_other_paths_get_an_envelope_with_an_error() {
    let sim = Sim::builder().token("mine").start().await.unwrap();
    assert_eq!(sim.token(), "mine");
    for headers in [&[][..], &[("X-Access-Token", "wrong")]] {
        let (status, body) = get(&sim, "/v3/users/me", headers).await;
        assert_eq!(
            (status, &body["meta"]["errors"][0]),
            (401, &"unauthorized".into())
        );
    }
    let (status, body) = get(&sim, "/v3/nowhere", &[("X-Access-Token", "mine")]).await;
    assert_eq!((status, &body["meta"]["code"]), (404, &404.into()));
    let elsewhere = Http::open(&sim)
        .await
        .request("GET", "/elsewhere", &[], "")
        .await;
    assert_eq!((elsewhere.status, &*elsewhere.body), (404, "Not Found"));
}

#[tokio::test]
async fn a_message_sent_over_rest_arrives_over_the_socket() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let token = [("X-Access-Token", sim.token())];
    let mut http = Http::open(&sim).await;
    let path = format!("/v3/groups/{}/messages", sim.cast().lake);
    let message = json!({ "message": { "source_guid": "g", "text": "héllo" } }).to_string();
    let sent = http.request("POST", &path, &token, &message).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let sent: Value = serde_json::from_str(&sent.body).unwrap();
    let id = sent["response"]["message"]["id"].as_str().unwrap();
    assert_eq!(socket.message().await["data"]["subject"]["id"], id);

    // Every version is served over the same connection, which responses without a body leave
    // intact.
    let none = format!("{path}?after_id={id}");
    let none = http.request("GET", &none, &token, "").await;
    assert_eq!((none.status, &*none.body), (304, ""));
    let one = format!("/v4/groups/{}/messages/{id}", sim.cast().lake);
    assert_eq!(http.request("GET", &one, &token, "").await.status, 200);
    let read =
        json!({ "read_receipt": { "chat_id": sim.cast().lake.to_string(), "message_id": id } });
    for path in ["/read_receipts", "/v2/read_receipts"] {
        let read = http.request("POST", path, &token, &read.to_string()).await;
        assert_eq!(read.status, 200, "{read:?}");
    }
    let gone = format!("/v3/conversations/{}/messages/{id}", sim.cast().lake);
    let gone = http.request("DELETE", &gone, &token, "").await;
    assert_eq!((gone.status, &*gone.body), (204, ""));
    assert!(
        gone.headers
            .contains("cache-control: must-revalidate, private, max-age=0")
    );
    let foreign = format!("/v3/groups/{}", sim.cast().surprise);
    let foreign = http.request("GET", &foreign, &token, "").await;
    assert_eq!((foreign.status, &*foreign.body), (404, ""));
    assert_eq!(sim.rest_requests(), 7);
}

#[tokio::test]
async fn the_push_comes_before_an_answer_that_takes_its_time() {
    let mut config = RestConfig::default();
    config.response_delay = Duration::from_millis(30);
    let sim = Sim::builder()
        .ping_interval(None)
        .rest(config)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let mut http = Http::open(&sim).await;
    let path = format!("/v3/groups/{}/messages", sim.cast().lake);
    let message = json!({ "message": { "source_guid": "g", "text": "quick" } }).to_string();
    let token = [("X-Access-Token", sim.token())];
    let began = tokio::time::Instant::now();
    let sent = async {
        http.request("POST", &path, &token, &message).await;
        tokio::time::Instant::now()
    };
    let (sent, pushed) = tokio::join!(sent, socket.message());
    assert_eq!(pushed["data"]["subject"]["text"], "quick");
    assert!(sent - began >= Duration::from_millis(30));
}

#[tokio::test]
async fn an_outage_can_begin_and_end() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let token = [("X-Access-Token", sim.token())];
    for (outage, expected) in [(Some(503), 503), (Some(7), 500), (None, 200)] {
        sim.configure_rest(|config| config.outage = outage);
        let answer = http.request("GET", "/v3/users/me", &token, "").await;
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn an_uploaded_page_is_sandboxed_in_a_browser() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let headers = [
        ("X-Access-Token", sim.token()),
        ("Content-Type", "text/html"),
    ];
    let files = format!("/file/v1/{}/files", sim.cast().lake);
    let upload = format!("{files}?name=a.html");
    let page = "<script>alert(1)</script>";
    let upload = http.request("POST", &upload, &headers, page).await;
    let upload: Value = serde_json::from_str(&upload.body).unwrap();
    let status = upload["status_url"].as_str().unwrap();
    let status = status.strip_prefix("http://localhost").unwrap();
    let status = http.request("GET", status, &headers, "").await;
    let status: Value = serde_json::from_str(&status.body).unwrap();
    let id = status["file_id"].as_str().unwrap();
    let file = format!("{files}/{id}?access_token={}", sim.token());
    let file = http.request("GET", &file, &[], "").await;
    assert_eq!((file.status, &*file.body), (200, page));
    for header in [
        "content-type: text/html",
        "x-content-type-options: nosniff",
        "content-security-policy: sandbox",
    ] {
        assert!(file.headers.contains(header), "{header}: {file:?}");
    }
}
