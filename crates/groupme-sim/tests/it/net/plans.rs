//! Fault plans on real sockets.

use core::time::Duration;

use bayeux_proto::Instant;
use fastwebsockets::OpCode;
use groupme_sim::{
    Direction, FaultInjector, FaultPlan, IdleTimeout, Incident, Probability, Sim, SimMessageId,
    Throttle, World,
};
use serde_json::{Value, json};

use super::client::{Http, KEY, Socket, upgrade};
use crate::peer::{connect, handshake};

async fn sim(change: impl FnOnce(&mut FaultPlan)) -> Sim {
    let mut plan = FaultPlan::new(1);
    change(&mut plan);
    let sim = Sim::builder().ping_interval(None).faults(plan);
    sim.start().await.unwrap()
}

/// Starts a simulator with a subscribed client, then sets a fault plan.
async fn listening(change: impl FnOnce(&mut FaultPlan)) -> (Sim, Socket) {
    // The client is the first connection, which opened before the plan was set.
    let sim = sim(change).await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    (sim, socket)
}

fn texts(message: &Value) -> &str {
    message["data"]["subject"]["text"].as_str().unwrap()
}

#[tokio::test]
async fn a_connection_can_be_reset_at_once() {
    let sim = sim(|plan| {
        plan.links.reset = Probability::ALWAYS;
        plan.links.window = Duration::ZERO;
    })
    .await;
    let mut http = Http::open(&sim).await;
    assert!(http.response().await.is_none());
    sim.clear_faults();
    Socket::open(&sim).await.listen(&sim).await;
}

#[tokio::test]
async fn a_connection_can_be_reset_within_its_window() {
    let sim = sim(|plan| {
        plan.links.reset = Probability::ALWAYS;
        plan.links.window = Duration::from_millis(200);
    })
    .await;
    let mut http = Http::open(&sim).await;
    // The reply to a held poll, or its fault.
    http.post(&json!([handshake("1")])).await;
    while http.response().await.is_some() {}
}

#[tokio::test]
async fn a_half_open_connection_accepts_and_stays_silent() {
    let sim = sim(|plan| {
        plan.links.half_open = Probability::ALWAYS;
        plan.links.window = Duration::ZERO;
        plan.only_link = Some(0);
    })
    .await;
    let mut deaf = Http::open(&sim).await;
    deaf.post(&json!([handshake("1")])).await;
    let mut other = Http::open(&sim).await;
    let answer = other.ask(&json!([handshake("2")])).await;
    // Anything that the first client sent would have arrived by now.
    assert_eq!(sim.sessions(), [answer[0]["clientId"].as_str().unwrap()]);
    sim.break_connections();
    assert!(deaf.response().await.is_none());
}

#[tokio::test]
async fn a_slow_connection_brings_everything_byte_by_byte() {
    let sim = sim(|plan| {
        plan.links.slow = Probability::ALWAYS;
        plan.links.throttle = Throttle {
            bytes: 1,
            every: Duration::from_micros(50),
        };
    })
    .await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    sim.say("slowly").unwrap();
    assert_eq!(texts(&socket.message().await), "slowly");
}

#[tokio::test]
async fn one_slow_subscriber_holds_up_nobody_else() {
    let sim = sim(|plan| {
        plan.links.slow = Probability::ALWAYS;
        plan.links.throttle = Throttle {
            bytes: 1 << 10,
            every: Duration::from_millis(1),
        };
        plan.only_link = Some(0);
    })
    .await;
    let mut slow = Socket::open(&sim).await;
    slow.listen(&sim).await;
    let mut quick = Socket::open(&sim).await;
    quick.listen(&sim).await;
    quick.settle().await;
    slow.settle().await;
    sim.apply(Incident::Burst(500));
    for socket in [&mut quick, &mut slow] {
        for number in 1..=500 {
            assert_eq!(texts(&socket.message().await), format!("burst {number}"));
        }
    }
}

