//! Fairness figures: rates by group, at one cutoff.

use std::collections::BTreeMap;

use domain::Estimate;
use stats::adverse_impact::AdverseImpact;
use stats::curves::CalibrationBin;
use stats::fairness::{GroupAudit, GroupRow, GroupSize, ParityMetric};
use stats::group_metrics::GroupMetric;
use stats::groups::{MISSING, suppressed};
use stats::local_law_144::{CategoryRow, LocalLaw144};

use super::Disclosure;
use super::numbers::to_grid;
use crate::fairness::{AttributeReport, Effect, FairnessReport, GroupCurves};

/// Grid of gaps and ratios between groups.
const GAP: f64 = 0.01;
/// Grid of a median score.
const SCORE: f64 = 0.01;

/// The report of a version for a viewer without access to people. It must have been made at the
/// version's own cutoff.
pub fn report(exact: FairnessReport, rule: Disclosure) -> FairnessReport {
    let attributes =
        |own: Vec<AttributeReport>| own.into_iter().map(|own| attribute(own, rule)).collect();
    FairnessReport {
        positives: rule.count_u32(exact.positives),
        suppress_below: exact.suppress_below.max(rule.least_people()),
        least_people: Some(rule.least_people()),
        attributes: attributes(exact.attributes),
        intersections: attributes(exact.intersections),
        experiments: exact
            .experiments
            .into_iter()
            .map(|mut own| {
                own.effect = effect(own.effect, rule);
                own
            })
            .collect(),
        ..exact
    }
}

fn attribute(exact: AttributeReport, rule: Disclosure) -> AttributeReport {
    AttributeReport {
        audit: audit(&exact.audit, rule),
        local_law_144: local_law_144(&exact.local_law_144, rule),
        curves: exact.curves.iter().map(|own| curves(own, rule)).collect(),
        ..exact
    }
}

/// The paired effect of an experiment: gaps over groups, on a grid.
fn effect(exact: Effect, rule: Disclosure) -> Effect {
    let mut effect = exact;
    for change in effect.fairness.values_mut().flatten() {
        for figure in [&mut change.before, &mut change.after, &mut change.change] {
            *figure = rule.on_grid(figure, GAP);
        }
    }
    effect
}

/// Whether enough people and leavers of a group, and of its flagged, stand behind a figure. One
/// that could not be computed is not shown: its reason tells that nobody left, or that nobody is
/// flagged.
fn is_shown(metric: GroupMetric, figure: &Estimate, row: &GroupRow, rule: Disclosure) -> bool {
    if figure.value.is_none() {
        return false;
    }
    let (n, positives) = (row.n.unwrap_or(0), row.positives.unwrap_or(0));
    let enough = |people: u32| !rule.is_small(u64::from(people));
    let flagged = || {
        let rate = row
            .metrics
            .get(&GroupMetric::SelectionRate)
            .and_then(|figure| figure.value)
            .unwrap_or(0.0);
        (rate * f64::from(n)).round() as u32
    };
    let both = enough(positives) && enough(n - positives.min(n));
    match metric {
        GroupMetric::Tpr | GroupMetric::Fnr => enough(positives),
        GroupMetric::Fpr | GroupMetric::Tnr => enough(n - positives.min(n)),
        GroupMetric::Precision => enough(flagged()),
        // From these with the selection rate the others could be worked out.
        GroupMetric::Accuracy | GroupMetric::BalancedAccuracy | GroupMetric::RocAuc => both,
        GroupMetric::SelectionRate
        | GroupMetric::BaseRate
        | GroupMetric::MeanScore
        | GroupMetric::CalibrationInTheLarge
        | GroupMetric::Brier => enough(n),
    }
}

