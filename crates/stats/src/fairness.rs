//! The fairness audit of one decision over one attribute.

use std::collections::BTreeMap;

use domain::Estimate;
use serde::{Deserialize, Serialize};

use crate::{
    Confusion,
    adverse_impact::{AdverseImpact, Selected, highest, impact_ratio},
    gap::{GapIntervals, GapSetting, Member},
    gaps::{Gaps, gaps},
    group_metrics::{self, GroupMetric},
    groups::Groups,
    intervals::Bounded,
    multiple_testing::holm,
    table::{InputError, check_lengths},
    verdict::Verdict,
};

/// A fairness metric over all groups, named as in JSON by its snake-case name; definitions of
/// Fairlearn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParityMetric {
    /// Difference of selection rates (statistical parity difference).
    DemographicParityDifference,
    /// Ratio of selection rates.
    DemographicParityRatio,
    /// Difference of true positive rates.
    EqualOpportunityDifference,
    /// Ratio of true positive rates.
    EqualOpportunityRatio,
    /// The larger of the differences of true and false positive rates.
    EqualizedOddsDifferenceWorstCase,
    /// The smaller of the ratios of true and false positive rates.
    EqualizedOddsRatioWorstCase,
    /// The mean of the differences of true and false positive rates.
    EqualizedOddsDifferenceMean,
    /// The mean of the ratios of true and false positive rates.
    EqualizedOddsRatioMean,
    /// Difference of precisions.
    PredictiveParityDifference,
}

impl ParityMetric {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::DemographicParityDifference => "Statistical parity difference",
            Self::DemographicParityRatio => "Impact ratio",
            Self::EqualOpportunityDifference => "Equal opportunity difference",
            Self::EqualOpportunityRatio => "Equal opportunity ratio",
            Self::EqualizedOddsDifferenceWorstCase => "Equalized odds difference",
            Self::EqualizedOddsRatioWorstCase => "Equalized odds ratio",
            Self::EqualizedOddsDifferenceMean => "Equalized odds difference (mean)",
            Self::EqualizedOddsRatioMean => "Equalized odds ratio (mean)",
            Self::PredictiveParityDifference => "Predictive parity difference",
        }
    }

    /// Whether it should be large (a ratio) and not small (a difference).
    pub fn is_ratio(self) -> bool {
        matches!(
            self,
            Self::DemographicParityRatio
                | Self::EqualOpportunityRatio
                | Self::EqualizedOddsRatioWorstCase
                | Self::EqualizedOddsRatioMean
        )
    }
}

/// Above this ROC AUC the unprotected inputs are a strong proxy for a protected group: they give
/// away who belongs to it.
pub const STRONG_PROXY: f64 = 0.9;

/// Whether the ROC AUC with which the inputs predict a protected group is at most [`STRONG_PROXY`].
pub fn proxy_verdict(roc_auc: &Estimate) -> Verdict {
    Verdict::at_most(roc_auc, STRONG_PROXY)
}

/// What the audit asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FairnessPolicy {
    /// Limits that verdicts are given for: differences at most, ratios at least.
    pub limits: BTreeMap<ParityMetric, f64>,
    /// Groups of fewer people are not shown.
    pub suppress_below: u32,
    /// Groups of fewer people are shown, and not judged.
    pub judge_from: u32,
    /// How the intervals of differences and ratios are made.
    pub intervals: GapIntervals,
    /// Resamples of [`GapIntervals::Bootstrap`].
    pub resamples: u32,
    /// What a rate is that has nothing to divide by, such as precision where nobody is flagged:
    /// `false`, it could not be computed and the group takes no part in that difference; `true`, it
    /// is 0 (of 0 rows, anything between 0 and 1), as in Fairlearn and scikit-learn.
    pub undefined_is_zero: bool,
}

