//! `model!`, the macro that declares an object.

/// Declares an object: its view, its owned type, and the conversions between them.
///
/// - `tagged "type"` names a member that belongs to the union this model is part of.
/// - `indexed by` names the key table that the models of the union share.
/// - `reports path` names a function that reports more diagnostics than the fields do.
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
                #[doc = ""]
                #[doc = $crate::macros::wire_form!($kind)]
                pub $field: $crate::macros::owned_type!($kind $($($arg),+)?),
            )*
            /// Members that the model does not know or could not read.
            pub extra: $crate::Extra,
        }

        $(#[$meta])*
        ///
        /// A view; the owned type is
        #[doc = concat!("[`", stringify!($Owned), "`].")]
        #[derive(Clone, Copy)]
        pub struct $Ref<'f> {
            indexed: bayeux_wire::IndexedObject<'f, { $Owned::SLOTS.len() }>,
            $(
                $field:
                    <$crate::macros::field_type!($kind $($($arg),+)?) as $crate::field::Field>::Cached<'f>,
            )*
        }

        impl<'f> $Ref<'f> {
            /// Reads an object, in one walk over its members. `None` if the value is not an object
            /// or lacks a required field.
            pub fn from_value(value: bayeux_wire::Value<'f>) -> Option<Self> {
                <$Owned as $crate::field::Kind>::view(value)
            }

            /// Reads an object whose members have been indexed.
            pub(crate) fn from_members(
                indexed: bayeux_wire::IndexedObject<'f, { $Owned::SLOTS.len() }>,
            ) -> Option<Self> {
                Some(Self {
                    $(
                        $field: <$crate::macros::field_type!($kind $($($arg),+)?)
                            as $crate::field::Field>::cache(|| {
                                indexed.get(
                                    const {
                                        $Owned::SLOTS.slot($crate::macros::json_key!($field $($key)?))
                                    },
                                    $crate::macros::json_key!($field $($key)?),
                                )
                            })?,
                    )*
                    indexed,
                })
            }

            $(
                $(#[$field_meta])*
                #[doc = ""]
                #[doc = $crate::macros::wire_form!($kind)]
                #[inline]
                pub fn $field(&self) -> $crate::macros::view_type!('f $kind $($($arg),+)?) {
                    <$crate::macros::field_type!($kind $($($arg),+)?)
                        as $crate::field::Field>::view(self.$field, || {
                            self.indexed.get(
                                const { $Owned::SLOTS.slot($crate::macros::json_key!($field $($key)?)) },
                                $crate::macros::json_key!($field $($key)?),
                            )
                        })
                }
            )*

            /// Returns the object as received.
            pub fn raw(&self) -> bayeux_wire::Value<'f> {
                self.indexed.object()
            }

            /// Returns the fields that could not be read and count as absent, at any depth.
            pub fn problems(&self) -> Vec<$crate::Problem> {
                use $crate::field::Kind;
                $crate::diagnostics::Diagnostics::of(|diagnostics| $Owned::report(self.raw(), diagnostics))
                    .into_problems()
            }

            /// Returns the paths of members that the model does not know, at any depth.
            pub fn unknown_fields(&self) -> Vec<String> {
                use $crate::field::Kind;
                $crate::diagnostics::Diagnostics::of(|diagnostics| $Owned::report(self.raw(), diagnostics))
                    .into_unknown()
            }

            /// Copies the object out of the frame.
            pub fn into_owned(self) -> $Owned {
                // The view exists, so no required field is absent and this never falls back.
                <$Owned as $crate::field::Kind>::decode(self.raw()).unwrap_or_default()
            }
        }

        impl $Owned {
            /// JSON keys of the fields, in the order of declaration.
            const KEYS: &[&str] = &[$($crate::macros::json_key!($field $($key)?)),*];

            /// Key table by which a view indexes its members.
            const SLOTS: &bayeux_wire::Keys<{ $crate::macros::slots!($($slots)?, Self).len() }> =
                $crate::macros::slots!($($slots)?, Self);

            /// Position of a key in `KEYS`, at compile time.
            const fn index(key: &str) -> usize {
                $crate::keys::position(Self::KEYS, key)
            }

            /// Position of a key in `KEYS`, at run time. A `match` compiles to a jump by length and
            /// few comparisons.
            #[inline]
            fn find(key: &str) -> Option<usize> {
                match key {
                    $( $crate::macros::json_key!($field $($key)?) =>
                        Some(const { Self::index($crate::macros::json_key!($field $($key)?)) }), )*
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

        /// Compares the received objects.
        impl PartialEq for $Ref<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.raw() == other.raw()
            }
        }

        /// Compares field by field, including unknown members.
        impl PartialEq<$Owned> for $Ref<'_> {
            fn eq(&self, other: &$Owned) -> bool {
                $(
                    <$crate::macros::field_type!($kind $($($arg),+)?)
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
            type View<'f> = $Ref<'f>;
            type Owned = Self;

            const EXPECTED: &'static str = concat!("a usable ", stringify!($Owned), " object");

            fn view(value: bayeux_wire::Value<'_>) -> Option<$Ref<'_>> {
                if !value.is_object() {
                    return None;
                }
                $Ref::from_members(value.indexed(Self::SLOTS))
            }

            fn decode<'s, S: $crate::json_source::JsonSource<'s>>(source: S) -> Option<Self> {
                if !source.is_object() {
                    return None;
                }
                let mut extra = $crate::Extra::new();
                let mut found = [None; Self::KEYS.len()];
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
                        $field: <$crate::macros::field_type!($kind $($($arg),+)?)
                            as $crate::field::Field>::decode(
                                $crate::macros::json_key!($field $($key)?),
                                found[const { Self::index($crate::macros::json_key!($field $($key)?)) }],
                                &mut extra,
                            )?,
                    )*
                    extra,
                })
            }

            fn matches(view: $Ref<'_>, owned: &Self) -> bool {
                view == *owned
            }

            fn accepts<'s, S: $crate::json_source::JsonSource<'s>>(source: S) -> bool {
                source.is_object()
                    $(
                        && <$crate::macros::field_type!($kind $($($arg),+)?)
                            as $crate::field::Field>::satisfies(|| {
                                source.member($crate::macros::json_key!($field $($key)?))
                            })
                    )*
            }

            fn report<'s, S: $crate::json_source::JsonSource<'s>>(
                source: S,
                diagnostics: &mut $crate::diagnostics::Diagnostics,
            ) {
                if !Self::accepts(source) {
                    diagnostics.problem(Self::EXPECTED, source.shape());
                }
                let mut found = [None; Self::KEYS.len()];
                for (key, value) in source.members() {
                    match Self::find(key) {
                        Some(index) => found[index] = Some(value),
                        $( None if key == $tag => {} )?
                        None => diagnostics.unknown_member(key, value),
                    }
                }
                $(
                    <$crate::macros::field_type!($kind $($($arg),+)?)
                        as $crate::field::Field>::report(
                            $crate::macros::json_key!($field $($key)?),
                            found[const { Self::index($crate::macros::json_key!($field $($key)?)) }],
                            diagnostics,
                        );
                )*
                $( $report(source, diagnostics); )?
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
                    <$crate::macros::field_type!($kind $($($arg),+)?) as $crate::field::Field>::write(
                        $crate::macros::json_key!($field $($key)?),
                        &self.$field,
                        &self.extra,
                        map,
                    )?;
                )*
                for (key, value) in &self.extra {
                    let outdated = match key.as_str() {
                        $(
                            $crate::macros::json_key!($field $($key)?) =>
                                <$crate::macros::field_type!($kind $($($arg),+)?)
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

        $crate::macros::impl_reading!($Owned, $Ref);
    };
}

pub(crate) use model;