/// The audit of one attribute: groups of fewer than k people hidden (and another with them, where
/// one alone would follow from the total), rates that fewer than k people stand behind too, and
/// gaps of which one side is hidden. Verdicts are those of all the figures.
pub fn audit(exact: &GroupAudit, rule: Disclosure) -> GroupAudit {
    let shown: Vec<(&String, u32)> = exact
        .by_group
        .iter()
        .filter_map(|(name, row)| Some((name, row.n?)))
        .collect();
    let hidden = suppressed(
        &shown.iter().map(|(_, n)| *n).collect::<Vec<_>>(),
        rule.least_people(),
    );
    let is_hidden = |name: &str| {
        shown
            .iter()
            .zip(&hidden)
            .any(|((own, _), hidden)| *hidden && own.as_str() == name)
    };
    let by_group: BTreeMap<String, GroupRow> = exact
        .by_group
        .iter()
        .map(|(name, row)| {
            (
                name.clone(),
                if row.n.is_none() || is_hidden(name) {
                    hidden_row(rule)
                } else {
                    group(row, rule)
                },
            )
        })
        .collect();
    // A gap to a hidden rate would give it away.
    let whole = |metric: &GroupMetric| {
        let mut compared = exact
            .by_group
            .iter()
            .filter(|(name, row)| row.n.is_some() && name.as_str() != MISSING);
        !hidden.contains(&true)
            && compared.all(|(_, row)| {
                row.metrics
                    .get(metric)
                    .is_none_or(|figure| is_shown(*metric, figure, row, rule))
            })
    };
    let gaps = |of: &BTreeMap<GroupMetric, Estimate>| -> BTreeMap<GroupMetric, Estimate> {
        of.iter()
            .map(|(metric, figure)| {
                (
                    *metric,
                    if whole(metric) {
                        rule.on_grid(figure, GAP)
                    } else {
                        Estimate::unknown(rule.why_hidden())
                    },
                )
            })
            .collect()
    };
    let parity = |(metric, figure): (&ParityMetric, &Estimate)| {
        let shown = rests_on(*metric).iter().all(&whole);
        (
            *metric,
            if shown {
                rule.on_grid(figure, GAP)
            } else {
                Estimate::unknown(rule.why_hidden())
            },
        )
    };
    let overall = exact
        .overall
        .iter()
        .map(|(metric, figure)| (*metric, rule.rate(figure)))
        .collect();
    GroupAudit {
        overall,
        difference: gaps(&exact.difference),
        ratio: gaps(&exact.ratio),
        difference_to_overall: gaps(&exact.difference_to_overall),
        ratio_to_overall: gaps(&exact.ratio_to_overall),
        parity: exact.parity.iter().map(parity).collect(),
        verdict: exact.verdict.clone(),
        notes: notes(&by_group, rule),
        by_group,
    }
}

fn rests_on(metric: ParityMetric) -> &'static [GroupMetric] {
    match metric {
        ParityMetric::DemographicParityDifference | ParityMetric::DemographicParityRatio => {
            &[GroupMetric::SelectionRate]
        }
        ParityMetric::EqualOpportunityDifference | ParityMetric::EqualOpportunityRatio => {
            &[GroupMetric::Tpr]
        }
        ParityMetric::EqualizedOddsDifferenceWorstCase
        | ParityMetric::EqualizedOddsRatioWorstCase
        | ParityMetric::EqualizedOddsDifferenceMean
        | ParityMetric::EqualizedOddsRatioMean => &[GroupMetric::Tpr, GroupMetric::Fpr],
        ParityMetric::PredictiveParityDifference => &[GroupMetric::Precision],
    }
}

/// A group of which nothing is shown.
pub fn hidden_row(rule: Disclosure) -> GroupRow {
    GroupRow {
        n: None,
        positives: None,
        size: GroupSize::Suppressed,
        metrics: BTreeMap::new(),
        impact_ratio: Estimate::unknown(rule.why_hidden()),
        adverse_impact: None,
    }
}

fn group(exact: &GroupRow, rule: Disclosure) -> GroupRow {
    let metric = |(metric, figure): (&GroupMetric, &Estimate)| {
        let released = if is_shown(*metric, figure, exact, rule) {
            rule.on_grid(figure, rule.rate_step(u64::from(exact.n.unwrap_or(0))))
        } else {
            Estimate::unknown(rule.why_hidden())
        };
        (*metric, released)
    };
    let adverse = exact.adverse_impact.as_ref().map(|own| AdverseImpact {
        p_fisher: to_grid(own.p_fisher, 0.01),
        p_adjusted: to_grid(own.p_adjusted, 0.01),
        standard_deviations: to_grid(own.standard_deviations, 0.5),
        ..own.clone()
    });
    GroupRow {
        n: exact.n.map(|n| rule.count_u32(n)),
        positives: exact.positives.map(|n| rule.count_u32(n)),
        size: exact.size,
        metrics: exact.metrics.iter().map(metric).collect(),
        impact_ratio: rule.on_grid(
            &exact.impact_ratio,
            2.0 * rule.rate_step(u64::from(exact.n.unwrap_or(0))),
        ),
        adverse_impact: adverse,
    }
}

