//! Waiting for conditions, and actions of a member.

use core::time::Duration;

use groupme_sim::{Conversation, MessageView, SimMessageId, WorldError};
use serde_json::json;

use super::client::{Http, Socket, sim};

#[tokio::test]
async fn an_earlier_message_ends_the_wait_at_once() {
    let sim = sim().await;
    let first = sim.say("one").unwrap();
    let second = sim.say("two").unwrap();
    let found = sim
        .until_message("the first", |message| message.text() == Some("one"))
        .await
        .unwrap();
    assert_eq!(found, first);
    // Of several messages the latest is returned.
    let latest = sim.until_message("any message", |_| true);
    assert_eq!(latest.await.unwrap(), second);
    let me = sim.cast().me;
    let answer = sim.with_world(|world| world.say(sim.cast().lake, me, "three").unwrap());
    sim.with_world(|world| world.say(sim.cast().lake, me, "four").unwrap());
    assert_eq!(sim.until_reply(first).await.unwrap(), "three");
    assert_eq!(sim.until_reply(answer).await.unwrap(), "four");
}

#[tokio::test]
async fn replies_are_the_users_own_later_messages() {
    let sim = sim().await;
    let cast = *sim.cast();
    let asked = sim.say("anybody?").unwrap();
    assert!(sim.replies(asked).is_empty());
    sim.say_as(cast.jonas, "not I").unwrap();
    sim.say_as(cast.me, "I").unwrap();
    let last = sim
        .with_world(|world| world.direct_message(cast.me, cast.mara, "and here"))
        .unwrap();
    assert_eq!(sim.replies(asked), ["I", "and here"]);
    assert!(sim.replies(last).is_empty());
    let outside = sim.with_world(|world| world.add_user("Outside"));
    assert!(sim.say_as(outside, "let me in").is_err());
}

#[cfg(feature = "model")]
#[tokio::test]
async fn ids_are_those_of_the_model() {
    use groupme_model::{ConversationId, GroupId, MessageId, UserId};

    let sim = sim().await;
    let cast = *sim.cast();
    let said = sim.say("hello").unwrap();
    assert_eq!(UserId::from(cast.me), *sim.user_id());
    assert_eq!(GroupId::from(cast.lake), cast.lake.to_string().as_str());
    assert_eq!(
        ConversationId::from(cast.lake),
        cast.lake.to_string().as_str()
    );
    assert_eq!(MessageId::from(said), said.to_string().as_str());
    let (message, me) = (MessageId::from(said), UserId::from(cast.me));
    assert!(said == message && message.as_view() == said);
    assert!(message == said);
    assert!(cast.me == me && me != cast.mara && me.as_view() == cast.me);
    assert!(GroupId::from(cast.lake).as_view() == cast.lake);
    let direct = Conversation::direct(cast.me, cast.mara);
    assert_eq!(ConversationId::from(direct), direct.id().as_str());
}

#[tokio::test]
async fn a_later_message_ends_the_wait() {
    let sim = sim().await;
    let question = sim.say("ping").unwrap();
    let bot = async {
        let mut http = Http::open(&sim).await;
        let token = [("X-Access-Token", sim.token())];
        let path = format!("/v3/groups/{}/messages", sim.cast().lake);
        let message = json!({ "message": { "source_guid": "g", "text": "pong" } }).to_string();
        http.request("POST", &path, &token, &message).await
    };
    let asked = sim.rest_requests();
    let (answer, came, sent) = tokio::join!(
        sim.until_reply(question),
        sim.until_rest_requests(asked + 1),
        bot
    );
    came.unwrap();
    assert_eq!((answer.as_deref(), sent.status), (Ok("pong"), 201));
}

#[tokio::test]
async fn anything_in_the_world_can_be_waited_for() {
    let sim = sim().await;
    let message = sim.say("look").unwrap();
    let me = sim.cast().me;
    let liked = sim.until("a reaction", |world| {
        world.message(message)?.reaction_of(me).map(str::to_owned)
    });
    let liking = async { sim.with_world(|world| world.react(message, me, "👀").unwrap()) };
    let (code, ()) = tokio::join!(liked, liking);
    assert_eq!(code.as_deref(), Ok("👀"));
}

#[tokio::test]
async fn a_member_posts_edits_reacts_types_and_deletes() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let own = format!("/user/{}", sim.user_id());
    sim.until_listening().await.unwrap();
    sim.until_subscribers(&own, 1).await.unwrap();
    let message = sim.say("helo").unwrap();
    sim.edit(message, "hello").unwrap();
    sim.react(message, "❤️").unwrap();
    sim.start_typing().unwrap();
    sim.with_world(|world| {
        let view = world.message(message).unwrap();
        assert_eq!((view.text(), view.is_edited()), (Some("hello"), true));
        assert_eq!(view.reaction_of(sim.cast().mara), Some("❤️"));
        assert_eq!(view.conversation(), Conversation::Group(sim.cast().lake));
        assert!(!view.is_deleted() && !view.is_pinned());
        assert_eq!(
            (view.attachments(), view.source_guid().len()),
            ("[]".to_owned(), 32)
        );
    });
    sim.delete(message).unwrap();
    let direct = sim.direct_message("psst").unwrap();
    let mut kinds = Vec::new();
    while kinds
        .last()
        .is_none_or(|kind| kind != "direct_message.create")
    {
        let event = socket.message().await;
        kinds.push(event["data"]["type"].as_str().unwrap().to_owned());
    }
    let expected = [
        "line.create",
        "message.update",
        "line.create",
        "favorite",
        "typing",
        "message.deleted",
        "line.create",
        "direct_message.create",
    ];
    assert_eq!(kinds, expected);
    sim.with_world(|world| {
        assert!(world.message(message).unwrap().is_deleted());
        let direct = world.message(direct).unwrap();
        assert_eq!(format!("{direct:?}").matches("psst").count(), 1);
        let texts: Vec<_> = world
            .messages(direct.conversation())
            .map(MessageView::text)
            .collect();
        assert_eq!(texts, [Some("psst")]);
        assert!(world.latest_message() >= direct.id());
        assert!(world.message(SimMessageId::new(7)).is_none());
    });
}

#[tokio::test]
async fn an_edit_is_too_late_after_the_clock_was_advanced() {
    let sim = sim().await;
    let message = sim.say("typo").unwrap();
    sim.advance(Duration::from_mins(15));
    sim.edit(message, "fixed").unwrap();
    sim.advance(Duration::from_secs(2));
    let error = sim.edit(message, "better").unwrap_err();
    assert!(matches!(error, WorldError::TooLate(id) if id == message));
}
