//! The error of deserialization.

use alloc::string::{String, ToString as _};
use core::fmt;

use serde::de::{Error, Expected, Unexpected};

/// A value does not have the form that a type expects.
///
/// The text names types instead of content, which may be private. A text that the type's own
/// `Deserialize` reports is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct DeserializeError {
    text: String,
}

impl Error for DeserializeError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self {
            text: text.to_string(),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = name(&found);
        Self::custom(format_args!("invalid type: {found}, expected {expected}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = name(&found);
        Self::custom(format_args!("invalid value: {found}, expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!(
            "unknown variant, expected one of {expected:?}"
        ))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown field, expected one of {expected:?}"))
    }
}

/// Name of a value's type, without its content.
fn name(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "floating point number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "null",
        Unexpected::Option => "optional value",
        Unexpected::NewtypeStruct => "newtype",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        Unexpected::Enum | Unexpected::UnitVariant => "variant",
        Unexpected::NewtypeVariant => "newtype variant",
        Unexpected::TupleVariant => "tuple variant",
        Unexpected::StructVariant => "struct variant",
        Unexpected::Other(_) => "another value",
    }
}