/// What a reader must know, without counts.
fn notes(by_group: &BTreeMap<String, GroupRow>, rule: Disclosure) -> Vec<String> {
    let names = |chosen: &dyn Fn(&GroupRow) -> bool| {
        let own = by_group
            .iter()
            .filter(|(name, row)| name.as_str() != MISSING && chosen(row))
            .map(|(name, _)| name.as_str());
        own.collect::<Vec<_>>().join(", ")
    };
    let mut notes = vec![format!(
        "Rounded to protect people: counts are multiples of {}, and rates based on fewer than {0} people are not shown.",
        rule.least_people()
    )];
    let hidden = names(&|row| row.n.is_none());
    if !hidden.is_empty() {
        notes.push(format!("{hidden}: shown combined, or not at all."));
    }
    if by_group.contains_key(MISSING) {
        notes.push("People without a value are excluded from differences and ratios.".to_owned());
    }
    let small = names(&|row| row.size == GroupSize::TooSmallToJudge);
    if !small.is_empty() {
        notes.push(format!(
            "{small}: too small to judge, excluded from the verdicts."
        ));
    }
    notes
}

fn local_law_144(exact: &LocalLaw144, rule: Disclosure) -> LocalLaw144 {
    let row = |own: &CategoryRow| {
        let n = own.n.filter(|n| !rule.is_small(u64::from(*n)));
        let figure = |figure: &Estimate, factor: f64| match n {
            Some(n) => rule.on_grid(figure, factor * rule.rate_step(u64::from(n))),
            None => Estimate::unknown(rule.why_hidden()),
        };
        CategoryRow {
            category: own.category.clone(),
            n: n.map(|n| rule.count_u32(n)),
            selection_rate: figure(&own.selection_rate, 1.0),
            selection_impact_ratio: figure(&own.selection_impact_ratio, 2.0),
            scoring_rate: figure(&own.scoring_rate, 1.0),
            scoring_impact_ratio: figure(&own.scoring_impact_ratio, 2.0),
            excluded: own.excluded,
        }
    };
    LocalLaw144 {
        median: to_grid(exact.median, SCORE),
        categories: exact.categories.iter().map(row).collect(),
        unknown: rule.count_u32(exact.unknown),
    }
}

fn curves(exact: &GroupCurves, rule: Disclosure) -> GroupCurves {
    GroupCurves {
        group: exact.group.clone(),
        n: rule.count_u32(exact.n),
        roc: roc(&exact.roc, exact.n, rule),
        calibration: calibration(&exact.calibration, rule),
        scores: exact
            .scores
            .iter()
            .map(|count| rule.count_u32(*count))
            .collect(),
    }
}

/// A curve of which each step has k people behind it: as many points as there are k people, both
/// ends kept.
pub fn roc(points: &[[f64; 2]], people: u32, rule: Disclosure) -> Vec<[f64; 2]> {
    let most = (people / rule.least_people()) as usize;
    if most < 3 || points.len() < 2 {
        return Vec::new();
    }
    let kept = most.min(points.len());
    let point = |at: usize| {
        points[at * (points.len() - 1) / (kept - 1)]
            .map(|value| to_grid(value, rule.rate_step(u64::from(people))))
    };
    (0..kept).map(point).collect()
}

/// Bins of k people or more, neighbors put together until they are: mean score and share as they
/// are drawn.
pub fn calibration(bins: &[CalibrationBin], rule: Disclosure) -> Vec<CalibrationBin> {
    let mut joined: Vec<CalibrationBin> = Vec::new();
    for bin in bins.iter().filter(|bin| bin.n > 0) {
        match joined.last_mut() {
            Some(last) if rule.is_small(u64::from(last.n)) => {
                last.n += bin.n;
                last.positives += bin.positives;
                last.score_sum += bin.score_sum;
            }
            _ => joined.push(*bin),
        }
    }
    if let [.., before, last] = joined.as_mut_slice()
        && rule.is_small(u64::from(last.n))
    {
        before.n += last.n;
        before.positives += last.positives;
        before.score_sum += last.score_sum;
        joined.pop();
    }
    joined.retain(|bin| !rule.is_small(u64::from(bin.n)));
    let released = |bin: CalibrationBin| {
        let n = rule.count_u32(bin.n);
        let share = to_grid(
            f64::from(bin.positives) / f64::from(bin.n),
            rule.rate_step(u64::from(bin.n)),
        );
        let mean = to_grid(bin.score_sum / f64::from(bin.n), SCORE);
        CalibrationBin {
            n,
            positives: (share * f64::from(n)).round() as u32,
            score_sum: mean * f64::from(n),
        }
    };
    joined.into_iter().map(released).collect()
}
