//! Words of the vocabulary as arguments.

use workflow::{Error, Result};

/// One of the words of a kind.
pub fn word<T>(text: &str, all: &[T]) -> Result<T>
where
    T: std::str::FromStr + std::fmt::Display,
{
    text.parse().map_err(|_| {
        let known: Vec<String> = all.iter().map(ToString::to_string).collect();
        Error::Invalid(format!("“{text}” is not valid. Use {}.", known.join(", ")))
    })
}