#[tokio::test]
async fn upgrades_can_be_refused_with_a_page() {
    let sim = sim(|plan| {
        plan.links.refuse_upgrade = Probability::ALWAYS;
        plan.links.refusal_statuses = vec![403];
    })
    .await;
    let mut http = Http::open(&sim).await;
    let refused = http.request("GET", "/faye", &upgrade(KEY), "").await;
    assert_eq!(refused.status, 403);
    assert!(refused.headers.contains("content-type: text/html"));
    // Long-polling is not affected.
    let answer = http.ask(&json!([handshake("1")])).await;
    assert_eq!(answer[0]["successful"], true);
}

#[tokio::test]
async fn rest_fails_one_time_in_ten_and_the_same_requests_for_a_seed() {
    let statuses = async || {
        let sim = sim(|plan| plan.rest.probability = Probability::one_in(10)).await;
        let mut http = Http::open(&sim).await;
        let token = [("X-Access-Token", sim.token())];
        let mut statuses = Vec::new();
        for _ in 0..200 {
            let answer = http.request("GET", "/v3/users/me", &token, "").await;
            statuses.push(answer.status);
        }
        statuses
    };
    let first = statuses().await;
    let failed = first.iter().filter(|status| **status != 200).count();
    assert!((5..40).contains(&failed), "{failed}");
    assert!(first.iter().all(|status| [200, 429, 503].contains(status)));
    assert_eq!(statuses().await, first);
}

#[tokio::test]
async fn an_executed_request_may_get_an_error_response() {
    for executed in [true, false] {
        let sim = sim(|plan| {
            plan.rest.probability = Probability::ALWAYS;
            plan.rest.executed = if executed {
                Probability::ALWAYS
            } else {
                Probability::NEVER
            };
        })
        .await;
        let mut http = Http::open(&sim).await;
        let token = [("X-Access-Token", sim.token())];
        let path = format!("/v3/groups/{}/messages", sim.cast().lake);
        let message = json!({ "message": { "source_guid": "g", "text": "once" } }).to_string();
        let answer = http.request("POST", &path, &token, &message).await;
        assert!([429, 503].contains(&answer.status));
        sim.clear_faults();
        let again = http.request("POST", &path, &token, &message).await;
        assert_eq!(again.status, if executed { 409 } else { 201 });
    }
}

#[tokio::test]
async fn polls_can_be_answered_by_a_proxy() {
    let sim = sim(|plan| {
        plan.gateway.probability = Probability::ALWAYS;
        plan.gateway.statuses = vec![200, 502];
        plan.gateway.html = Probability::ALWAYS;
        plan.gateway.executed = Probability::NEVER;
    })
    .await;
    let mut http = Http::open(&sim).await;
    let mut seen = [false; 2];
    for _ in 0..20 {
        http.post(&json!([handshake("1")])).await;
        let answer = http.response().await.unwrap();
        assert!(answer.body.starts_with("<!DOCTYPE html>"));
        seen[usize::from(answer.status == 502)] = true;
    }
    assert_eq!(seen, [true; 2]);
    assert_eq!(sim.sessions(), [""; 0]);
    // Upgrades are not affected.
    Socket::open(&sim).await.listen(&sim).await;
}

#[tokio::test]
async fn frames_can_arrive_twice_either_way() {
    let sim = sim(|plan| plan.to_client.duplicate = Probability::ALWAYS).await;
    let mut socket = Socket::open(&sim).await;
    let first = socket.ask(&handshake("1")).await;
    assert_eq!(socket.message().await, first);

    sim.set_faults({
        let mut plan = FaultPlan::new(1);
        plan.to_server.duplicate = Probability::ALWAYS;
        plan
    });
    let mut socket = Socket::open(&sim).await;
    let first = socket.ask(&handshake("1")).await["clientId"].clone();
    assert_ne!(socket.message().await["clientId"], first);
    // HTTP drops the second copy.
    let mut http = Http::open(&sim).await;
    for id in ["1", "2", "3"] {
        assert_eq!(http.ask(&json!([handshake(id)])).await[0]["id"], id);
    }
}

