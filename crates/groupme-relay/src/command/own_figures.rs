//! The figures of the relay alone: those of clients name their accounts, of which a node has thousands.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::PrometheusRecorder;

/// Prefix of the names of the relay's figures.
const PREFIX: &str = "groupme_relay_";

/// Recorder that takes the relay's figures, and drops those of every other crate.
pub(super) struct OwnFigures(pub(super) PrometheusRecorder);

impl Recorder for OwnFigures {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        if key.name().starts_with(PREFIX) {
            self.0.register_counter(key, metadata)
        } else {
            Counter::noop()
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        if key.name().starts_with(PREFIX) {
            self.0.register_gauge(key, metadata)
        } else {
            Gauge::noop()
        }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        if key.name().starts_with(PREFIX) {
            self.0.register_histogram(key, metadata)
        } else {
            Histogram::noop()
        }
    }
}
