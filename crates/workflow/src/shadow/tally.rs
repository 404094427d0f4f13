//! Records of programs, scored by both versions and counted: no record is kept.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use domain::{Estimate, UseCaseId, VersionNumber};
use serde::{Deserialize, Serialize};
use stats::rank_correlation::spearman_of_counts;
use tokio::sync::Semaphore;

use super::disagreement::{Disagreement, band_changes, constant};

/// Equal parts of the scale from 0 to 1.
const PARTS: usize = 20;

/// What is counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Scored by both.
    pub records: u64,
    /// Not scored in shadow, because others just were: answers do not wait.
    pub skipped: u64,
    /// That the version in shadow could not score.
    pub failed: u64,
    /// Of the differences in percentage points: sum, sum of squares, sum without sign.
    pub(super) sums: [f64; 3],
    pub(super) bands: Vec<String>,
    pub(super) matrix: Vec<Vec<u32>>,
    /// Records by part of the scale, live (row) and in shadow (column).
    pub(super) grid: Vec<Vec<u64>>,
}

impl Tally {
    /// Counts records: their scores, live and in shadow.
    pub fn of(pairs: &[[f64; 2]], bands: Vec<String>, band: impl Fn(f64) -> usize) -> Self {
        let mut tally = Self {
            records: pairs.len() as u64,
            matrix: vec![vec![0; bands.len()]; bands.len()],
            grid: vec![vec![0; PARTS]; PARTS],
            bands,
            ..Self::default()
        };
        let part = |probability: f64| ((probability * PARTS as f64) as usize).min(PARTS - 1);
        for &[live, shadow] in pairs {
            let difference = 100.0 * (shadow - live);
            let own = [difference, difference * difference, difference.abs()];
            (0..3).for_each(|sum| tally.sums[sum] += own[sum]);
            tally.matrix[band(live)][band(shadow)] += 1;
            tally.grid[part(live)][part(shadow)] += 1;
        }
        tally
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.skipped += other.skipped;
        self.failed += other.failed;
        if other.records == 0 {
            return;
        }
        if self.records == 0 {
            let (skipped, failed) = (self.skipped, self.failed);
            *self = Self {
                skipped,
                failed,
                ..other
            };
            return;
        }
        self.records += other.records;
        (0..3).for_each(|sum| self.sums[sum] += other.sums[sum]);
        for (own, other) in self.matrix.iter_mut().zip(other.matrix) {
            own.iter_mut()
                .zip(other)
                .for_each(|(own, other)| *own += other);
        }
        for (own, other) in self.grid.iter_mut().zip(other.grid) {
            own.iter_mut()
                .zip(other)
                .for_each(|(own, other)| *own += other);
        }
    }

    /// The disagreement over the records. Rank correlation is that of the twenty parts of the scale.
    pub fn disagreement(&self) -> Disagreement {
        let n = self.records as f64;
        let count = usize::try_from(self.records).unwrap_or(usize::MAX);
        let [sum, squares, absolute] = self.sums;
        let spread = if self.records < 2 {
            0.0
        } else {
            ((squares - sum * sum / n) / (n - 1.0)).max(0.0).sqrt()
        };
        let half = 1.96 * spread / n.sqrt();
        let mean = if self.records == 0 {
            Estimate::unknown("no record was scored")
        } else {
            Estimate::with_interval(sum / n, [sum / n - half, sum / n + half], count)
        };
        Disagreement {
            n: u32::try_from(self.records).unwrap_or(u32::MAX),
            rank_correlation: spearman_of_counts(&self.grid)
                .map_or_else(constant, |value| Estimate::point(value, count)),
            mean_absolute_difference: if self.records == 0 {
                mean.clone()
            } else {
                Estimate::point(absolute / n, count)
            },
            mean_difference: mean,
            spread,
            bands: self.bands.clone(),
            band_changes: band_changes(&self.matrix),
            matrix: self
                .matrix
                .iter()
                .map(|row| row.iter().copied().map(Some).collect())
                .collect(),
            top_overlap: Estimate::unknown("not counted for the records of programs"),
            groups: Vec::new(),
        }
    }
}

/// Use case, live version, version in shadow.
pub(crate) type Beside = (UseCaseId, VersionNumber, VersionNumber);

/// What was counted and not stored yet.
pub(crate) struct OpenTallies {
    pub open: Mutex<HashMap<Beside, Tally>>,
    /// Whether storing is about to happen.
    pub scheduled: AtomicBool,
    /// One request at a time is scored in shadow.
    pub slot: Semaphore,
}

impl Default for OpenTallies {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            scheduled: AtomicBool::new(false),
            slot: Semaphore::new(1),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn counting_in_parts_is_counting_at_once() {
        let pairs: Vec<[f64; 2]> = (0..60)
            .map(|place| {
                let live = f64::from(place * 37 % 60) / 60.0;
                [live, (live + f64::from(place % 7) / 50.0).min(1.0)]
            })
            .collect();
        let of = |pairs: &[[f64; 2]]| {
            Tally::of(pairs, vec!["Low".into(), "High".into()], |own| {
                usize::from(own >= 0.5)
            })
        };
        let mut parts = Tally {
            skipped: 2,
            ..Tally::default()
        };
        parts.add(of(&pairs[..20]));
        parts.add(of(&pairs[20..]));
        let (parts, whole) = (parts.disagreement(), of(&pairs).disagreement());
        assert_eq!((parts.n, &parts.matrix), (60, &whole.matrix));
        let exact = Disagreement::measure(
            &pairs,
            vec!["Low".into(), "High".into()],
            |own| usize::from(own >= 0.5),
            &[],
        );
        let near = |left: &Estimate, right: &Estimate| {
            (left.value.unwrap() - right.value.unwrap()).abs() < 1e-9
        };
        assert!(near(&parts.mean_difference, &exact.mean_difference));
        assert!(near(
            &parts.mean_absolute_difference,
            &exact.mean_absolute_difference
        ));
        assert!((parts.spread - exact.spread).abs() < 1e-9);
        assert_eq!(parts.matrix, exact.matrix);
        let [binned, own] = [&parts, &exact].map(|found| found.rank_correlation.value.unwrap());
        assert!((binned - own).abs() < 0.02, "{binned} {own}");
    }
}
