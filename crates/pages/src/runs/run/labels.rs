//! Labels of table columns and rows.

use model::use_case::Terminology;

use domain::format;

/// A word of the use case with a capital, for table headings.
pub fn capital(words: &Terminology, of: fn(&Terminology) -> &String) -> String {
    format::capitalized(of(words))
}
