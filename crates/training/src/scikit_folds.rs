//! The folds of scikit-learn's `RepeatedStratifiedKFold(shuffle)`, row for row: published
//! comparisons can be repeated without a file of row numbers. That takes NumPy's legacy generator,
//! the Mersenne twister (Matsumoto and Nishimura 1998).

use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::split::{Split, folds, forward_protocol};

const N: usize = 624;
const M: usize = 397;

/// NumPy's `RandomState`.
struct MersenneTwister {
    state: [u32; N],
    position: usize,
}

impl MersenneTwister {
    fn new(seed: u32) -> Self {
        let mut state = [seed; N];
        for index in 1..N {
            let before = state[index - 1];
            state[index] = 1_812_433_253_u32
                .wrapping_mul(before ^ (before >> 30))
                .wrapping_add(index as u32);
        }
        Self { state, position: N }
    }

    fn next(&mut self) -> u32 {
        if self.position == N {
            for index in 0..N {
                let joined =
                    (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % N] & 0x7fff_ffff);
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[index] = self.state[(index + M) % N] ^ (joined >> 1) ^ twist;
            }
            self.position = 0;
        }
        let mut value = self.state[self.position];
        self.position += 1;
        value ^= value >> 11;
        value ^= (value << 7) & 0x9d2c_5680;
        value ^= (value << 15) & 0xefc6_0000;
        value ^ (value >> 18)
    }

    /// A whole number from 0 to `most`, by rejection under a mask.
    fn up_to(&mut self, most: u32) -> u32 {
        let mask = u32::MAX.checked_shr(most.leading_zeros()).unwrap_or(0);
        loop {
            let value = self.next() & mask;
            if value <= most {
                return value;
            }
        }
    }

    /// NumPy's `shuffle`.
    fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            let other = self.up_to(last as u32) as usize;
            items.swap(last, other);
        }
    }
}

/// The outer folds of a nested evaluation: forward in time (`repeats` do not apply) or by whole
/// persons where the dataset asks for it, and otherwise those that published comparisons use.
///
/// # Errors
/// As [`forward_protocol`], [`folds()`] and [`repeated_stratified_folds`].
pub fn protocol_splits(
    dataset: &Dataset,
    count: usize,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Split>, TrainingError> {
    if let Some(forward) = forward_protocol(dataset, count)? {
        return Ok(forward);
    }
    if dataset.persons.is_some() {
        let everybody = Split::explicit(dataset, &[])?.train;
        return folds(dataset, &everybody, count, repeats, seed);
    }
    repeated_stratified_folds(dataset, count, repeats, seed as u32)
}

/// `folds × repeats` splits of all rows, as `RepeatedStratifiedKFold(n_splits=folds,
/// n_repeats=repeats, random_state=seed)` gives them.
///
/// # Errors
/// When a class has fewer rows than there are folds.
pub fn repeated_stratified_folds(
    dataset: &Dataset,
    folds: usize,
    repeats: usize,
    seed: u32,
) -> Result<Vec<Split>, TrainingError> {
    let labels = &dataset.labels;
    let positives = dataset.positives();
    if folds < 2 || positives.min(labels.len() - positives) < folds {
        return Err(TrainingError::Split(format!(
            "needs at least {folds} rows of each outcome"
        )));
    }
    // Classes are taken in the order in which they first occur.
    let classes = [labels[0], !labels[0]];
    let counts = classes.map(|class| labels.iter().filter(|label| **label == class).count());
    let mut random = MersenneTwister::new(seed);
    let mut splits = Vec::with_capacity(folds * repeats);
    for _ in 0..repeats {
        let mut fold_of = vec![0; labels.len()];
        for (position, class) in classes.into_iter().enumerate() {
            // Rows sorted by class are dealt to the folds in turn; this is how many of the class
            // each fold gets.
            let range = if position == 0 {
                0..counts[0]
            } else {
                counts[0]..labels.len()
            };
            let share = |fold: usize| range.clone().filter(|index| index % folds == fold).count();
            let mut own: Vec<usize> = (0..folds)
                .flat_map(|fold| std::iter::repeat_n(fold, share(fold)))
                .collect();
            random.shuffle(&mut own);
            let rows = (0..labels.len()).filter(|&row| labels[row] == class);
            rows.zip(own).for_each(|(row, fold)| fold_of[row] = fold);
        }
        for fold in 0..folds {
            let test: Vec<usize> = (0..labels.len())
                .filter(|&row| fold_of[row] == fold)
                .collect();
            splits.push(Split::explicit(dataset, &test)?);
        }
    }
    Ok(splits)
}
