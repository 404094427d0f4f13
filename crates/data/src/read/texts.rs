//! The texts of a column, each distinct one held once.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::ops::Index;

/// The texts of a column. A column has few distinct texts among many rows: each is held once, and
/// the rows hold its position, so that it is also looked at only once.
#[derive(Clone, Default)]
pub struct Texts {
    /// The distinct texts one after the other, in the order in which they come first.
    held: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// By row: which text it has.
    codes: Vec<u32>,
    /// Open addressing: positions of texts plus one, 0 where free; its length is a power of two.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Texts {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The text of each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.codes.iter().map(|code| self.text(*code as usize))
    }

    /// Each text once, in the order in which they come first.
    pub fn distinct(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.ends.len()).map(|code| self.text(code))
    }

    /// By row: the position of its text among [`Self::distinct`].
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// By distinct text: the number of its rows.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.ends.len()];
        for code in &self.codes {
            counts[*code as usize] += 1;
        }
        counts
    }

    /// One more row.
    pub fn push(&mut self, text: &str) {
        let code = self.code_of(text);
        self.codes.push(code);
    }

    /// One more row, with the text at that position among [`Self::distinct`].
    pub(super) fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// The position of a text, which is added when it is new.
    pub(super) fn code_of(&mut self, text: &str) -> u32 {
        if 2 * self.ends.len() >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot_of(text);
        if self.slots[slot] == 0 {
            assert!(self.ends.len() < u32::MAX as usize, "too many texts");
            self.held.push_str(text);
            self.ends.push(self.held.len());
            self.slots[slot] = self.ends.len() as u32;
        }
        self.slots[slot] - 1
    }

    /// The same rows with each text replaced by a part of it. Two texts stay two.
    pub(super) fn shortened(&self, part: impl Fn(&str) -> &str) -> Self {
        let mut short = Self::default();
        let codes: Vec<u32> = self
            .distinct()
            .map(|text| short.code_of(part(text)))
            .collect();
        short.codes = self
            .codes
            .iter()
            .map(|code| codes[*code as usize])
            .collect();
        short
    }

    /// No more texts will come: gives back what only their search needs.
    pub(super) fn close(&mut self) {
        self.slots = Vec::new();
        self.held.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.codes.shrink_to_fit();
    }

    fn text(&self, code: usize) -> &str {
        let start = code.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.held[start..self.ends[code]]
    }

    /// Where the text is, or the free slot in which it would be.
    fn slot_of(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while self.slots[slot] != 0 && self.text(self.slots[slot] as usize - 1) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Makes room for twice as many texts, also after [`Self::close`].
    fn grow(&mut self) {
        self.slots = vec![0; (4 * self.ends.len()).next_power_of_two().max(16)];
        for code in 0..self.ends.len() {
            let slot = self.slot_of(self.text(code));
            self.slots[slot] = code as u32 + 1;
        }
    }
}

impl Index<usize> for Texts {
    type Output = str;

    fn index(&self, row: usize) -> &str {
        self.text(self.codes[row] as usize)
    }
}

impl<'a> IntoIterator for &'a Texts {
    type Item = &'a str;
    type IntoIter = Box<dyn Iterator<Item = &'a str> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<T: AsRef<str>> Extend<T> for Texts {
    fn extend<I: IntoIterator<Item = T>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text.as_ref()));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        all.extend(texts);
        all
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: AsRef<str>> PartialEq<[T]> for Texts {
    fn eq(&self, other: &[T]) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl<T: AsRef<str>, const N: usize> PartialEq<[T; N]> for Texts {
    fn eq(&self, other: &[T; N]) -> bool {
        *self == other[..]
    }
}

impl<T: AsRef<str>> PartialEq<Vec<T>> for Texts {
    fn eq(&self, other: &Vec<T>) -> bool {
        *self == other[..]
    }
}

/// Adds values to a column whose text is only made when a value is new.
pub(super) struct Memo<K> {
    codes: std::collections::HashMap<K, u32>,
    text: String,
}

impl<K: Hash + Eq + Copy> Memo<K> {
    pub(super) fn new() -> Self {
        Self {
            codes: std::collections::HashMap::new(),
            text: String::new(),
        }
    }

    /// One more row; `write` writes the text of the value.
    pub(super) fn push(
        &mut self,
        cells: &mut Texts,
        value: K,
        write: impl FnOnce(&mut String) -> Result<(), String>,
    ) -> Result<(), String> {
        let code = match self.codes.get(&value) {
            Some(code) => *code,
            None => {
                self.text.clear();
                write(&mut self.text)?;
                let code = cells.code_of(&self.text);
                self.codes.insert(value, code);
                code
            }
        };
        cells.push_code(code);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn rows_keep_their_texts_and_each_text_is_held_once() {
        let of = |row: usize| format!("text {}", row % 1000);
        let mut texts: Texts = (0..5000).map(of).collect();
        texts.close();
        texts.extend(["", "text 7", "new"]);
        assert_eq!((texts.len(), texts.distinct().len()), (5003, 1002));
        assert!((0..5000).all(|row| texts[row] == of(row)));
        assert_eq!(
            (&texts[5000], &texts[5001], &texts[5002]),
            ("", "text 7", "new")
        );
        assert_eq!((texts.counts()[7], texts.codes()[5001]), (6, 7));
    }

    #[test]
    fn columns_are_equal_by_their_rows() {
        let one: Texts = ["a", "b", "a"].into_iter().collect();
        assert_eq!(one, ["a", "b", "a"]);
        assert_ne!(one, ["a", "b"]);
        assert_ne!(one, ["b", "a", "b"].into_iter().collect::<Texts>());
        assert_eq!(
            ["2026-01-01T00", ""]
                .into_iter()
                .collect::<Texts>()
                .shortened(|text| { text.strip_suffix("T00").unwrap_or(text) }),
            ["2026-01-01", ""]
        );
    }
}
