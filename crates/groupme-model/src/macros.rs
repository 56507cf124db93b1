//! Macros that declare a view and its owned type together.
//!
//! - `model!` declares an object. Each `field: kind` line becomes a getter of the view and a public
//!   field of the owned type.
//! - `union!` declares an enum of models that a tag distinguishes. Its table is the only place that
//!   maps tags to models.
//! - `open_enum!` declares text with named values that keeps any other value.
//!
//! Kinds of fields, with their types in the view and in the owned type:
//!
//! | kind | view | owned type | JSON |
//! |---|---|---|---|
//! | `text` | `Option<&str>` | `Option<String>` | string |
//! | `flag` | `Option<bool>` | same | boolean, 0, 1, or the same as text |
//! | `integer` | `Option<i64>` | same | integer, or the same as text |
//! | `decimal` | `Option<f64>` | same | text or number; written as text |
//! | `number` | `Option<f64>` | same | text or number; written as a number |
//! | `seconds`, `millis` | `Option<Timestamp>` | same | integer of that unit, or RFC 3339 |
//! | `date_time` | `Option<Timestamp>` | same | RFC 3339, or seconds; written as RFC 3339 |
//! | `local_time` | `Option<DateTime>` | same | RFC 3339 with its offset, or seconds |
//! | `raw` | `Option<Value>` | `Option<Json>` | anything |
//! | `id(User)` | `Option<IdRef<User>>` | `Option<Id<User>>` | string or integer |
//! | `required_id(Message)` | `IdRef<Message>` | `Id<Message>` | string or integer, required |
//! | `open_enum(T, TRef)` | `Option<TRef>` | `Option<T>` | string |
//! | `object(T, TRef)` | `Option<TRef>` | `Option<T>` | object |
//! | `required_object(T, TRef)` | `TRef` | `Box<T>` | object, required |
//! | `list(T)` | `List<T>` | `Vec<T>` | array; absent is empty |
//! | `optional_list(T)` | `Option<List<T>>` | `Option<Vec<T>>` | array; absent is not empty |
//! | `pairs` | `Option<List<Pair>>` | `Option<Vec<[i64; 2]>>` | array of `[a, b]` |
//! | `texts` | `List<Text>` | `Vec<String>` | array; absent is empty |
//! | `optional_texts`, `integers`, `ids(User)`, `strict_ids(User)` | lists of these | | array; absent is not empty |
//!
//! `as "name"` gives the JSON key where it differs from the name of the field.

pub(crate) use {
    model::model,
    open_enum::open_enum,
    union::{from_tag, read_tagged, tagged_union, union},
};

mod model;
mod open_enum;
mod union;

/// JSON key of a field.
macro_rules! json_key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

/// Key table of a model: the shared table that is named, or the model's own.
macro_rules! slots {
    (, $Owned:ident) => {
        &bayeux_wire::Keys::<{ bayeux_wire::slots_for($Owned::KEYS.len()) }>::new($Owned::KEYS)
    };
    ($slots:path, $Owned:ident) => {
        $slots
    };
}

/// Sentence about the form in JSON, for the documentation of a field whose type does not say it.
macro_rules! wire_form {
    (seconds) => {
        "Sent in seconds since the Unix epoch."
    };
    (millis) => {
        "Sent in milliseconds since the Unix epoch."
    };
    (date_time) => {
        "Sent as RFC 3339 text."
    };
    (local_time) => {
        "Sent as RFC 3339 text, with the offset of its place."
    };
    (decimal) => {
        "Sent as text, sometimes as a number."
    };
    ($kind:ident) => {
        ""
    };
}

/// [`Field`](crate::field::Field) type of a kind.
macro_rules! field_type {
    (text) => { $crate::field::Optional<$crate::field::Text> };
    (flag) => { $crate::field::Optional<$crate::field::Flag> };
    (integer) => { $crate::field::Optional<$crate::field::Integer> };
    (decimal) => { $crate::field::Optional<$crate::field::Decimal> };
    (number) => { $crate::field::Optional<$crate::field::Number> };
    (seconds) => { $crate::field::Optional<$crate::field::Seconds> };
    (date_time) => { $crate::field::Optional<$crate::field::DateTime> };
    (local_time) => { $crate::field::Optional<$crate::field::LocalTime> };
    (millis) => { $crate::field::Optional<$crate::field::Millis> };
    (raw) => { $crate::field::Optional<$crate::field::Raw> };
    (pairs) => { $crate::field::Optional<$crate::field::StrictList<$crate::field::Pair>> };
    (texts) => { $crate::field::ListOrEmpty<$crate::field::Text> };
    (optional_texts) => { $crate::field::Optional<$crate::field::LenientList<$crate::field::Text>> };
    (integers) => { $crate::field::Optional<$crate::field::LenientList<$crate::field::Integer>> };
    (id $Kind:ident) => { $crate::field::Optional<$crate::id::Id<$crate::id::kind::$Kind>> };
    (ids $Kind:ident) => {
        $crate::field::Optional<$crate::field::LenientList<$crate::id::Id<$crate::id::kind::$Kind>>>
    };
    (strict_ids $Kind:ident) => {
        $crate::field::Optional<$crate::field::StrictList<$crate::id::Id<$crate::id::kind::$Kind>>>
    };
    (required_id $Kind:ident) => { $crate::field::Required<$crate::id::Id<$crate::id::kind::$Kind>> };
    (open_enum $Owned:ident, $Ref:ident) => { $crate::field::Optional<$Owned> };
    (object $Owned:ident, $Ref:ident) => { $crate::field::Optional<$Owned> };
    (required_object $Owned:ident, $Ref:ident) => { $crate::field::Required<$crate::field::Boxed<$Owned>> };
    (list $Owned:ident) => { $crate::field::ListOrEmpty<$Owned> };
    (optional_list $Owned:ident) => { $crate::field::Optional<$crate::field::LenientList<$Owned>> };
}

