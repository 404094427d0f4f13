//! Samples as sorted distinct values with counts.

/// A numeric sample, sorted: distinct values, ascending, each with its count. NaN never enters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sorted {
    values: Vec<f64>,
    counts: Vec<u32>,
    n: u64,
}

/// Integer columns with at most this span are counted instead of sorted.
const COUNTED_SPAN: f64 = 65_536.0;

impl Sorted {
    /// Sorts a sample. NaN (missing) is left out, and -0 is 0; infinities are kept.
    ///
    /// ```
    /// use stats::two_sample::Sorted;
    ///
    /// let sample = Sorted::new(&[3.0, 1.0, f64::NAN, 3.0]);
    /// assert_eq!((sample.n(), sample.values(), sample.counts()), (3, &[1.0, 3.0][..], &[1, 2][..]));
    /// assert_eq!(sample.quantile(0.25), Some(2.0));
    /// ```
    pub fn new(sample: &[f64]) -> Self {
        Self::counted(sample).unwrap_or_else(|| {
            Self::compared(
                sample
                    .iter()
                    .copied()
                    .filter(|v| !v.is_nan())
                    .map(|v| v + 0.0)
                    .collect(),
            )
        })
    }

    /// Counting sort, where every value is an integer and the span is small: ages, levels, years.
    fn counted(sample: &[f64]) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for &value in sample {
            if value.is_nan() {
                continue;
            }
            if value != value.trunc() || value.is_infinite() {
                return None;
            }
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            return Some(Self::default());
        }
        let span = high - low;
        if span > COUNTED_SPAN || span > 4.0 * sample.len() as f64 + 64.0 || low.abs() > 1e15 {
            return None;
        }
        let mut slots = vec![0u32; span as usize + 1];
        for &value in sample {
            if !value.is_nan() {
                slots[(value - low) as usize] += 1;
            }
        }
        let mut sorted = Self::default();
        for (slot, &count) in slots.iter().enumerate() {
            if count > 0 {
                sorted.push(low + slot as f64 + 0.0, count);
            }
        }
        Some(sorted)
    }

    fn compared(mut sample: Vec<f64>) -> Self {
        sample.sort_unstable_by(f64::total_cmp);
        let mut sorted = Self::default();
        for run in sample.chunk_by(|a, b| a == b) {
            sorted.push(run[0], run.len() as u32);
        }
        sorted
    }

    fn push(&mut self, value: f64, count: u32) {
        self.values.push(value);
        self.counts.push(count);
        self.n += u64::from(count);
    }

    /// A sample given as ascending distinct values with their counts; values without rows are left
    /// out.
    pub fn from_counts(counts: impl IntoIterator<Item = (f64, u32)>) -> Self {
        let mut sorted = Self::default();
        for (value, count) in counts {
            debug_assert!(
                sorted.values.last().is_none_or(|last| *last < value),
                "ascending and distinct"
            );
            if count > 0 {
                sorted.push(value, count);
            }
        }
        sorted
    }

    /// Rows in the sample.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Distinct values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Rows per distinct value.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Mean; `None` of nothing.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self
            .iter()
            .map(|(value, count)| value * f64::from(count))
            .sum();
        (self.n > 0).then(|| sum / self.n as f64)
    }

    /// Sum of squared deviations from the mean.
    pub fn squared_deviations(&self) -> f64 {
        let mean = self.mean().unwrap_or(0.0);
        self.iter()
            .map(|(value, count)| (value - mean).powi(2) * f64::from(count))
            .sum()
    }

    /// Standard deviation of the sample as a population (divisor n), as NumPy's default; 0 of
    /// nothing.
    pub fn standard_deviation(&self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            (self.squared_deviations() / self.n as f64).sqrt()
        }
    }

    /// Quantile by linear interpolation between order statistics (type 7; NumPy's default), `q` in
    /// 0..=1; `None` of nothing.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.quantiles(&[q]).first().copied()
    }

    /// Several quantiles in one pass, for ascending `qs`; empty of nothing.
    pub fn quantiles(&self, qs: &[f64]) -> Vec<f64> {
        let Some(last) = self.n.checked_sub(1) else {
            return Vec::new();
        };
        let mut place = 0;
        let mut below = 0u64; // rows before the value at `place`
        qs.iter()
            .map(|q| {
                let position = q.clamp(0.0, 1.0) * last as f64;
                let (rank, share) = (position.floor() as u64, position.fract());
                while below + u64::from(self.counts[place]) <= rank {
                    below += u64::from(self.counts[place]);
                    place += 1;
                }
                let low = self.values[place];
                let next_is_tied = rank + 1 < below + u64::from(self.counts[place]);
                let high = if next_is_tied || rank >= last {
                    low
                } else {
                    self.values[place + 1]
                };
                // NumPy's lerp: measured from the nearer end.
                if share >= 0.5 {
                    high - (high - low) * (1.0 - share)
                } else {
                    low + (high - low) * share
                }
            })
            .collect()
    }

    /// Rows per bin: bin `i` is `edges[i] <= value < edges[i + 1]`, the last bin includes its right
    /// edge; values outside are left out (as `numpy.histogram` with given edges).
    ///
    /// ```
    /// use stats::two_sample::Sorted;
    ///
    /// assert_eq!(Sorted::new(&[0.0, 1.0, 2.0, 4.0, 9.0]).histogram(&[0.0, 2.0, 4.0]), [2, 2]);
    /// ```
    pub fn histogram(&self, edges: &[f64]) -> Vec<u64> {
        let mut bins = vec![0u64; edges.len().saturating_sub(1)];
        let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
            return bins;
        };
        let mut bin = 0;
        for (value, count) in self
            .iter()
            .filter(|&(value, _)| value >= first && value <= last)
        {
            while bin + 1 < bins.len() && value >= edges[bin + 1] {
                bin += 1;
            }
            if let Some(slot) = bins.get_mut(bin) {
                *slot += u64::from(count);
            }
        }
        bins
    }

    /// Rows per bin over inner edges: below the first, between, and from the last on. `inner.len()
    /// + 1` bins; nothing is left out.
    pub fn digitize(&self, inner: &[f64]) -> Vec<u64> {
        let mut bins = vec![0u64; inner.len() + 1];
        let mut bin = 0;
        for (value, count) in self.iter() {
            while bin < inner.len() && value >= inner[bin] {
                bin += 1;
            }
            bins[bin] += u64::from(count);
        }
        bins
    }

    /// Distinct values with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u32)> + '_ {
        self.values.iter().copied().zip(self.counts.iter().copied())
    }
}

