//! Control API over HTTP.

use core::time::Duration;

use groupme_sim::{ControlAccess, Sim};
use serde_json::{Value, json};

use super::{
    client::{Http, Socket, sim},
    schema::{mistakes, operation},
};

/// Asks the control API; returns status and body.
pub(crate) async fn ask(http: &mut Http, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let path = format!("/sim/v1{path}");
    let text = if *body == json!({}) {
        String::new()
    } else {
        body.to_string()
    };
    let response = http.request(method, &path, &[], &text).await;
    let body = serde_json::from_str(&response.body);
    (
        response.status,
        body.unwrap_or_else(|_| panic!("{response:?}")),
    )
}

/// Client of the control API whose requests succeed. Each answer has the form that the `OpenAPI`
/// document gives it.
pub(crate) struct Controller {
    http: Http,
    document: Value,
}

impl Controller {
    pub(crate) async fn new(sim: &Sim) -> Self {
        let mut http = Http::open(sim).await;
        let (_, document) = ask(&mut http, "GET", "/openapi.json", &json!({})).await;
        Self { http, document }
    }

    fn check(&self, method: &str, path: &str, status: u16, answer: &Value) {
        let responses = &operation(&self.document, method, path)["responses"];
        let response = if (200..300).contains(&status) {
            &responses[status.to_string()]
        } else {
            &responses["default"]
        };
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path}: no form of {status}");
        let found = mistakes(&self.document, schema, answer, "");
        assert!(found.is_empty(), "{method} {path}: {found:#?}");
    }

    pub(crate) async fn ok(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = ask(&mut self.http, method, path, &body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        self.check(method, path, status, &answer);
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Value {
        self.ok("GET", path, json!({})).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Value {
        self.ok("POST", path, body).await
    }

    pub(crate) async fn error(&mut self, method: &str, path: &str, body: Value) -> (u16, String) {
        let (status, answer) = ask(&mut self.http, method, path, &body).await;
        (
            status,
            answer["error"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

#[tokio::test]
async fn people_groups_and_topics_are_made_and_talk() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let mut control = Controller::new(&sim).await;
    let ada = control
        .post("/users", json!({ "name": "Ada", "token": "ada" }))
        .await;
    assert_eq!(ada["token"], "ada");
    let chess = json!({ "name": "Chess", "owner": "Ada", "members": ["Robin"] });
    let chess = control.post("/groups", chess).await;
    let topic = format!("/groups/{}/topics", chess["id"].as_str().unwrap());
    let topic = control
        .post(&topic, json!({ "name": "Openings", "as": "Ada" }))
        .await;
    assert_eq!(topic["parent_id"], chess["id"]);
    let said = json!({ "conversation": "Chess", "as": "Ada", "text": "e4" });
    let said = control.post("/messages", said).await;
    let pushed = async |socket: &mut Socket, kind: &str| loop {
        let message = socket.message().await;
        let data = &message["data"];
        if data["type"] == kind && data["subject"]["event"].is_null() {
            break data.clone();
        }
    };
    assert_eq!(
        pushed(&mut socket, "line.create").await["subject"]["id"],
        said["id"]
    );
    let answer = json!({ "conversation": "Chess", "as": "Robin", "text": "e5",
        "reply_to": said["id"] });
    let answer = control.post("/messages", answer).await;
    assert_eq!(answer["attachments"][0]["reply_id"], said["id"]);
    let one = format!("/messages/{}", said["id"].as_str().unwrap());
    control.ok("PUT", &one, json!({ "text": "d4" })).await;
    control
        .post(
            &format!("{one}/reactions"),
            json!({ "as": "Robin", "code": "👀" }),
        )
        .await;
    control
        .post(&format!("{one}/pin"), json!({ "as": "Ada" }))
        .await;
    let shown = control.get(&one).await;
    assert_eq!(
        (&shown["text"], &shown["reactions"][0]["code"]),
        (&json!("d4"), &json!("👀"))
    );
    assert!(shown["pinned_at"].is_number());
    control
        .ok("DELETE", &format!("{one}/reactions?as=Robin"), json!({}))
        .await;
    control
        .ok("DELETE", &format!("{one}/pin?as=Ada"), json!({}))
        .await;
    control.ok("DELETE", &one, json!({})).await;
    assert!(control.get(&one).await["deleted_at"].is_number());
    let direct = json!({ "to": "Robin", "as": "Ada", "text": "psst" });
    let direct = control.post("/messages", direct).await;
    let chat = direct["conversation"].as_str().unwrap().to_owned();
    control
        .post("/typing", json!({ "conversation": chat, "as": "Ada" }))
        .await;
    control
        .post("/read", json!({ "as": "Robin", "from": "Ada" }))
        .await;
    let list = control
        .get(&format!("/conversations/{chat}/messages?as=Ada"))
        .await;
    assert_eq!(list["messages"][0]["text"], "psst");
    let all = control.get("/conversations").await;
    let named = |name: &str| {
        let mut all = all["conversations"].as_array().unwrap().iter();
        all.any(|conversation| conversation["name"] == name)
    };
    assert!(
        named("Chess") && named("Openings") && named("Robin and Ada") || named("Ada and Robin")
    );
}

#[tokio::test]
async fn a_mistake_is_named() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let (status, error) = control
        .error("POST", "/messages", json!({ "from": "Mara" }))
        .await;
    assert_eq!(status, 400);
    assert!(
        error.starts_with("the body has no `from`, only: as, conversation"),
        "{error}"
    );
    for (method, path, body, expected) in [
        (
            "POST",
            "/users",
            json!({ "name": 7 }),
            (400, "`name` must be of the type string"),
        ),
        (
            "POST",
            "/users",
            json!({}),
            (400, "`name` is missing: Name of the user."),
        ),
        (
            "GET",
            "/nowhere",
            json!({}),
            (404, "no such path: GET /sim/v1/openapi.json lists all"),
        ),
        ("PUT", "/users", json!({}), (405, "use the method POST")),
        (
            "POST",
            "/messages",
            json!({ "as": "Nobody", "conversation": "Lake weekend", "text": "x" }),
            (404, "there is no user `Nobody`"),
        ),
        (
            "POST",
            "/messages",
            json!({ "as": "Robin", "conversation": "Surprise for Jonas", "text": "x" }),
            (409, ""),
        ),
        (
            "POST",
            "/clock",
            json!({ "by_ms": -1 }),
            (400, "`by_ms` must be of the type integer"),
        ),
        ("PUT", "/faults", json!({ "drop": "2/1" }), (400, "")),
        ("POST", "/wait", json!({}), (400, "name one condition")),
        (
            "POST",
            "/wait",
            json!({ "reply": { "to": "1", "by": "Robin" } }),
            (400, "`reply` has no `by`, only: to, as"),
        ),
    ] {
        let (status, error) = control.error(method, path, body).await;
        assert_eq!(status, expected.0, "{path}: {error}");
        assert!(error.starts_with(expected.1), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_wait_returns_what_it_found_or_says_what_it_waited_for() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let listening = json!({ "subscribed": {}, "timeout_ms": 20 });
    let (status, error) = control.error("POST", "/wait", listening).await;
    let own = format!("/user/{}", sim.user_id());
    assert_eq!(status, 504);
    assert_eq!(
        error,
        format!("waited 20ms for 1 subscription(s) to {own}; 0 of 0 sessions are subscribed")
    );
    let mut socket = Socket::open(&sim).await;
    let mut second = Controller::new(&sim).await;
    let (found, _) = tokio::join!(
        control.post("/wait", json!({ "subscribed": { "user": "Robin" } })),
        socket.listen(&sim)
    );
    assert_eq!(found["channel"], own);
    let question = json!({ "conversation": "Lake weekend", "as": "Mara", "text": "?" });
    let question = control.post("/messages", question).await["id"].clone();
    let answer = json!({ "conversation": "Lake weekend", "as": "Robin", "text": "!" });
    let (found, _) = tokio::join!(
        control.post(
            "/wait",
            json!({ "reply": { "to": question, "as": "Robin" } })
        ),
        second.post("/messages", answer)
    );
    assert_eq!(found["text"], "!");
    let path = format!("/messages/{}/reactions", question.as_str().unwrap());
    control
        .post(&path, json!({ "as": "Theo", "code": "👍" }))
        .await;
    let reaction = json!({ "reaction": { "message": question, "as": "Theo", "code": "👍" } });
    assert_eq!(control.post("/wait", reaction).await["reactions"], 1);
    let typing = json!({ "channel": format!("/group/{}", sim.cast().lake),
        "data": { "type": "typing", "user_id": sim.user_id() }, "id": "t",
        "clientId": sim.sessions()[0], "ext": { "access_token": sim.token() } });
    socket.send(&json!([typing])).await;
    let awaited = json!({ "typing": { "conversation": "Lake weekend", "as": "Robin" } });
    assert_eq!(
        control.post("/wait", awaited).await["user_id"],
        sim.user_id()
    );
}

#[tokio::test]
async fn the_journal_hides_share_tokens() {
    let sim = sim().await;
    let mut rest = Http::open(&sim).await;
    let path = format!("/v3/groups/{}/join/SECRET", sim.cast().lake);
    rest.request("POST", &path, &[], "").await;
    let page = Controller::new(&sim).await.get("/journal").await;
    assert!(!page.to_string().contains("SECRET"), "{page}");
    let shown = format!("/v3/groups/{}/join/…", sim.cast().lake);
    assert_eq!(page["entries"][0]["path"], shown);
}

#[tokio::test]
async fn the_journal_records_everything_but_the_secrets() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    let query = format!("/v3/users/me?token={}", sim.token());
    let mut rest = Http::open(&sim).await;
    rest.request("GET", &query, &[], "").await;
    control
        .post(
            "/messages",
            json!({ "conversation": "Lake weekend", "as": "Mara", "text": "hi" }),
        )
        .await;
    socket.message().await;
    sim.apply(groupme_sim::Incident::LoseSessions);
    socket
        .send(&json!([super::super::peer::connect(&client, "x")]))
        .await;
    socket.message().await;
    let page = control.get("/journal").await;
    let text = page.to_string();
    assert!(
        !text.contains(sim.token()) && !text.contains(&client),
        "{text}"
    );
    let kinds = |kind: &str| {
        let entries = page["entries"].as_array().unwrap().iter();
        entries
            .filter(|entry| entry["kind"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("opened")[0]["transport"], "websocket");
    assert_eq!(kinds("request")[0]["query"], "token=…");
    assert_eq!(kinds("push")[0]["data"]["subject"]["text"], "hi");
    assert_eq!(kinds("control")[0]["path"], "/messages");
    assert_eq!(kinds("fault")[0]["text"], "LoseSessions");
    assert!(kinds("received").len() > 2 && kinds("sent").len() > 2);
    let last = page["last"].as_u64().unwrap();
    let waiting = format!("/journal?after={last}&wait_ms=10000&kinds=push");
    let mut second = Controller::new(&sim).await;
    let said = json!({ "conversation": "Lake weekend", "as": "Mara", "text": "more" });
    let (page, _) = tokio::join!(control.get(&waiting), second.post("/messages", said));
    assert_eq!(page["entries"][0]["data"]["subject"]["text"], "more");
    let none = format!("/journal?after={}", page["last"]);
    let none = format!("{none}&kinds=callback");
    assert_eq!(control.get(&none).await["entries"], json!([]));
}

#[tokio::test]
async fn the_document_describes_every_request() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let document = control.get("/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            assert!(
                operation["summary"].as_str().unwrap().ends_with('.'),
                "{path}"
            );
            let target = path.replace(['{', '}'], "");
            let method = method.to_uppercase();
            let (status, error) = control.error(&method, &target, json!({})).await;
            let is_known = status != 405 && !error.starts_with("no such path");
            assert!(is_known, "{method} {path}: {status} {error}");
            let responses = operation["responses"].as_object().unwrap();
            assert_eq!(responses.len(), 2, "{method} {path}");
            for (status, response) in responses {
                let schema = &response["content"]["application/json"]["schema"];
                assert!(schema.is_object(), "{method} {path}: {status}");
            }
        }
    }
    assert!(operations > 25, "{operations}");
    let wait = &document["paths"]["/wait"]["post"]["requestBody"]["content"];
    let reply = &wait["application/json"]["schema"]["properties"]["reply"];
    assert_eq!(reply["required"], json!(["to"]));
}

#[tokio::test]
async fn pages_of_others_and_forbidden_clients_are_refused() {
    let sim = Sim::builder().any_host(true).start().await.unwrap();
    let mut http = Http::open(&sim).await;
    let from = async |http: &mut Http, origin: &str| {
        let headers = [("Origin", origin)];
        http.request("GET", "/sim/v1/", &headers, "").await.status
    };
    assert_eq!(from(&mut http, "http://evil.example").await, 403);
    assert_eq!(from(&mut http, "http://localhost:3000").await, 200);
    let closed = Sim::builder()
        .control(ControlAccess::Off)
        .start()
        .await
        .unwrap();
    let mut http = Http::open(&closed).await;
    assert_eq!(from(&mut http, "http://localhost").await, 403);
    let open = Sim::builder()
        .any_host(true)
        .control(ControlAccess::Anybody);
    let open = open.start().await.unwrap();
    let mut http = Http::open(&open).await;
    assert_eq!(from(&mut http, "http://evil.example").await, 200);
}

#[tokio::test]
async fn a_wait_of_a_test_ends_with_words() {
    let sim = Sim::builder()
        .wait_timeout(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let message = sim.say("ping").unwrap();
    let error = sim.until_reply(message).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "waited 20ms for a reply of user {} to message {message}; the latest message is \
             \"ping\" by user {}",
            sim.user_id(),
            sim.cast().mara
        )
    );
    let error = sim.until_listening().await.unwrap_err();
    assert!(
        error.to_string().ends_with("no client is connected"),
        "{error}"
    );
    assert_eq!(
        sim.until("a name", |world| world
            .name(sim.cast().me)
            .map(str::to_owned))
            .await
            .unwrap(),
        "Robin"
    );
    assert!(sim.until("nothing", |_| None::<()>).await.is_err());
    assert_eq!(
        sim.until_message("ping", |found| found.text() == Some("ping"))
            .await,
        Ok(message)
    );
    assert!(sim.until_rest_requests(1).await.is_err());
    assert!(sim.until_unsubscribed("/user/1").await.is_ok());
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let page = http.request("GET", "/", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(
        page.headers
            .contains("content-security-policy: default-src 'none';")
    );
    let files = page
        .body
        .split('"')
        .filter(|part| part.starts_with("/sim/page/"));
    let mut files: Vec<String> = files.map(str::to_owned).collect();
    assert_eq!(files.len(), 2);
    while let Some(path) = files.pop() {
        let file = http.request("GET", &path, &[], "").await;
        assert_eq!(file.status, 200, "{path}");
        assert!(
            !file.body.contains("http://") && !file.body.contains("https://"),
            "{path}"
        );
        let imports = file.body.split("from './").skip(1);
        files.extend(imports.map(|rest| format!("/sim/page/{}", rest.split('\'').next().unwrap())));
    }
    let foreign = [("Origin", "http://evil.example")];
    assert_eq!(http.request("GET", "/", &foreign, "").await.status, 403);
}
