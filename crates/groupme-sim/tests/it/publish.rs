//! Publishes of clients: permissions and recipients.

use serde_json::{Value, json};

use crate::peer::{VirtualSim, connect_for};

fn typing(sim: &VirtualSim, client: &str, token: &str) -> Value {
    json!({
        "channel": format!("/group/{}", sim.cast.lake),
        "data": { "type": "typing", "user_id": sim.cast.me.to_string(), "started": 1_785_346_072_997_u64 },
        "clientId": client,
        "id": "7",
        "ext": { "access_token": token },
    })
}

#[test]
fn typing_reaches_everybody_else_and_comes_back_to_the_one_who_types() {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    let (other, _) = sim.listen();
    let token = sim.token();
    let message = typing(&sim, &client, &token);
    sim.send(socket, &json!([message]));

    let event = json!({ "channel": message["channel"], "data": message["data"], "id": "7" });
    let reply = json!({
        "id": "7",
        "clientId": client,
        "channel": message["channel"],
        "successful": true,
    });
    // The echo comes before the reply, which has no data. Neither shows the session or the token.
    let texts = |messages: Vec<Value>| messages.iter().map(Value::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(sim.messages(socket)),
        [event.to_string(), reply.to_string()]
    );
    assert_eq!(texts(sim.messages(other)), [event.to_string()]);
}

#[test]
fn only_typing_and_ping_are_published_and_only_with_the_token() {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    let token = sim.token();
    let group = format!("/group/{}", sim.cast.lake);

    let mut speech = typing(&sim, &client, &token);
    speech["data"] = json!({ "type": "line.create", "subject": {} });
    let mut stranger = typing(&sim, &client, "wrong");
    let mut elsewhere = typing(&sim, &client, &token);
    elsewhere["channel"] = format!("/group/{}", sim.cast.surprise).into();
    for (message, error) in [
        (&mut speech, format!("407:{group}:Failed to publish")),
        (
            &mut stranger,
            "Access token authentication failed".to_owned(),
        ),
        (
            &mut elsewhere,
            "Access token authentication failed".to_owned(),
        ),
    ] {
        sim.send(socket, &json!([message]));
        let reply = sim.answer(socket);
        assert_eq!(reply.as_array().unwrap().len(), 1, "{message}");
        assert_eq!(
            (&reply[0]["successful"], &reply[0]["error"]),
            (&json!(false), &json!(error))
        );
    }
}

#[test]
fn a_session_gets_an_event_once_however_many_of_its_patterns_match() {
    use groupme_sim::{AllowAll, Gateway, GatewayConfig, LaneId, LaneKind, Output};
    let mut gateway = Gateway::new(GatewayConfig::default());
    let now = bayeux_proto::Instant::ORIGIN;
    let mut ask = |number, payload: Value| {
        let lane = LaneId::new(number);
        gateway.handle_open(now, lane, LaneKind::Exchange);
        gateway.handle_payload(now, lane, payload.to_string().as_bytes(), &AllowAll);
        match gateway.poll_output() {
            Some(Output::Respond { body, .. }) => serde_json::from_str::<Value>(&body).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let client = ask(1, json!(crate::peer::handshake("1")))[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let channels = json!(["/foo/bar", "/foo/*", "/foo/**", "/**", "/foo/bar/**"]);
    let mut subscribe = crate::peer::subscribe(&client, "", "");
    subscribe["subscription"] = channels;
    ask(2, subscribe);
    ask(3, json!({ "channel": "/foo/bar", "data": null, "id": "p" }));
    ask(
        4,
        json!({ "channel": "/foo/baz/qux", "data": 0, "id": "q" }),
    );
    ask(5, json!({ "channel": "/foo", "data": "", "id": "r" }));
    let answer = ask(6, connect_for(&client, "2", 0));
    let ids: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["id"])
        .collect();
    assert_eq!(ids, ["2", "p", "q", "r"]);
}
