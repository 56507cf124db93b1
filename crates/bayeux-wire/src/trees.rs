//! Conversion into the trees of other JSON crates. Of repeated keys the last one is kept.

#[cfg(feature = "serde_json")]
mod serde_json {
    use alloc::borrow::ToOwned as _;

    use serde_json::{Number, Value as Tree};

    use crate::value::{Kind, Value};

    /// Copies the value. A value that is [unreadable](Value::unreadable) becomes `null`.
    impl From<Value<'_>> for Tree {
        fn from(value: Value<'_>) -> Self {
            match value.kind() {
                Kind::Null => Self::Null,
                Kind::Bool(value) => Self::Bool(value),
                Kind::Int(value) => Self::Number(value.into()),
                Kind::Uint(value) => Self::Number(value.into()),
                Kind::Float(value) => Number::from_f64(value).map_or(Self::Null, Self::Number),
                Kind::Str(text) => Self::String(text.to_owned()),
                Kind::Array(items) => Self::Array(items.map(Self::from).collect()),
                Kind::Object(entries) => Self::Object(
                    entries
                        .map(|(key, value)| (key.to_owned(), Self::from(value)))
                        .collect(),
                ),
            }
        }
    }
}

#[cfg(feature = "simd-json")]
mod simd_json {
    use alloc::{borrow::Cow, boxed::Box};

    use simd_json::{BorrowedValue, OwnedValue, StaticNode};

    use crate::value::{Kind, Value};

    /// Copies the value. A value that is [unreadable](Value::unreadable) becomes `null`.
    impl From<Value<'_>> for OwnedValue {
        fn from(value: Value<'_>) -> Self {
            match value.kind() {
                Kind::Str(text) => Self::String(text.into()),
                Kind::Array(items) => Self::Array(Box::new(items.map(Self::from).collect())),
                Kind::Object(entries) => Self::Object(Box::new(
                    entries
                        .map(|(key, value)| (key.into(), Self::from(value)))
                        .collect(),
                )),
                Kind::Null => Self::Static(StaticNode::Null),
                Kind::Bool(value) => Self::from(value),
                Kind::Int(value) => Self::from(value),
                Kind::Uint(value) => Self::from(value),
                Kind::Float(value) => Self::from(value),
            }
        }
    }

    /// Converts the value, and borrows all text from the frame. A value that is
    /// [unreadable](Value::unreadable) becomes `null`.
    impl<'f> From<Value<'f>> for BorrowedValue<'f> {
        fn from(value: Value<'f>) -> Self {
            match value.kind() {
                Kind::Str(text) => Self::String(Cow::Borrowed(text)),
                Kind::Array(items) => Self::Array(Box::new(items.map(Self::from).collect())),
                Kind::Object(entries) => Self::Object(Box::new(
                    entries
                        .map(|(key, value)| (Cow::Borrowed(key), Self::from(value)))
                        .collect(),
                )),
                Kind::Null => Self::Static(StaticNode::Null),
                Kind::Bool(value) => Self::from(value),
                Kind::Int(value) => Self::from(value),
                Kind::Uint(value) => Self::from(value),
                Kind::Float(value) => Self::from(value),
            }
        }
    }
}