#[tokio::test]
async fn frames_can_be_lost_cut_or_changed() {
    let mut plan = FaultPlan::new(1);
    plan.to_client.drop = Probability::percent(40);
    plan.only_link = Some(1);
    let (sim, mut socket) = listening(|planned| *planned = plan.clone()).await;
    let mut lossy = Socket::open(&sim).await;
    // The same plan without sockets loses the same frames.
    let now = Instant::ORIGIN;
    let mut faults = FaultInjector::new(plan, now);
    faults.open_link(now);
    let mut link = faults.open_link(now);
    let mut lost = 0;
    for number in 0..50 {
        let id = number.to_string();
        lossy.send(&json!([handshake(&id)])).await;
        link.handle_frame(now, Direction::ToClient, Vec::new());
        if link.poll_frame(now, Direction::ToClient).is_some() {
            assert_eq!(lossy.message().await["id"], id);
        } else {
            lost += 1;
        }
    }
    assert!((10..40).contains(&lost), "{lost}");

    let mut plan = FaultPlan::new(1);
    plan.to_client.truncate = Probability::percent(50);
    plan.to_client.corrupt = Probability::percent(50);
    sim.set_faults(plan);
    let mut odd = 0;
    for _ in 0..20 {
        let mut broken = Socket::open(&sim).await;
        broken.send(&json!([handshake("1")])).await;
        // A client has to fail a connection with invalid UTF-8.
        let payload = broken.read().await.map(|(_, payload)| payload);
        let read = payload.as_deref().map(serde_json::from_slice::<Value>);
        odd += u32::from(!matches!(read, Some(Ok(_))));
    }
    assert!(odd > 5, "{odd}");
    socket.settle().await;
}

#[tokio::test]
async fn delayed_frames_arrive_in_order() {
    let sim = sim(|plan| {
        for faults in [&mut plan.to_client, &mut plan.to_server] {
            faults.delay = Probability::percent(30);
            faults.max_delay = Duration::from_millis(5);
        }
    })
    .await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    for number in 0..100 {
        sim.say(&number.to_string()).unwrap();
    }
    for number in 0..100 {
        assert_eq!(texts(&socket.message().await), number.to_string());
    }
    // HTTP bodies are delayed, too, and a close frame comes after delayed frames.
    let mut http = Http::open(&sim).await;
    for id in ["1", "2", "3"] {
        assert_eq!(http.ask(&json!([handshake(id)])).await[0]["id"], id);
    }
    sim.say("last").unwrap();
    sim.destroy_sessions();
    assert_eq!(texts(&socket.message().await), "last");
    assert_eq!(socket.read().await.unwrap().0, OpCode::Close);
}

#[tokio::test]
async fn a_lost_request_is_never_answered() {
    let sim = sim(|plan| {
        plan.to_server.drop = Probability::ALWAYS;
        plan.only_link = Some(0);
    })
    .await;
    let mut lost = Http::open(&sim).await;
    lost.post(&json!([handshake("1")])).await;
    let mut other = Http::open(&sim).await;
    other.ask(&json!([handshake("2")])).await;
    sim.break_connections();
    assert!(lost.response().await.is_none());
    assert_eq!(sim.sessions().len(), 1);
}

#[tokio::test]
async fn a_proxy_cuts_idle_connections() {
    let idle = |silent| IdleTimeout {
        after: Duration::from_mins(1),
        silent,
    };
    let (sim, mut socket) = listening(|plan| plan.links.idle = Some(idle(false))).await;
    // Each pause is less than a minute, their sum more.
    for _ in 0..3 {
        sim.advance(Duration::from_secs(30));
        socket.settle().await;
    }
    sim.advance(Duration::from_secs(61));
    assert_eq!(socket.read().await, None);

    // A silent timeout lets both ends believe in the connection.
    let (sim, mut socket) = listening(|plan| plan.links.idle = Some(idle(true))).await;
    sim.advance(Duration::from_secs(61));
    let mut other = Http::open(&sim).await;
    other.ask(&json!([handshake("2")])).await;
    sim.say("into the void").unwrap();
    other.ask(&json!([handshake("3")])).await;
    assert_eq!(sim.sessions().len(), 3);
    sim.break_connections();
    assert_eq!(socket.read().await, None);
}

