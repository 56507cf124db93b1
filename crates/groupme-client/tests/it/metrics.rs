//! Figures for operators, as a recorder gets them.

use core::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use groupme_client::{Client, GroupId, Scope, Token, UserId};
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    set_default_local_recorder,
};

use crate::account::{event, own, sim, soon, until_active};

/// Recorder that keeps everything, by name and labels.
#[derive(Default)]
struct Figures {
    values: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    times: Mutex<BTreeMap<String, Arc<Times>>>,
}

#[derive(Default)]
struct Times(Mutex<Vec<f64>>);

impl HistogramFn for Times {
    fn record(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

fn name(key: &Key) -> String {
    let labels = key
        .labels()
        .map(|label| format!(" {}={}", label.key(), label.value()));
    [key.name().to_owned()].into_iter().chain(labels).collect()
}

impl Figures {
    fn value(&self, key: &Key) -> Arc<AtomicU64> {
        let mut values = self.values.lock().unwrap();
        Arc::clone(values.entry(name(key)).or_default())
    }

    fn counter(&self, name: &str) -> u64 {
        let values = self.values.lock().unwrap();
        let value = values.get(name);
        value.map_or(0, |value| value.load(Ordering::Relaxed))
    }

    fn gauge(&self, name: &str) -> f64 {
        f64::from_bits(self.counter(name))
    }

    fn times(&self, name: &str) -> Vec<f64> {
        let times = self.times.lock().unwrap();
        times
            .get(name)
            .map_or_else(Vec::new, |times| times.0.lock().unwrap().clone())
    }
}

impl Recorder for Figures {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.value(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.value(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let mut times = self.times.lock().unwrap();
        Histogram::from_arc(Arc::clone(times.entry(name(key)).or_default()))
    }
}

#[tokio::test]
async fn connections_events_gaps_and_requests_are_counted() {
    let sim = sim().await;
    let figures = Figures::default();
    let _guard = set_default_local_recorder(&figures);
    let user = sim.user_id().to_owned();
    let mut client = Client::builder(Token::new(sim.token()).unwrap(), UserId::new(&user))
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url())
        .scope(Scope::Account)
        .connect()
        .unwrap();
    until_active(&mut client, &own(&sim)).await;
    let of = |rest: &str| format!("{rest} user={user}");
    assert_eq!(
        figures.gauge(&of("groupme_connected")).to_bits(),
        1.0_f64.to_bits()
    );
    let connections = format!("{} transport=websocket", of("groupme_connections_total"));
    assert_eq!(figures.counter(&connections), 1);

    sim.say("hello").unwrap();
    event(&mut client).await;
    let pushed = format!(
        "{} kind=line.create origin=push",
        of("groupme_events_total")
    );
    assert_eq!(figures.counter(&pushed), 1);
    assert_eq!(figures.times(&of("groupme_event_age_seconds")).len(), 1);

    let group = GroupId::new(sim.cast().lake.to_string());
    client.handle().send(&group, "hello, too").await.unwrap();
    let call = "call=POST v3/groups/{}/messages";
    let requests = format!("groupme_rest_requests_total {call} outcome=201");
    assert_eq!(figures.counter(&requests), 1, "{:?}", figures.values);
    assert_eq!(
        figures
            .times(&format!("groupme_rest_request_seconds {call}"))
            .len(),
        1
    );
    event(&mut client).await;

    sim.break_connections();
    sim.lose_sessions();
    sim.say("meanwhile").unwrap();
    event(&mut client).await;
    assert_eq!(figures.counter(&of("groupme_gaps_total")), 1);
    assert!(figures.counter(&of("groupme_disconnects_total")) >= 1);
    assert_eq!(figures.counter(&connections), 2);

    client.handle().disconnect();
    while soon(client.next_event()).await.unwrap().is_some() {}
    assert_eq!(figures.gauge(&of("groupme_connected")).to_bits(), 0);
}
