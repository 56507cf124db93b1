//! Values as they were sent.

use bayeux_wire::{Kind, Value};
use groupme_model::Losses;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Value that is printed as it was sent: numbers digit for digit, and all members, also those with the same
/// name.
pub(super) struct AsSent<'f>(pub(super) Value<'f>);

impl Serialize for AsSent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value) = *self;
        match value.kind() {
            Kind::Array(items) => serializer.collect_seq(items.map(Self)),
            Kind::Object(entries) => {
                serializer.collect_map(entries.map(|(name, member)| (name, AsSent(member))))
            }
            Kind::Int(number) if number != 0 => serializer.serialize_i64(number),
            _ => match value.as_number().map(serde_json::from_str::<&RawValue>) {
                Some(Ok(number)) => number.serialize(serializer),
                _ => value.serialize(serializer),
            },
        }
    }
}

/// Warns of values that are printed as null because they cannot be represented.
pub(crate) fn warn_of_nulls(place: &str, value: Value<'_>) {
    let unreadable = Losses::of(value).unreadable;
    if unreadable > 0 {
        tracing::warn!(
            values = unreadable,
            "{place} has values that are printed as null, being nested too deeply or outside the range of a \
             float"
        );
    }
}