#[tokio::test]
async fn scheduled_incidents_happen_at_their_times() {
    let at = Duration::from_mins(1);
    let (sim, mut socket) = listening(|_| {}).await;
    let before = sim.sessions();
    let plan = FaultPlan::new(1)
        .after(at, Incident::Burst(3))
        .after(at, Incident::Freeze)
        .after(2 * at, Incident::Thaw)
        .after(3 * at, Incident::Restart);
    sim.set_faults(plan);
    sim.advance(at);
    let sent = sim.with_world(|world| world.messages_after(SimMessageId::new(0)).count());
    assert_eq!(sent, 3);
    sim.advance(at);
    for number in 1..=3 {
        assert_eq!(texts(&socket.message().await), format!("burst {number}"));
    }
    assert_eq!(sim.sessions(), before);
    sim.advance(at);
    assert_eq!(socket.read().await, None);
    assert_eq!(sim.sessions(), [""; 0]);
    // A real timer does the same.
    let soon = Duration::from_millis(5);
    sim.set_faults(FaultPlan::new(1).every(soon, Incident::Burst(1)));
    let sent = |world: &World| world.messages_after(SimMessageId::new(0)).count();
    sim.until("another burst", |world| (sent(world) > 3).then_some(()))
        .await
        .unwrap();
    // Deadlines of the gateway come in between.
    sim.set_faults(FaultPlan::new(1).after(Duration::from_hours(1), Incident::Burst(1)));
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    sim.advance(Duration::from_hours(1));
    assert_eq!(socket.message().await["channel"], "/meta/connect");
}

#[tokio::test]
async fn a_burst_of_ten_thousand_arrives_whole_and_in_order() {
    let (sim, mut socket) = listening(|_| {}).await;
    sim.apply(Incident::Burst(10_000));
    for number in 1..=10_000 {
        assert_eq!(texts(&socket.message().await), format!("burst {number}"));
    }
}

#[tokio::test]
async fn the_clock_can_be_advanced_and_the_calendar_set() {
    let sim = Sim::builder()
        .ping_interval(Some(Duration::from_secs(30)))
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    socket.settle().await;
    let message = sim.say("typo").unwrap();
    let sent = socket.message().await;
    sim.advance(Duration::from_mins(5));
    // Expected: a ping each half minute on each of three channels, and nothing else.
    let mut pings = 0;
    while pings < 30 {
        assert_eq!(socket.message().await["data"], json!({ "type": "ping" }));
        pings += 1;
    }
    sim.with_world(|world| world.edit(message, "fixed"))
        .unwrap();
    sim.apply(Incident::ClockAhead(Duration::from_hours(1)));
    let error = sim
        .with_world(|world| world.edit(message, "too late"))
        .unwrap_err();
    assert!(error.to_string().contains("too old"));
    sim.apply(Incident::ClockBack(Duration::from_hours(2)));
    let earlier = sim.say("before").unwrap();
    assert!(earlier > message, "ids grow whatever the clock says");
    let mut last = sent;
    while last["data"]["subject"]["text"] != "before" {
        last = socket.message().await;
    }
    assert_eq!(last["data"]["subject"]["id"], earlier.to_string());
    // The session expires after twice the hold without a connect.
    sim.advance(Duration::from_mins(30));
    assert_eq!(sim.sessions(), [""; 0]);
    let mut http = Http::open(&sim).await;
    let answer = http.ask(&json!([connect(&client, "9")])).await;
    assert_eq!(answer[0]["successful"], false);
}
