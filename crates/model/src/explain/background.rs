//! Interventional contributions: the average over background rows of the game in which absent
//! inputs take a background row's values.

use crate::explain::leaf::LeafPath;

/// A leaf with the masks of the background rows, each once, with its share of the rows.
#[derive(Debug, Clone)]
pub(crate) struct PairLeaf {
    leaf: LeafPath,
    masks: Vec<(u64, f64)>,
}

/// `(a−1)! b! / (a+b)!`: weight of one of the `a` inputs that only the row satisfies when the
/// background row alone satisfies `b` others.
fn weight(a: u32, b: u32) -> f64 {
    // Product form: 1 / (a · C(a+b, b)).
    (1..=b).fold(1.0 / f64::from(a), |product, k| {
        product * f64::from(k) / f64::from(a + k)
    })
}

impl PairLeaf {
    /// `background` is a list of encoded rows.
    pub fn new(leaf: LeafPath, background: &[Vec<f64>]) -> Self {
        let mut all: Vec<u64> = background.iter().map(|row| leaf.mask(row)).collect();
        all.sort_unstable();
        let masks = all
            .chunk_by(|a, b| a == b)
            .map(|same| (same[0], same.len() as f64 / background.len() as f64))
            .collect();
        Self { leaf, masks }
    }

    fn full(&self) -> u64 {
        // Shifting by 64 is no shift; a leaf has at most 64 inputs.
        1_u64
            .checked_shl(self.leaf.inputs.len() as u32)
            .map_or(u64::MAX, |bit| bit - 1)
    }

    /// Share of the background that reaches the leaf, times its output.
    pub fn expected(&self) -> f64 {
        let full = self.full();
        self.masks
            .iter()
            .filter(|(mask, _)| *mask == full)
            .fold(0.0, |sum, (_, share)| sum + share * self.leaf.value)
    }

    /// Calls `add(path input, amount)` for a row with mask `own`. A pair counts only when each
    /// input is satisfied by one of the two.
    fn contributions(&self, own: u64, mut add: impl FnMut(usize, f64)) {
        let full = self.full();
        let theirs = full & !own;
        let b = theirs.count_ones();
        let mut outside = 0.0;
        for (mask, share) in self.masks.iter().filter(|(mask, _)| mask | own == full) {
            let mine = own & !mask;
            let a = mine.count_ones();
            let amount = share * self.leaf.value;
            if a > 0 {
                let inside = amount * weight(a, b);
                bits(mine).for_each(|input| add(input, inside));
            }
            if b > 0 {
                outside -= amount * weight(b, a);
            }
        }
        bits(theirs).for_each(|input| add(input, outside));
    }

    /// Contributions for every mask: `2^d × d` numbers.
    pub fn table(&self) -> Vec<f64> {
        let d = self.leaf.inputs.len();
        let mut table = vec![0.0; d << d];
        for mask in 0..1_usize << d {
            self.contributions(mask as u64, |input, amount| {
                table[mask * d + input] += amount
            });
        }
        table
    }

    /// Adds one row's contributions to `sums`.
    pub fn add(&self, row: &[f64], sums: &mut [f64]) {
        self.contributions(self.leaf.mask(row), |input, amount| {
            sums[self.leaf.inputs[input].input as usize] += amount
        });
    }
}

fn bits(mask: u64) -> impl Iterator<Item = usize> {
    let mut rest = mask;
    std::iter::from_fn(move || {
        (rest != 0).then(|| {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            bit
        })
    })
}
