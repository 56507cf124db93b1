//! The members of an object, noted in one walk and read when they are asked for.

use crate::{document::Document, node::Shape, value::Value};

/// Names of members, known when the program is compiled, and which of `M` slots each of them has.
///
/// A name is told by its length and its first and last byte, without looking at the rest of it and
/// without a branch that a processor would have to guess. Names that are none of these have slots
/// as well, and several may have the same one: [`IndexedObject::get`] finds out.
///
/// ```
/// use bayeux_wire::{Decoder, Frame, Keys};
///
/// const NAMES: &Keys<4> = &Keys::new(&["id", "text"]);
/// const ID: usize = NAMES.slot("id");
///
/// let mut frame = Frame::from_bytes(br#"{"id":1,"in_d":2,"id":3}"#);
/// Decoder::new().decode_value(&mut frame)?;
/// let members = frame.root().expect("a document").members(NAMES);
/// assert_eq!(members.get(ID, "id").and_then(|id| id.as_u64()), Some(3));
/// # Ok::<(), bayeux_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Keys<const M: usize> {
    /// What the last byte and the length count for.
    last: usize,
    len: usize,
}

/// How many slots to have for so many names: enough for each to find one of its own.
pub const fn slots_for(names: usize) -> usize {
    (2 * names).next_power_of_two()
}

impl<const M: usize> Keys<M> {
    /// Looks for a way to tell these names apart.
    ///
    /// # Panics
    ///
    /// If `M` is not a power of two: when the program is compiled, if the result is a constant.
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

    /// How many slots there are.
    #[expect(clippy::len_without_is_empty, reason = "there are always slots")]
    pub const fn len(&self) -> usize {
        M
    }

    /// How many names have a slot that is another's already; as soon as it is `enough`, that.
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

    /// The slot of a name.
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

/// How large a factor may be, and how many pairs of them are tried.
const FACTORS: usize = 32;
const ATTEMPTS: usize = FACTORS * FACTORS;

/// Where in an object the members are whose names have these slots: how many nodes there are from the
/// object's own to the key.
#[derive(Clone, Copy)]
pub(crate) struct Positions<const M: usize>([u8; M]);

/// No member.
const ABSENT: u8 = 0;
/// A member with so many nodes before it that it has to be looked for.
const FAR: u8 = u8::MAX;

impl<const M: usize> Positions<M> {
    /// Walks over the members; there are none if `object` is not one.
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

/// An object whose members have been noted: see [`Value::members`].
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

    /// The members of an object that has been walked before.
    #[inline]
    pub(crate) fn at(object: Value<'f>, positions: Positions<M>) -> Self {
        Self { object, positions }
    }

    /// The object.
    #[inline]
    pub fn object(&self) -> Value<'f> {
        self.object
    }

    /// The value of the member called `name`, which must have this [`slot`](Keys::slot) among the
    /// names that the object was asked for. Of several with that name the last, as in JavaScript.
    ///
    /// Takes no time to speak of, except where another member has got into the slot, or more than
    /// 250 keys and values come before, all that is nested counted: then the object is walked.
    #[inline]
    pub fn get(&self, slot: usize, name: &str) -> Option<Value<'f>> {
        let position = *self.positions.0.get(slot)?;
        if position == ABSENT {
            return None;
        }
        let key = self.object.position() + u32::from(position);
        if position != FAR && is_called(self.object.document(), key, name) {
            return Some(Value::new(self.object.document(), key + 1));
        }
        look(self.object, name)
    }
}

/// Whether the node at this place is a text that says `name`.
#[inline]
fn is_called(document: &Document, at: u32, name: &str) -> bool {
    let key = document.nodes().get(at as usize);
    key.is_some_and(|key| document.bytes(*key) == name.as_bytes())
}

#[cold]
fn look<'f>(object: Value<'f>, name: &str) -> Option<Value<'f>> {
    object.get(name)
}

impl<const M: usize> core::fmt::Debug for IndexedObject<'_, M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.object.fmt(f)
    }
}
