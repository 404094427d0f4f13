//! The check of a table, of scores and of outcomes against their reference.

use std::collections::BTreeMap;

use domain::DriftVerdict;
use model::{Column, MISSING_LEVEL, Table};
use rayon::prelude::*;
use stats::two_sample::{Counts, Sorted, Statistic};

use crate::compare::{self, Comparison, Detail, Sample};
use crate::false_alarm;
use crate::kind::{ColumnKind, ValueKind};
use crate::policy::{Adjustment, Overall, Rule, ValidPolicy};
use crate::report::{ColumnReport, DriftReport};
use crate::why::{Side, Why};

/// The sample in one typed column; `None` for text that no model reads.
pub fn sample(column: &Column) -> Option<Sample> {
    match column {
        Column::Number(values) => {
            let sorted = Sorted::new(values);
            let missing = values.len() as u64 - sorted.n();
            Some(Sample::Number { sorted, missing })
        }
        Column::Level { codes, levels } => {
            let mut rows = vec![0u64; levels.len() + 1];
            for &code in codes {
                rows[if code == MISSING_LEVEL {
                    levels.len()
                } else {
                    (code as usize).min(levels.len())
                }] += 1;
            }
            let missing = rows.pop().unwrap_or(0);
            let mut counts = BTreeMap::new();
            for (level, count) in levels.iter().zip(rows) {
                *counts.entry(level.clone()).or_insert(0) += count;
            }
            Some(Sample::Level { counts, missing })
        }
        Column::Text(_) => None,
    }
}

/// Feature drift: every number and level column of `reference`, or those of `columns` where given,
/// against `current`. Text is left out.
///
/// Work is shared over threads column by column; the result does not depend on their number.
pub fn feature_drift(
    reference: &Table,
    current: &Table,
    columns: Option<&[&str]>,
    policy: &ValidPolicy,
    detail: Detail,
) -> DriftReport {
    let names: Vec<&str> = match columns {
        Some(names) => names.to_vec(),
        None => reference
            .names
            .iter()
            .zip(&reference.columns)
            .filter(|(_, column)| !matches!(column, Column::Text(_)))
            .map(|(name, _)| name.as_str())
            .collect(),
    };
    let reports = names
        .par_iter()
        .map(
            |name| match (reference.column(name), current.column(name)) {
                (None, _) => failed(
                    name,
                    Why::MissingColumn {
                        side: Side::Reference,
                    },
                ),
                (_, None) => failed(
                    name,
                    Why::MissingColumn {
                        side: Side::Current,
                    },
                ),
                (Some(before), Some(now)) => match (sample(before), sample(now)) {
                    (Some(before), Some(now)) => column_drift(name, &before, &now, policy, detail),
                    _ => failed(name, Why::Text),
                },
            },
        )
        .collect();
    conclude(reports, policy)
}

fn failed(name: &str, why: Why) -> ColumnReport {
    ColumnReport::failed(
        name,
        ColumnKind::Unknown,
        DriftVerdict::CouldNotCompute,
        why,
    )
}

/// Compares one column. The verdict is final only after [`conclude`], which adjusts over all
/// columns.
pub fn column_drift(
    name: &str,
    reference: &Sample,
    current: &Sample,
    policy: &ValidPolicy,
    detail: Detail,
) -> ColumnReport {
    let counted = |report: ColumnReport| ColumnReport {
        n_reference: reference.present() + reference.missing(),
        n_current: current.present() + current.missing(),
        missing_reference: reference.missing(),
        missing_current: current.missing(),
        ..report
    };
    let kind = match reference.kind() {
        ValueKind::Number => ColumnKind::Number,
        ValueKind::Level => ColumnKind::Level,
        ValueKind::Text => ColumnKind::Unknown,
    };
    let refuse = |verdict, why| counted(ColumnReport::failed(name, kind, verdict, why));
    if let Some((verdict, why)) = obstacle(reference, current, policy.least_rows) {
        return refuse(verdict, why);
    }
    let decider = |distinct| {
        policy.rule.decider(
            reference.kind() == ValueKind::Number,
            distinct,
            reference.present(),
        )
    };
    let (comparison, deviation) = match (reference, current) {
        (Sample::Number { sorted: before, .. }, Sample::Number { sorted: now, .. }) => (
            compare::numbers(before, now, detail, policy.ks, decider),
            before.standard_deviation(),
        ),
        (
            Sample::Level {
                counts: before,
                missing: before_missing,
            },
            Sample::Level {
                counts: now,
                missing: now_missing,
            },
        ) => {
            // Evidently drops missing values; elsewhere "missing" is a level like any other.
            let missing = if policy.rule == Rule::Evidently {
                [0, 0]
            } else {
                [*before_missing, *now_missing]
            };
            (
                compare_levels(before, now, missing, policy, detail, decider),
                0.0,
            )
        }
        (Sample::Number { .. }, Sample::Level { .. })
        | (Sample::Level { .. }, Sample::Number { .. }) => {
            return refuse(
                DriftVerdict::CouldNotCompute,
                Why::OtherType {
                    reference: reference.kind(),
                    current: current.kind(),
                },
            );
        }
    };
    if comparison.distinct < 2 {
        return refuse(DriftVerdict::CouldNotCompute, Why::Constant);
    }
    let decider = decider(comparison.distinct);
    let why_not = if comparison.tests.contains_key(&decider) {
        Why::NoLimit { statistic: decider }
    } else {
        Why::DoesNotApply { statistic: decider }
    };
    let limit = policy
        .criterion(decider)
        .filter(|_| comparison.tests.contains_key(&decider));
    let Some(limit) = limit else {
        return ColumnReport {
            tests: comparison.tests,
            effect_size: comparison.effect,
            chart: Some(comparison.chart),
            ..refuse(DriftVerdict::CouldNotCompute, why_not)
        };
    };
    let false_alarm_rate = (policy.adjustment == Adjustment::None)
        .then(|| {
            false_alarm::rate(
                decider,
                limit,
                &comparison.cells,
                deviation,
                reference.present(),
                current.present(),
            )
        })
        .flatten();
    counted(ColumnReport {
        decided_by: Some(decider),
        effect_size: comparison.effect,
        verdict: DriftVerdict::Stable,
        false_alarm_rate,
        why: None,
        chart: Some(comparison.chart),
        tests: comparison.tests,
        ..refuse(DriftVerdict::Stable, Why::Constant)
    })
}

