//! One declaration for a view and its twin.
//!
//! - `model!`: an object. `field: kind` lines become the view's getters and the twin's public fields.
//! - `union!`: one of several models, told apart by a tag. Its table is the only place that knows
//!   which tag is which model.
//! - `open_enum!`: text of which some values have a name.
//!
//! The kinds of fields, as the view and as the twin have them:
//!
//! | kind | view | twin | JSON |
//! |---|---|---|---|
//! | `text` | `Option<&str>` | `Option<String>` | string |
//! | `flag` | `Option<bool>` | same | boolean, 0, 1, or the same as text |
//! | `integer` | `Option<i64>` | same | integer, or the same as text |
//! | `decimal` | `Option<f64>` | same | text or number; written as text |
//! | `number` | `Option<f64>` | same | the same; written as a number |
//! | `seconds`, `millis` | `Option<Timestamp>` | same | integer of that unit, or RFC 3339 |
//! | `date_time` | `Option<Timestamp>` | same | RFC 3339, or seconds; written as RFC 3339 |
//! | `raw` | `Option<Value>` | `Option<Json>` | anything |
//! | `id(User)` | `Option<IdRef<User>>` | `Option<Id<User>>` | string or integer |
//! | `key(Message)` | `IdRef<Message>` | `Id<Message>` | the same, required |
//! | `open(T, TRef)` | `Option<TRef>` | `Option<T>` | string |
//! | `object(T, TRef)` | `Option<TRef>` | `Option<T>` | object |
//! | `body(T, TRef)` | `TRef` | `Box<T>` | object, required |
//! | `list(T)` | `List<T>` | `Vec<T>` | array; absent is empty |
//! | `maybe_list(T)` | `Option<List<T>>` | `Option<Vec<T>>` | array; absent is not empty |
//! | `pairs` | `Option<List<Pair>>` | `Option<Vec<[i64; 2]>>` | array of `[a, b]` |
//! | `texts` | `List<Text>` | `Vec<String>` | array; absent is empty |
//! | `maybe_texts`, `integers`, `ids(User)`, `all_ids(User)` | lists of them | | array; absent is not empty |
//!
//! `as "name"` gives the name in JSON where that is not the field's.

pub(crate) use {
    model::model,
    open_enum::open_enum,
    union::{from_tag, read_tagged, tagged_union, union},
};

mod model;
mod open_enum;
mod union;

/// The name of a field in JSON.
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

/// The slots of a model's fields: those that are named, or its own.
macro_rules! slots {
    (, $Owned:ident) => {
        &bayeux_wire::Keys::<{ bayeux_wire::slots_for($Owned::NAMES.len()) }>::new($Owned::NAMES)
    };
    ($slots:path, $Owned:ident) => {
        $slots
    };
}

/// The [`Field`](crate::field::Field) that a kind stands for.
macro_rules! field {
    (text) => { $crate::field::Maybe<$crate::field::Text> };
    (flag) => { $crate::field::Maybe<$crate::field::Flag> };
    (integer) => { $crate::field::Maybe<$crate::field::Integer> };
    (decimal) => { $crate::field::Maybe<$crate::field::Decimal> };
    (number) => { $crate::field::Maybe<$crate::field::Number> };
    (seconds) => { $crate::field::Maybe<$crate::field::Seconds> };
    (date_time) => { $crate::field::Maybe<$crate::field::DateTime> };
    (millis) => { $crate::field::Maybe<$crate::field::Millis> };
    (raw) => { $crate::field::Maybe<$crate::field::Raw> };
    (pairs) => { $crate::field::Maybe<$crate::field::All<$crate::field::Pair>> };
    (texts) => { $crate::field::ListOf<$crate::field::Text> };
    (maybe_texts) => { $crate::field::Maybe<$crate::field::Listed<$crate::field::Text>> };
    (integers) => { $crate::field::Maybe<$crate::field::Listed<$crate::field::Integer>> };
    (id $Kind:ident) => { $crate::field::Maybe<$crate::id::Id<$crate::id::kind::$Kind>> };
    (ids $Kind:ident) => {
        $crate::field::Maybe<$crate::field::Listed<$crate::id::Id<$crate::id::kind::$Kind>>>
    };
    (all_ids $Kind:ident) => {
        $crate::field::Maybe<$crate::field::All<$crate::id::Id<$crate::id::kind::$Kind>>>
    };
    (key $Kind:ident) => { $crate::field::Key<$crate::id::Id<$crate::id::kind::$Kind>> };
    (open $Owned:ident, $Ref:ident) => { $crate::field::Maybe<$Owned> };
    (object $Owned:ident, $Ref:ident) => { $crate::field::Maybe<$Owned> };
    (body $Owned:ident, $Ref:ident) => { $crate::field::Key<$crate::field::Boxed<$Owned>> };
    (list $Owned:ident) => { $crate::field::ListOf<$Owned> };
    (maybe_list $Owned:ident) => { $crate::field::Maybe<$crate::field::Listed<$Owned>> };
}

