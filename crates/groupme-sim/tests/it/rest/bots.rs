//! Bots: what they post, and what is posted to them.

use groupme_sim::{BotDraft, Callback, Conversation};
use serde_json::{Value, json};

use super::{assert_empty, body, content, events};
use crate::{peer::VirtualSim, shape::assert_includes};

impl VirtualSim {
    /// Registers a bot with a callback; returns its secret id.
    fn bot(&mut self) -> String {
        self.with_world(|world, cast| {
            let draft = BotDraft::new("hal", Some("http://127.0.0.1:9/hook"));
            world.add_bot(cast.lake, cast.me, draft).unwrap()
        })
    }

    fn callbacks(&mut self) -> Vec<Value> {
        let next = |sim: &mut Self| sim.with_world(|world, _| world.poll_callback());
        core::iter::from_fn(|| next(self))
            .map(|Callback { body, .. }| serde_json::from_str(&body).unwrap())
            .collect()
    }
}

#[test]
fn a_bot_gets_each_message_of_its_group_its_own_included() {
    let mut sim = VirtualSim::new();
    let bot = sim.bot();
    let mara = sim.cast.mara;
    let message = sim.send_message(mara, "hello, hal");
    let [said] = &sim.callbacks()[..] else {
        panic!("expected one callback")
    };
    assert_includes(said, super::fixture!("callback.bot.message"));
    assert_eq!(
        (&said["text"], &said["sender_type"]),
        (&json!("hello, hal"), &json!("user"))
    );
    assert_eq!(said["id"], message.to_string());
    let post = json!({ "bot_id": bot, "text": "hello, Mara" }).to_string();
    // The bot's id authenticates the call: no token is needed.
    assert_empty(&sim.request_as(None, "POST", "/v3/bots/post", &post), 201);
    let [own] = &sim.callbacks()[..] else {
        panic!("expected one callback")
    };
    assert_eq!(
        (&own["name"], &own["sender_type"]),
        (&json!("hal"), &json!("bot"))
    );
    // Messages in other conversations do not reach the bot; a system notice of its group does.
    sim.with_world(|world, cast| world.say(cast.surprise, cast.mara, "shh").unwrap());
    sim.with_world(|world, cast| world.direct_message(cast.mara, cast.me, "psst").unwrap());
    assert_eq!(sim.callbacks(), [Value::Null; 0]);
    sim.with_world(|world, cast| {
        world
            .remove_member(cast.lake, cast.theo, cast.theo)
            .unwrap();
    });
    assert_eq!(sim.callbacks()[0]["sender_type"], "system");
}

#[test]
fn the_message_of_a_bot_is_pushed_and_listed_as_that_of_a_bot() {
    let mut sim = VirtualSim::new();
    let bot = sim.bot();
    let (socket, _) = sim.listen();
    sim.messages(socket);
    let picture = "https://i.groupme.com/1x1.png.0";
    let post = json!({ "bot_id": bot, "text": "look", "picture_url": picture }).to_string();
    sim.request_as(None, "POST", "/v3/bots/post", &post);
    let own = format!("/user/{}", sim.cast.me);
    let pushed = events(&sim.messages(socket), &own);
    assert_eq!(pushed[0]["subject"]["sender_type"], "bot");
    assert_eq!(pushed[0]["subject"]["attachments"][0]["url"], picture);
    let list = content(&sim.get(&sim.lake("/messages?limit=1")), 200);
    assert_eq!(list["messages"][0]["name"], "hal");
    let user = sim.with_world(|world, _| world.user_of_bot(&bot).unwrap());
    assert_eq!(list["messages"][0]["sender_id"], user.to_string());
    // People can react to the message, and the admins of the group can delete it.
    let id = list["messages"][0]["id"].as_str().unwrap();
    let like = format!(
        "/v3/messages/{}/{id}/like",
        Conversation::Group(sim.cast.lake).id()
    );
    assert_empty(&sim.post_rest(&like, ""), 200);
    let delete = format!("/v3/conversations/{}/messages/{id}", sim.cast.lake);
    assert_empty(&sim.request(sim.cast.mara, "DELETE", &delete, ""), 204);
}

#[test]
fn a_bots_call_is_refused_without_its_id_a_text_or_its_owner() {
    let mut sim = VirtualSim::new();
    let bot = sim.bot();
    let mut post = |post: Value| {
        let response = sim.request_as(None, "POST", "/v3/bots/post", &post.to_string());
        (response.status, response.body)
    };
    assert_eq!(post(json!({ "bot_id": "guess", "text": "hi" })).0, 404);
    assert_eq!(post(json!({ "bot_id": bot })).0, 400);
    assert_eq!(
        post(json!({ "bot_id": bot, "text": "x".repeat(1001) })).0,
        400
    );
    let destroy = json!({ "bot_id": bot }).to_string();
    let foreign = sim.request(sim.cast.mara, "POST", "/v3/bots/destroy", &destroy);
    body(&foreign, 404);
    let elsewhere = json!({ "bot": { "name": "x", "group_id": sim.cast.surprise.to_string() } });
    assert_empty(&sim.post_rest("/v3/bots", &elsewhere.to_string()), 404);
}
