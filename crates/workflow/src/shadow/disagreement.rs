//! How two versions disagree over the same people.

use domain::{BatchId, Date, Estimate, VersionNumber};
use serde::{Deserialize, Serialize};
use stats::groups::{Groups, suppressed};
use stats::rank_correlation::spearman;

use crate::disclosure::Disclosure;
use crate::disclosure::numbers::to_grid;
use crate::disclosure::tables::Table;

/// The part of the list that is compared: those with the highest scores.
const TOP: usize = 10;
/// Grid of a released rank correlation.
const CORRELATION: f64 = 0.01;

/// How a version in shadow disagrees with the live one. Differences are those of the version in
/// shadow, less the live one, in percentage points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Scored by both.
    pub n: u32,
    /// Spearman's rank correlation of the two scores.
    pub rank_correlation: Estimate,
    pub mean_difference: Estimate,
    /// Mean of the absolute differences.
    pub mean_absolute_difference: Estimate,
    /// Standard deviation of the differences.
    pub spread: f64,
    /// Risk bands of the live version, lowest first.
    pub bands: Vec<String>,
    /// People by band of the live version (row) and of the version in shadow (column); `None`: not
    /// shown.
    pub matrix: Vec<Vec<Option<u32>>>,
    /// Share of people whose band is another one.
    pub band_changes: Estimate,
    /// Share of the tenth with the highest live scores that is in the same tenth of the version in
    /// shadow.
    pub top_overlap: Estimate,
    /// By audited attribute.
    pub groups: Vec<GroupDifference>,
}

/// The difference of a group of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupDifference {
    /// Name of the audited attribute.
    pub attribute: String,
    pub label: String,
    pub group: String,
    /// `None`: not shown.
    pub people: Option<u32>,
    pub mean_difference: Estimate,
}

/// The newest disagreement with the version that is compared, as evidence of a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowEvidence {
    pub batch: BatchId,
    pub as_of: Date,
    pub live_version: VersionNumber,
    pub disagreement: Disagreement,
}

/// An audited attribute: name, label, and the group of each person.
pub(crate) type Attribute = (String, String, Groups);

impl Disagreement {
    /// Measures it: `pairs` are the scores of each person, live and in shadow; `band` gives the place
    /// of a probability in `bands`.
    pub(crate) fn measure(
        pairs: &[[f64; 2]],
        bands: Vec<String>,
        band: impl Fn(f64) -> usize,
        attributes: &[Attribute],
    ) -> Self {
        let differences: Vec<f64> = pairs
            .iter()
            .map(|[live, shadow]| 100.0 * (shadow - live))
            .collect();
        let mut counts = vec![vec![0; bands.len()]; bands.len()];
        for [live, shadow] in pairs {
            counts[band(*live)][band(*shadow)] += 1;
        }
        let absolute: Vec<f64> = differences.iter().map(|own| own.abs()).collect();
        Self {
            n: pairs.len() as u32,
            rank_correlation: spearman(pairs)
                .map_or_else(constant, |value| Estimate::point(value, pairs.len())),
            mean_difference: mean(&differences),
            mean_absolute_difference: mean(&absolute),
            spread: spread(&differences),
            band_changes: band_changes(&counts),
            matrix: counts
                .into_iter()
                .map(|row| row.into_iter().map(Some).collect())
                .collect(),
            bands,
            top_overlap: top_overlap(pairs),
            groups: attributes
                .iter()
                .flat_map(|attribute| group_differences(&differences, attribute))
                .collect(),
        }
    }

    /// As it may be read by everybody: no cell, group or mean that fewer than k people stand behind,
    /// counts as multiples of k, means on a grid.
    pub fn released(&self, rule: Disclosure) -> Self {
        let grid = |own: &Estimate| {
            let n = u64::from(own.n.unwrap_or(0));
            if own.value.is_some() && rule.is_small(n) {
                return Estimate::unknown(rule.why_hidden());
            }
            rule.on_grid(own, rule.value_step(self.spread, n))
        };
        let mut groups = self.groups.clone();
        for attribute in groups.chunk_by_mut(|left, right| left.attribute == right.attribute) {
            let people: Vec<u32> = attribute
                .iter()
                .map(|own| own.people.unwrap_or(0))
                .collect();
            let hidden = suppressed(&people, rule.least_people());
            for (own, hidden) in attribute.iter_mut().zip(hidden) {
                own.people = own
                    .people
                    .filter(|_| !hidden)
                    .map(|people| rule.count_u32(people));
                own.mean_difference = if hidden {
                    Estimate::unknown(rule.why_hidden())
                } else {
                    grid(&own.mean_difference)
                };
            }
        }
        let rank_correlation =
            if self.rank_correlation.value.is_some() && rule.is_small(u64::from(self.n)) {
                Estimate::unknown(rule.why_hidden())
            } else {
                rule.on_grid(&self.rank_correlation, CORRELATION)
            };
        Self {
            rank_correlation,
            mean_difference: grid(&self.mean_difference),
            mean_absolute_difference: grid(&self.mean_absolute_difference),
            spread: to_grid(self.spread, 0.1),
            matrix: self.released_matrix(rule),
            band_changes: rule.rate(&self.band_changes),
            top_overlap: rule.rate(&self.top_overlap),
            groups,
            n: self.n,
            bands: self.bands.clone(),
        }
    }

