//! Values that an owned form does not keep as they were sent.

use core::fmt;

use bayeux_wire::{Kind, Value};

/// Number of values in a JSON value that its owned form does not keep as they were sent.
///
/// A view of the value, and the value itself, still have all but those that are unreadable.
///
/// ```
/// use bayeux_wire::{Decoder, Frame};
/// use groupme_model::Losses;
///
/// let mut frame = Frame::from_bytes(br#"{"a":12345678901234567890123,"b":1e400,"b":2}"#);
/// Decoder::new().decode_value(&mut frame)?;
/// let losses = Losses::of(frame.root().unwrap());
/// assert_eq!((losses.unreadable, losses.rounded, losses.repeated), (1, 1, 1));
/// # Ok::<_, bayeux_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Losses {
    /// Values that count as null: nested too deeply, or numbers outside the range of a float.
    pub unreadable: usize,
    /// Integers beyond 64 bits, which become the nearest float.
    pub rounded: usize,
    /// Members with the name of a later member of their object, which is kept in their place.
    pub repeated: usize,
}

impl Losses {
    /// Counts the losses of a value. Takes time in proportion to the size of the value.
    pub fn of(value: Value<'_>) -> Self {
        let mut losses = Self::default();
        losses.add(value);
        losses
    }

    /// Returns whether nothing is lost.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    // Values are nested no deeper than the limit of the decoder.
    fn add(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Null => self.unreadable += usize::from(value.unreadable().is_some()),
            Kind::Float(_) => {
                let is_whole = |text: &str| !text.contains(['.', 'e', 'E']);
                self.rounded += usize::from(value.as_number().is_some_and(is_whole));
            }
            Kind::Array(items) => items.for_each(|item| self.add(item)),
            Kind::Object(entries) => {
                let mut names: Vec<_> = entries.clone().map(|(name, _)| name).collect();
                names.sort_unstable();
                let equal = names.windows(2).filter(|pair| pair[0] == pair[1]);
                self.repeated += equal.count();
                entries.for_each(|(_, member)| self.add(member));
            }
            Kind::Bool(_) | Kind::Int(_) | Kind::Uint(_) | Kind::Str(_) => {}
        }
    }
}

/// Writes the losses that there are, such as `2 values count as null, 1 number is rounded`.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (count, one, many) in [
            (
                self.unreadable,
                "value counts as null, being nested too deeply or outside the range of a float",
                "values count as null, being nested too deeply or outside the range of a float",
            ),
            (
                self.rounded,
                "integer of more than 64 bits is rounded",
                "integers of more than 64 bits are rounded",
            ),
            (
                self.repeated,
                "member is left out, as a later one has the same name",
                "members are left out, as later ones have the same names",
            ),
        ] {
            if count > 0 {
                let text = if count == 1 { one } else { many };
                write!(f, "{separator}{count} {text}")?;
                separator = "; ";
            }
        }
        Ok(())
    }
}
