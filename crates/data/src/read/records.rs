//! Rows of cells in delimited text. Not the crate `csv`: it skips blank lines without counting
//! them, takes the rest of the file into a cell whose quote is never closed, and drops quotes that
//! are part of a text.

use std::borrow::Cow;

use super::error::ReadError;

/// Iterates over the rows of a text. A row ends with `\n`, `\r\n` or `\r`; a quoted cell may hold
/// line ends.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    text: &'a str,
    at: usize,
    separator: u8,
    row: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, separator: u8) -> Self {
        Self {
            text,
            at: 0,
            separator,
            row: 0,
        }
    }

    /// Begins at a byte of the text, which is the first of a row. Rows are counted from there.
    pub(super) fn from(text: &'a str, separator: u8, at: usize) -> Self {
        Self {
            at,
            ..Self::new(text, separator)
        }
    }

    /// The first byte of the next row.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The cells of the next row instead of those in `cells`, and its number as a spreadsheet
    /// counts (from 1); `None` at the end.
    ///
    /// # Errors
    /// When a quote is never closed, or when text follows a quoted cell that could be read in two
    /// ways.
    pub(super) fn next(
        &mut self,
        cells: &mut Vec<Cow<'a, str>>,
    ) -> Result<Option<usize>, ReadError> {
        cells.clear();
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return Ok(None);
        }
        self.row += 1;
        loop {
            let (cell, end) = self.cell()?;
            cells.push(cell);
            self.at = end + 1;
            match bytes.get(end) {
                Some(byte) if *byte == self.separator => {}
                Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => {
                    self.at = end + 2;
                    return Ok(Some(self.row));
                }
                _ => return Ok(Some(self.row)),
            }
        }
    }

    /// The next cell, and the position of what ends it.
    fn cell(&self) -> Result<(Cow<'a, str>, usize), ReadError> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            let end = self.end_from(self.at);
            return Ok((as_text(Cow::Borrowed(&self.text[self.at..end])), end));
        }
        let close = self.closing_quote()?;
        let end = self.end_from(close + 1);
        let inside = &self.text[self.at + 1..close];
        if self.text[close + 1..end].trim().is_empty() {
            let value = if inside.contains('"') {
                Cow::Owned(inside.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inside)
            };
            return Ok((as_text(value), end));
        }
        // Text behind the closing quote, as in `"Big" Jim`: whoever wrote this does not quote
        // cells, so the quotes are part of the text. Unless something between them would then end
        // the cell.
        if inside.bytes().any(|byte| self.ends(byte) || byte == b'"') {
            return Err(ReadError::OpenQuote { row: self.row });
        }
        Ok((Cow::Borrowed(&self.text[self.at..end]), end))
    }

    /// The quote that closes the cell; two in a row are one of the text.
    fn closing_quote(&self) -> Result<usize, ReadError> {
        let bytes = self.text.as_bytes();
        let mut from = self.at + 1;
        loop {
            match bytes[from..]
                .iter()
                .position(|byte| *byte == b'"')
                .map(|offset| from + offset)
            {
                None => return Err(ReadError::OpenQuote { row: self.row }),
                Some(quote) if bytes.get(quote + 1) == Some(&b'"') => from = quote + 2,
                Some(quote) => return Ok(quote),
            }
        }
    }

    fn end_from(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        bytes[from..]
            .iter()
            .position(|byte| self.ends(*byte))
            .map_or(bytes.len(), |offset| from + offset)
    }

    fn ends(&self, byte: u8) -> bool {
        byte == self.separator || byte == b'\n' || byte == b'\r'
    }
}

/// `="007"` is how exports keep a spreadsheet from turning a text into a number: the text is meant.
fn as_text(cell: Cow<'_, str>) -> Cow<'_, str> {
    let is_formula = cell.len() > 3 && cell.starts_with("=\"") && cell.ends_with('"');
    if !is_formula || cell[2..cell.len() - 1].contains('"') {
        return cell;
    }
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(&text[2..text.len() - 1]),
        Cow::Owned(text) => Cow::Owned(text[2..text.len() - 1].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, ReadError> {
        let mut records = Records::new(text, b',');
        let (mut cells, mut rows) = (Vec::new(), Vec::new());
        while records.next(&mut cells)?.is_some() {
            rows.push(cells.iter().map(|cell| cell.to_string()).collect());
        }
        Ok(rows)
    }

    #[test]
    fn every_line_end_ends_a_row() {
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(
                rows(&["a,b", "1,", "", "2,3"].join(end)).unwrap(),
                [vec!["a", "b"], vec!["1", ""], vec![""], vec!["2", "3"]]
            );
        }
        assert_eq!(rows("a,b,").unwrap(), [["a", "b", ""]]);
    }

    #[test]
    fn quotes_hold_separators_and_line_ends_and_quotes() {
        assert_eq!(
            rows("\"a,b\n\",\"say \"\"hi\"\"\" \n").unwrap(),
            [["a,b\n", "say \"hi\""]]
        );
        assert_eq!(
            rows("=\"007\",\"=\"\"008\"\"\"\n").unwrap(),
            [["007", "008"]]
        );
    }

    #[test]
    fn quotes_that_are_text_stay() {
        assert_eq!(
            rows("\"Big\" Jim,5'10\" tall\n").unwrap(),
            [["\"Big\" Jim", "5'10\" tall"]]
        );
        assert_eq!(rows("\"\"x,b\n").unwrap(), [["\"\"x", "b"]]);
    }

    #[test]
    fn a_quote_that_swallows_rows_is_refused() {
        assert_eq!(
            rows("a,b\n1,\"x\n2,y\n"),
            Err(ReadError::OpenQuote { row: 2 })
        );
        assert_eq!(
            rows("a,b\n1,\"x\n2,\"y\n"),
            Err(ReadError::OpenQuote { row: 2 })
        );
    }
}
