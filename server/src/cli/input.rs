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
