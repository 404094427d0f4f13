//! Data quality of the current data against the reference: missing values, unseen levels, values
//! out of range, volume, columns.

use domain::DriftVerdict;
use model::{Column, Table};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::multiple_testing::benjamini_hochberg;
use stats::two_sample::ks::ks;
use stats::two_sample::{Method, Pair, Sorted, contingency};

use crate::check::sample;
use crate::compare::Sample;

/// Limits of the quality check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Adjusted p-value of a change in the missing rate.
    pub p_limit: f64,
    /// Smallest change of the missing rate that counts, 0..1.
    pub least_missing_change: f64,
    /// Largest share of rows outside the reference's range that is let pass, 0..1.
    pub out_of_range: f64,
    /// Largest share of rows with a level that the reference lacks, 0..1.
    pub unseen: f64,
    /// Rows as a multiple of the reference's: below and above it the volume is odd.
    pub volume: [f64; 2],
    /// Fewer rows than this are too few.
    pub least_rows: u64,
    /// Fewest rows with a missing value or an unknown level that make the data feed suspect: of
    /// fewer people nothing is said to everybody.
    pub feed_rows: u64,
    /// Smallest rise of the missing rate that makes the data feed suspect, 0..1.
    pub feed_missing: f64,
    /// Smallest share of rows with a level that the reference lacks that makes the data feed
    /// suspect, 0..1.
    pub feed_unseen: f64,
    /// Smallest ratio of the medians, in either direction, that is taken for another unit where the
    /// values have the same shape otherwise, above 1.
    pub feed_scale: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            p_limit: 0.03,
            least_missing_change: 0.02,
            out_of_range: 0.01,
            unseen: 0.0,
            volume: [0.5, 2.0],
            least_rows: 30,
            feed_rows: 10,
            feed_missing: 0.1,
            feed_unseen: 0.1,
            feed_scale: 2.5,
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Another number of rows than expected.
    Volume,
    /// A column of the baseline is not there.
    ColumnGone,
    /// A column that the baseline lacks.
    ColumnNew,
    /// Numbers where the baseline has levels, or the other way round.
    TypeChanged,
    /// More missing values than in the baseline.
    Missing,
    /// Levels that the baseline lacks.
    UnseenLevel,
    /// Numbers outside the range of the baseline.
    OutOfRange,
    /// Numbers as in the baseline, but all larger or smaller by one factor: another unit.
    Scale,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A limit is crossed.
    Alarm,
    /// The values are more likely wrong than new: the data feed is to be checked before anything is
    /// learned from them.
    Feed,
}

/// One finding, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of finding it is.
    pub problem: Problem,
    /// The column; `None` for the table.
    pub column: Option<String>,
    /// The finding in words.
    pub sentence: String,
    /// How much it weighs.
    pub severity: Severity,
}

impl Finding {
    /// Whether it crosses a limit.
    pub fn alarms(&self) -> bool {
        self.severity >= Severity::Alarm
    }

    /// The sentence with the column called by its label, as `label` gives it.
    pub fn labeled(&self, label: impl Fn(&str) -> String) -> String {
        let Some(column) = &self.column else {
            return self.sentence.clone();
        };
        // Each sentence names its column once, in the beginning.
        let before = match self.problem {
            Problem::ColumnGone | Problem::ColumnNew => "The column ",
            Problem::Volume
            | Problem::TypeChanged
            | Problem::Missing
            | Problem::UnseenLevel
            | Problem::OutOfRange
            | Problem::Scale => "",
        };
        match self
            .sentence
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix(column.as_str()))
        {
            Some(rest) => format!("{before}{}{rest}", label(column)),
            None => self.sentence.clone(),
        }
    }
}

/// Quality of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// Name of the column.
    pub name: String,
    /// Share of missing rows, 0..=1; `None` without rows.
    pub missing_reference: Option<f64>,
    /// Share of missing rows in the current data, 0..=1; `None` without rows.
    pub missing_current: Option<f64>,
    /// Adjusted p-value of the change of the missing rate (two-proportion z test).
    pub missing_p_adjusted: Option<f64>,
    /// Levels that the reference lacks, with their rows.
    pub unseen: Vec<(String, u64)>,
    /// Levels that the current data lacks.
    pub vanished: Vec<String>,
    /// Smallest and largest value of the reference.
    pub range: Option<[f64; 2]>,
    /// Rows outside of it.
    pub out_of_range: u64,
}

