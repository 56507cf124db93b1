//! `open_enum!`, the macro that declares text with named values.

/// Declares an enum of named values that also keeps any other text.
///
/// Other text can be printed and compared, but never equals a variant: every value has exactly one
/// representation.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $Owned:ident as $Ref:ident {
            $( $(#[$variant_meta:meta])* $Variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        ///
        /// Owned; the view is
        #[doc = concat!("[`", stringify!($Ref), "`].")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Owned {
            $( $(#[$variant_meta])* $Variant, )*
            #[doc(hidden)]
            _Custom($crate::open_enum::Custom<Box<str>>),
        }

        $(#[$meta])*
        ///
        /// A view; the owned type is
        #[doc = concat!("[`", stringify!($Owned), "`].")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Ref<'f> {
            $( $(#[$variant_meta])* $Variant, )*
            #[doc(hidden)]
            _Custom($crate::open_enum::Custom<&'f str>),
        }

        impl $Owned {
            /// Returns the text that GroupMe uses.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $text, )*
                    Self::_Custom(custom) => &custom.0,
                }
            }
        }

        impl<'f> $Ref<'f> {
            /// Returns the text that GroupMe uses.
            pub fn as_str(&self) -> &'f str {
                match self {
                    $( Self::$Variant => $text, )*
                    Self::_Custom(custom) => custom.0,
                }
            }

            /// Copies the value out of the frame.
            pub fn into_owned(self) -> $Owned {
                match self {
                    $( Self::$Variant => $Owned::$Variant, )*
                    Self::_Custom(custom) => {
                        $Owned::_Custom($crate::open_enum::Custom(custom.0.into()))
                    }
                }
            }
        }

        impl<'f> From<&'f str> for $Ref<'f> {
            fn from(text: &'f str) -> Self {
                match text {
                    $( $text => Self::$Variant, )*
                    _ => Self::_Custom($crate::open_enum::Custom(text)),
                }
            }
        }

        impl From<&str> for $Owned {
            fn from(text: &str) -> Self {
                $Ref::from(text).into_owned()
            }
        }

        impl From<$Ref<'_>> for $Owned {
            fn from(view: $Ref<'_>) -> Self {
                view.into_owned()
            }
        }

        impl core::fmt::Debug for $Owned {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({:?})", stringify!($Owned), self.as_str())
            }
        }

        impl core::fmt::Debug for $Ref<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({:?})", stringify!($Ref), self.as_str())
            }
        }

        impl core::fmt::Display for $Owned {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::fmt::Display for $Ref<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq<$Owned> for $Ref<'_> {
            fn eq(&self, other: &$Owned) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl PartialEq<$Ref<'_>> for $Owned {
            fn eq(&self, other: &$Ref<'_>) -> bool {
                other == self
            }
        }

        impl PartialEq<&str> for $Owned {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialEq<&str> for $Ref<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl $crate::field::Kind for $Owned {
            type View<'f> = $Ref<'f>;
            type Owned = Self;

            const EXPECTED: &'static str = "text";

            fn view(value: bayeux_wire::Value<'_>) -> Option<$Ref<'_>> {
                value.as_str().map($Ref::from)
            }

            fn decode<'s, S: $crate::json_source::JsonSource<'s>>(source: S) -> Option<Self> {
                match source.shape() {
                    $crate::json_source::Shape::Text(text) => Some(Self::from(text)),
                    _ => None,
                }
            }

            fn matches(view: $Ref<'_>, owned: &Self) -> bool {
                view == *owned
            }

            fn accepts<'s, S: $crate::json_source::JsonSource<'s>>(source: S) -> bool {
                matches!(source.shape(), $crate::json_source::Shape::Text(_))
            }

            #[cfg(feature = "serde")]
            fn write<S: serde::Serializer>(
                owned: &Self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(owned.as_str())
            }
        }

        $crate::macros::impl_reading!($Owned);
    };
}

pub(crate) use open_enum;
