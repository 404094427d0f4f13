//! The distinct texts of a column, each held once.

use std::hash::{BuildHasher, Hasher};

use polars_core::datatypes::PlRandomState;

/// The distinct texts of a column, and which of them each row has.
#[derive(Clone, Default)]
pub(super) struct Held {
    /// The distinct texts one after the other, in the order in which they come first.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// By row: which text it has.
    codes: Vec<u32>,
    /// Open addressing: a part of the hash of a text, and its position plus one; 0 where free. Its
    /// length is a power of two.
    slots: Vec<u64>,
    /// Seeded at random for each column: nobody can choose texts that all fall into one place.
    hasher: PlRandomState,
}

impl Held {
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Number of distinct texts.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn text(&self, code: usize) -> &str {
        let start = code.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[code]]
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    /// One more row.
    pub(super) fn push(&mut self, text: &str) {
        let code = self.code_of(text);
        self.codes.push(code);
    }

    /// One more row, with the text at that position.
    #[inline]
    pub(super) fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// So many more rows with the same text.
    pub(super) fn push_many(&mut self, text: &str, rows: usize) {
        if rows > 0 {
            let code = self.code_of(text);
            self.codes.extend(std::iter::repeat_n(code, rows));
        }
    }

    /// The position of a text, which is added when it is new.
    pub(super) fn code_of(&mut self, text: &str) -> u32 {
        if 2 * self.ends.len() >= self.slots.len() {
            self.grow();
        }
        let tag = self.tag(text);
        let mask = self.slots.len() - 1;
        let mut slot = tag as usize & mask;
        loop {
            match self.slots[slot] {
                0 => break,
                taken if (taken >> 32) as u32 == tag => {
                    let code = taken as u32 - 1;
                    if self.text(code as usize) == text {
                        return code;
                    }
                }
                _ => {}
            }
            slot = (slot + 1) & mask;
        }
        assert!(self.ends.len() < u32::MAX as usize, "too many texts");
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.slots[slot] = u64::from(tag) << 32 | self.ends.len() as u64;
        self.ends.len() as u32 - 1
    }

    /// The same rows with each text replaced by a part of it. Two texts stay two.
    pub(super) fn shortened(&self, part: impl Fn(&str) -> &str) -> Self {
        let mut short = Self::default();
        let codes: Vec<u32> = (0..self.count())
            .map(|code| short.code_of(part(self.text(code))))
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
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.codes.shrink_to_fit();
    }

    fn tag(&self, text: &str) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        (hasher.finish() >> 32) as u32
    }

    /// Makes room for twice as many texts, also after [`Self::close`].
    fn grow(&mut self) {
        let size = (4 * self.ends.len()).next_power_of_two().max(16);
        let before = std::mem::replace(&mut self.slots, vec![0; size]);
        if before.is_empty() {
            for code in 0..self.ends.len() {
                self.place(u64::from(self.tag(self.text(code))) << 32 | (code as u64 + 1));
            }
        } else {
            before
                .into_iter()
                .filter(|slot| *slot != 0)
                .for_each(|slot| self.place(slot));
        }
    }

    fn place(&mut self, taken: u64) {
        let mask = self.slots.len() - 1;
        let mut slot = (taken >> 32) as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = taken;
    }
}

/// Values of a column that came before, with the position of their text: for most rows no text is
/// made. It forgets a value when another one needs its slot, so its size does not grow with the
/// column.
pub(super) struct Memo {
    slots: Vec<(u128, u32)>,
    text: String,
}

const MEMO: usize = 4096;
const FREE: u32 = u32::MAX;

impl Memo {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![(0, FREE); MEMO],
            text: String::new(),
        }
    }

    /// One more row with a value that `key` stands for; `write` writes its text.
    pub(super) fn push<E>(
        &mut self,
        cells: &mut Held,
        key: u128,
        write: impl FnOnce(&mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(32);
        let slot = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) as usize;
        let (known, code) = self.slots[slot];
        if known == key && code != FREE {
            cells.push_code(code);
            return Ok(());
        }
        self.text.clear();
        write(&mut self.text)?;
        let code = cells.code_of(&self.text);
        self.slots[slot] = (key, code);
        cells.push_code(code);
        Ok(())
    }
}
