//! The check of a table, of scores and of outcomes against their reference.

use std::collections::BTreeMap;

use model::{Column, MISSING_LEVEL, Table};
use rayon::prelude::*;
use stats::two_sample::Sorted;

use crate::compare::{self, Comparison, Detail, Sample};
use crate::false_alarm;
use crate::policy::{Adjustment, Overall, Policy, Rule, criterion};
use crate::report::{ColumnReport, DriftReport, Verdict};

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
                rows[if code == MISSING_LEVEL { levels.len() } else { (code as usize).min(levels.len()) }] += 1;
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

/// Feature drift: every number and level column of `reference`, or those of `columns` where given, against `current`. Text is left out.
///
/// Work is shared over threads column by column; the result does not depend on their number.
pub fn feature_drift(reference: &Table, current: &Table, columns: Option<&[&str]>, policy: &Policy, detail: Detail) -> DriftReport {
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
        .map(|name| match (reference.column(name), current.column(name)) {
            (None, _) => failed(name, "the reference has no such column"),
            (_, None) => failed(name, "the current data has no such column"),
            (Some(before), Some(now)) => match (sample(before), sample(now)) {
                (Some(before), Some(now)) => column_drift(name, &before, &now, policy, detail),
                _ => failed(name, "one of the two columns holds text that cannot be compared as numbers or levels"),
            },
        })
        .collect();
    conclude(reports, policy)
}

fn failed(name: &str, why: &str) -> ColumnReport {
    ColumnReport::failed(name, "unknown", Verdict::CouldNotCompute, why)
}

/// Compares one column. The verdict is final only after [`conclude`], which adjusts over all columns.
pub fn column_drift(name: &str, reference: &Sample, current: &Sample, policy: &Policy, detail: Detail) -> ColumnReport {
    let counted = |report: ColumnReport| ColumnReport {
        n_reference: reference.present() + reference.missing(),
        n_current: current.present() + current.missing(),
        missing_reference: reference.missing(),
        missing_current: current.missing(),
        ..report
    };
    let refuse = |verdict, why: String| counted(ColumnReport::failed(name, reference.kind(), verdict, why));
    if let Some((verdict, why)) = obstacle(reference, current, policy.least_rows) {
        return refuse(verdict, why);
    }
    let (comparison, deviation) = match (reference, current) {
        (Sample::Number { sorted: before, .. }, Sample::Number { sorted: now, .. }) => {
            (compare::numbers(before, now, detail, policy.ks), before.standard_deviation())
        }
        (Sample::Level { counts: before, missing: before_missing }, Sample::Level { counts: now, missing: now_missing }) => {
            // Evidently drops missing values; elsewhere "missing" is a level like any other.
            let missing = if policy.rule == Rule::Evidently { [0, 0] } else { [*before_missing, *now_missing] };
            (compare_levels(before, now, missing, policy, detail), 0.0)
        }
        _ => {
            return refuse(
                Verdict::CouldNotCompute,
                format!("the reference holds {}s, the current data {}s", reference.kind(), current.kind()),
            );
        }
    };
    if comparison.distinct < 2 {
        return refuse(Verdict::CouldNotCompute, "both samples hold one and the same value: there is no distribution to compare".into());
    }
    let is_number = matches!(reference, Sample::Number { .. });
    let decider = policy.rule.decider(is_number, comparison.distinct, reference.present());
    let limit = criterion(decider, policy.p_limit).filter(|_| comparison.tests.contains_key(decider));
    let Some(limit) = limit else {
        let mut report = refuse(Verdict::CouldNotCompute, format!("{decider} does not apply to this column"));
        report.tests = comparison.tests;
        return report;
    };
    let false_alarm_rate = (policy.adjustment == Adjustment::None)
        .then(|| false_alarm::rate(decider, limit, &comparison.cells, deviation, reference.present(), current.present()))
        .flatten();
    counted(ColumnReport {
        kind: reference.kind().into(),
        decided_by: Some(decider.into()),
        effect_size: comparison.effect,
        verdict: Verdict::Stable,
        false_alarm_rate,
        why: None,
        chart: Some(comparison.chart),
        tests: comparison.tests,
        ..ColumnReport::failed(name, "", Verdict::Stable, "")
    })
}