/// Why two samples cannot be compared.
fn obstacle(reference: &Sample, current: &Sample, minimum: u64) -> Option<(DriftVerdict, Why)> {
    let sides = [(reference, Side::Reference), (current, Side::Current)];
    for (sample, side) in sides {
        if sample.present() == 0 {
            let why = if sample.missing() == 0 {
                Why::NoRows { side }
            } else {
                Why::AllMissing { side }
            };
            return Some((DriftVerdict::CouldNotCompute, why));
        }
    }
    let few = |&(sample, side): &(&Sample, Side)| {
        let rows = sample.present();
        (rows < minimum).then_some((
            DriftVerdict::TooFewRows,
            Why::TooFewRows {
                side,
                rows,
                minimum,
            },
        ))
    };
    sides.iter().find_map(few)
}

fn compare_levels(
    before: &BTreeMap<String, u64>,
    now: &BTreeMap<String, u64>,
    missing: [u64; 2],
    policy: &ValidPolicy,
    detail: Detail,
    decider: impl FnOnce(usize) -> Statistic,
) -> Comparison {
    let mut names: Vec<String> = before.keys().chain(now.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let rows = |counts: &BTreeMap<String, u64>| {
        names
            .iter()
            .map(|name| counts.get(name).copied().unwrap_or(0))
            .collect::<Vec<_>>()
    };
    let (mut reference, mut current) = (rows(before), rows(now));
    if missing != [0, 0] {
        names.push("missing".into());
        reference.push(missing[0]);
        current.push(missing[1]);
    }
    // Levels that neither sample has do not count, as in the tests.
    let occurring = reference
        .iter()
        .zip(&current)
        .filter(|(a, b)| *a + *b > 0)
        .count();
    compare::levels(
        names,
        &Counts::new(reference, current, policy.ks),
        detail,
        decider(occurring),
    )
}

/// Adjusts the p-values over the columns and gives the verdicts.
pub fn conclude(mut columns: Vec<ColumnReport>, policy: &ValidPolicy) -> DriftReport {
    adjust(&mut columns, policy.adjustment);
    for column in columns
        .iter_mut()
        .filter(|column| column.decided_by.is_some())
    {
        column.verdict = if has_drifted(column, policy) {
            DriftVerdict::Drifted
        } else {
            DriftVerdict::Stable
        };
    }
    let compared = columns
        .iter()
        .filter(|column| column.decided_by.is_some())
        .count();
    let drifted = columns
        .iter()
        .filter(|column| column.verdict == DriftVerdict::Drifted)
        .count();
    let share_drifted = (compared > 0).then(|| drifted as f64 / compared as f64);
    let verdict = overall(&columns, share_drifted, policy.overall);
    let false_alarm_rate = match policy.adjustment {
        _ if compared == 0 => None,
        // Both procedures keep the chance of any alarm at the limit when nothing changed.
        Adjustment::BenjaminiHochberg | Adjustment::Holm => Some(policy.p_limit),
        Adjustment::None => false_alarm::any(
            columns
                .iter()
                .filter(|column| column.decided_by.is_some())
                .map(|column| column.false_alarm_rate),
        ),
    };
    let report = DriftReport {
        columns,
        share_drifted,
        verdict,
        policy: policy.name.clone(),
        false_alarm_rate,
        summary: String::new(),
    };
    DriftReport {
        summary: report.summary_with(|name| name.to_owned()),
        ..report
    }
}

/// Deciding p-values are adjusted together, as one family; the others each among their own kind.
fn adjust(columns: &mut [ColumnReport], adjustment: Adjustment) {
    let mut deciding: Vec<(usize, Statistic)> = Vec::new();
    let mut families: Vec<Vec<(usize, Statistic)>> = Vec::new();
    for &statistic in Statistic::ALL {
        let mut own = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            if column
                .tests
                .get(&statistic)
                .is_some_and(|test| test.p_value.is_some())
            {
                let family = if column.decided_by == Some(statistic) {
                    &mut deciding
                } else {
                    &mut own
                };
                family.push((index, statistic));
            }
        }
        families.push(own);
    }
    families.push(deciding);
    for family in families {
        let p_values: Vec<f64> = family
            .iter()
            .filter_map(|(index, name)| columns[*index].tests.get(name)?.p_value)
            .collect();
        for ((index, name), adjusted) in family.iter().zip(adjustment.adjust(&p_values)) {
            if let Some(test) = columns[*index].tests.get_mut(name) {
                test.p_adjusted = Some(adjusted);
            }
        }
    }
}

