//! Serialization of values to any serde format.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::value::{Kind, Value};

/// Serializes the value with all its members, repeated keys included.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind() {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(value) => serializer.serialize_bool(value),
            Kind::Int(value) => serializer.serialize_i64(value),
            Kind::Uint(value) => serializer.serialize_u64(value),
            Kind::Float(value) => serializer.serialize_f64(value),
            Kind::Str(text) => serializer.serialize_str(text),
            Kind::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&item)?;
                }
                seq.end()
            }
            Kind::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &value)?;
                }
                map.end()
            }
        }
    }
}
