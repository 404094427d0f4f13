//! Names of things. A mix-up of two ids does not compile.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// Defines an id that is a text.
macro_rules! text_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        text_like!($name);
    )+};
}

/// What ids and names have in common: made from text, read as text.
macro_rules! text_like {
    ($name:ident) => {
        impl $name {
            /// Takes the text as it is, unchecked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text, borrowed.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.clone())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_ids! {
    /// What is predicted, and for whom, for example `attrition`.
    UseCaseId,
    /// A training run.
    RunId,
    /// An imported dataset.
    DatasetId,
    /// A background job.
    JobId,
    /// People scored together.
    BatchId,
    /// A drift check.
    CheckId,
    /// A monthly cycle.
    CycleId,
    /// A review request.
    RequestId,
    /// An alert.
    AlertId,
    /// An entry of the prediction log.
    PredictionId,
    /// A person, by the id of the imported files.
    PersonId,
}

impl std::borrow::Borrow<str> for UseCaseId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The name of an account as it was entered. Two names that differ only in case are the same.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountName(String);

text_like!(AccountName);

impl AccountName {
    /// What decides whether two names are the same; unique in the database.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for AccountName {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for AccountName {}

impl PartialOrd for AccountName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AccountName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for AccountName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// The number of a model version within its use case, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct VersionNumber(u32);

impl VersionNumber {
    /// The first version of a use case.
    pub const FIRST: Self = Self(1);

    /// The number after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for VersionNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<VersionNumber> for i64 {
    fn from(number: VersionNumber) -> Self {
        number.0.into()
    }
}

impl From<VersionNumber> for u32 {
    fn from(number: VersionNumber) -> Self {
        number.0
    }
}

/// A number that no version can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidVersionNumber;

impl std::fmt::Display for InvalidVersionNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a version number is a whole number of at least 1")
    }
}

impl std::error::Error for InvalidVersionNumber {}

impl TryFrom<u32> for VersionNumber {
    type Error = InvalidVersionNumber;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        i64::from(number).try_into()
    }
}

impl TryFrom<i64> for VersionNumber {
    type Error = InvalidVersionNumber;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        u32::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or(InvalidVersionNumber)
    }
}

impl std::str::FromStr for VersionNumber {
    type Err = InvalidVersionNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<i64>()
            .map_err(|_| InvalidVersionNumber)?
            .try_into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn account_names_have_one_equality() {
        assert_eq!(AccountName::from("Rita Ö"), AccountName::from("rita ö"));
        assert_ne!(AccountName::from("rita"), AccountName::from("rito"));
        assert_eq!(AccountName::from("Rita").as_str(), "Rita");
    }

    #[test]
    fn version_numbers_begin_at_one() {
        assert_eq!("3".parse::<VersionNumber>().unwrap().to_string(), "3");
        assert_eq!(
            VersionNumber::FIRST.next(),
            VersionNumber::try_from(2_u32).unwrap()
        );
        for wrong in ["0", "-1", "x", "", "4294967296"] {
            assert!(wrong.parse::<VersionNumber>().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<VersionNumber>("0").is_err());
        assert_eq!(serde_json::to_string(&VersionNumber::FIRST).unwrap(), "1");
    }
}