/// The whole check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityReport {
    /// Rows of the baseline.
    pub n_reference: u64,
    /// Rows of the current data.
    pub n_current: u64,
    /// In the order of the baseline.
    pub columns: Vec<ColumnQuality>,
    /// Column by column, with and without an alarm.
    pub findings: Vec<Finding>,
    /// `Drifted` here means: a limit is crossed.
    pub verdict: DriftVerdict,
}

impl QualityReport {
    /// A finding that makes the data feed suspect, for everybody: without values and counts of few
    /// people. `label` says what people call a column.
    pub fn feed_sentence(&self, finding: &Finding, label: impl Fn(&str) -> String) -> String {
        let column = finding.column.as_deref();
        let quality = column.and_then(|name| self.columns.iter().find(|own| own.name == name));
        let percent = |share: Option<f64>| format!("{:.0}%", 100.0 * share.unwrap_or_default());
        match (finding.problem, quality) {
            (Problem::Missing, Some(own)) => format!(
                "{}: {} missing, {} in the baseline",
                label(&own.name),
                percent(own.missing_current),
                percent(own.missing_reference)
            ),
            (Problem::UnseenLevel, Some(own)) => format!(
                "{}: many rows with a category not in the baseline",
                label(&own.name)
            ),
            _ => finding.labeled(label).trim_end_matches('.').to_owned(),
        }
    }
}

/// Compares the quality of `current` with that of `reference`.
pub fn quality(reference: &Table, current: &Table, limits: &Limits) -> QualityReport {
    let (n_reference, n_current) = (reference.rows() as u64, current.rows() as u64);
    let mut findings = volume(n_reference, n_current, limits);
    for (name, column) in reference.names.iter().zip(&reference.columns) {
        if current.column(name).is_none() && !matches!(column, Column::Text(_)) {
            findings.push(finding(
                Problem::ColumnGone,
                name,
                Severity::Feed,
                format!("The column {name} is missing from the current data."),
            ));
        }
    }
    for name in current
        .names
        .iter()
        .filter(|name| reference.column(name).is_none())
    {
        let sentence = format!("The column {name} is new: it is not in the baseline data.");
        findings.push(finding(Problem::ColumnNew, name, Severity::Note, sentence));
    }
    let compared: Vec<(ColumnQuality, Vec<Finding>)> = reference
        .names
        .par_iter()
        .filter_map(|name| {
            column_quality(name, reference.column(name)?, current.column(name)?, limits)
        })
        .collect();
    let mut columns = Vec::with_capacity(compared.len());
    for (column, found) in compared {
        columns.push(column);
        findings.extend(found);
    }
    missing_changes(&mut columns, &mut findings, limits, n_reference, n_current);
    let verdict = if findings.iter().any(Finding::alarms) {
        DriftVerdict::Drifted
    } else if n_current == 0 || n_reference == 0 || columns.is_empty() {
        DriftVerdict::CouldNotCompute
    } else if n_current.min(n_reference) < limits.least_rows {
        DriftVerdict::TooFewRows
    } else {
        DriftVerdict::Stable
    };
    QualityReport {
        n_reference,
        n_current,
        columns,
        findings,
        verdict,
    }
}

fn finding(problem: Problem, column: &str, severity: Severity, sentence: String) -> Finding {
    Finding {
        problem,
        column: Some(column.into()),
        sentence,
        severity,
    }
}

/// A note below a limit, an alarm above it.
fn beyond(limit_is_crossed: bool) -> Severity {
    if limit_is_crossed {
        Severity::Alarm
    } else {
        Severity::Note
    }
}

fn volume(n_reference: u64, n_current: u64, limits: &Limits) -> Vec<Finding> {
    let ratio = n_current as f64 / n_reference.max(1) as f64;
    if n_current == 0 {
        vec![Finding {
            problem: Problem::Volume,
            column: None,
            sentence: "The current data has no rows.".into(),
            severity: Severity::Feed,
        }]
    } else if ratio < limits.volume[0] || ratio > limits.volume[1] {
        let sentence =
            format!("The current data has {n_current} rows, the baseline {n_reference}.");
        vec![Finding {
            problem: Problem::Volume,
            column: None,
            sentence,
            severity: Severity::Alarm,
        }]
    } else {
        Vec::new()
    }
}

