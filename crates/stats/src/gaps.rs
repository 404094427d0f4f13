//! Differences and ratios between groups, with intervals.

use std::collections::BTreeMap;

use domain::Estimate;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::{
    Confusion,
    gap::{GapIntervals, GapSetting, Kind, Member},
    gap_bootstrap::{Resampled, resampled},
    group_metrics::{GroupMetric, RATES, SCORE_METRICS, rate_estimate},
    intervals::{Bounded, Z, folded_difference, folded_ratio},
};

/// Gaps of every metric, as Fairlearn's `MetricFrame` defines them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gaps {
    /// Largest − smallest value.
    pub difference: BTreeMap<GroupMetric, Estimate>,
    /// Smallest ÷ largest value; rates only.
    pub ratio: BTreeMap<GroupMetric, Estimate>,
    /// Largest distance of a group to the overall figure; rates only.
    pub difference_to_overall: BTreeMap<GroupMetric, Estimate>,
    /// Smallest ratio, either way up, of a group and the overall figure; rates only.
    pub ratio_to_overall: BTreeMap<GroupMetric, Estimate>,
}

impl Kind {
    /// Whether gap `one` is wider than `other`: a larger difference, a smaller ratio.
    fn wider(self, one: f64, other: f64) -> f64 {
        match self {
            Self::Difference => one.max(other),
            Self::Ratio => one.min(other),
        }
    }

    /// The near and the far end of the interval of the gap between two independent estimates.
    fn ends(self, left: Bounded, right: Bounded) -> [f64; 2] {
        match self {
            Self::Difference => folded_difference(left.difference(right)),
            Self::Ratio => {
                let (smaller, larger) = if left.value <= right.value {
                    (left, right)
                } else {
                    (right, left)
                };
                let [far, near] = smaller.ratio(larger).map_or([0.0, 1.0], folded_ratio);
                [near, far]
            }
        }
    }

    /// The widest gap over `pairs`, each given at a level of confidence by its normal quantile.
    fn widest(self, pairs: &dyn Fn(f64) -> Vec<(Bounded, Bounded)>, n: u32) -> Estimate {
        let at_level = pairs(Z);
        let corrected = Normal::standard().inverse_cdf(1.0 - 0.025 / at_level.len().max(1) as f64);
        let widest = |values: &mut dyn Iterator<Item = f64>| {
            values.reduce(|one, other| self.wider(one, other))
        };
        let value = widest(
            &mut at_level
                .iter()
                .map(|(left, right)| self.of(left.value, right.value)),
        );
        let far = widest(
            &mut at_level
                .iter()
                .map(|&(left, right)| self.ends(left, right)[1]),
        );
        let near = widest(
            &mut pairs(corrected)
                .into_iter()
                .map(|(left, right)| self.ends(left, right)[0]),
        );
        match (value, near, far) {
            (Some(value), ..) if value.is_nan() => {
                Estimate::unknown("the value is 0 in every group, so the ratio is undefined")
            }
            (Some(value), Some(near), Some(far)) => {
                Estimate::with_interval(value, [near.min(far), near.max(far)], n as usize)
            }
            _ => Estimate::unknown("fewer than two groups have a value"),
        }
    }
}

/// The gaps between the members that are compared. The overall figure is treated as independent of
/// the groups, which widens the intervals of distances to it.
pub(crate) fn gaps(members: &[Member<'_>], overall: &Confusion, setting: &GapSetting) -> Gaps {
    let compared = || members.iter().filter(|member| member.compared);
    let n = compared().map(|member| member.counts.count()).sum();
    let at = |metric: GroupMetric, z: f64| -> Vec<Bounded> {
        compared()
            .filter_map(|member| member_estimate(member, metric, z, setting.undefined_is_zero))
            .collect()
    };
    let between = |kind: Kind, metric: GroupMetric| {
        let pairs = |z: f64| {
            let groups = at(metric, z);
            groups
                .iter()
                .enumerate()
                .flat_map(|(position, &left)| {
                    groups[..position].iter().map(move |&right| (left, right))
                })
                .collect()
        };
        kind.widest(&pairs, n)
    };
    let to_overall = |kind: Kind, metric: GroupMetric| {
        let pairs = |z: f64| {
            let overall = rate_estimate(metric, overall, z, setting.undefined_is_zero);
            overall.map_or(Vec::new(), |overall| {
                at(metric, z)
                    .into_iter()
                    .map(|group| (group, overall))
                    .collect()
            })
        };
        kind.widest(&pairs, n)
    };
    let rates = |gap: &dyn Fn(GroupMetric) -> Estimate| -> BTreeMap<GroupMetric, Estimate> {
        RATES
            .into_iter()
            .map(|metric| (metric, gap(metric)))
            .collect()
    };
    let with_scores = members
        .iter()
        .any(|member| member.figures.contains_key(&GroupMetric::MeanScore));
    let mut gaps = Gaps {
        difference: rates(&|metric| between(Kind::Difference, metric)),
        ratio: rates(&|metric| between(Kind::Ratio, metric)),
        difference_to_overall: rates(&|metric| to_overall(Kind::Difference, metric)),
        ratio_to_overall: rates(&|metric| to_overall(Kind::Ratio, metric)),
    };
    if setting.intervals == GapIntervals::Bootstrap {
        gaps.replace_intervals(resampled(members, setting));
    }
    if with_scores {
        gaps.difference.extend(
            SCORE_METRICS
                .into_iter()
                .map(|metric| (metric, between(Kind::Difference, metric))),
        );
    }
    gaps
}

fn member_estimate(
    member: &Member<'_>,
    metric: GroupMetric,
    z: f64,
    undefined_is_zero: bool,
) -> Option<Bounded> {
    if SCORE_METRICS.contains(&metric) {
        return Bounded::of(member.figures.get(&metric)?).map(|estimate| estimate.widened(z / Z));
    }
    rate_estimate(metric, member.counts, z, undefined_is_zero)
}

impl Gaps {
    fn replace_intervals(&mut self, resampled: Resampled) {
        let parts = [
            &mut self.difference,
            &mut self.ratio,
            &mut self.difference_to_overall,
            &mut self.ratio_to_overall,
        ];
        for (part, intervals) in parts.into_iter().zip(resampled) {
            for (metric, interval) in RATES.iter().zip(intervals) {
                if let Some(figure) = part.get_mut(metric).filter(|figure| figure.value.is_some()) {
                    figure.interval = Some(interval.unwrap_or([0.0, 1.0]));
                }
            }
        }
    }
}
