//! Rate limit and retries, in virtual time.

use core::time::Duration;

use groupme_model::{ConversationId, Draft};
use groupme_rest::{
    Client, Conversation, Error,
    endpoint::{Page, bots, groups, messages, polls, uploads, users},
};

use crate::scripted::{Outcome, ScriptedServer, answer, ms, options, retry_after, token};

const ME: &str = r#"{"response":{"id":"185"},"meta":{"code":200}}"#;

fn failures(outcome: Outcome, times: usize) -> impl Iterator<Item = Outcome> {
    core::iter::repeat_n(outcome, times).chain([answer(200, ME)])
}

async fn me(client: &Client) -> Result<(), Error> {
    client.call(&users::me()).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn clones_share_eight_requests_a_second_in_the_order_of_the_calls() {
    let server = ScriptedServer::new([]);
    let client = server.client();
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
    let times = server.times();
    assert!(times.windows(9).all(|nine| nine[8] >= nine[0] + ms(1000)));
    assert!(times[23] < ms(3000), "{times:?}");
    let in_order: Vec<_> = (0..24)
        .map(|page| format!("GET /v3/groups?page={page}&per_page=1"))
        .collect();
    assert_eq!(server.lines(), in_order);
}

/// Sends the requests that a rate limit allows at once.
async fn use_up_the_first_group(client: &Client) {
    for _ in 0..4 {
        client.call(&groups::former()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_call_does_not_overtake_one_in_the_queue() {
    let server = ScriptedServer::new([]);
    let client = server.client();
    use_up_the_first_group(&client).await;
    let page = |page, arrives| {
        let client = client.clone();
        async move {
            tokio::time::sleep(ms(arrives)).await;
            let call = groups::list(Page::new(page, 1));
            client.call(&call).await.unwrap();
        }
    };
    // The second group may begin at 250 ms, just when the others come.
    tokio::join!(page(2, 250), page(1, 1), page(3, 250));
    assert!(
        server.lines()[4].contains("page=1&"),
        "{:?}",
        server.lines()
    );
}

#[tokio::test(start_paused = true)]
async fn another_token_has_a_rate_limit_of_its_own() {
    let server = ScriptedServer::new([]);
    let first = server.client();
    let second = first.with_token(groupme_rest::Token::new("other").unwrap());
    let none = groups::former();
    let (a, b) = tokio::join!(first.call(&none), second.call(&none));
    a.unwrap();
    b.unwrap();
    assert_eq!(server.times(), [ms(0), ms(0)]);
    let tokens: Vec<_> = server
        .received()
        .into_iter()
        .map(|asked| asked.token)
        .collect();
    assert_eq!(tokens, ["hush-hush", "other"]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_its_place_in_the_queue_to_the_next() {
    let server = ScriptedServer::new([]);
    let client = server.client();
    use_up_the_first_group(&client).await;
    let none = groups::former();
    tokio::select! {
        biased;
        _ = client.call(&none) => panic!("sent too early"),
        () = tokio::time::sleep(ms(20)) => {}
    }
    client.call(&none).await.unwrap();
    assert_eq!(server.times().len(), 5);
    assert!(server.times()[4] < ms(255));
}

#[tokio::test(start_paused = true)]
async fn temporary_failures_are_retried() {
    for outcome in [
        answer(503, ""),
        answer(502, "<html>Bad Gateway</html>"),
        answer(504, ""),
        answer(408, ""),
        answer(429, ""),
        answer(420, "Enhance Your Calm"),
        Outcome::Lost,
        Outcome::NoConnection,
    ] {
        let server = ScriptedServer::new(failures(outcome.clone(), 3));
        me(&server.client())
            .await
            .unwrap_or_else(|error| panic!("{outcome:?}: {error}"));
        assert_eq!(server.times().len(), 4, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_requests_are_not_retried() {
    for status in [400, 401, 403, 404, 406, 409, 412, 422, 302] {
        let server = ScriptedServer::new([answer(status, "")]);
        let error = me(&server.client()).await.unwrap_err();
        assert_eq!(error.api_error().unwrap().status, status);
        assert_eq!(server.times().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_delays_every_clone() {
    let server = ScriptedServer::new([retry_after(429, 3), answer(200, ME), answer(200, ME)]);
    let client = server.client();
    let other = client.clone();
    let (first, second) = tokio::join!(me(&client), async move {
        tokio::time::sleep(ms(50)).await;
        me(&other).await
    });
    first.unwrap();
    second.unwrap();
    let times = server.times();
    assert_eq!(times.len(), 3);
    assert!(
        times[1] >= ms(3000) && times[2] >= times[1] + ms(125),
        "{times:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_is_returned_at_once() {
    let server = ScriptedServer::new([retry_after(429, 3600)]);
    let error = me(&server.client()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert!(error.is_transient());
    assert_eq!(server.times(), [ms(0)]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_retry_after_counts_as_a_day_and_delays_other_calls_by_a_minute() {
    let server = ScriptedServer::new([retry_after(429, u64::MAX), answer(200, ME)]);
    let client = server.client();
    let error = me(&client).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited(_)), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_hours(24)));
    me(&client).await.unwrap();
    assert_eq!(server.times(), [ms(0), Duration::from_mins(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_down_fails_the_call_within_the_deadline() {
    let server = ScriptedServer::new(core::iter::repeat_n(answer(503, ""), 100));
    let mut options = options();
    options.retry.attempts = 100;
    let begun = tokio::time::Instant::now();
    let error = me(&server.client_with(&options)).await.unwrap_err();
    assert!(matches!(error, Error::Server(_)), "{error}");
    assert!(
        begun.elapsed() <= Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert!(server.times().len() > 4);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_answer_times_out_and_so_does_the_call() {
    let server = ScriptedServer::new(core::iter::repeat_n(Outcome::NoAnswer, 100));
    let begun = tokio::time::Instant::now();
    let error = me(&server.client()).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    let times = server.times();
    assert_eq!(times.len(), 2);
    assert!(times[1] >= Duration::from_secs(20));
    assert!(begun.elapsed() <= ms(30_001), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_waited_for() {
    let slow = Outcome::Slow(Duration::from_secs(19), Box::new(answer(200, ME)));
    let server = ScriptedServer::new([slow]);
    me(&server.client()).await.unwrap();
    assert_eq!(server.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_large_body_extends_the_time_limit() {
    let picture = r#"{"payload":{"url":"https://i.groupme.com/1"}}"#;
    let slow = Outcome::Slow(Duration::from_secs(55), Box::new(answer(200, picture)));
    let server = ScriptedServer::new(core::iter::repeat_n(slow, 3));
    let client = server.client();
    let upload = |size| uploads::image("image/png", "x".repeat(size));
    // 40 seconds for the body and 20 for the request.
    client.call(&upload(40 * 64 * 1024)).await.unwrap();
    assert_eq!(server.times().len(), 1);
    let given_up = client.call(&upload(64 * 1024)).await.unwrap_err();
    assert!(matches!(given_up, Error::TimedOut { .. }), "{given_up}");
}

#[tokio::test(start_paused = true)]
async fn time_in_the_queue_does_not_count_against_the_deadline() {
    let server = ScriptedServer::new([]);
    let mut options = options();
    options.request_interval = Duration::from_secs(40);
    let client = server.client_with(&options);
    let none = groups::former();
    use_up_the_first_group(&client).await;
    let (a, b) = tokio::join!(client.call(&none), client.call(&none));
    a.unwrap();
    b.unwrap();
    assert!(server.times()[5] >= Duration::from_secs(80));
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_not_idempotent_are_sent_once() {
    let poll = polls::NewPoll::new("?", ["a", "b"], groupme_model::Timestamp::from_secs(9));
    let poll = polls::create(ConversationId::from("1835"), &poll);
    let post = bots::post("bot", Draft::new("hi")).unwrap();
    for outcome in [
        answer(503, ""),
        answer(500, ""),
        Outcome::Lost,
        Outcome::NoAnswer,
    ] {
        let server = ScriptedServer::new([outcome.clone(), outcome.clone()]);
        let client = server.client();
        let error = client.call(&poll).await.unwrap_err();
        assert!(
            error.is_transient() && !error.was_not_processed(),
            "{outcome:?}"
        );
        client.call(&post).await.unwrap_err();
        assert_eq!(server.times().len(), 2, "{outcome:?}");
    }
    let server = ScriptedServer::new([Outcome::NoConnection, answer(429, ""), answer(201, "")]);
    server.client().call(&post).await.unwrap();
    assert_eq!(server.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_says_that_the_message_may_have_been_sent() {
    let send = || messages::send(Conversation::Group("1835".into()), "hi", "guid".into()).unwrap();
    let policy = |attempts| {
        let mut options = options();
        options.retry.attempts = attempts;
        options
    };
    for last in [429, 420, 400, 401, 403, 404, 307] {
        let server = ScriptedServer::new([Outcome::Lost, answer(last, "")]);
        let error = server
            .client_with(&policy(2))
            .call(&send())
            .await
            .unwrap_err();
        assert!(!error.was_not_processed(), "{error}");
        assert!(
            error.to_string().contains("may have been processed"),
            "{error}"
        );
        // Without the lost answer there is no doubt.
        let server = ScriptedServer::new([answer(last, "")]);
        let error = server
            .client_with(&policy(1))
            .call(&send())
            .await
            .unwrap_err();
        assert!(error.was_not_processed(), "{error}");
        assert!(!error.to_string().contains("may have been"), "{error}");
    }
    let server = ScriptedServer::new([Outcome::Lost, Outcome::NoConnection]);
    let error = server
        .client_with(&policy(2))
        .call(&send())
        .await
        .unwrap_err();
    assert!(!error.was_not_processed(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_retried_deletion_that_finds_nothing_is_a_success() {
    let delete = messages::delete(ConversationId::from("1835"), "9");
    for outcome in [Outcome::Lost, answer(503, "")] {
        let server = ScriptedServer::new([outcome, answer(404, "")]);
        server.client().call(&delete).await.unwrap();
    }
    for script in [
        vec![answer(404, "")],
        vec![Outcome::NoConnection, answer(404, "")],
        vec![answer(429, ""), answer(404, "")],
    ] {
        let server = ScriptedServer::new(script);
        let error = server.client().call(&delete).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
    let server = ScriptedServer::new([Outcome::Lost, answer(404, "")]);
    me(&server.client()).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_call_with_an_empty_id_is_not_sent() {
    let server = ScriptedServer::new([]);
    let nowhere = messages::delete(ConversationId::from(""), "1");
    let error = server.client().call(&nowhere).await.unwrap_err();
    assert!(matches!(error, Error::Misuse { .. }));
    assert_eq!(
        error.to_string(),
        "cannot make the request `DELETE v3/conversations/_/messages/1`: an id in it is empty"
    );
    assert_eq!(server.times().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_causes_the_same_delays() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let server = ScriptedServer::new(failures(answer(503, ""), 5));
        let mut options = options();
        options.seed = Some(seed);
        me(&Client::with_transport(server.clone(), token(), &options))
            .await
            .unwrap();
        runs.push(server.times());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_ends_in_the_middle_is_asked_for_again_and_then_named() {
    let cut = || answer(200, &ME[..20]);
    let server = ScriptedServer::new(failures(cut(), 1));
    me(&server.client()).await.unwrap();
    assert_eq!(server.received().len(), 2);
    let server = ScriptedServer::new(failures(cut(), 2));
    let error = me(&server.client()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::CutOff {
                status: 200,
                size: 20,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.to_string().ends_with("ends in the middle"), "{error}");
    assert_eq!(server.received().len(), 2);
    // A page of a history is divided after that.
    let page = r#"{"response":{"count":1,"messages":[{"id":"1"}]},"meta":{"code":200}}"#;
    let script = core::iter::repeat_n(answer(200, &page[..30]), 2).chain([answer(200, page)]);
    let server = ScriptedServer::new(script);
    let group = groupme_model::GroupId::from("1835");
    let window = groupme_model::HistoryWindow::Newest;
    let found = server.client().messages(group, &window, 100).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        server.lines()[2].contains("limit=25"),
        "{:?}",
        server.lines()
    );
}
