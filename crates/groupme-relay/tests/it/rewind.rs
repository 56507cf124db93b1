//! Accounts that cannot be run, and accounts that are taken back.

use core::time::Duration;

use groupme_relay::{
    AccountName, Action, Broker as _, Content, NodeId, NodeSettings, RewindError, State, Word,
    Writer, rewind,
};
use tokio::time::sleep;

use crate::scene::{Scene, bodies, claims};

const OPERATOR: u64 = 99;

impl Scene {
    /// Lets people say some messages, and waits until they are appended.
    async fn say(&self, messages: u64) {
        let before = bodies(&self.broker.log(&self.account)).len();
        for _ in 0..messages {
            self.town.say(&self.account, 1);
        }
        let wanted = before + usize::try_from(messages).unwrap();
        self.until(|log| bodies(log).len() >= wanted).await;
    }

    async fn rewind(&self, to: Option<u64>) -> Result<u64, RewindError> {
        let node = NodeId::new(OPERATOR);
        rewind(&self.broker.connect(), &node, &self.account, to).await
    }

    /// Appends a content under a claim of its own.
    async fn append(&self, content: Content) {
        let mut writer = Writer::new(self.account.clone(), &NodeId::new(7), 1);
        let mut content = Some(content);
        loop {
            match writer.poll(Duration::ZERO, self.broker.connection()) {
                Some(Action::Append { entry, after }) => {
                    let answer = self.broker.append(&entry, after).await;
                    writer.handle_appended(Duration::ZERO, answer);
                }
                Some(Action::Last) => {
                    let last = self.broker.last(&self.account).await;
                    writer.handle_last(Duration::ZERO, last);
                }
                _ => {
                    assert_eq!(writer.state(), State::Idle);
                    match content.take() {
                        Some(content) => writer.offer(content, None),
                        None => return,
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn events_after_the_sequence_are_appended_again_under_the_same_names() {
    let scene = Scene::new().await;
    let _node = scene.start(1);
    scene.until_claimed(1).await;
    scene.say(4).await;
    let log = scene.broker.log(&scene.account);
    let second = log.iter().filter(|entry| entry.event.is_some()).nth(1);
    let to = second.unwrap().sequence;
    assert_eq!(scene.rewind(Some(to)).await.unwrap(), to);
    // The node that held the account lets go of it when it notices, and goes on from the earlier state.
    scene.town.say(&scene.account, 1);
    let log = scene.until(|log| bodies(log).len() >= 7).await;
    let expected = ["1/1", "1/2", "1/3", "1/4", "1/3", "1/4", "1/5"];
    assert_eq!(bodies(&log), expected);
    assert!(log.iter().any(|entry| entry.is(Word::Rewound)));
    let names = |body: &str| {
        let events = log.iter().filter(|entry| entry.body == body.as_bytes());
        events.map(|entry| entry.event.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("1/3")[0], names("1/3")[1]);
    let places = log.iter().filter(|entry| !entry.is(Word::Snapshot));
    assert!(places.zip(1..).all(|(entry, place)| entry.place == place));
}

#[tokio::test(start_paused = true)]
async fn without_a_sequence_the_snapshot_before_the_newest_counts() {
    let scene = Scene::new().await;
    let mut settings = NodeSettings::default();
    settings.snapshot_every = 3;
    let _node = scene.start_with(1, settings);
    scene.until_claimed(1).await;
    scene.say(7).await;
    sleep(Duration::from_secs(1)).await;
    scene.rewind(None).await.unwrap();
    scene.town.say(&scene.account, 1);
    let log = scene.until(|log| bodies(log).len() >= 12).await;
    // Snapshots lie after the third and the sixth message.
    assert_eq!(bodies(&log)[7..], ["1/4", "1/5", "1/6", "1/7", "1/8"]);
}

#[tokio::test(start_paused = true)]
async fn a_log_without_a_snapshot_is_taken_back_to_a_sequence_only() {
    let scene = Scene::new().await;
    let error = scene.rewind(None).await.unwrap_err();
    assert!(matches!(error, RewindError::NoSnapshot { .. }), "{error}");
    assert!(scene.broker.log(&scene.account).is_empty());
    assert_eq!(scene.rewind(Some(0)).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_cannot_be_read_is_given_up_and_mended_by_rewinding() {
    let scene = Scene::new().await;
    let mut settings = NodeSettings::default();
    settings.snapshot_every = 2;
    let first = scene.start_with(1, settings);
    scene.until_claimed(1).await;
    scene.say(3).await;
    first.task.abort();
    scene.append(Content::snapshot(1, "rubbish")).await;
    let before = claims(&scene.broker.log(&scene.account));
    let _second = scene.start_with(2, settings);
    sleep(Duration::from_hours(3)).await;
    let log = scene.broker.log(&scene.account);
    assert_eq!(claims(&log) - before, 10);
    scene.rewind(None).await.unwrap();
    scene.add(&scene.account, 2).await;
    scene.town.say(&scene.account, 1);
    let log = scene.until(|log| bodies(log).len() >= 5).await;
    assert_eq!(bodies(&log), ["1/1", "1/2", "1/3", "1/3", "1/4"]);
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_client_panics_is_given_up_and_hurts_no_other() {
    let scene = Scene::new().await;
    let poison = AccountName::new("t", "666").unwrap();
    scene.town.poison(&poison);
    scene.add(&poison, 1).await;
    let _node = scene.start(1);
    scene.until_claimed(1).await;
    for _ in 0..20 {
        scene.say(1).await;
        sleep(Duration::from_mins(6)).await;
    }
    assert_eq!(claims(&scene.broker.log(&scene.account)), 1);
    let log = scene.broker.log(&poison);
    assert_eq!(claims(&log), 10);
    assert_eq!(log.len(), 10);
}
