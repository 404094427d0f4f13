//! Labels of table columns and rows.

use model::use_case::Words;

use crate::format;

/// A word of the use case with a capital, for table headings.
pub fn capital(words: &Words, of: fn(&Words) -> &String) -> String {
    format::capitalised(of(words))
}
