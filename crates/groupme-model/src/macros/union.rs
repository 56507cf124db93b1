//! `union!` and `tagged_union!`: one of several models.

/// Declares one of several models: a view, a twin, and the table from tags to models.
///
/// A value of an unknown tag, or one that lacks what its model requires, is `Unknown`.
/// `indexed by` names slots that the models have in common. The twin's `report_as` reports on a value
/// whose tag is told.
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
            /// Of a kind that the model does not know, or without what its kind requires.
            Unknown($crate::Unknown),
        }

        $(#[$meta])*
        ///
        /// A view; the owned twin is
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
            /// Of a kind that the model does not know, or without what its kind requires.
            Unknown($crate::UnknownRef<'f>),
        }

        impl<'f> $Ref<'f> {
            $crate::macros::from_tag! {
                'f, [$($slots)?], { $( $tag => $Variant($ModelRef), )* }
            }

            /// The kind, as GroupMe calls it.
            pub fn kind(&self) -> &'f str {
                match self {
                    $( Self::$Variant(_) => $tag, )*
                    Self::Unknown(part) => part.kind(),
                }
            }

            /// Whether this is anything but `Unknown`.
            pub fn is_typed(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }

            /// The value as it was received.
            pub fn raw(&self) -> bayeux_wire::Value<'f> {
                match self {
                    $( Self::$Variant(part) => part.raw(), )*
                    Self::Unknown(part) => part.raw(),
                }
            }

            /// The fields that could not be read and count as absent, with those of all parts.
            pub fn problems(&self) -> Vec<$crate::Problem> {
                $crate::finding::Findings::of(|findings| {
                    $Owned::report_as(self.kind(), self.raw(), findings);
                })
                .into_problems()
            }

            /// The paths of members that the model does not know, with those of all parts. Of an
            /// unknown kind nothing is known, and nothing is listed.
            pub fn unknown_fields(&self) -> Vec<String> {
                $crate::finding::Findings::of(|findings| {
                    $Owned::report_as(self.kind(), self.raw(), findings);
                })
                .into_unknown()
            }

            /// Copies everything out of the frame.
            pub fn into_owned(self) -> $Owned {
                match self {
                    $( Self::$Variant(part) => $Owned::$Variant(part.into_owned()), )*
                    Self::Unknown(part) => $Owned::Unknown(part.into_owned()),
                }
            }
        }

        impl $Owned {
            pub(crate) fn own_tag<'s, S: $crate::source::Source<'s>>(tag: &str, source: S) -> Self {
                use $crate::field::Kind as _;
                let known = match tag {
                    $( $tag => $Model::own(source).map(Self::$Variant), )*
                    _ => None,
                };
                known.unwrap_or_else(|| Self::Unknown($crate::Unknown::new(tag, source.to_json())))
            }

            pub(crate) fn report_tag<'s, S: $crate::source::Source<'s>>(
                tag: &str,
                source: S,
                findings: &mut $crate::finding::Findings,
            ) {
                use $crate::field::Kind as _;
                match tag {
                    $( $tag => $Model::report(source, findings), )*
                    _ => findings.unknown(),
                }
            }

            /// The kind, as GroupMe calls it.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$Variant(_) => $tag, )*
                    Self::Unknown(part) => part.kind(),
                }
            }

            /// Whether this is anything but `Unknown`.
            pub fn is_typed(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl PartialEq<$Owned> for $Ref<'_> {
            fn eq(&self, other: &$Owned) -> bool {
                match (self, other) {
                    $( (Self::$Variant(shown), $Owned::$Variant(owned)) => shown == owned, )*
                    (Self::Unknown(shown), $Owned::Unknown(owned)) => shown == owned,
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

/// Declares a [`union!`] whose tag is among its own members; `tagged by` names what finds it.
/// `indexed by` names slots that the models have in common: members are noted once, for the tag and
/// for the model.
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
            /// Reads any value; what is not known is `Unknown`.
            pub fn from_value(value: bayeux_wire::Value<'f>) -> Self {
                $crate::macros::read_tagged!(value, $tag_of, [$($slots)?])
            }
        }

        impl $Owned {
            /// Reports on a value, whose tag is in it.
            fn report_as<'s, S: $crate::source::Source<'s>>(
                _: &str,
                source: S,
                findings: &mut $crate::finding::Findings,
            ) {
                <Self as $crate::field::Kind>::report(source, findings);
            }
        }

        impl $crate::field::Kind for $Owned {
            type Shown<'f> = $Ref<'f>;
            type Owned = Self;

            const EXPECTED: &'static str = "an object with a type";

            fn show(value: bayeux_wire::Value<'_>) -> Option<$Ref<'_>> {
                Some($Ref::from_value(value))
            }

            fn own<'s, S: $crate::source::Source<'s>>(source: S) -> Option<Self> {
                Some(Self::own_tag($tag_of(|name| source.member(name)), source))
            }

            fn matches(shown: $Ref<'_>, owned: &Self) -> bool {
                shown == *owned
            }

            fn accepts<'s, S: $crate::source::Source<'s>>(_: S) -> bool {
                true
            }

            fn report<'s, S: $crate::source::Source<'s>>(
                source: S,
                findings: &mut $crate::finding::Findings,
            ) {
                if source.is_object() {
                    let tag = $tag_of(|name| source.member(name));
                    if tag.is_empty() {
                        $crate::unknown::report_type(source, findings);
                    }
                    Self::report_tag(tag, source, findings);
                } else {
                    findings.problem(Self::EXPECTED, source.shape());
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

        $crate::macros::serde_by_kind!($Owned);
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

/// Reads a value of a [`union!`] whose tag is known: from the value, or from its members, where they
/// have been noted.
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
