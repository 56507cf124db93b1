//! The members of an object in a frame, noted in one walk and read when they are asked for.

use bayeux_wire::Value;

use crate::source::Source as _;

/// An object, and where in it the values of the `N` fields of a model are: two bytes each, so that a
/// view is small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'f, const N: usize> {
    object: Value<'f>,
    /// By field; `ABSENT` and `FAR` are not positions.
    positions: [u16; N],
}

impl<'f, const N: usize> Members<'f, N> {
    /// Walks over an object once. `field` answers which field a name is; of several members of the
    /// same name the last counts.
    #[inline]
    pub(crate) fn of(object: Value<'f>, field: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        if !object.is_object() {
            return None;
        }
        let mut positions = [ABSENT; N];
        for (key, value) in object.entries() {
            if let Some(index) = field(key) {
                positions[index] = u16::try_from(value.position_in(object)).unwrap_or(FAR);
            }
        }
        Some(Self { object, positions })
    }

    pub(crate) fn object(&self) -> Value<'f> {
        self.object
    }

    /// The value of the field at `index`, which is called `key`, if there is one.
    #[inline]
    pub(crate) fn value(&self, index: usize, key: &str) -> Option<Value<'f>> {
        match self.positions[index] {
            ABSENT => None,
            FAR => far(self.object, key),
            position => self.object.part(usize::from(position)),
        }
    }
}

#[cold]
fn far<'f>(object: Value<'f>, key: &str) -> Option<Value<'f>> {
    object.get(key)
}

/// No member: at position 0 is the object itself.
const ABSENT: u16 = 0;
/// A member behind so many others that it has to be looked for.
const FAR: u16 = u16::MAX;

/// Where in `names` is `name`, for constants.
///
/// # Panics
///
/// If it is not there: when the crate is compiled.
pub(crate) const fn index_of(names: &[&str], name: &str) -> usize {
    let mut index = 0;
    while index < names.len() {
        if is_same(names[index].as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("there is a field of that name");
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
