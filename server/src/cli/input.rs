//! Files that commands read.

use workflow::{Error, Result};

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// [`Error::Invalid`] naming the file.
pub fn read_input(path: &str) -> Result<Vec<u8>> {
    let result = if path == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    result.map_err(|error| Error::Invalid(format!("{path} could not be read: {error}.")))
}

/// A rule by which identifiers are the same: `exact`, or differences that do not count, separated
/// by commas.
///
/// # Errors
/// [`Error::Invalid`] naming those there are.
pub fn match_rule(text: &str) -> Result<data::MatchRule> {
    let wrong = || {
        Error::Invalid(format!(
            "“{text}” is not a rule for identifiers. Use exact, or one or more of leading-zeros, whole-numbers, case, blanks, separated by commas."
        ))
    };
    data::MatchRule::parse(text).ok_or_else(wrong)
}
