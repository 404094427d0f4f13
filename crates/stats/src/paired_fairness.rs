//! Two models' decisions about the same people: what changes for the groups.

use domain::Estimate;
use rand_distr::{Binomial, Distribution};
use serde::{Deserialize, Serialize};

use crate::{
    Confusion,
    bootstrap::chunked,
    fairness::{FairnessPolicy, ParityMetric},
    group_metrics::{GroupMetric, RATES, rates},
    groups::Groups,
    intervals::percentile_interval,
    table::{InputError, check_lengths},
};

/// A fairness metric of two models on the same people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParityChange {
    /// The metric that both models were judged by.
    pub metric: ParityMetric,
    /// Of the model that is there.
    pub before: Estimate,
    /// Of the other model.
    pub after: Estimate,
    /// After − before, with the paired interval. Differences should fall, ratios should rise.
    pub change: Estimate,
}

/// People of one group by outcome and by both decisions, so that a resample is a draw of counts.
type Cells = [u32; 8];

/// Compares the gaps between groups of two decisions about the same people: a bootstrap of
/// `policy.resamples` resamples that draws people, with both decisions about them, within each
/// group (seeded, percentile). Groups that are too small to judge, and people without a value, are
/// left out.
///
/// # Errors
/// [`InputError`] when there are no rows or the lengths differ.
pub fn compare_fairness(
    truth: &[bool],
    [before, after]: [&[bool]; 2],
    groups: &Groups,
    policy: &FairnessPolicy,
    seed: u64,
) -> Result<Vec<ParityChange>, InputError> {
    for decision in [before, after] {
        Confusion::new(truth, decision)?;
    }
    check_lengths(truth, groups.codes().len())?;
    let sizes = groups.counts();
    let mut cells = vec![Cells::default(); sizes.len()];
    for (row, &code) in groups.codes().iter().enumerate() {
        let cell =
            usize::from(truth[row]) << 2 | usize::from(before[row]) << 1 | usize::from(after[row]);
        cells[code as usize][cell] += 1;
    }
    let judged = |group: &usize| sizes[*group] >= policy.judge_from && !groups.is_missing(*group);
    let cells: Vec<Cells> = (0..cells.len())
        .filter(judged)
        .map(|group| cells[group])
        .collect();
    let n = cells.iter().flatten().sum::<u32>() as usize;
    let at_hand = parities(&cells);
    let samples = chunked(
        policy.resamples as usize,
        seed,
        || cells.clone(),
        |drawn, random| {
            drawn
                .iter_mut()
                .zip(&cells)
                .for_each(|(drawn, cells)| *drawn = redraw(cells, random));
            parities(drawn)
        },
    );
    let figure = |value: f64, samples: &mut dyn Iterator<Item = f64>| {
        if cells.len() < 2 {
            return Estimate::unknown("fewer than two groups are large enough to judge");
        }
        if value.is_nan() {
            return Estimate::unknown(
                "the metric is undefined in one of the groups (division by zero)",
            );
        }
        percentile_interval(samples.collect()).map_or_else(
            || Estimate::point(value, n),
            |interval| Estimate::with_interval(value, interval, n),
        )
    };
    Ok(METRICS
        .iter()
        .enumerate()
        .map(|(at, &metric)| {
            let of = |model: usize| {
                figure(
                    at_hand[model][at],
                    &mut samples.iter().map(|sample| sample[model][at]),
                )
            };
            let change = figure(
                at_hand[1][at] - at_hand[0][at],
                &mut samples.iter().map(|sample| sample[1][at] - sample[0][at]),
            );
            ParityChange {
                metric,
                before: of(0),
                after: of(1),
                change,
            }
        })
        .collect())
}

const METRICS: [ParityMetric; 5] = [
    ParityMetric::DemographicParityDifference,
    ParityMetric::DemographicParityRatio,
    ParityMetric::EqualOpportunityDifference,
    ParityMetric::EqualizedOddsDifferenceWorstCase,
    ParityMetric::PredictiveParityDifference,
];

