//! Elements, members and variants, as serde visits them.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
        Visitor, value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::DeserializeError;
use crate::value::{Entries, Items, Kind, Value};

/// Elements of an array.
pub(super) struct Elements<'f>(pub(super) Items<'f>);

impl Elements<'_> {
    /// Fails if elements are left, which the type has no place for.
    pub(super) fn end(&self) -> Result<(), DeserializeError> {
        match self.0.len() {
            0 => Ok(()),
            _ => Err(DeserializeError::custom("an array with too many elements")),
        }
    }
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// Members of an object, repeated keys included.
pub(super) struct Members<'f> {
    entries: Entries<'f>,
    /// Value of the key that was visited last.
    value: Option<Value<'f>>,
}

impl<'f> Members<'f> {
    pub(super) fn new(entries: Entries<'f>) -> Self {
        Self {
            entries,
            value: None,
        }
    }

    /// Fails if members are left, which the type has no place for.
    pub(super) fn end(&self) -> Result<(), DeserializeError> {
        match self.entries.len() {
            0 => Ok(()),
            _ => Err(DeserializeError::custom("an object with too many members")),
        }
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeserializeError> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DeserializeError> {
        seed.deserialize(self.value.take().unwrap_or_default())
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// Key of a member. Maps may have numbers or booleans as keys, which JSON writes as strings.
struct Key<'f>(&'f str);

macro_rules! parsed_keys {
    ($( $method:ident => $visit:ident; )*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_borrowed_str(self.0)
    }

    parsed_keys! {
        deserialize_bool => visit_bool;
        deserialize_i8 => visit_i8;
        deserialize_i16 => visit_i16;
        deserialize_i32 => visit_i32;
        deserialize_i64 => visit_i64;
        deserialize_i128 => visit_i128;
        deserialize_u8 => visit_u8;
        deserialize_u16 => visit_u16;
        deserialize_u32 => visit_u32;
        deserialize_u64 => visit_u64;
        deserialize_u128 => visit_u128;
        deserialize_f32 => visit_f32;
        deserialize_f64 => visit_f64;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// Variant with content: an object with a single member.
pub(super) struct Variant<'f> {
    pub(super) variant: &'f str,
    pub(super) content: Value<'f>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DeserializeError;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'de>), DeserializeError> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.variant))?;
        Ok((variant, Content(self.content)))
    }
}

/// Content of a variant.
pub(super) struct Content<'f>(Value<'f>);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        if self.0.is_null() {
            return Ok(());
        }
        Err(DeserializeError::invalid_type(
            Unexpected::NewtypeVariant,
            &"a variant without content",
        ))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DeserializeError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.0.kind() {
            Kind::Array(_) => self.0.deserialize_any(visitor),
            _ => Err(DeserializeError::invalid_type(
                Unexpected::NewtypeVariant,
                &"a tuple variant",
            )),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.0.kind() {
            Kind::Array(_) | Kind::Object(_) => self.0.deserialize_any(visitor),
            _ => Err(DeserializeError::invalid_type(
                Unexpected::NewtypeVariant,
                &"a struct variant",
            )),
        }
    }
}