fn column_quality(
    name: &str,
    reference: &Column,
    current: &Column,
    limits: &Limits,
) -> Option<(ColumnQuality, Vec<Finding>)> {
    let (before, now) = match (sample(reference), sample(current)) {
        (Some(before), Some(now)) => (before, now),
        (None, _) => return None,
        (Some(before), None) => (
            before,
            Sample::Level {
                counts: Default::default(),
                missing: current.len() as u64,
            },
        ),
    };
    let rate = |sample: &Sample| {
        let rows = sample.present() + sample.missing();
        (rows > 0).then(|| sample.missing() as f64 / rows as f64)
    };
    let mut quality = ColumnQuality {
        name: name.into(),
        missing_reference: rate(&before),
        missing_current: rate(&now),
        missing_p_adjusted: None,
        unseen: Vec::new(),
        vanished: Vec::new(),
        range: None,
        out_of_range: 0,
    };
    let mut findings = Vec::new();
    let rows = now.present().max(1) as f64;
    match (&before, &now) {
        (Sample::Number { sorted: before, .. }, Sample::Number { sorted: now, .. }) => {
            if let Some(factor) = other_unit(before, now, limits) {
                let (times, than) = if factor > 1.0 {
                    (factor, "larger")
                } else {
                    (1.0 / factor, "smaller")
                };
                let sentence = format!(
                    "{name}: values {} times {than} than in the baseline, with the same shape, as in another unit.",
                    domain::format::number(times, 1)
                );
                findings.push(finding(Problem::Scale, name, Severity::Feed, sentence));
            }
            let range = before
                .values()
                .first()
                .copied()
                .zip(before.values().last().copied());
            if let Some((low, high)) = range {
                quality.range = Some([low, high]);
                quality.out_of_range = now
                    .iter()
                    .filter(|&(value, _)| value < low || value > high)
                    .map(|(_, count)| u64::from(count))
                    .sum();
                if quality.out_of_range > 0 {
                    let sentence = format!(
                        "{}: {} outside the baseline range {low} to {high}.",
                        name,
                        people(quality.out_of_range)
                    );
                    let severity = beyond(quality.out_of_range as f64 / rows > limits.out_of_range);
                    findings.push(finding(Problem::OutOfRange, name, severity, sentence));
                }
            }
        }
        (Sample::Level { counts: before, .. }, Sample::Level { counts: now, .. }) => {
            let occurs = |counts: &std::collections::BTreeMap<String, u64>, level: &str| {
                counts.get(level).is_some_and(|&count| count > 0)
            };
            quality.unseen = now
                .iter()
                .filter(|&(level, &count)| count > 0 && !occurs(before, level))
                .map(|(l, c)| (l.clone(), *c))
                .collect();
            quality.vanished = before
                .iter()
                .filter(|&(level, &count)| count > 0 && !occurs(now, level))
                .map(|(l, _)| l.clone())
                .collect();
            let count: u64 = quality.unseen.iter().map(|(_, count)| count).sum();
            if count > 0 {
                let names: Vec<&str> = quality
                    .unseen
                    .iter()
                    .take(5)
                    .map(|(level, _)| level.as_str())
                    .collect();
                let sentence = format!(
                    "{name}: {} with a category not in the baseline ({}).",
                    people(count),
                    names.join(", ")
                );
                let share = count as f64 / rows;
                let many = share >= limits.feed_unseen && count >= limits.feed_rows;
                let severity = if many {
                    Severity::Feed
                } else {
                    beyond(share > limits.unseen)
                };
                findings.push(finding(Problem::UnseenLevel, name, severity, sentence));
            }
        }
        _ => {
            let sentence = format!(
                "{name} contains {} in the baseline and {} in the current data.",
                before.kind().plural(),
                now.kind().plural()
            );
            findings.push(finding(
                Problem::TypeChanged,
                name,
                Severity::Feed,
                sentence,
            ));
        }
    }
    Some((quality, findings))
}

/// Distance (Kolmogorov-Smirnov) up to which two samples have the same shape, and from which they
/// have not.
const SAME_SHAPE: f64 = 0.2;
const OTHER_SHAPE: f64 = 0.5;

/// The factor between the medians where the current numbers are those of the reference in another
/// unit: far away as they are, and alike after division by it. `None` where they are not, or there
/// are too few of them.
fn other_unit(reference: &Sorted, current: &Sorted, limits: &Limits) -> Option<f64> {
    if reference.n().min(current.n()) < limits.least_rows {
        return None;
    }
    let factor = current.quantile(0.5)? / reference.quantile(0.5)?;
    let far = factor >= limits.feed_scale || factor <= 1.0 / limits.feed_scale;
    // Zero, negative or not a number: the medians are no measure of the unit.
    if factor <= 0.0 || !factor.is_finite() || !far {
        return None;
    }
    let distance = |sample: &Sorted| {
        ks(&Pair::new(reference, sample), Method::Fast).map(|found| found.statistic)
    };
    let divided = Sorted::from_counts(current.iter().map(|(value, rows)| (value / factor, rows)));
    (distance(current)? >= OTHER_SHAPE && distance(&divided)? <= SAME_SHAPE).then_some(factor)
}

