//! Lazy lists of a frame.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use bayeux_wire::{Items, Value};

use crate::field::Kind;

/// Iterator over the elements of a list in a frame.
///
/// Elements are read when the iterator reaches them, without allocation. An element of another kind
/// is skipped, and the `problems()` of the view that the list comes from name it.
pub struct List<'f, T> {
    items: Option<Items<'f>>,
    kind: PhantomData<fn() -> T>,
}

impl<'f, T> List<'f, T> {
    pub(crate) fn new(value: Value<'f>) -> Self {
        Self {
            items: Some(value.items()),
            kind: PhantomData,
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            items: None,
            kind: PhantomData,
        }
    }
}

impl<'f, T: Kind> Iterator for List<'f, T> {
    type Item = T::View<'f>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.items.as_mut()?.find_map(T::view)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (
            0,
            Some(self.items.as_ref().map_or(0, ExactSizeIterator::len)),
        )
    }
}

impl<T: Kind> FusedIterator for List<'_, T> {}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            kind: PhantomData,
        }
    }
}

impl<'f, T: Kind> fmt::Debug for List<'f, T>
where
    T::View<'f>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