impl Default for FairnessPolicy {
    /// Differences up to 0.1, four fifths for the selection ratio; groups from 10 are shown and
    /// from 30 are judged.
    fn default() -> Self {
        let limits = [
            (ParityMetric::DemographicParityDifference, 0.1),
            (ParityMetric::DemographicParityRatio, 0.8),
            (ParityMetric::EqualOpportunityDifference, 0.1),
            (ParityMetric::EqualizedOddsDifferenceWorstCase, 0.1),
            (ParityMetric::PredictiveParityDifference, 0.1),
        ];
        let intervals = GapIntervals::Simultaneous;
        Self {
            limits: limits.into(),
            suppress_below: 10,
            judge_from: 30,
            intervals,
            resamples: 10_000,
            undefined_is_zero: false,
        }
    }
}

/// How much a group's size lets us say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupSize {
    /// Large enough to be judged.
    Judged,
    /// Shown, too small to judge.
    TooSmallToJudge,
    /// Not shown, to protect the people in it.
    Suppressed,
}

/// One group of the audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// People; `None` when suppressed.
    pub n: Option<u32>,
    /// People who left; `None` when suppressed.
    pub positives: Option<u32>,
    /// What the size lets us say.
    pub size: GroupSize,
    /// Every metric; empty when suppressed.
    #[serde(flatten)]
    pub metrics: BTreeMap<GroupMetric, Estimate>,
    /// Selection rate ÷ that of the group with the highest.
    pub impact_ratio: Estimate,
    /// The four-fifths rule and its tests; `None` for the group with the highest rate itself and
    /// where there is no ratio.
    pub adverse_impact: Option<AdverseImpact>,
}

/// The audit of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupAudit {
    /// All people together.
    pub overall: BTreeMap<GroupMetric, Estimate>,
    /// Each group by name.
    pub by_group: BTreeMap<String, GroupRow>,
    /// Largest − smallest value over the groups.
    pub difference: BTreeMap<GroupMetric, Estimate>,
    /// Smallest ÷ largest value over the groups.
    pub ratio: BTreeMap<GroupMetric, Estimate>,
    /// Largest distance of a group to the overall figure.
    pub difference_to_overall: BTreeMap<GroupMetric, Estimate>,
    /// Smallest ratio of a group and the overall figure.
    pub ratio_to_overall: BTreeMap<GroupMetric, Estimate>,
    /// Fairness metrics over the groups shown.
    pub parity: BTreeMap<ParityMetric, Estimate>,
    /// Verdict on each metric that the policy limits, over the groups large enough to be judged.
    pub verdict: BTreeMap<ParityMetric, Verdict>,
    /// What a reader must know: who was left out, and of what.
    pub notes: Vec<String>,
}

