//! `union!` and `tagged_union!`, the macros that declare an enum of models.

/// Declares an enum of models: a view, an owned type, and the table from tags to models.
///
/// A value with an unknown tag, or one that lacks a field its model requires, is `Unknown`.
///
/// `indexed by` names the key table that the models share. The caller provides the owned type's
/// `report_as`, which reports diagnostics of a value with a known tag.
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $Owned:ident as $Ref:ident $(, indexed by $slots:path)? {
            $(
                $(#[$variant_meta:meta])*
                $tag:literal => $Variant:ident($Model:ident, $ModelRef:ident)
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        ///
        /// Owned; the view is
        #[doc = concat!("[`", stringify!($Ref), "`].")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "the large ones are the usual ones")]
        #[non_exhaustive]
        pub enum $Owned {
            $(
                $(#[$variant_meta])*
                #[doc = concat!("`", $tag, "`")]
                $Variant($Model),
            )*
            /// Value of an unknown type, or one that lacks a field its type requires.
            Unknown($crate::Unknown),
        }

        $(#[$meta])*
        ///
        /// A view; the owned type is
        #[doc = concat!("[`", stringify!($Owned), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "a view lives on the stack")]
        #[non_exhaustive]
        pub enum $Ref<'f> {
            $(
                $(#[$variant_meta])*
                #[doc = concat!("`", $tag, "`")]
                $Variant($ModelRef<'f>),
            )*
            /// Value of an unknown type, or one that lacks a field its type requires.
            Unknown($crate::UnknownRef<'f>),
        }

        impl<'f> $Ref<'f> {
            $crate::macros::from_tag! {
                'f, [$($slots)?], { $( $tag => $Variant($ModelRef), )* }
            }

            /// Returns the type that GroupMe sent.
            pub fn kind(&self) -> &'f str {
                match self {
                    $( Self::$Variant(_) => $tag, )*
                    Self::Unknown(part) => part.kind(),
                }
            }

            /// Returns `true` if the model knows the type: this is not `Unknown`.
            pub fn is_typed(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }

            /// Returns the value as received.
            pub fn raw(&self) -> bayeux_wire::Value<'f> {
                match self {
                    $( Self::$Variant(part) => part.raw(), )*
                    Self::Unknown(part) => part.raw(),
                }
            }

            /// Returns the fields that could not be read and count as absent, at any depth.
            pub fn problems(&self) -> Vec<$crate::Problem> {
                $crate::diagnostics::Diagnostics::of(|diagnostics| {
                    $Owned::report_as(self.kind(), self.raw(), diagnostics);
                })
                .into_problems()
            }

            /// Returns the paths of members that the model does not know, at any depth. Of an
            /// unknown type none is listed.
            pub fn unknown_fields(&self) -> Vec<String> {
                $crate::diagnostics::Diagnostics::of(|diagnostics| {
                    $Owned::report_as(self.kind(), self.raw(), diagnostics);
                })
                .into_unknown()
            }

            /// Copies the value out of the frame.
            pub fn into_owned(self) -> $Owned {
                match self {
                    $( Self::$Variant(part) => $Owned::$Variant(part.into_owned()), )*
                    Self::Unknown(part) => $Owned::Unknown(part.into_owned()),
                }
            }
        }

        impl $Owned {
            pub(crate) fn decode_tag<'s, S: $crate::json_source::JsonSource<'s>>(tag: &str, source: S) -> Self {
                use $crate::field::Kind as _;
                let known = match tag {
                    $( $tag => $Model::decode(source).map(Self::$Variant), )*
                    _ => None,
                };
                known.unwrap_or_else(|| Self::Unknown($crate::Unknown::new(tag, source.to_json())))
            }

            pub(crate) fn report_tag<'s, S: $crate::json_source::JsonSource<'s>>(
                tag: &str,
                source: S,
                diagnostics: &mut $crate::diagnostics::Diagnostics,
            ) {
                use $crate::field::Kind as _;
                match tag {
                    $( $tag => $Model::report(source, diagnostics), )*
                    _ => {
                        diagnostics.unknown();
                        diagnostics.unreadable_within(source);
                    }
                }
            }

            /// Returns the type that GroupMe sent.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$Variant(_) => $tag, )*
                    Self::Unknown(part) => part.kind(),
                }
            }

            /// Returns `true` if the model knows the type: this is not `Unknown`.
            pub fn is_typed(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl PartialEq<$Owned> for $Ref<'_> {
            fn eq(&self, other: &$Owned) -> bool {
                match (self, other) {
                    $( (Self::$Variant(view), $Owned::$Variant(owned)) => view == owned, )*
                    (Self::Unknown(view), $Owned::Unknown(owned)) => view == owned,
                    _ => false,
                }
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
    };
}

/// Declares a [`union!`] whose tag is one of its own members.
///
/// `tagged by` names the function that finds the tag. `indexed by` names the key table that the
/// models share, so that the members are indexed once, for the tag and for the model.
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        pub enum $Owned:ident as $Ref:ident, tagged by $tag_of:path
        $(, indexed by $slots:path)?
        {
            $(
                $(#[$variant_meta:meta])*
                $tag:literal => $Variant:ident($Model:ident, $ModelRef:ident)
            ),* $(,)?
        }
    ) => {
        $crate::macros::union! {
            $(#[$meta])*
            pub enum $Owned as $Ref $(, indexed by $slots)? {
                $( $(#[$variant_meta])* $tag => $Variant($Model, $ModelRef), )*
            }
        }

        impl<'f> $Ref<'f> {
            /// Reads any value; one of an unknown type is `Unknown`.
            pub fn from_value(value: bayeux_wire::Value<'f>) -> Self {
                $crate::macros::read_tagged!(value, $tag_of, [$($slots)?])
            }
        }

        impl $Owned {
            /// Reports diagnostics of a value that carries its tag.
            fn report_as<'s, S: $crate::json_source::JsonSource<'s>>(
                _: &str,
                source: S,
                diagnostics: &mut $crate::diagnostics::Diagnostics,
            ) {
                <Self as $crate::field::Kind>::report(source, diagnostics);
            }
        }

        impl $crate::field::Kind for $Owned {
            type View<'f> = $Ref<'f>;
            type Owned = Self;

            const EXPECTED: &'static str = "an object with a type";

            fn view(value: bayeux_wire::Value<'_>) -> Option<$Ref<'_>> {
                Some($Ref::from_value(value))
            }

            fn decode<'s, S: $crate::json_source::JsonSource<'s>>(source: S) -> Option<Self> {
                Some(Self::decode_tag($tag_of(|name| source.member(name)), source))
            }

            fn matches(view: $Ref<'_>, owned: &Self) -> bool {
                view == *owned
            }

            fn accepts<'s, S: $crate::json_source::JsonSource<'s>>(_: S) -> bool {
                true
            }

            fn report<'s, S: $crate::json_source::JsonSource<'s>>(
                source: S,
                diagnostics: &mut $crate::diagnostics::Diagnostics,
            ) {
                if source.is_object() {
                    let tag = $tag_of(|name| source.member(name));
                    if tag.is_empty() {
                        $crate::unknown::report_missing_type(source, diagnostics);
                    }
                    Self::report_tag(tag, source, diagnostics);
                } else {
                    diagnostics.problem(Self::EXPECTED, source.shape());
                }
            }

            #[cfg(feature = "serde")]
            fn write<S: serde::Serializer>(
                owned: &Self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                match owned {
                    $(
                        Self::$Variant(part) => {
                            let mut map = serializer.serialize_map(None)?;
                            map.serialize_entry("type", $tag)?;
                            part.write_members(&mut map)?;
                            map.end()
                        }
                    )*
                    Self::Unknown(part) => serde::Serialize::serialize(part.raw(), serializer),
                }
            }
        }

        $crate::macros::impl_reading!($Owned, $Ref);
    };
}

/// Reads a value of a [`tagged_union!`].
macro_rules! read_tagged {
    ($value:ident, $tag_of:path, []) => {
        Self::from_tag($tag_of(|name| $value.get(name)), $value)
    };
    ($value:ident, $tag_of:path, [$slots:path]) => {{
        let members = $value.indexed($slots);
        Self::from_tag(
            $tag_of(|name| members.get($slots.slot(name), name)),
            members,
        )
    }};
}

/// Reads a value of a [`union!`] whose tag is known, from the value itself or from its indexed
/// members.
macro_rules! from_tag {
    ($f:lifetime, [], { $( $tag:literal => $Variant:ident($ModelRef:ident), )* }) => {
        pub(crate) fn from_tag(tag: &$f str, value: bayeux_wire::Value<$f>) -> Self {
            let known = match tag {
                $( $tag => $ModelRef::from_value(value).map(Self::$Variant), )*
                _ => None,
            };
            known.unwrap_or_else(|| Self::Unknown($crate::UnknownRef::new(tag, value)))
        }
    };
    ($f:lifetime, [$slots:path], { $( $tag:literal => $Variant:ident($ModelRef:ident), )* }) => {
        fn from_tag(tag: &$f str, members: bayeux_wire::IndexedObject<$f, { $slots.len() }>) -> Self {
            let known = match tag {
                $( $tag => $ModelRef::from_members(members).map(Self::$Variant), )*
                _ => None,
            };
            known.unwrap_or_else(|| {
                Self::Unknown($crate::UnknownRef::new(tag, members.object()))
            })
        }
    };
}

pub(crate) use {from_tag, read_tagged, tagged_union, union};