/// What a view's getter returns: the field's `Shown`, spelled so that the documentation reads well.
macro_rules! shown {
    ($f:lifetime text) => { Option<&$f str> };
    ($f:lifetime flag) => { Option<bool> };
    ($f:lifetime integer) => { Option<i64> };
    ($f:lifetime decimal) => { Option<f64> };
    ($f:lifetime number) => { Option<f64> };
    ($f:lifetime seconds) => { Option<$crate::Timestamp> };
    ($f:lifetime date_time) => { Option<$crate::Timestamp> };
    ($f:lifetime millis) => { Option<$crate::Timestamp> };
    ($f:lifetime raw) => { Option<bayeux_wire::Value<$f>> };
    ($f:lifetime pairs) => { Option<$crate::List<$f, $crate::field::Pair>> };
    ($f:lifetime texts) => { $crate::List<$f, $crate::field::Text> };
    ($f:lifetime maybe_texts) => { Option<$crate::List<$f, $crate::field::Text>> };
    ($f:lifetime integers) => { Option<$crate::List<$f, $crate::field::Integer>> };
    ($f:lifetime id $Kind:ident) => { Option<$crate::IdRef<$f, $crate::id::kind::$Kind>> };
    ($f:lifetime ids $Kind:ident) => {
        Option<$crate::List<$f, $crate::Id<$crate::id::kind::$Kind>>>
    };
    ($f:lifetime all_ids $Kind:ident) => {
        Option<$crate::List<$f, $crate::Id<$crate::id::kind::$Kind>>>
    };
    ($f:lifetime key $Kind:ident) => { $crate::IdRef<$f, $crate::id::kind::$Kind> };
    ($f:lifetime open $Owned:ident, $Ref:ident) => { Option<$Ref<$f>> };
    ($f:lifetime object $Owned:ident, $Ref:ident) => { Option<$Ref<$f>> };
    ($f:lifetime body $Owned:ident, $Ref:ident) => { $Ref<$f> };
    ($f:lifetime list $Owned:ident) => { $crate::List<$f, $Owned> };
    ($f:lifetime maybe_list $Owned:ident) => { Option<$crate::List<$f, $Owned>> };
}

/// What a twin holds: the field's `Owned`, spelled out.
macro_rules! owned {
    (text) => { Option<String> };
    (flag) => { Option<bool> };
    (integer) => { Option<i64> };
    (decimal) => { Option<f64> };
    (number) => { Option<f64> };
    (seconds) => { Option<$crate::Timestamp> };
    (date_time) => { Option<$crate::Timestamp> };
    (millis) => { Option<$crate::Timestamp> };
    (raw) => { Option<$crate::Json> };
    (pairs) => { Option<Vec<[i64; 2]>> };
    (texts) => { Vec<String> };
    (maybe_texts) => { Option<Vec<String>> };
    (integers) => { Option<Vec<i64>> };
    (id $Kind:ident) => { Option<$crate::Id<$crate::id::kind::$Kind>> };
    (ids $Kind:ident) => { Option<Vec<$crate::Id<$crate::id::kind::$Kind>>> };
    (all_ids $Kind:ident) => { Option<Vec<$crate::Id<$crate::id::kind::$Kind>>> };
    (key $Kind:ident) => { $crate::Id<$crate::id::kind::$Kind> };
    (open $Owned:ident, $Ref:ident) => { Option<$Owned> };
    (object $Owned:ident, $Ref:ident) => { Option<$Owned> };
    (body $Owned:ident, $Ref:ident) => { Box<$Owned> };
    (list $Owned:ident) => { Vec<$Owned> };
    (maybe_list $Owned:ident) => { Option<Vec<$Owned>> };
}

/// Serde for a type that is its own [`Kind`](crate::field::Kind), through [`Json`](crate::Json):
/// so a twin is read from a serde format with the same code and the same tolerance as from a frame.
macro_rules! serde_by_kind {
    ($Owned:ident) => {
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
                <Self as $crate::field::Kind>::own(&json).ok_or_else(|| {
                    let expected = <Self as $crate::field::Kind>::EXPECTED;
                    serde::de::Error::custom(format_args!("expected {expected}"))
                })
            }
        }
    };
}

pub(crate) use {field, key, owned, serde_by_kind, shown, slots};