fn has_drifted(column: &ColumnReport, policy: &ValidPolicy) -> bool {
    let Some((decider, test)) = column.decided_by.zip(column.deciding_test()) else {
        return false;
    };
    let floor = if column.kind.is_numeric() {
        policy.least_effect_number
    } else {
        policy.least_effect_level
    };
    let enough = column.effect_size.is_none_or(|effect| effect >= floor);
    enough
        && policy
            .criterion(decider)
            .is_some_and(|limit| limit.holds(test.statistic, test.p_adjusted))
}

/// A column that is constant on both sides holds nothing up; anything else that could not be
/// compared forbids "stable".
fn overall(columns: &[ColumnReport], share: Option<f64>, rule: Overall) -> DriftVerdict {
    let Some(share) = share else {
        let few = columns
            .iter()
            .any(|column| column.verdict == DriftVerdict::TooFewRows);
        return if few {
            DriftVerdict::TooFewRows
        } else {
            DriftVerdict::CouldNotCompute
        };
    };
    let drifted = match rule {
        Overall::AnyColumn => share > 0.0,
        Overall::ShareAtLeast(limit) => share >= limit,
        Overall::ShareAbove(limit) => share > limit,
    };
    let constant = |column: &ColumnReport| column.why == Some(Why::Constant);
    if drifted {
        DriftVerdict::Drifted
    } else if columns
        .iter()
        .any(|column| column.verdict == DriftVerdict::CouldNotCompute && !constant(column))
    {
        DriftVerdict::CouldNotCompute
    } else {
        DriftVerdict::Stable
    }
}

/// Prediction drift: the distribution of scores (probabilities). `None` where one side has no
/// scores.
pub fn prediction_drift(
    reference: Option<&[f64]>,
    current: Option<&[f64]>,
    policy: &ValidPolicy,
) -> ColumnReport {
    let sample = |scores: &[f64]| {
        let sorted = Sorted::new(scores);
        Sample::Number {
            missing: scores.len() as u64 - sorted.n(),
            sorted,
        }
    };
    score_drift(reference.map(sample), current.map(sample), policy)
}

/// A score has one test of its own, whatever the policy does for the many columns of a table.
pub(crate) fn score_drift(
    reference: Option<Sample>,
    current: Option<Sample>,
    policy: &ValidPolicy,
) -> ColumnReport {
    let (Some(reference), Some(current)) = (&reference, &current) else {
        let side = if reference.is_none() {
            Side::Reference
        } else {
            Side::Current
        };
        return ColumnReport::failed(
            "score",
            ColumnKind::Score,
            DriftVerdict::CouldNotCompute,
            Why::NoScores { side },
        );
    };
    let rule = if policy.rule == Rule::Evidently {
        Rule::Evidently
    } else {
        Rule::KolmogorovSmirnov
    };
    let alone = policy.alone(rule, policy.least_effect_level);
    single(
        ColumnReport {
            kind: ColumnKind::Score,
            ..column_drift("score", reference, current, &alone, Detail::Usual)
        },
        &alone,
    )
}

/// Target drift: the share of people to whom it happened, by chi-square. Counts are `[stayed,
/// left]`; `None` before outcomes are known.
pub fn target_drift(
    reference: Option<[u64; 2]>,
    current: Option<[u64; 2]>,
    policy: &ValidPolicy,
) -> ColumnReport {
    let (Some(reference), Some(current)) = (reference, current) else {
        let side = if reference.is_none() {
            Side::Reference
        } else {
            Side::Current
        };
        return ColumnReport::failed(
            "target",
            ColumnKind::Target,
            DriftVerdict::CouldNotCompute,
            Why::NoOutcomes { side },
        );
    };
    let sample = |counts: [u64; 2]| Sample::Level {
        counts: ["no", "yes"]
            .map(String::from)
            .into_iter()
            .zip(counts)
            .collect(),
        missing: 0,
    };
    let alone = policy.alone(
        Rule::Method(Statistic::ChiSquare),
        policy.least_effect_level.min(0.01),
    );
    single(
        ColumnReport {
            kind: ColumnKind::Target,
            ..column_drift(
                "target",
                &sample(reference),
                &sample(current),
                &alone,
                Detail::Usual,
            )
        },
        &alone,
    )
}

fn single(report: ColumnReport, policy: &ValidPolicy) -> ColumnReport {
    let mut columns = conclude(vec![report], policy).columns;
    columns.remove(0)
}
