//! `model!`: an object.

/// Declares an object: its view, its twin, and all that makes them one.
///
/// `tagged "type"` names a member that belongs to the union this model is part of, and `indexed by`
/// the slots that its members have there.
/// `reports path` names a function that reports more than the fields show.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $Owned:ident as $Ref:ident
        $(, tagged $tag:literal)?
        $(, indexed by $slots:path)?
        $(, reports $report:path)?
        {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $kind:ident $(($($arg:ident),+))? $(as $key:literal)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        ///
        /// Owned; the view is
        #[doc = concat!("[`", stringify!($Ref), "`].")]
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Owned {
            $(
                $(#[$field_meta])*
                pub $field: $crate::macros::owned!($kind $($($arg),+)?),
            )*
            /// Members that the model does not know, or could not read.
            pub extra: $crate::Extra,
        }

        $(#[$meta])*
        ///
        /// A view; the owned twin is
        #[doc = concat!("[`", stringify!($Owned), "`].")]
        #[derive(Clone, Copy)]
        pub struct $Ref<'f> {
            indexed: bayeux_wire::IndexedObject<'f, { $Owned::SLOTS.len() }>,
            $(
                $field:
                    <$crate::macros::field!($kind $($($arg),+)?) as $crate::field::Field>::Kept<'f>,
            )*
        }

        impl<'f> $Ref<'f> {
            /// Reads an object, in one walk over its members. `None` if it is not an object, or
            /// lacks what it cannot be used without.
            pub fn from_value(value: bayeux_wire::Value<'f>) -> Option<Self> {
                <$Owned as $crate::field::Kind>::show(value)
            }

            /// Reads an object whose members have been noted.
            pub(crate) fn from_members(
                indexed: bayeux_wire::IndexedObject<'f, { $Owned::SLOTS.len() }>,
            ) -> Option<Self> {
                Some(Self {
                    $(
                        $field: <$crate::macros::field!($kind $($($arg),+)?)
                            as $crate::field::Field>::keep(|| {
                                indexed.get(
                                    const {
                                        $Owned::SLOTS.slot($crate::macros::key!($field $($key)?))
                                    },
                                    $crate::macros::key!($field $($key)?),
                                )
                            })?,
                    )*
                    indexed,
                })
            }

            $(
                $(#[$field_meta])*
                #[inline]
                pub fn $field(&self) -> $crate::macros::shown!('f $kind $($($arg),+)?) {
                    <$crate::macros::field!($kind $($($arg),+)?)
                        as $crate::field::Field>::show(self.$field, || {
                            self.indexed.get(
                                const { $Owned::SLOTS.slot($crate::macros::key!($field $($key)?)) },
                                $crate::macros::key!($field $($key)?),
                            )
                        })
                }
            )*

            /// The object as it was received.
            pub fn raw(&self) -> bayeux_wire::Value<'f> {
                self.indexed.object()
            }

            /// The fields that could not be read and count as absent, with those of all parts.
            pub fn problems(&self) -> Vec<$crate::Problem> {
                use $crate::field::Kind;
                $crate::finding::Findings::of(|findings| $Owned::report(self.raw(), findings))
                    .into_problems()
            }

            /// The paths of members that the model does not know, with those of all parts.
            pub fn unknown_fields(&self) -> Vec<String> {
                use $crate::field::Kind;
                $crate::finding::Findings::of(|findings| $Owned::report(self.raw(), findings))
                    .into_unknown()
            }

            /// Copies everything out of the frame.
            pub fn into_owned(self) -> $Owned {
                // A view of it exists, so nothing that is required is missing.
                <$Owned as $crate::field::Kind>::own(self.raw()).unwrap_or_default()
            }
        }

        impl $Owned {
            /// The fields by their names in JSON, in the order in which they are declared.
            const NAMES: &[&str] = &[$($crate::macros::key!($field $($key)?)),*];

            /// The slots of the members of a view.
            const SLOTS: &bayeux_wire::Keys<{ $crate::macros::slots!($($slots)?, Self).len() }> =
                $crate::macros::slots!($($slots)?, Self);

            /// The place of a field among `NAMES`, as a constant.
            const fn index(key: &str) -> usize {
                $crate::names::index_of(Self::NAMES, key)
            }

            /// The same at run time: a `match` is compiled to a jump by length, and few comparisons.
            #[inline]
            fn find(key: &str) -> Option<usize> {
                match key {
                    $( $crate::macros::key!($field $($key)?) =>
                        Some(const { Self::index($crate::macros::key!($field $($key)?)) }), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Debug for $Ref<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($Ref))
                    $( .field(stringify!($field), &self.$field()) )*
                    .finish_non_exhaustive()
            }
        }

        /// Equality of what was received.
        impl PartialEq for $Ref<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.raw() == other.raw()
            }
        }

        /// Equality field by field, with what the model does not know.
        impl PartialEq<$Owned> for $Ref<'_> {
            fn eq(&self, other: &$Owned) -> bool {
                $(
                    <$crate::macros::field!($kind $($($arg),+)?)
                        as $crate::field::Field>::matches(self.$field(), &other.$field)
                    &&
                )*
                self.into_owned().extra == other.extra
            }
        }

        impl PartialEq<$Ref<'_>> for $Owned {
            fn eq(&self, other: &$Ref<'_>) -> bool {
                other == self
            }
        }

        impl From<$Ref<'_>> for $Owned {
            fn from(view: $Ref<'_>) -> Self {
                view.into_owned()
            }
        }

        impl $crate::field::Kind for $Owned {
            type Shown<'f> = $Ref<'f>;
            type Owned = Self;

            const EXPECTED: &'static str = concat!("a usable ", stringify!($Owned), " object");

            fn show(value: bayeux_wire::Value<'_>) -> Option<$Ref<'_>> {
                if !value.is_object() {
                    return None;
                }
                $Ref::from_members(value.indexed(Self::SLOTS))
            }

            fn own<'s, S: $crate::source::Source<'s>>(source: S) -> Option<Self> {
                if !source.is_object() {
                    return None;
                }
                let mut extra = $crate::Extra::new();
                let mut found = [None; Self::NAMES.len()];
                for (key, value) in source.members() {
                    match Self::find(key) {
                        Some(index) => found[index] = Some(value),
                        $( None if key == $tag => {} )?
                        None => {
                            extra.insert(key.to_owned(), value.to_json());
                        }
                    }
                }
                Some(Self {
                    $(
                        $field: <$crate::macros::field!($kind $($($arg),+)?)
                            as $crate::field::Field>::own(
                                $crate::macros::key!($field $($key)?),
                                found[const { Self::index($crate::macros::key!($field $($key)?)) }],
                                &mut extra,
                            )?,
                    )*
                    extra,
                })
            }

            fn matches(shown: $Ref<'_>, owned: &Self) -> bool {
                shown == *owned
            }

            fn accepts<'s, S: $crate::source::Source<'s>>(source: S) -> bool {
                source.is_object()
                    $(
                        && <$crate::macros::field!($kind $($($arg),+)?)
                            as $crate::field::Field>::completes(|| {
                                source.member($crate::macros::key!($field $($key)?))
                            })
                    )*
            }

            fn report<'s, S: $crate::source::Source<'s>>(
                source: S,
                findings: &mut $crate::finding::Findings,
            ) {
                if !Self::accepts(source) {
                    findings.problem(Self::EXPECTED, source.shape());
                }
                let mut found = [None; Self::NAMES.len()];
                for (key, value) in source.members() {
                    match Self::find(key) {
                        Some(index) => found[index] = Some(value),
                        $( None if key == $tag => {} )?
                        None => findings.unknown_member(key),
                    }
                }
                $(
                    <$crate::macros::field!($kind $($($arg),+)?)
                        as $crate::field::Field>::report(
                            $crate::macros::key!($field $($key)?),
                            found[const { Self::index($crate::macros::key!($field $($key)?)) }],
                            findings,
                        );
                )*
                $( $report(source, findings); )?
            }

            #[cfg(feature = "serde")]
            fn write<S: serde::Serializer>(
                owned: &Self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                owned.write_members(&mut map)?;
                map.end()
            }
        }

        #[cfg(feature = "serde")]
        impl $Owned {
            pub(crate) fn write_members<M: serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> Result<(), M::Error> {
                $(
                    <$crate::macros::field!($kind $($($arg),+)?) as $crate::field::Field>::write(
                        $crate::macros::key!($field $($key)?),
                        &self.$field,
                        &self.extra,
                        map,
                    )?;
                )*
                for (key, value) in &self.extra {
                    let outdated = match key.as_str() {
                        $(
                            $crate::macros::key!($field $($key)?) =>
                                <$crate::macros::field!($kind $($($arg),+)?)
                                    as $crate::field::Field>::is_present(&self.$field),
                        )*
                        _ => false,
                    };
                    if !outdated {
                        map.serialize_entry(key, value)?;
                    }
                }
                Ok(())
            }
        }

        $crate::macros::serde_by_kind!($Owned);
    };
}

pub(crate) use model;
