//! Scripts played in real time.

use core::time::Duration;

use groupme_sim::{Conversation, Script, WorldError};

use super::client::{Socket, sim};

/// Interval short enough for a story to take no noticeable time.
const HURRY: Duration = Duration::from_millis(2);

#[tokio::test]
async fn a_client_sees_the_story_to_its_end() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let channel = Conversation::Group(cast.lake).channel();
    sim.until_subscribed(&channel).await.unwrap();
    let playback = sim.play(cast.story(), HURRY);
    loop {
        let message = socket.message().await;
        if message["data"]["subject"]["text"] == "Eight o'clock at the station, then." {
            break;
        }
    }
    playback.finished().await.unwrap();
    assert!(!sim.group_ids().contains(&cast.surprise.to_string()));
}

#[tokio::test]
async fn an_endless_story_begins_again() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let playback = sim.play_repeatedly(sim.cast().story(), HURRY);
    let mut memberships = 0;
    while memberships < 3 {
        memberships += u32::from(socket.message().await["data"]["type"] == "membership.create");
    }
    drop(playback);
}

#[tokio::test]
async fn a_script_that_fails_reports_its_error() {
    let sim = sim().await;
    let script = Script::new().step(|world, saved| world.delete(saved.get("nothing")?));
    let error = sim.play(script, HURRY).finished().await.unwrap_err();
    assert!(matches!(error, WorldError::NotSaved("nothing")));
}

#[tokio::test]
async fn group_ids_and_direct_message_ids_are_listed() {
    let sim = sim().await;
    let cast = sim.cast();
    assert_eq!(sim.group_ids(), [cast.lake.to_string()]);
    assert_eq!(sim.direct_message_ids(), [cast.mara.to_string()]);
}

#[tokio::test]
async fn a_subscription_can_be_waited_for_and_its_end() {
    let sim = sim().await;
    let own = format!("/user/{}", sim.user_id());
    let mut socket = Socket::open(&sim).await;
    let (came, client) = tokio::join!(sim.until_subscribed(&own), socket.listen(&sim));
    came.unwrap();
    let (ended, known) = tokio::join!(sim.until_unsubscribed(&own), async {
        sim.destroy_session(&client)
    });
    ended.unwrap();
    assert!(known);
}
