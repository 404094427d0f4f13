//! How an enum of the vocabulary is written: one text per variant, the same in the database, in
//! JSON and in addresses.

/// A text that is none of the words of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// The enum, for example `Stage`.
    pub kind: &'static str,
    /// The text that was read.
    pub text: String,
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "“{}” is not a valid {}", self.text, self.kind)
    }
}

impl std::error::Error for UnknownWord {}

/// Defines an enum of words: text from and to, in serde and in strum alike.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
        pub enum $name {
            $(
                $(#[$inner])*
                #[doc = ""]
                #[doc = concat!("Written `", $text, "`.")]
                #[serde(rename = $text)]
                #[strum(serialize = $text)]
                $variant
            ),+
        }

        impl $name {
            /// Every value, in the order of the definition.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The text of the value.
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        // Not derived: the derive does not see the texts of a macro.
        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::schema::Type::String))
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|value| value.as_str() == text);
                known.ok_or_else(|| $crate::UnknownWord { kind: stringify!($name), text: text.to_owned() })
            }
        }
    };
}

pub(crate) use words;
