//! Deserialization of values into any type that implements [`serde::Deserialize`].

mod access;
mod error;

use serde::{
    Deserializer,
    de::{Error as _, IntoDeserializer, Unexpected, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};

use self::access::{Elements, Members, Variant};
pub use self::error::DeserializeError;
use crate::value::{Kind, Value};

/// Reads the value into any type, as `serde_json` reads the same text. Text is borrowed from the
/// frame, so `&'f str` and `Cow<'f, str>` cost no copy.
///
/// ```
/// use bayeux_wire::{Decoder, Frame};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Chat<'f> {
///     text: &'f str,
///     mood: Option<u8>,
/// }
///
/// let mut frame = Frame::from_bytes(br#"[{"channel":"/chat/7","data":{"text":"h\u00e9llo"}}]"#);
/// Decoder::new().decode(&mut frame)?;
/// let data = frame.message(0).and_then(|message| message.data()).expect("a message with data");
/// let chat = Chat::deserialize(data)?;
/// assert_eq!((chat.text, chat.mood), ("héllo", None));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Differences from `serde_json`: `-0` is an integer, an unpaired surrogate is U+FFFD, and a value
/// that is [unreadable](Value::unreadable) is `null`. Errors name types, and quote no content.
impl<'de> Deserializer<'de> for Value<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Int(value) => match u64::try_from(value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(value),
            },
            Kind::Uint(value) => visitor.visit_u64(value),
            Kind::Float(value) => visitor.visit_f64(value),
            Kind::Str(text) => visitor.visit_borrowed_str(text),
            Kind::Array(items) => {
                let mut elements = Elements(items);
                let value = visitor.visit_seq(&mut elements)?;
                elements.end()?;
                Ok(value)
            }
            Kind::Object(entries) => {
                let mut members = Members::new(entries);
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
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
        match self.kind() {
            Kind::Str(variant) => visitor.visit_enum(BorrowedStrDeserializer::new(variant)),
            Kind::Object(mut entries) => match (entries.next(), entries.len()) {
                (Some((variant, content)), 0) => visitor.visit_enum(Variant { variant, content }),
                _ => Err(DeserializeError::invalid_value(
                    Unexpected::Map,
                    &"an object with a single member",
                )),
            },
            _ => Err(DeserializeError::invalid_type(
                Unexpected::Other("neither a string nor an object"),
                &"a variant",
            )),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.as_str() {
            Some(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl<'de> IntoDeserializer<'de, DeserializeError> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