/// Audits decisions (and scores, where there are any) by group. People without a value are shown as
/// a group of their own and take no part in differences, as in Fairlearn. Groups under
/// `policy.suppress_below` are pooled ([`Groups::pooled`]). Verdicts look at groups from
/// `policy.judge_from` people on. Seeded.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite. What cannot be computed otherwise is a
/// [`Estimate::unknown`].
///
/// ```
/// use stats::fairness::{FairnessPolicy, audit};
/// use stats::group_metrics::GroupMetric;
/// use stats::groups::Groups;
///
/// // Of 40 women 10 are flagged, of 40 men 20.
/// let labels = (0..80).map(|row| Some(if row < 40 { "F" } else { "M" }));
/// let flagged: Vec<bool> = (0..80).map(|row| row < 10 || row >= 60).collect();
/// let truth: Vec<bool> = (0..80).map(|row| row % 2 == 0).collect();
/// let found = audit(&truth, &flagged, None, &Groups::from_labels(labels), &FairnessPolicy::default(), 42)?;
/// assert_eq!(found.difference[&GroupMetric::SelectionRate].value, Some(0.25));
/// assert_eq!(found.by_group["F"].impact_ratio.value, Some(0.5));
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn audit(
    truth: &[bool],
    decision: &[bool],
    scores: Option<&[f64]>,
    groups: &Groups,
    policy: &FairnessPolicy,
    seed: u64,
) -> Result<GroupAudit, InputError> {
    let everybody = Confusion::new(truth, decision)?;
    check_lengths(truth, groups.codes().len())?;
    if let Some(scores) = scores {
        check_lengths(truth, scores.len())?;
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            return Err(InputError::NotFinite { row });
        }
    }
    let (groups, pooled) = groups.pooled(policy.suppress_below);
    let names = groups.names();
    let (mut counts, mut figures) = (
        Vec::with_capacity(names.len()),
        Vec::with_capacity(names.len()),
    );
    for rows in groups.rows() {
        let pick = |from: &[bool]| rows.iter().map(|&row| from[row]).collect::<Vec<bool>>();
        let scores: Option<Vec<f64>> =
            scores.map(|scores| rows.iter().map(|&row| scores[row]).collect());
        let truth = pick(truth);
        let mut of_group = Confusion::default();
        truth
            .iter()
            .zip(pick(decision))
            .for_each(|(&truth, decision)| of_group.add(truth, decision));
        figures.push(group_metrics::figures(
            &of_group,
            &truth,
            scores.as_deref(),
            policy.undefined_is_zero,
        ));
        counts.push(of_group);
    }
    let sizes: Vec<u32> = counts.iter().map(Confusion::count).collect();
    // Even pooled, a group may be too small: when there are hardly any people at all, or hardly any
    // without a value.
    let hidden = |group: usize| sizes[group] < policy.suppress_below;
    let compared = |group: usize| !hidden(group) && !groups.is_missing(group);
    let judged = |group: usize| compared(group) && sizes[group] >= policy.judge_from;
    let overall = group_metrics::figures(&everybody, truth, scores, policy.undefined_is_zero);
    let FairnessPolicy {
        undefined_is_zero,
        intervals,
        resamples,
        ..
    } = *policy;
    let setting = GapSetting {
        undefined_is_zero,
        intervals,
        resamples,
        seed,
    };
    let between = |takes_part: &dyn Fn(usize) -> bool| {
        let member = |(group, (counts, figures))| Member {
            counts,
            figures,
            compared: takes_part(group),
        };
        let members: Vec<Member<'_>> = counts
            .iter()
            .zip(&figures)
            .enumerate()
            .map(member)
            .collect();
        gaps(&members, &everybody, &setting)
    };
    let shown = between(&compared);
    // Where nobody is flagged every group is treated alike, and a figure of 0 would read as
    // fairness of decisions that were never taken.
    let nobody = |takes_part: &dyn Fn(usize) -> bool| {
        (0..names.len())
            .filter(|&group| takes_part(group))
            .all(|group| counts[group].flagged() == 0)
    };
    let parity = parities(&shown, nobody(&compared) && !undefined_is_zero);
    // Most audits have no group between the two limits, and then the gaps are the same.
    let judged_parity = if (0..names.len()).any(|group| compared(group) && !judged(group)) {
        &parities(&between(&judged), nobody(&judged) && !undefined_is_zero)
    } else {
        &parity
    };
    let no_decision = nobody(&judged);
    let judge = |(&metric, &limit): (&ParityMetric, &f64)| {
        (
            metric,
            if no_decision {
                Verdict::CouldNotCompute
            } else {
                verdict(metric, &judged_parity[&metric], limit)
            },
        )
    };
    let verdict = policy.limits.iter().map(judge).collect();
    let mut notes = notes(&groups, &figures, &pooled, &sizes, policy);
    if no_decision && (0..names.len()).any(judged) {
        notes.push("Nobody is flagged in the groups compared, so there are no decisions to judge. Choose a lower cutoff.".to_owned());
    }
    let selected: Vec<Selected> = counts
        .iter()
        .map(|counts| Selected {
            selected: counts.flagged(),
            people: counts.count(),
        })
        .collect();
    let reference = highest(&selected, compared);
    let suppressed = || {
        let impact_ratio = Estimate::unknown(format!(
            "not shown, to protect groups of fewer than {} people",
            policy.suppress_below
        ));
        GroupRow {
            n: None,
            positives: None,
            size: GroupSize::Suppressed,
            metrics: BTreeMap::new(),
            impact_ratio,
            adverse_impact: None,
        }
    };
    let mut by_group: BTreeMap<String, GroupRow> = pooled
        .into_iter()
        .map(|name| (name, suppressed()))
        .collect();
    for (group, metrics) in figures.into_iter().enumerate() {
        let (impact_ratio, adverse_impact) = match reference {
            None => (Estimate::unknown("nobody is flagged in any group"), None),
            Some(reference) if reference == group => {
                (Estimate::point(1.0, sizes[group] as usize), None)
            }
            Some(reference) => (
                impact_ratio(selected[group], selected[reference]),
                Some(AdverseImpact::new(
                    selected[group],
                    selected[reference],
                    &names[reference],
                )),
            ),
        };
        let size = if sizes[group] < policy.judge_from {
            GroupSize::TooSmallToJudge
        } else {
            GroupSize::Judged
        };
        let (n, positives) = (Some(sizes[group]), Some(counts[group].positives()));
        let row = if hidden(group) {
            suppressed()
        } else {
            GroupRow {
                n,
                positives,
                size,
                metrics,
                impact_ratio,
                adverse_impact,
            }
        };
        by_group.insert(names[group].clone(), row);
    }
    adjust_for_number_of_tests(&mut by_group);
    let Gaps {
        difference,
        ratio,
        difference_to_overall,
        ratio_to_overall,
    } = shown;
    Ok(GroupAudit {
        overall,
        by_group,
        difference,
        ratio,
        difference_to_overall,
        ratio_to_overall,
        parity,
        verdict,
        notes,
    })
}