/// What stands in the way of comparing two samples.
fn obstacle(reference: &Sample, current: &Sample, least_rows: u64) -> Option<(Verdict, String)> {
    for (sample, whose) in [(reference, "reference"), (current, "current data")] {
        if sample.present() == 0 {
            let why = if sample.missing() == 0 { "has no rows" } else { "has no value in this column: every row is missing" };
            return Some((Verdict::CouldNotCompute, format!("the {whose} {why}")));
        }
    }
    for (sample, whose) in [(reference, "reference"), (current, "current data")] {
        if sample.present() < least_rows {
            let rows = sample.present();
            return Some((
                Verdict::TooFewRows,
                format!("the {whose} has {rows} {} with a value, fewer than {least_rows}", if rows == 1 { "row" } else { "rows" }),
            ));
        }
    }
    None
}

fn compare_levels(
    before: &BTreeMap<String, u64>,
    now: &BTreeMap<String, u64>,
    missing: [u64; 2],
    policy: &Policy,
    detail: Detail,
) -> Comparison {
    let mut names: Vec<String> = before.keys().chain(now.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let rows = |counts: &BTreeMap<String, u64>| names.iter().map(|name| counts.get(name).copied().unwrap_or(0)).collect::<Vec<_>>();
    let (mut reference, mut current) = (rows(before), rows(now));
    if missing != [0, 0] {
        names.push("missing".into());
        reference.push(missing[0]);
        current.push(missing[1]);
    }
    let by_code = policy.rule.decider(false, names.len(), 0) == "ks";
    compare::levels(names, &reference, &current, detail, by_code.then_some(policy.ks))
}

/// Adjusts the p-values over the columns and gives the verdicts.
pub fn conclude(mut columns: Vec<ColumnReport>, policy: &Policy) -> DriftReport {
    adjust(&mut columns, policy.adjustment);
    for column in columns.iter_mut().filter(|column| column.decided_by.is_some()) {
        column.verdict = if has_drifted(column, policy) { Verdict::Drifted } else { Verdict::Stable };
    }
    let compared = columns.iter().filter(|column| column.decided_by.is_some()).count();
    let drifted = columns.iter().filter(|column| column.verdict == Verdict::Drifted).count();
    let share_drifted = (compared > 0).then(|| drifted as f64 / compared as f64);
    let verdict = overall(&columns, share_drifted, policy.overall);
    let false_alarm_rate = match policy.adjustment {
        _ if compared == 0 => None,
        // Both procedures keep the chance of any alarm at the limit when nothing changed.
        Adjustment::BenjaminiHochberg | Adjustment::Holm => Some(policy.p_limit),
        Adjustment::None => {
            false_alarm::any(columns.iter().filter(|column| column.decided_by.is_some()).map(|column| column.false_alarm_rate))
        }
    };
    let summary = summary(&columns, verdict, drifted, compared);
    DriftReport { columns, share_drifted, verdict, policy: policy.name.clone(), false_alarm_rate, summary }
}

/// Deciding p-values are adjusted together, as one family; the others each among their own kind.
fn adjust(columns: &mut [ColumnReport], adjustment: Adjustment) {
    let names: std::collections::BTreeSet<String> = columns.iter().flat_map(|column| column.tests.keys().cloned()).collect();
    let mut families: Vec<Vec<(usize, String)>> = vec![Vec::new()];
    for name in names {
        families.push(Vec::new());
        for (index, column) in columns.iter().enumerate() {
            if column.tests.get(&name).is_some_and(|test| test.p_value.is_some()) {
                let family = if column.decided_by.as_ref() == Some(&name) { 0 } else { families.len() - 1 };
                families[family].push((index, name.clone()));
            }
        }
    }
    for family in families {
        let p_values: Vec<f64> = family.iter().filter_map(|(index, name)| columns[*index].tests.get(name)?.p_value).collect();
        for ((index, name), adjusted) in family.iter().zip(adjustment.adjust(&p_values)) {
            if let Some(test) = columns[*index].tests.get_mut(name) {
                test.p_adjusted = Some(adjusted);
            }
        }
    }
}

fn has_drifted(column: &ColumnReport, policy: &Policy) -> bool {
    let Some((decider, test)) = column.decided_by.as_deref().zip(column.deciding_test()) else { return false };
    let floor = if column.kind == "number" || column.kind == "score" { policy.least_effect_number } else { policy.least_effect_level };
    let enough = column.effect_size.is_none_or(|effect| effect >= floor);
    enough && criterion(decider, policy.p_limit).is_some_and(|limit| limit.holds(test.statistic, test.p_adjusted))
}

/// A column that is constant on both sides holds nothing up; anything else that could not be compared forbids "stable".
fn overall(columns: &[ColumnReport], share: Option<f64>, rule: Overall) -> Verdict {
    let Some(share) = share else {
        let few = columns.iter().any(|column| column.verdict == Verdict::TooFewRows);
        return if few { Verdict::TooFewRows } else { Verdict::CouldNotCompute };
    };
    let drifted = match rule {
        Overall::AnyColumn => share > 0.0,
        Overall::ShareAtLeast(limit) => share >= limit,
        Overall::ShareAbove(limit) => share > limit,
    };
    let constant = |column: &ColumnReport| column.why.as_deref().is_some_and(|why| why.starts_with("both samples hold one"));
    if drifted {
        Verdict::Drifted
    } else if columns.iter().any(|column| column.verdict == Verdict::CouldNotCompute && !constant(column)) {
        Verdict::CouldNotCompute
    } else {
        Verdict::Stable
    }
}

fn summary(columns: &[ColumnReport], verdict: Verdict, drifted: usize, compared: usize) -> String {
    let lost = |verdict| columns.iter().filter(|column| column.verdict == verdict).collect::<Vec<_>>();
    let mut text = match verdict {
        _ if compared == 0 => match columns.first().and_then(|column| column.why.as_ref()) {
            Some(why) => format!("Nothing could be compared: {why}."),
            None => "Nothing could be compared: there are no columns.".into(),
        },
        _ => format!("{drifted} of {compared} compared columns drifted."),
    };
    if compared > 0 {
        for (verdict, words) in [(Verdict::TooFewRows, "had too few rows"), (Verdict::CouldNotCompute, "could not be compared")] {
            let lost = lost(verdict);
            if !lost.is_empty() {
                let names: Vec<&str> = lost.iter().take(5).map(|column| column.name.as_str()).collect();
                let more = if lost.len() > 5 { " and others" } else { "" };
                text.push_str(&format!(" {} {words}: {}{more}.", lost.len(), names.join(", ")));
            }
        }
    }
    text
}

/// Prediction drift: the distribution of scores (probabilities). `None` where one side has no scores.
pub fn prediction_drift(reference: Option<&[f64]>, current: Option<&[f64]>, policy: &Policy) -> ColumnReport {
    let sample = |scores: &[f64]| {
        let sorted = Sorted::new(scores);
        Sample::Number { missing: scores.len() as u64 - sorted.n(), sorted }
    };
    score_drift(reference.map(sample), current.map(sample), policy)
}

/// A score has one test of its own, whatever the policy does for the many columns of a table.
pub(crate) fn score_drift(reference: Option<Sample>, current: Option<Sample>, policy: &Policy) -> ColumnReport {
    let (Some(reference), Some(current)) = (&reference, &current) else {
        let whose = if reference.is_none() { "reference" } else { "current data" };
        return ColumnReport::failed("score", "score", Verdict::CouldNotCompute, format!("the {whose} has no scores"));
    };
    let rule = if policy.rule == Rule::Evidently { Rule::Evidently } else { Rule::KolmogorovSmirnov };
    let alone = Policy { rule, ..policy.clone() };
    single(ColumnReport { kind: "score".into(), ..column_drift("score", reference, current, &alone, Detail::Usual) }, &alone)
}

/// Target drift: the share of people to whom it happened, by chi-square. Counts are `[stayed, left]`; `None` before outcomes are known.
pub fn target_drift(reference: Option<[u64; 2]>, current: Option<[u64; 2]>, policy: &Policy) -> ColumnReport {
    let (Some(reference), Some(current)) = (reference, current) else {
        let whose = if reference.is_none() { "reference" } else { "current data" };
        return ColumnReport::failed("target", "target", Verdict::CouldNotCompute, format!("the {whose} has no outcomes yet"));
    };
    let sample = |counts: [u64; 2]| Sample::Level { counts: ["no", "yes"].map(String::from).into_iter().zip(counts).collect(), missing: 0 };
    let alone = Policy { rule: Rule::Method("chi2".into()), least_effect_level: policy.least_effect_level.min(0.01), ..policy.clone() };
    single(
        ColumnReport { kind: "target".into(), ..column_drift("target", &sample(reference), &sample(current), &alone, Detail::Usual) },
        &alone,
    )
}

fn single(report: ColumnReport, policy: &Policy) -> ColumnReport {
    let mut columns = conclude(vec![report], policy).columns;
    columns.remove(0)
}