fn people(rows: u64) -> String {
    if rows == 1 {
        "1 row".into()
    } else {
        format!("{rows} rows")
    }
}

/// Changes of the missing rate, adjusted over the columns.
fn missing_changes(
    columns: &mut [ColumnQuality],
    findings: &mut Vec<Finding>,
    limits: &Limits,
    n: u64,
    m: u64,
) {
    let rows = |rate: Option<f64>, n: u64| (rate.unwrap_or(0.0) * n as f64).round() as u64;
    let tests: Vec<f64> = columns
        .iter()
        .map(|column| {
            contingency::two_proportion_z(
                rows(column.missing_reference, n),
                n,
                rows(column.missing_current, m),
                m,
            )
            .map_or(1.0, |test| test.p_value)
        })
        .collect();
    for (column, p) in columns.iter_mut().zip(benjamini_hochberg(&tests)) {
        column.missing_p_adjusted = Some(p);
        let (Some(before), Some(now)) = (column.missing_reference, column.missing_current) else {
            continue;
        };
        if before != now && p < limits.p_limit {
            let sentence = format!(
                "{}: {:.1}% missing, {:.1}% in the baseline.",
                column.name,
                100.0 * now,
                100.0 * before
            );
            let many = rows(Some(now), m) >= limits.feed_rows;
            let severity = if many && now - before >= limits.feed_missing {
                Severity::Feed
            } else {
                beyond((now - before).abs() >= limits.least_missing_change)
            };
            findings.push(finding(Problem::Missing, &column.name, severity, sentence));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Numbers, levels, a column that goes and one whose type changes; `later`: as they are
    /// afterwards.
    fn people(later: bool) -> Table {
        let rows = 100;
        let level = |level: &str| Column::Level {
            codes: vec![0; rows],
            levels: vec![level.to_owned()],
        };
        let numbers = |value: f64| Column::Number(vec![value; rows]);
        let mut table = Table::default();
        table.push("column", numbers(if later { 9.0 } else { 1.0 }));
        table.push("job", level(if later { "new" } else { "old" }));
        table.push("pay", if later { level("much") } else { numbers(1.0) });
        table.push("age", numbers(if later { f64::NAN } else { 1.0 }));
        table.push(if later { "come" } else { "gone" }, numbers(1.0));
        table
    }

    #[test]
    fn every_sentence_about_a_column_takes_its_label() {
        let found = quality(&people(false), &people(true), &Limits::default()).findings;
        let mut seen: Vec<Problem> = found.iter().map(|finding| finding.problem).collect();
        seen.dedup();
        assert_eq!(seen.len(), 7, "{seen:?}");
        for finding in found {
            let column = finding.column.clone().unwrap();
            let labeled = finding.labeled(|name| format!("<{name}>"));
            assert_eq!(labeled.matches('<').count(), 1, "{labeled}");
            assert!(labeled.contains(&format!("<{column}>")), "{labeled}");
        }
    }

    /// Pay of 400 people, skewed.
    fn pay(factor: f64, missing: usize) -> Table {
        let value = |row: usize| {
            if row < missing {
                f64::NAN
            } else {
                factor * (1000.0 + ((row * 37) % 400) as f64 * (row % 7) as f64)
            }
        };
        let mut table = Table::default();
        table.push("pay", Column::Number((0..400).map(value).collect()));
        table
    }

    fn severest(current: &Table) -> Option<(Problem, Severity)> {
        let found = quality(&pay(1.0, 0), current, &Limits::default()).findings;
        let severest = found.iter().max_by_key(|finding| finding.severity)?;
        Some((severest.problem, severest.severity))
    }

    #[test]
    fn missing_values_and_another_unit_make_the_feed_suspect() {
        assert_eq!(severest(&pay(1.0, 0)), None);
        assert_eq!(
            severest(&pay(1.0, 160)),
            Some((Problem::Missing, Severity::Feed))
        );
        assert_eq!(
            severest(&pay(1.0, 400)),
            Some((Problem::Missing, Severity::Feed))
        );
        for factor in [12.0, 1.0 / 12.0, 1000.0] {
            assert_eq!(
                severest(&pay(factor, 0)),
                Some((Problem::Scale, Severity::Feed)),
                "{factor}"
            );
        }
        // A rise in pay and some blank cells are news, not a fault.
        assert_eq!(severest(&pay(1.15, 0)).unwrap().1, Severity::Alarm);
        assert_eq!(
            severest(&pay(1.0, 20)),
            Some((Problem::Missing, Severity::Alarm))
        );
    }
}