fn adjust_for_number_of_tests(by_group: &mut BTreeMap<String, GroupRow>) {
    let p_values: Vec<f64> = by_group
        .values()
        .filter_map(|row| Some(row.adverse_impact.as_ref()?.p_fisher))
        .collect();
    let tested = by_group
        .values_mut()
        .filter_map(|row| row.adverse_impact.as_mut());
    tested
        .zip(holm(&p_values))
        .for_each(|(impact, p_adjusted)| impact.p_adjusted = p_adjusted);
}

fn verdict(metric: ParityMetric, figure: &Estimate, limit: f64) -> Verdict {
    if metric.is_ratio() {
        Verdict::at_least(figure, limit)
    } else {
        Verdict::at_most(figure, limit)
    }
}

/// `nobody`: nobody is flagged in any group, so that nothing can be said.
fn parities(gaps: &Gaps, nobody: bool) -> BTreeMap<ParityMetric, Estimate> {
    let pair = |of: &BTreeMap<GroupMetric, Estimate>, combine: fn(Bounded, Bounded) -> Bounded| {
        let (tpr, fpr) = (&of[&GroupMetric::Tpr], &of[&GroupMetric::Fpr]);
        match Bounded::of(tpr).zip(Bounded::of(fpr)) {
            Some((of_leavers, of_stayers)) => {
                combine(of_leavers, of_stayers).figure(tpr.n.max(fpr.n).unwrap_or(0) as usize)
            }
            None => if tpr.value.is_none() { tpr } else { fpr }.clone(),
        }
    };
    let parities = [
        (
            ParityMetric::DemographicParityDifference,
            gaps.difference[&GroupMetric::SelectionRate].clone(),
        ),
        (
            ParityMetric::DemographicParityRatio,
            gaps.ratio[&GroupMetric::SelectionRate].clone(),
        ),
        (
            ParityMetric::EqualOpportunityDifference,
            gaps.difference[&GroupMetric::Tpr].clone(),
        ),
        (
            ParityMetric::EqualOpportunityRatio,
            gaps.ratio[&GroupMetric::Tpr].clone(),
        ),
        (
            ParityMetric::EqualizedOddsDifferenceWorstCase,
            pair(&gaps.difference, |left, right| left.each(right, f64::max)),
        ),
        (
            ParityMetric::EqualizedOddsRatioWorstCase,
            pair(&gaps.ratio, |left, right| left.each(right, f64::min)),
        ),
        (
            ParityMetric::EqualizedOddsDifferenceMean,
            pair(&gaps.difference, Bounded::mean_with),
        ),
        (
            ParityMetric::EqualizedOddsRatioMean,
            pair(&gaps.ratio, Bounded::mean_with),
        ),
        (
            ParityMetric::PredictiveParityDifference,
            gaps.difference[&GroupMetric::Precision].clone(),
        ),
    ];
    let shown = |figure: Estimate| {
        if nobody {
            Estimate::unknown("nobody is flagged in any group")
        } else {
            figure
        }
    };
    parities
        .into_iter()
        .map(|(metric, figure)| (metric, shown(figure)))
        .collect()
}

