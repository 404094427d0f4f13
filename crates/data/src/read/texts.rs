//! The texts of a column, each distinct one held once.

use std::convert::Infallible;
use std::ops::Index;
use std::sync::OnceLock;

use super::held::{Held, Memo};

/// The texts of a column. A column has few distinct texts among many rows: each is held once, and
/// the rows hold its position, so that it is also looked at only once.
///
/// Numbers that a file holds as numbers stay so; their texts are made when they are first asked
/// for.
#[derive(Clone)]
pub struct Texts(Form);

#[derive(Clone)]
enum Form {
    Held(Held),
    /// `NaN` is blank.
    Numbers(Vec<f64>, OnceLock<Box<Held>>),
}

impl Texts {
    /// A column of numbers, of which `NaN` is blank.
    pub(crate) fn of_numbers(numbers: Vec<f64>) -> Self {
        Self(Form::Numbers(numbers, OnceLock::new()))
    }

    pub(super) fn of_held(held: Held) -> Self {
        Self(Form::Held(held))
    }

    /// A column without values.
    pub(super) fn blank(rows: usize) -> Self {
        let mut held = Held::default();
        held.push_many("", rows);
        Self::of_held(held)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Held(held) => held.codes().len(),
            Form::Numbers(numbers, _) => numbers.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of each row where the file holds numbers, `NaN` where it is blank; `None` where
    /// it holds anything else.
    pub fn numbers(&self) -> Option<&[f64]> {
        match &self.0 {
            Form::Numbers(numbers, _) => Some(numbers),
            Form::Held(_) => None,
        }
    }

    /// [`Self::numbers`] without a copy.
    ///
    /// # Errors
    /// The texts, where they are none.
    pub fn into_numbers(self) -> Result<Vec<f64>, Self> {
        match self.0 {
            Form::Numbers(numbers, _) => Ok(numbers),
            Form::Held(_) => Err(self),
        }
    }

    /// The text of each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let held = self.held();
        held.codes().iter().map(|code| held.text(*code as usize))
    }

    /// Each text once, in the order in which they come first.
    pub fn distinct(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let held = self.held();
        (0..held.count()).map(|code| held.text(code))
    }

    /// By row: the position of its text among [`Self::distinct`].
    pub fn codes(&self) -> &[u32] {
        self.held().codes()
    }

    /// By distinct text: the number of its rows.
    pub fn counts(&self) -> Vec<usize> {
        let held = self.held();
        let mut counts = vec![0; held.count()];
        for code in held.codes() {
            counts[*code as usize] += 1;
        }
        counts
    }

    /// One more row.
    pub fn push(&mut self, text: &str) {
        self.held_mut().push(text);
    }

    /// More rows, which `extend` adds.
    pub(super) fn extend_held(&mut self, extend: impl FnOnce(&mut Held)) {
        extend(self.held_mut());
    }

    /// No more texts will come: gives back what only their search needs.
    pub(super) fn close(&mut self) {
        match &mut self.0 {
            Form::Held(held) => held.close(),
            Form::Numbers(numbers, _) => numbers.shrink_to_fit(),
        }
    }

    fn held(&self) -> &Held {
        match &self.0 {
            Form::Held(held) => held,
            Form::Numbers(numbers, held) => held.get_or_init(|| Box::new(written(numbers))),
        }
    }

    fn held_mut(&mut self) -> &mut Held {
        if let Form::Numbers(numbers, held) = &mut self.0 {
            let held = std::mem::take(held).into_inner();
            self.0 = Form::Held(held.map_or_else(|| written(numbers), |held| *held));
        }
        match &mut self.0 {
            Form::Held(held) => held,
            Form::Numbers(..) => unreachable!("numbers were written above"),
        }
    }
}

/// Numbers as texts: the shortest that reads back.
fn written(numbers: &[f64]) -> Held {
    let mut held = Held::default();
    held.reserve(numbers.len());
    let mut memo = Memo::new();
    for number in numbers {
        // Every NaN is the same blank.
        let number = if number.is_nan() { f64::NAN } else { *number };
        let write = |text: &mut String| -> Result<(), Infallible> {
            if !number.is_nan() {
                text.push_str(&number.to_string());
            }
            Ok(())
        };
        let Ok(()) = memo.push(&mut held, u128::from(number.to_bits()), write);
    }
    held.close();
    held
}

impl Default for Texts {
    fn default() -> Self {
        Self::of_held(Held::default())
    }
}

impl Index<usize> for Texts {
    type Output = str;

    fn index(&self, row: usize) -> &str {
        let held = self.held();
        held.text(held.codes()[row] as usize)
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
        let held = self.held_mut();
        texts.into_iter().for_each(|text| held.push(text.as_ref()));
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
    }

    #[test]
    fn numbers_stay_numbers_and_are_written_when_asked_for() {
        let odd_nan = f64::from_bits(f64::NAN.to_bits() ^ 1);
        let numbers = [5.0, 0.1, f64::NAN, -0.0, odd_nan, 1e21, f64::INFINITY, 5.0];
        let mut texts = Texts::of_numbers(numbers.to_vec());
        assert_eq!(
            (texts.len(), texts.numbers().map(<[f64]>::len)),
            (8, Some(8))
        );
        let written = [
            "5",
            "0.1",
            "",
            "-0",
            "",
            "1000000000000000000000",
            "inf",
            "5",
        ];
        assert_eq!(texts, written);
        assert_eq!(texts.codes(), [0, 1, 2, 3, 2, 4, 5, 0]);
        texts.push("more");
        assert_eq!((texts.len(), &texts[8], texts.numbers()), (9, "more", None));
        // More distinct numbers than are remembered.
        let many: Vec<f64> = (0..30_000)
            .map(|row| f64::from(row % 10_000) / 4.0)
            .collect();
        let texts = Texts::of_numbers(many.clone());
        assert_eq!(texts.distinct().len(), 10_000);
        assert!(
            many.iter()
                .zip(texts.iter())
                .all(|(number, text)| text.parse() == Ok(*number))
        );
    }
}