    fn released_matrix(&self, rule: Disclosure) -> Vec<Vec<Option<u32>>> {
        let counts = self.matrix.iter().flatten().map(|own| own.unwrap_or(0));
        let counts: Vec<u32> = counts.collect();
        let hidden = Table::new(self.bands.len(), counts.clone()).hidden(rule, &[]);
        let shown: Vec<Option<u32>> = counts
            .into_iter()
            .zip(hidden)
            .map(|(count, hidden)| (!hidden).then(|| rule.count_u32(count)))
            .collect();
        shown
            .chunks(self.bands.len().max(1))
            .map(<[_]>::to_vec)
            .collect()
    }
}

/// Why there is no rank correlation.
pub(super) fn constant() -> Estimate {
    Estimate::unknown("one of the versions gives everybody the same score")
}

/// The share of counts that are off the diagonal.
pub(super) fn band_changes(counts: &[Vec<u32>]) -> Estimate {
    let all: u32 = counts.iter().flatten().sum();
    let same: u32 = (0..counts.len()).map(|band| counts[band][band]).sum();
    stats::intervals::proportion(all - same, all, "nobody was scored")
}

fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// A mean with its 95% interval (normal approximation).
fn mean(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    if values.is_empty() {
        return Estimate::unknown("nobody was scored");
    }
    let mean = values.iter().sum::<f64>() / n;
    let half = 1.96 * spread(values) / n.sqrt();
    Estimate::with_interval(mean, [mean - half, mean + half], values.len())
}

/// Of equal scores, the first rows count.
fn top_overlap(pairs: &[[f64; 2]]) -> Estimate {
    let size = pairs.len().div_ceil(TOP);
    let top = |side: usize| {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|&left, &right| pairs[right][side].total_cmp(&pairs[left][side]));
        order.truncate(size);
        order.into_iter().collect::<std::collections::BTreeSet<_>>()
    };
    let both = top(0).intersection(&top(1)).count();
    stats::intervals::proportion(both as u32, size as u32, "nobody was scored")
}

fn group_differences(
    differences: &[f64],
    (attribute, label, groups): &Attribute,
) -> Vec<GroupDifference> {
    let mut own: Vec<Vec<f64>> = vec![Vec::new(); groups.names().len()];
    for (difference, &code) in differences.iter().zip(groups.codes()) {
        own[code as usize].push(*difference);
    }
    groups
        .names()
        .iter()
        .zip(own)
        .map(|(group, own)| GroupDifference {
            attribute: attribute.clone(),
            label: label.clone(),
            group: group.clone(),
            people: Some(own.len() as u32),
            mean_difference: mean(&own),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// 200 people whose scores rise from 0 to 1; in shadow, the upper half swaps places in pairs.
    fn measured() -> Disagreement {
        let pairs: Vec<[f64; 2]> = (0..200)
            .map(|place| {
                let other = if place >= 100 { place ^ 1 } else { place };
                [f64::from(place) / 200.0, f64::from(other) / 200.0 + 0.02]
            })
            .collect();
        let sex =
            Groups::from_labels((0..200).map(|place| Some(if place < 4 { "x" } else { "y" })));
        Disagreement::measure(
            &pairs,
            vec!["Low".into(), "High".into()],
            |probability| usize::from(probability >= 0.5),
            &[("sex".into(), "Sex".into(), sex)],
        )
    }

    #[test]
    fn a_disagreement_is_measured() {
        let own = measured();
        assert_eq!(own.n, 200);
        assert!((own.mean_difference.value.unwrap() - 2.0).abs() < 1e-9);
        let correlation = own.rank_correlation.value.unwrap();
        assert!((0.999..1.0).contains(&correlation), "{correlation}");
        // 0.02 lifts the four of 0.48 to 0.495 over the limit.
        assert_eq!(own.matrix, [[Some(96), Some(4)], [Some(0), Some(100)]]);
        assert_eq!(own.band_changes.value, Some(0.02));
        assert_eq!(own.top_overlap.value, Some(1.0));
    }

    #[test]
    fn few_people_cannot_be_told_from_what_is_released() {
        let own = measured().released(Disclosure::default());
        let shown: Vec<_> = own.matrix.iter().flatten().flatten().collect();
        assert!(shown.iter().all(|count| *count % 10 == 0), "{shown:?}");
        assert_eq!(own.matrix[0][1], None);
        assert_eq!(own.matrix[0][0], None, "it would follow from the row");
        assert!(own.groups.iter().all(|group| group.people.is_none()));
        assert!(own.mean_difference.value.is_some());
        let few = Disagreement::measure(&[[0.1, 0.9], [0.2, 0.1]], vec!["All".into()], |_| 0, &[])
            .released(Disclosure::default());
        assert_eq!(few.mean_difference.value, None);
        assert_eq!(few.rank_correlation.value, None);
        assert_eq!(few.matrix, [[None]]);
    }
}