fn notes(
    groups: &Groups,
    figures: &[BTreeMap<GroupMetric, Estimate>],
    pooled: &[String],
    sizes: &[u32],
    policy: &FairnessPolicy,
) -> Vec<String> {
    let mut notes = Vec::new();
    if !pooled.is_empty() {
        let names = pooled.join(", ");
        notes.push(format!(
            "{names} are shown combined, to protect groups of fewer than {} people.",
            policy.suppress_below
        ));
    }
    for (group, name) in groups.names().iter().enumerate() {
        if groups.is_missing(group) {
            notes.push(format!(
                "People without a value, excluded from differences and ratios: {}.",
                sizes[group]
            ));
            continue;
        }
        if sizes[group] < policy.suppress_below {
            continue;
        }
        if sizes[group] < policy.judge_from {
            notes.push(format!(
                "{name} has {} people: too small to judge, excluded from the verdicts.",
                sizes[group]
            ));
        }
        let without: Vec<&str> = figures[group]
            .iter()
            .filter(|(_, figure)| figure.value.is_none())
            .map(|(metric, _)| metric.label())
            .collect();
        if !without.is_empty() {
            notes.push(format!("{name} is excluded from the differences in {}, which could not be computed for it.", without.join(", ")));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Two groups of fifty, every fifth person a leaver, and nobody (or everybody in one group)
    /// flagged.
    fn audited(flagged: bool, undefined_is_zero: bool) -> GroupAudit {
        let truth: Vec<bool> = (0..100).map(|row| row % 5 == 0).collect();
        let decision: Vec<bool> = (0..100).map(|row| flagged && row < 50).collect();
        let groups =
            Groups::from_labels((0..100).map(|row| Some(if row < 50 { "a" } else { "b" })));
        audit(
            &truth,
            &decision,
            None,
            &groups,
            &FairnessPolicy {
                undefined_is_zero,
                ..FairnessPolicy::default()
            },
            1,
        )
        .unwrap()
    }

    #[test]
    fn nobody_flagged_is_no_pass() {
        for undefined_is_zero in [false, true] {
            let audit = audited(false, undefined_is_zero);
            assert!(
                audit.verdict.len() == 5
                    && audit
                        .verdict
                        .values()
                        .all(|verdict| *verdict == Verdict::CouldNotCompute)
            );
            let difference = audit.parity[&ParityMetric::DemographicParityDifference].value;
            assert_eq!(
                difference,
                undefined_is_zero.then_some(0.0),
                "Fairlearn gives 0"
            );
        }
        assert_eq!(
            audited(true, false).verdict[&ParityMetric::DemographicParityDifference],
            Verdict::Fail
        );
    }

    #[test]
    fn a_proxy_is_strong_when_its_whole_interval_is_above_the_limit() {
        let verdict =
            |value, interval| proxy_verdict(&Estimate::with_interval(value, interval, 1000));
        assert_eq!(verdict(0.997, [0.99, 1.0]), Verdict::Fail);
        assert_eq!(verdict(0.91, [0.88, 0.94]), Verdict::Inconclusive);
        assert_eq!(verdict(0.62, [0.58, 0.66]), Verdict::Pass);
        assert_eq!(
            proxy_verdict(&Estimate::unknown("too few people")),
            Verdict::CouldNotCompute
        );
    }
}
