//! Pace and patience, in virtual time.

use core::time::Duration;

use groupme_model::{ConversationId, Draft};
use groupme_rest::{
    Client, Error,
    endpoint::{Page, bots, groups, messages, polls, uploads, users},
};

use crate::world::{Fate, World, answer, ms, options, retry_after, token};

const ME: &str = r#"{"response":{"id":"185"},"meta":{"code":200}}"#;

fn failures(fate: Fate, times: usize) -> impl Iterator<Item = Fate> {
    core::iter::repeat_n(fate, times).chain([answer(200, ME)])
}

async fn me(client: &Client) -> Result<(), Error> {
    client.call(&users::me()).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn clones_together_ask_eight_times_a_second_and_in_turn() {
    let world = World::new([]);
    let client = world.client();
    let tasks: Vec<_> = (0..24)
        .map(|page| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .call(&groups::list(Page::new(page, 1)))
                    .await
                    .unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let times = world.times();
    assert!(times.windows(2).all(|pair| pair[1] >= pair[0] + ms(125)));
    assert!(times[23] < ms(24 * 125 + 24), "{times:?}");
    let in_order: Vec<_> = (0..24)
        .map(|page| format!("GET /v3/groups?page={page}&per_page=1"))
        .collect();
    assert_eq!(world.lines(), in_order);
}

#[tokio::test(start_paused = true)]
async fn nobody_slips_in_before_one_who_waits() {
    let world = World::new([]);
    let client = world.client();
    client.call(&groups::former()).await.unwrap();
    let page = |page, arrives| {
        let client = client.clone();
        async move {
            tokio::time::sleep(ms(arrives)).await;
            let call = groups::list(Page::new(page, 1));
            client.call(&call).await.unwrap();
        }
    };
    // The second turn is free at 125 ms, just when the others come.
    tokio::join!(page(2, 125), page(1, 1), page(3, 125));
    assert!(world.lines()[1].contains("page=1&"), "{:?}", world.lines());
}

#[tokio::test(start_paused = true)]
async fn another_account_has_a_pace_of_its_own() {
    let world = World::new([]);
    let first = world.client();
    let second = first.with_token(groupme_rest::Token::new("other").unwrap());
    let none = groups::former();
    let (a, b) = tokio::join!(first.call(&none), second.call(&none));
    a.unwrap();
    b.unwrap();
    assert_eq!(world.times(), [ms(0), ms(0)]);
    let tokens: Vec<_> = world.asked().into_iter().map(|asked| asked.token).collect();
    assert_eq!(tokens, ["hush-hush", "other"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_leaves_its_turn_to_the_next() {
    let world = World::new([]);
    let client = world.client();
    client.call(&groups::former()).await.unwrap();
    let none = groups::former();
    tokio::select! {
        biased;
        _ = client.call(&none) => panic!("it was not its turn"),
        () = tokio::time::sleep(ms(20)) => {}
    }
    client.call(&none).await.unwrap();
    assert_eq!(world.times().len(), 2);
    assert!(world.times()[1] < ms(130));
}

#[tokio::test(start_paused = true)]
async fn failures_that_pass_are_waited_out() {
    for fate in [
        answer(503, ""),
        answer(502, "<html>Bad Gateway</html>"),
        answer(504, ""),
        answer(408, ""),
        answer(429, ""),
        answer(420, "Enhance Your Calm"),
        Fate::Lost,
        Fate::NoConnection,
    ] {
        let world = World::new(failures(fate.clone(), 3));
        me(&world.client())
            .await
            .unwrap_or_else(|error| panic!("{fate:?}: {error}"));
        assert_eq!(world.times().len(), 4, "{fate:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_asked_again() {
    for status in [400, 401, 403, 404, 406, 409, 412, 422, 302] {
        let world = World::new([answer(status, "")]);
        let error = me(&world.client()).await.unwrap_err();
        assert_eq!(error.refusal().unwrap().status, status);
        assert_eq!(world.times().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_every_clone() {
    let world = World::new([retry_after(429, 3), answer(200, ME), answer(200, ME)]);
    let client = world.client();
    let other = client.clone();
    let (first, second) = tokio::join!(me(&client), async move {
        tokio::time::sleep(ms(50)).await;
        me(&other).await
    });
    first.unwrap();
    second.unwrap();
    let times = world.times();
    assert_eq!(times.len(), 3);
    assert!(
        times[1] >= ms(3000) && times[2] >= times[1] + ms(125),
        "{times:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun_but_told() {
    let world = World::new([retry_after(429, 3600)]);
    let error = me(&world.client()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert!(error.is_transient());
    assert_eq!(world.times(), [ms(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_every_clock_is_told_as_a_day_and_holds_the_others_for_a_minute() {
    let world = World::new([retry_after(429, u64::MAX), answer(200, ME)]);
    let client = world.client();
    let error = me(&client).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited(_)), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_hours(24)));
    me(&client).await.unwrap();
    assert_eq!(world.times(), [ms(0), Duration::from_mins(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_down_is_given_up_within_the_deadline() {
    let world = World::new(core::iter::repeat_n(answer(503, ""), 100));
    let mut options = options();
    options.patience.attempts = 100;
    let begun = tokio::time::Instant::now();
    let error = me(&world.client_with(&options)).await.unwrap_err();
    assert!(matches!(error, Error::Server(_)), "{error}");
    assert!(
        begun.elapsed() <= Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert!(world.times().len() > 4);
}

#[tokio::test(start_paused = true)]
async fn silence_is_given_up_after_the_time_of_a_request_and_then_of_the_call() {
    let world = World::new(core::iter::repeat_n(Fate::Silence, 100));
    let begun = tokio::time::Instant::now();
    let error = me(&world.client()).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    let times = world.times();
    assert_eq!(times.len(), 2);
    assert!(times[1] >= Duration::from_secs(20));
    assert!(begun.elapsed() <= ms(30_001), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_an_answer() {
    let slow = Fate::Slow(Duration::from_secs(19), Box::new(answer(200, ME)));
    let world = World::new([slow]);
    me(&world.client()).await.unwrap();
    assert_eq!(world.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_large_body_has_the_time_to_be_sent() {
    let picture = r#"{"payload":{"url":"https://i.groupme.com/1"}}"#;
    let slow = Fate::Slow(Duration::from_secs(55), Box::new(answer(200, picture)));
    let world = World::new(core::iter::repeat_n(slow, 3));
    let client = world.client();
    let upload = |size| uploads::image("image/png", "x".repeat(size));
    // 40 seconds more than the 20 that all have.
    client.call(&upload(40 * 64 * 1024)).await.unwrap();
    assert_eq!(world.times().len(), 1);
    let given_up = client.call(&upload(64 * 1024)).await.unwrap_err();
    assert!(matches!(given_up, Error::TimedOut { .. }), "{given_up}");
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_turn_does_not_count_against_the_deadline() {
    let world = World::new([]);
    let mut options = options();
    options.interval = Duration::from_secs(40);
    let client = world.client_with(&options);
    let none = groups::former();
    let (a, b, c) = tokio::join!(client.call(&none), client.call(&none), client.call(&none));
    a.unwrap();
    b.unwrap();
    c.unwrap();
    assert_eq!(world.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_would_be_done_twice_is_done_once() {
    let poll = polls::NewPoll::new("?", ["a", "b"], groupme_model::Timestamp::from_secs(9));
    let poll = polls::create(ConversationId::from("1835"), &poll);
    let post = bots::post("bot", Draft::new("hi")).unwrap();
    for fate in [answer(503, ""), answer(500, ""), Fate::Lost, Fate::Silence] {
        let world = World::new([fate.clone(), fate.clone()]);
        let client = world.client();
        let error = client.call(&poll).await.unwrap_err();
        assert!(
            error.is_transient() && !error.was_not_processed(),
            "{fate:?}"
        );
        client.call(&post).await.unwrap_err();
        assert_eq!(world.times().len(), 2, "{fate:?}");
    }
    let world = World::new([Fate::NoConnection, answer(429, ""), answer(201, "")]);
    world.client().call(&post).await.unwrap();
    assert_eq!(world.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_when_it_is_deleted_again_was_deleted() {
    let delete = messages::delete(ConversationId::from("1835"), "9");
    for fate in [Fate::Lost, answer(503, "")] {
        let world = World::new([fate, answer(404, "")]);
        world.client().call(&delete).await.unwrap();
    }
    for script in [
        vec![answer(404, "")],
        vec![Fate::NoConnection, answer(404, "")],
        vec![answer(429, ""), answer(404, "")],
    ] {
        let world = World::new(script);
        let error = world.client().call(&delete).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
    let world = World::new([Fate::Lost, answer(404, "")]);
    me(&world.client()).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_makes_no_sense_is_not_made() {
    let world = World::new([]);
    let nowhere = messages::delete(ConversationId::from(""), "1");
    let error = world.client().call(&nowhere).await.unwrap_err();
    assert!(matches!(error, Error::Misuse { .. }));
    assert_eq!(
        error.to_string(),
        "cannot ask `DELETE v3/conversations/{}/messages/{}`: an id in it is empty"
    );
    assert_eq!(world.times().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_waits_the_same_times() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let world = World::new(failures(answer(503, ""), 5));
        let mut options = options();
        options.seed = Some(seed);
        me(&Client::over(world.clone(), token(), &options))
            .await
            .unwrap();
        runs.push(world.times());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}
