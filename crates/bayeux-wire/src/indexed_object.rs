//! Objects whose members are located in one walk and read on demand.

use crate::{document::Document, node::Shape, value::Value};

/// A perfect hash over a fixed set of keys, computed at compile time: each key maps to one of `M`
/// slots.
///
/// The hash combines length, first and last byte, without a branch on the input. Keys outside the
/// set map to slots too, and may collide; [`IndexedObject::get`] resolves collisions by comparing
/// the key.
///
/// Public for the macros of `groupme-model`, and not part of the stable interface.
///
/// ```
/// use bayeux_wire::{Decoder, Frame, Keys};
///
/// const KEYS: &Keys<4> = &Keys::new(&["id", "text"]);
/// const ID: usize = KEYS.slot("id");
///
/// let mut frame = Frame::from_bytes(br#"{"id":1,"in_d":2,"id":3}"#);
/// Decoder::new().decode_value(&mut frame)?;
/// let object = frame.root().expect("a document").indexed(KEYS);
/// assert_eq!(object.get(ID, "id").and_then(|id| id.as_u64()), Some(3));
/// # Ok::<(), bayeux_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Keys<const M: usize> {
    /// Factor of the last byte.
    last: usize,
    /// Factor of the length.
    len: usize,
}

/// Returns a number of slots that lets [`Keys::new`] give each of `names` keys its own slot.
pub const fn slots_for(names: usize) -> usize {
    (2 * names).next_power_of_two()
}

impl<const M: usize> Keys<M> {
    /// Searches for factors under which as few keys as possible share a slot.
    ///
    /// # Panics
    ///
    /// Panics if `M` is not a power of two; at compile time, if the result is a constant.
    pub const fn new(names: &[&str]) -> Self {
        assert!(M.is_power_of_two(), "slots are a power of two");
        let mut best = Self { last: 1, len: 1 };
        let mut least = best.shared(names, usize::MAX);
        let mut attempt = 0;
        while least > 0 && attempt < ATTEMPTS {
            let next = Self {
                last: attempt % FACTORS,
                len: attempt / FACTORS,
            };
            let shared = next.shared(names, least);
            if shared < least {
                (best, least) = (next, shared);
            }
            attempt += 1;
        }
        best
    }

    /// Returns the number of slots.
    #[expect(clippy::len_without_is_empty, reason = "there are always slots")]
    pub const fn len(&self) -> usize {
        M
    }

    /// Counts the keys whose slot another key already has, up to `enough`.
    const fn shared(&self, names: &[&str], enough: usize) -> usize {
        let mut taken = [false; M];
        let (mut index, mut shared) = (0, 0);
        while index < names.len() && shared < enough {
            let slot = self.slot(names[index]);
            if taken[slot] {
                shared += 1;
            }
            taken[slot] = true;
            index += 1;
        }
        shared
    }

    /// Returns the slot of a key.
    #[inline]
    pub const fn slot(&self, name: &str) -> usize {
        self.slot_of(name.as_bytes())
    }

    #[inline]
    const fn slot_of(&self, bytes: &[u8]) -> usize {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            return 0;
        };
        let (first, last) = (*first as usize, *last as usize);
        let last = last.wrapping_mul(self.last);
        let len = bytes.len().wrapping_mul(self.len);
        first.wrapping_add(last).wrapping_add(len) % M
    }
}

/// Upper bound of a factor.
const FACTORS: usize = 32;
/// Number of pairs of factors to try.
const ATTEMPTS: usize = FACTORS * FACTORS;

/// For each slot, the distance in nodes from an object's own node to the key that has the slot.
#[derive(Clone, Copy)]
pub(crate) struct Positions<const M: usize>([u8; M]);

/// No member has the slot.
const ABSENT: u8 = 0;
/// The member is too far away for a `u8` and has to be searched for.
const FAR: u8 = u8::MAX;

impl<const M: usize> Positions<M> {
    /// Walks over the members of `object`. All slots are absent if it is not an object.
    #[inline]
    pub(crate) fn of(object: Value<'_>, names: &Keys<M>) -> Self {
        let mut positions = Self([ABSENT; M]);
        let node = object.node();
        if node.shape() != Shape::Object {
            return positions;
        }
        let document = object.document();
        let nodes = document.nodes().get(object.position() as usize..);
        let nodes = nodes.and_then(|nodes| nodes.get(..=node.inner()));
        let nodes = nodes.unwrap_or_default();
        let mut at = 1;
        while let Some([key, value, ..]) = nodes.get(at..) {
            let slot = names.slot_of(document.bytes(*key));
            positions.0[slot] = u8::try_from(at).unwrap_or(FAR);
            at += 2 + value.inner();
        }
        positions
    }
}

/// An object with indexed members: see [`Value::indexed`].
#[derive(Clone, Copy)]
pub struct IndexedObject<'f, const M: usize> {
    object: Value<'f>,
    positions: Positions<M>,
}

impl<'f, const M: usize> IndexedObject<'f, M> {
    #[inline]
    pub(crate) fn new(object: Value<'f>, names: &Keys<M>) -> Self {
        let positions = Positions::of(object, names);
        Self { object, positions }
    }

    /// Creates an indexed object from the positions of an earlier walk.
    #[inline]
    pub(crate) fn from_positions(object: Value<'f>, positions: Positions<M>) -> Self {
        Self { object, positions }
    }

    /// Returns the object itself.
    #[inline]
    pub fn object(&self) -> Value<'f> {
        self.object
    }

    /// Returns the value of the key `name`, whose [`slot`](Keys::slot) must be `slot` under the
    /// keys that the object was indexed with. The last of repeated keys counts, as in JavaScript.
    ///
    /// Takes constant time, except if another key of the object has the same slot, or more than 250
    /// keys and values come before, nested ones included: then the object is searched.
    #[inline]
    pub fn get(&self, slot: usize, name: &str) -> Option<Value<'f>> {
        let position = *self.positions.0.get(slot)?;
        if position == ABSENT {
            return None;
        }
        let key = self.object.position() + u32::from(position);
        if position != FAR && is_key(self.object.document(), key, name) {
            return Some(Value::new(self.object.document(), key + 1));
        }
        search(self.object, name)
    }
}

/// Returns whether the node at `at` is a string equal to `name`.
#[inline]
fn is_key(document: &Document, at: u32, name: &str) -> bool {
    let key = document.nodes().get(at as usize);
    key.is_some_and(|key| document.bytes(*key) == name.as_bytes())
}

#[cold]
fn search<'f>(object: Value<'f>, name: &str) -> Option<Value<'f>> {
    object.get(name)
}

impl<const M: usize> core::fmt::Debug for IndexedObject<'_, M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.object.fmt(f)
    }
}