/// Return type of a view's getter: the field's `View`, spelled out for the documentation.
macro_rules! view_type {
    ($f:lifetime text) => { Option<&$f str> };
    ($f:lifetime flag) => { Option<bool> };
    ($f:lifetime integer) => { Option<i64> };
    ($f:lifetime decimal) => { Option<f64> };
    ($f:lifetime number) => { Option<f64> };
    ($f:lifetime seconds) => { Option<$crate::Timestamp> };
    ($f:lifetime date_time) => { Option<$crate::Timestamp> };
    ($f:lifetime local_time) => { Option<$crate::DateTime> };
    ($f:lifetime millis) => { Option<$crate::Timestamp> };
    ($f:lifetime raw) => { Option<bayeux_wire::Value<$f>> };
    ($f:lifetime pairs) => { Option<$crate::List<$f, $crate::field::Pair>> };
    ($f:lifetime texts) => { $crate::List<$f, $crate::field::Text> };
    ($f:lifetime optional_texts) => { Option<$crate::List<$f, $crate::field::Text>> };
    ($f:lifetime integers) => { Option<$crate::List<$f, $crate::field::Integer>> };
    ($f:lifetime id $Kind:ident) => { Option<$crate::IdRef<$f, $crate::id::kind::$Kind>> };
    ($f:lifetime ids $Kind:ident) => {
        Option<$crate::List<$f, $crate::Id<$crate::id::kind::$Kind>>>
    };
    ($f:lifetime strict_ids $Kind:ident) => {
        Option<$crate::List<$f, $crate::Id<$crate::id::kind::$Kind>>>
    };
    ($f:lifetime required_id $Kind:ident) => { $crate::IdRef<$f, $crate::id::kind::$Kind> };
    ($f:lifetime open_enum $Owned:ident, $Ref:ident) => { Option<$Ref<$f>> };
    ($f:lifetime object $Owned:ident, $Ref:ident) => { Option<$Ref<$f>> };
    ($f:lifetime required_object $Owned:ident, $Ref:ident) => { $Ref<$f> };
    ($f:lifetime list $Owned:ident) => { $crate::List<$f, $Owned> };
    ($f:lifetime optional_list $Owned:ident) => { Option<$crate::List<$f, $Owned>> };
}

/// Type of an owned type's field: the field's `Owned`, spelled out for the documentation.
macro_rules! owned_type {
    (text) => { Option<String> };
    (flag) => { Option<bool> };
    (integer) => { Option<i64> };
    (decimal) => { Option<f64> };
    (number) => { Option<f64> };
    (seconds) => { Option<$crate::Timestamp> };
    (date_time) => { Option<$crate::Timestamp> };
    (local_time) => { Option<$crate::DateTime> };
    (millis) => { Option<$crate::Timestamp> };
    (raw) => { Option<$crate::Json> };
    (pairs) => { Option<Vec<[i64; 2]>> };
    (texts) => { Vec<String> };
    (optional_texts) => { Option<Vec<String>> };
    (integers) => { Option<Vec<i64>> };
    (id $Kind:ident) => { Option<$crate::Id<$crate::id::kind::$Kind>> };
    (ids $Kind:ident) => { Option<Vec<$crate::Id<$crate::id::kind::$Kind>>> };
    (strict_ids $Kind:ident) => { Option<Vec<$crate::Id<$crate::id::kind::$Kind>>> };
    (required_id $Kind:ident) => { $crate::Id<$crate::id::kind::$Kind> };
    (open_enum $Owned:ident, $Ref:ident) => { Option<$Owned> };
    (object $Owned:ident, $Ref:ident) => { Option<$Owned> };
    (required_object $Owned:ident, $Ref:ident) => { Box<$Owned> };
    (list $Owned:ident) => { Vec<$Owned> };
    (optional_list $Owned:ident) => { Option<Vec<$Owned>> };
}

/// Implements [`FromValue`](crate::FromValue) and serde for a type that is its own
/// [`Kind`](crate::field::Kind).
///
/// Deserialization goes through [`Json`](crate::Json), so an owned type is read from a serde format
/// with the same code and the same tolerance as from a frame.
macro_rules! impl_reading {
    ($Owned:ident, $Ref:ident) => {
        $crate::macros::impl_reading!($Owned);

        /// Writes the same as the owned type.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $Ref<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.into_owned().serialize(serializer)
            }
        }
    };
    ($Owned:ident) => {
        impl $crate::FromValue for $Owned {
            fn from_value(value: bayeux_wire::Value<'_>) -> Option<Self> {
                <Self as $crate::field::Kind>::decode(value)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $Owned {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <Self as $crate::field::Kind>::write(self, serializer)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $Owned {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = $crate::Json::deserialize(deserializer)?;
                <Self as $crate::field::Kind>::decode(&json).ok_or_else(|| {
                    let expected = <Self as $crate::field::Kind>::EXPECTED;
                    serde::de::Error::custom(format_args!("expected {expected}"))
                })
            }
        }
    };
}

pub(crate) use {field_type, impl_reading, json_key, owned_type, slots, view_type, wire_form};