/// [`METRICS`] of both models; NaN where fewer than two groups have the figure.
fn parities(groups: &[Cells]) -> [[f64; METRICS.len()]; 2] {
    [1, 0].map(|decision| {
        let of_group = |cells: &Cells| {
            let count = |left: usize, listed: usize| {
                (0..8)
                    .filter(|cell| cell >> 2 == left && cell >> decision & 1 == listed)
                    .map(|cell| cells[cell])
                    .sum()
            };
            rates(
                &Confusion {
                    tn: count(0, 0),
                    fp: count(0, 1),
                    fn_: count(1, 0),
                    tp: count(1, 1),
                },
                false,
            )
        };
        let of_groups: Vec<[f64; RATES.len()]> = groups.iter().map(of_group).collect();
        let ends = |metric: GroupMetric| {
            let column = RATES.iter().position(|own| *own == metric).unwrap_or(0);
            let values: Vec<f64> = of_groups
                .iter()
                .map(|rates| rates[column])
                .filter(|value| value.is_finite())
                .collect();
            let fold = |pick: fn(f64, f64) -> f64| {
                values
                    .iter()
                    .copied()
                    .reduce(pick)
                    .filter(|_| values.len() > 1)
                    .unwrap_or(f64::NAN)
            };
            [fold(f64::min), fold(f64::max)]
        };
        let difference = |metric| ends(metric)[1] - ends(metric)[0];
        let [lowest, highest] = ends(GroupMetric::SelectionRate);
        let [tpr, fpr] = [GroupMetric::Tpr, GroupMetric::Fpr].map(difference);
        // Not `f64::max`, which would pass over a part that could not be computed.
        let odds = if tpr > fpr || tpr.is_nan() { tpr } else { fpr };
        [
            highest - lowest,
            lowest / highest,
            tpr,
            odds,
            difference(GroupMetric::Precision),
        ]
    })
}

/// One multinomial draw of as many people as there are, as a chain of binomial draws.
fn redraw(cells: &Cells, random: &mut impl rand::Rng) -> Cells {
    let (mut people, mut weight) = (cells.iter().sum::<u32>(), cells.iter().sum::<u32>());
    cells.map(|count| {
        let drawn = match count {
            0 => 0,
            _ if people == 0 => 0,
            all if all == weight => people,
            _ => Binomial::new(u64::from(people), f64::from(count) / f64::from(weight))
                .map_or(0, |draw| draw.sample(random) as u32),
        };
        people -= drawn;
        weight -= count;
        drawn
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fairness::audit;

    fn example() -> (Vec<bool>, [Vec<bool>; 2], Groups) {
        let truth: Vec<bool> = (0..400).map(|row| row % 5 == 0).collect();
        let before: Vec<bool> = (0..400)
            .map(|row| row % 4 == 0 || (row < 200 && row % 3 == 0))
            .collect();
        let after: Vec<bool> = (0..400).map(|row| row % 4 == 0).collect();
        (
            truth,
            [before, after],
            Groups::from_labels((0..400).map(|row| Some(if row < 200 { "a" } else { "b" }))),
        )
    }

    #[test]
    fn both_sides_are_those_of_the_audit_and_the_change_is_seen() {
        let (truth, [before, after], groups) = example();
        let policy = FairnessPolicy::default();
        let changes = compare_fairness(&truth, [&before, &after], &groups, &policy, 1).unwrap();
        for (decision, side) in [(&before, 0), (&after, 1)] {
            let audit = audit(&truth, decision, None, &groups, &policy, 1).unwrap();
            for change in &changes {
                let own = if side == 0 {
                    &change.before
                } else {
                    &change.after
                };
                assert!(
                    (own.value.unwrap() - audit.parity[&change.metric].value.unwrap()).abs()
                        < 1e-12,
                    "{:?}",
                    change.metric
                );
            }
        }
        let parity = &changes[0].change;
        assert!(
            parity.value.unwrap() < -0.1 && parity.interval.unwrap()[1] < 0.0,
            "{parity:?}"
        );
    }

    #[test]
    fn the_same_decisions_change_nothing() {
        let (truth, [before, _], groups) = example();
        for change in compare_fairness(
            &truth,
            [&before, &before],
            &groups,
            &FairnessPolicy::default(),
            1,
        )
        .unwrap()
        {
            assert_eq!(
                (change.change.value, change.change.interval),
                (Some(0.0), Some([0.0, 0.0]))
            );
        }
    }

    #[test]
    fn what_has_nothing_to_divide_by_is_said() {
        let truth = vec![false; 80];
        let nobody = vec![false; 80];
        let groups = Groups::from_labels((0..80).map(|row| Some(if row < 40 { "a" } else { "b" })));
        let changes = compare_fairness(
            &truth,
            [&nobody, &nobody],
            &groups,
            &FairnessPolicy::default(),
            1,
        )
        .unwrap();
        assert_eq!(changes[0].change.value, Some(0.0));
        assert!(
            changes[1..]
                .iter()
                .all(|change| change.change.value.is_none() && change.change.why.is_some())
        );
        let one = Groups::from_labels(vec![Some("a"); 80]);
        let changes = compare_fairness(
            &truth,
            [&nobody, &nobody],
            &one,
            &FairnessPolicy::default(),
            1,
        )
        .unwrap();
        assert!(changes.iter().all(|change| change.change.value.is_none()));
    }
}
