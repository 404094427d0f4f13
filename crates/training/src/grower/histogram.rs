//! Sums of gradients and weights by bin, in integers.

use rayon::prelude::*;

use super::binned::Binned;

/// Gradient (upper 32 bits, signed) and curvature (lower 32 bits, unsigned) of a row or of a sum of
/// rows, in units of
/// [`Units`]. Integer sums are exact, so they are the same in every order
/// (gradient quantisation: Shi et al. 2022).
pub type Packed = i64;

/// The units in which gradients and curvatures are counted.
#[derive(Debug, Clone, Copy)]
pub struct Units {
    gradient: f64,
    curvature: f64,
    per_gradient: f64,
    per_curvature: f64,
}

/// The largest possible sum becomes this many units: about nine digits of it, with room for
/// rounding.
const UNITS: f64 = (1u64 << 30) as f64;

impl Units {
    /// Units for sums of up to `gradients` (of absolute values) and `curvatures`.
    pub fn new(gradients: f64, curvatures: f64) -> Self {
        let unit = |sum: f64| if sum > 0.0 { sum / UNITS } else { 1.0 };
        let (gradient, curvature) = (unit(gradients), unit(curvatures));
        Self {
            gradient,
            curvature,
            per_gradient: gradient.recip(),
            per_curvature: curvature.recip(),
        }
    }

    /// Rounds a gradient and a curvature (≥ 0) to whole units.
    pub fn pack(&self, gradient: f64, curvature: f64) -> Packed {
        // Adding a half and cutting off is rounding, without the library call that `round` is on
        // plain x86-64.
        let (gradient, curvature) = (gradient * self.per_gradient, curvature * self.per_curvature);
        (((gradient + 0.5f64.copysign(gradient)) as i64) << 32) + (curvature + 0.5) as i64
    }

    /// Gradient and curvature of a packed sum.
    pub fn unpack(&self, packed: Packed) -> (f64, f64) {
        (
            (packed >> 32) as f64 * self.gradient,
            (packed & 0xffff_ffff) as f64 * self.curvature,
        )
    }
}

/// The position of each column's bins in a histogram.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Columns of [`Binned`] that the tree may split on.
    pub columns: Vec<u32>,
    /// Start of each of `columns`, then the total.
    pub starts: Vec<usize>,
}

impl Layout {
    pub fn new(binned: &Binned, columns: Vec<u32>) -> Self {
        let mut starts = vec![0];
        for &column in &columns {
            starts.push(starts[starts.len() - 1] + binned.missing_bin(column as usize) + 1);
        }
        Self { columns, starts }
    }

    /// The bins of the `index`-th column.
    pub fn range(&self, index: usize) -> std::ops::Range<usize> {
        self.starts[index]..self.starts[index + 1]
    }
}

/// From this many additions on, columns are shared out over threads.
const WORTH_THREADS: usize = 1 << 16;

/// Sums `packed` (in the order of `rows`) by bin for the columns of `layout` at positions `chosen`.
pub fn build(
    binned: &Binned,
    layout: &Layout,
    chosen: &[u32],
    rows: &[u32],
    packed: &[Packed],
) -> Vec<Packed> {
    let mut histogram = vec![0; layout.starts[layout.columns.len()]];
    let add = |index: usize, bins: &mut [Packed]| {
        let column = binned.column(layout.columns[index] as usize);
        for (&row, &value) in rows.iter().zip(packed) {
            bins[column[row as usize] as usize] += value;
        }
    };
    if rows.len() * chosen.len() < WORTH_THREADS {
        for &index in chosen {
            add(index as usize, &mut histogram[layout.range(index as usize)]);
        }
        return histogram;
    }
    let mut rest = histogram.as_mut_slice();
    let mut slices = Vec::with_capacity(layout.columns.len());
    for index in 0..layout.columns.len() {
        let (own, tail) = rest.split_at_mut(layout.range(index).len());
        slices.push((index, own));
        rest = tail;
    }
    slices
        .into_par_iter()
        .filter(|(index, _)| chosen.contains(&(*index as u32)))
        .for_each(|(index, bins)| add(index, bins));
    histogram
}

/// Turns a parent's histogram into that of one child, given the other's.
pub fn subtract(parent: &mut [Packed], child: &[Packed]) {
    for (entry, other) in parent.iter_mut().zip(child) {
        *entry -= other;
    }
}
