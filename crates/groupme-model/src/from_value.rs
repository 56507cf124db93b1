//! Reading of owned types from the values of a frame.

use bayeux_wire::Value;

use crate::field::{Flag, Integer, Kind, LenientList, Number, Text};
use crate::id::{Id, IdKind};
use crate::json::Json;

/// Owned type that can be read from a value of a frame, with the tolerance of a view and without a
/// detour over another tree. Implemented by every owned type of this crate.
///
/// ```
/// use bayeux_wire::{Decoder, Frame};
/// use groupme_model::{FromValue, Group, UserId};
///
/// let mut frame = Frame::from_bytes(br#"{"groups":[{"id":1835},{"name":"no id"}],"me":185}"#);
/// Decoder::new().decode_value(&mut frame)?;
/// let root = frame.root().expect("a document");
/// let groups = root.get("groups").and_then(Vec::<Group>::from_value).expect("a list");
/// assert_eq!(groups.len(), 1);
/// assert_eq!(root.get("me").and_then(UserId::from_value), Some("185".into()));
/// # Ok::<(), bayeux_wire::DecodeError>(())
/// ```
pub trait FromValue: Sized {
    /// Reads and copies a value. `None` if the value is of another kind, or lacks a field without
    /// which it cannot be used.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl<K: IdKind> FromValue for Id<K> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        <Self as Kind>::decode(value)
    }
}

/// Skips elements that cannot be read.
impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if !LenientList::<Text>::accepts(value) {
            return None;
        }
        // Owned types are large: a list that grew by doubling would take twice their memory.
        let objects = value.items().filter(|item| item.is_object()).count();
        let mut list = Self::with_capacity(objects);
        list.extend(value.items().filter_map(T::from_value));
        Some(list)
    }
}

/// `null` is `Some(None)`.
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if value.is_null() {
            Some(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

impl FromValue for Json {
    fn from_value(value: Value<'_>) -> Option<Self> {
        Some(Self::from(value))
    }
}

macro_rules! scalars_from_value {
    ($( $Type:ty as $Kind:ty; )*) => { $(
        impl FromValue for $Type {
            fn from_value(value: Value<'_>) -> Option<Self> {
                <$Kind>::decode(value)
            }
        }
    )* };
}

scalars_from_value! {
    String as Text;
    bool as Flag;
    i64 as Integer;
    f64 as Number;
}