/// Two samples over their common support.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Distinct values of both samples, ascending.
    pub support: Vec<f64>,
    /// Rows of the reference at each value.
    pub reference: Vec<u32>,
    /// Rows of the current sample at each value.
    pub current: Vec<u32>,
    /// Rows of the reference.
    pub n_reference: u64,
    /// Rows of the current sample.
    pub n_current: u64,
}

impl Pair {
    /// Merges two sorted samples.
    pub fn new(reference: &Sorted, current: &Sorted) -> Self {
        let capacity = reference.values.len().max(current.values.len());
        let mut pair = Self {
            support: Vec::with_capacity(capacity),
            reference: Vec::with_capacity(capacity),
            current: Vec::with_capacity(capacity),
            n_reference: reference.n,
            n_current: current.n,
        };
        let (mut i, mut j) = (0, 0);
        loop {
            let (a, b) = (reference.values.get(i), current.values.get(j));
            let value = match (a, b) {
                (Some(&a), Some(&b)) => a.min(b),
                (Some(&only), None) | (None, Some(&only)) => only,
                (None, None) => break,
            };
            let take = |values: &[f64], counts: &[u32], at: &mut usize| {
                if values.get(*at) == Some(&value) {
                    *at += 1;
                    counts[*at - 1]
                } else {
                    0
                }
            };
            pair.reference
                .push(take(&reference.values, &reference.counts, &mut i));
            pair.current
                .push(take(&current.values, &current.counts, &mut j));
            pair.support.push(value);
        }
        pair
    }

    /// Sums `term(U, V, width)` over the gaps of the support, with the two distribution functions U
    /// and V left of the gap.
    pub(crate) fn sum_over_gaps(&self, term: impl Fn(f64, f64, f64) -> f64) -> f64 {
        let (mut below_reference, mut below_current, mut sum) = (0u64, 0u64, 0.0);
        let (n, m) = (self.n_reference as f64, self.n_current as f64);
        for (i, gap) in self.support.windows(2).enumerate() {
            below_reference += u64::from(self.reference[i]);
            below_current += u64::from(self.current[i]);
            sum += term(
                below_reference as f64 / n,
                below_current as f64 / m,
                gap[1] - gap[0],
            );
        }
        sum
    }

    /// Ranks: calls `each(reference count, current count, midrank)` per distinct value, ascending,
    /// midranks 1-based.
    pub(crate) fn for_each_midrank(&self, mut each: impl FnMut(u32, u32, f64)) {
        let mut before = 0u64;
        for (&a, &b) in self.reference.iter().zip(&self.current) {
            let tied = u64::from(a) + u64::from(b);
            each(a, b, before as f64 + (tied as f64 + 1.0) / 2.0);
            before += tied;
        }
    }

    /// Whether both samples have at least one row.
    pub fn is_comparable(&self) -> bool {
        self.n_reference > 0 && self.n_current > 0
    }
}
