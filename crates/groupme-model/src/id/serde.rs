//! Serialization of ids with serde: written as strings, read from strings or integers.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Id, IdRef};

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<K> Serialize for IdRef<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrInteger(PhantomData))
    }
}

struct TextOrInteger<K>(PhantomData<fn() -> K>);

impl<K> Visitor<'_> for TextOrInteger<K> {
    type Value = Id<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as a string or an integer")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id<K>, E> {
        Ok(Id::from(text))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Id<K>, E> {
        Ok(IdRef::from(number).into_owned())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Id<K>, E> {
        Ok(Id::from(number))
    }
}
