//! Drift checks: distributions, tests, data quality, and how the scores did.

use std::collections::BTreeSet;

use domain::Estimate;
use monitoring::Why;
use monitoring::monthly::MonthlyCheck;
use monitoring::multivariate::MultivariateDrift;
use monitoring::performance::{Group, Realized};
use monitoring::quality::{ColumnQuality, Finding, Problem, QualityReport};
use monitoring::report::{Chart, TestReport};
use monitoring::{ColumnReport, DriftReport};
use stats::groups::suppressed;

use super::Disclosure;
use super::numbers::{nice_up, significant, to_grid};

/// Significant digits of statistics and p-values.
const DIGITS: i32 = 2;
/// Grid of metrics over everybody: ROC AUC, Brier score.
const METRIC: f64 = 0.01;

/// What a released check may speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withheld {
    /// Columns whose figures, on one of the sides, are released as those of an earlier dataset
    /// version: here only their verdict is.
    pub columns: BTreeSet<String>,
    /// Whether the outcomes of the baseline are.
    pub outcome: bool,
}

/// The check of a day for a viewer without access to people.
pub fn check(exact: &MonthlyCheck, withheld: &Withheld, rule: Disclosure) -> MonthlyCheck {
    let target = if withheld.outcome {
        verdict_only(&exact.target, rule)
    } else {
        column(&exact.target, rule)
    };
    MonthlyCheck {
        features: features(&exact.features, withheld, rule),
        prediction: column(&exact.prediction, rule),
        target,
        quality: exact
            .quality
            .as_ref()
            .map(|own| quality(own, withheld, rule)),
        multivariate: exact.multivariate.as_ref().map(|own| MultivariateDrift {
            roc_auc: rule.on_grid(&own.roc_auc, METRIC),
            telling: own
                .telling
                .iter()
                .map(|(name, weight)| (name.clone(), significant(*weight, 1)))
                .collect(),
            ..own.clone()
        }),
        attribution: exact.attribution.clone(),
        importances: exact
            .importances
            .iter()
            .map(|(name, value)| (name.clone(), significant(*value, DIGITS)))
            .collect(),
        realized: exact.realized.as_ref().map(|own| realized(own, rule)),
        estimated: exact.estimated.clone().map(|mut own| {
            own.roc_auc = rule.on_grid(&own.roc_auc, METRIC);
            own.accuracy = rule.on_grid(&own.accuracy, METRIC);
            own.expected_left = rule.on_grid(&own.expected_left, f64::from(rule.least_people()));
            own
        }),
        recommendation: exact.recommendation.clone(),
    }
}

/// Feature drift.
pub fn features(exact: &DriftReport, withheld: &Withheld, rule: Disclosure) -> DriftReport {
    let one = |own: &ColumnReport| {
        if withheld.columns.contains(&own.name) {
            verdict_only(own, rule)
        } else {
            column(own, rule)
        }
    };
    DriftReport {
        columns: exact.columns.iter().map(one).collect(),
        ..exact.clone()
    }
}

/// A column of which only the verdict is released.
fn verdict_only(exact: &ColumnReport, rule: Disclosure) -> ColumnReport {
    let why = Why::Withheld {
        least_people: rule.least_people(),
    };
    ColumnReport {
        verdict: exact.verdict,
        ..ColumnReport::failed(&exact.name, exact.kind, exact.verdict, why)
    }
}

/// The comparison of one column.
fn column(exact: &ColumnReport, rule: Disclosure) -> ColumnReport {
    let n = exact.n_reference.min(exact.n_current);
    // One person moves a distance between two distributions by 1/n.
    let step = rule.rate_step(n);
    let test = |own: &TestReport| TestReport {
        statistic: if own.statistic.abs() <= 1.0 {
            to_grid(own.statistic, step)
        } else {
            significant(own.statistic, DIGITS)
        },
        p_value: own.p_value.map(|p| significant(p, 1)),
        p_adjusted: own.p_adjusted.map(|p| significant(p, 1)),
    };
    let rows = |n: u64, missing: u64| n.saturating_sub(missing);
    let sides = [
        rows(exact.n_reference, exact.missing_reference),
        rows(exact.n_current, exact.missing_current),
    ];
    ColumnReport {
        missing_reference: rule.count(exact.missing_reference),
        missing_current: rule.count(exact.missing_current),
        tests: exact
            .tests
            .iter()
            .map(|(name, own)| (*name, test(own)))
            .collect(),
        effect_size: exact.effect_size.map(|effect| to_grid(effect, step)),
        chart: exact.chart.as_ref().and_then(|own| chart(own, sides, rule)),
        ..exact.clone()
    }
}

/// The distributions of both sides over `n` rows each: levels that are rare on one side are pooled,
/// bins lie on round edges with the tails in the outer ones, and shares are those of released
/// counts. `None` where too few people are on a side.
pub fn chart(exact: &Chart, n: [u64; 2], rule: Disclosure) -> Option<Chart> {
    if n.iter().any(|rows| rule.is_small(*rows)) {
        return None;
    }
    let counts = |shares: &[f64], rows: u64| {
        shares
            .iter()
            .map(|share| (share * rows as f64).round() as u64)
            .collect::<Vec<u64>>()
    };
    let (before, now) = (counts(&exact.reference, n[0]), counts(&exact.current, n[1]));
    if before.len() != now.len() {
        return None;
    }
    let (levels, edges, before, now) = if exact.levels.is_empty() {
        let (edges, before, now) = rebinned(&exact.edges, &before, &now, rule)?;
        (Vec::new(), edges, before, now)
    } else {
        let (levels, before, now) = rare_together(&exact.levels, &before, &now, rule);
        (levels, Vec::new(), before, now)
    };
    let shares = |counts: Vec<u64>, rows: u64| {
        counts
            .into_iter()
            .map(|count| (rule.count(count) as f64 / rows as f64).min(1.0))
            .collect()
    };
    Some(Chart {
        edges,
        levels,
        reference: shares(before, n[0]),
        current: shares(now, n[1]),
    })
}

fn rare_together(
    levels: &[String],
    before: &[u64],
    now: &[u64],
    rule: Disclosure,
) -> (Vec<String>, Vec<u64>, Vec<u64>) {
    let of = |counts: &[u64]| {
        suppressed(
            &counts.iter().map(|count| *count as u32).collect::<Vec<_>>(),
            rule.least_people(),
        )
    };
    let hidden: Vec<bool> = of(before)
        .into_iter()
        .zip(of(now))
        .map(|(before, now)| before || now)
        .collect();
    let mut shown = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = [0, 0];
    for at in 0..levels.len() {
        if hidden[at] {
            rest = [rest[0] + before[at], rest[1] + now[at]];
        } else {
            shown.0.push(levels[at].clone());
            shown.1.push(before[at]);
            shown.2.push(now[at]);
        }
    }
    if hidden.contains(&true) {
        shown.0.push("other".to_owned());
        shown.1.push(rest[0]);
        shown.2.push(rest[1]);
    }
    shown
}

/// Bins over round edges, by the middles of the old ones. The ends of the old bins are the smallest
/// and the largest value of somebody.
fn rebinned(
    edges: &[f64],
    before: &[u64],
    now: &[u64],
    rule: Disclosure,
) -> Option<(Vec<f64>, Vec<u64>, Vec<u64>)> {
    let (first, last) = (*edges.first()?, *edges.last()?);
    let width = (last - first) / before.len().max(1) as f64;
    if width <= 0.0 || edges.len() != before.len() + 1 {
        return None;
    }
    let middles: Vec<f64> = edges
        .windows(2)
        .map(|two| (two[0] + two[1]) / 2.0)
        .collect();
    // Bins of one whole number each keep it in their middle.
    let whole = width == 1.0 && middles.iter().all(|middle| middle.fract() == 0.0);
    let (step, shift) = if whole {
        (1.0, 0.5)
    } else {
        (nice_up(width), 0.0)
    };
    // The outer bins begin where k people of both sides together are reached.
    let k = u64::from(rule.least_people());
    let reached = |bins: Vec<usize>| {
        let mut people = 0;
        bins.into_iter().find(|at| {
            people += before[*at] + now[*at];
            people >= k
        })
    };
    let (low, high) = (
        reached((0..middles.len()).collect())?,
        reached((0..middles.len()).rev().collect())?,
    );
    let bar = |middle: f64| ((middle + shift) / step).floor();
    let (from, to) = (bar(middles[low.min(high)]), bar(middles[high.max(low)]));
    let bars = (to - from) as usize + 1;
    let (mut old, mut new) = (vec![0; bars], vec![0; bars]);
    for (at, middle) in middles.iter().enumerate() {
        let bar = (bar(*middle).clamp(from, to) - from) as usize;
        old[bar] += before[at];
        new[bar] += now[at];
    }
    Some((
        (0..=bars)
            .map(|at| (from + at as f64) * step - shift)
            .collect(),
        old,
        new,
    ))
}

/// Data quality: no range, no level that few people have, no count of few people.
pub fn quality(exact: &QualityReport, withheld: &Withheld, rule: Disclosure) -> QualityReport {
    let share = |rate: Option<f64>, rows: u64| {
        rate.map(|rate| rule.share((rate * rows as f64).round() as u64, rows))
    };
    let one = |own: &ColumnQuality| {
        let few = withheld.columns.contains(&own.name);
        ColumnQuality {
            name: own.name.clone(),
            missing_reference: share(own.missing_reference, exact.n_reference).filter(|_| !few),
            missing_current: share(own.missing_current, exact.n_current).filter(|_| !few),
            missing_p_adjusted: own
                .missing_p_adjusted
                .map(|p| significant(p, 1))
                .filter(|_| !few),
            // The name of a level that one person has is a value of that person.
            unseen: own
                .unseen
                .iter()
                .filter(|(_, rows)| !few && !rule.is_small(*rows))
                .map(|(l, rows)| (l.clone(), rule.count(*rows)))
                .collect(),
            vanished: Vec::new(),
            range: None,
            out_of_range: if few { 0 } else { rule.count(own.out_of_range) },
        }
    };
    let finding = |own: &Finding| Finding {
        sentence: sentence(own, exact, rule),
        ..own.clone()
    };
    QualityReport {
        columns: exact.columns.iter().map(one).collect(),
        findings: exact
            .findings
            .iter()
            .filter(|own| is_told(own, exact, withheld, rule))
            .map(finding)
            .collect(),
        ..exact.clone()
    }
}

/// Whether a finding is told at all: that somebody has a value of a kind is told of few people only
/// where it raises an alarm, and never of a column whose figures are withheld.
fn is_told(own: &Finding, report: &QualityReport, withheld: &Withheld, rule: Disclosure) -> bool {
    let Some(name) = own.column.as_deref() else {
        return true;
    };
    let column = report.columns.iter().find(|column| column.name == name);
    let rows = match own.problem {
        Problem::OutOfRange => column.map_or(0, |column| column.out_of_range),
        Problem::UnseenLevel => {
            column.map_or(0, |column| column.unseen.iter().map(|(_, rows)| rows).sum())
        }
        Problem::Missing => return !withheld.columns.contains(name),
        Problem::Volume
        | Problem::ColumnGone
        | Problem::ColumnNew
        | Problem::TypeChanged
        | Problem::Scale => {
            return true;
        }
    };
    !withheld.columns.contains(name) && (own.alarms() || !rule.is_small(rows))
}

/// A finding without the values and counts of few people.
fn sentence(own: &Finding, report: &QualityReport, rule: Disclosure) -> String {
    let name = own.column.as_deref().unwrap_or_default();
    let column = report
        .columns
        .iter()
        .find(|column| own.column.as_deref() == Some(&column.name));
    let rows = |count: u64| {
        if rule.is_small(count) {
            format!("fewer than {} rows", rule.least_people())
        } else {
            format!("about {} rows", rule.count(count))
        }
    };
    match own.problem {
        Problem::OutOfRange => {
            let count = column.map_or(0, |column| column.out_of_range);
            format!("{name}: {} outside the baseline range.", rows(count))
        }
        Problem::UnseenLevel => {
            let count = column.map_or(0, |column| column.unseen.iter().map(|(_, rows)| rows).sum());
            format!(
                "{name}: {} with a category not in the baseline.",
                rows(count)
            )
        }
        Problem::Missing => {
            let percent = |rate: Option<f64>, n: u64| {
                100.0 * rule.share((rate.unwrap_or(0.0) * n as f64).round() as u64, n)
            };
            let of = |rate: fn(&ColumnQuality) -> Option<f64>, n| percent(column.and_then(rate), n);
            format!(
                "{name}: {:.0}% missing, {:.0}% in the baseline.",
                of(|column| column.missing_current, report.n_current),
                of(|column| column.missing_reference, report.n_reference)
            )
        }
        Problem::Volume
        | Problem::ColumnGone
        | Problem::ColumnNew
        | Problem::TypeChanged
        | Problem::Scale => own.sentence.clone(),
    }
}

/// How the scores did: groups of fewer than k people, or with fewer than k leavers or stayers, have
/// no figures.
pub fn realized(exact: &Realized, rule: Disclosure) -> Realized {
    let groups = |own: &[Group]| own.iter().map(|own| group(own, rule)).collect();
    Realized {
        left: rule.count(exact.left),
        expected_left: rule.on_grid(&exact.expected_left, f64::from(rule.least_people())),
        roc_auc: rule.on_grid(&exact.roc_auc, METRIC),
        average_precision: rule.on_grid(&exact.average_precision, METRIC),
        brier: rule.on_grid(&exact.brier, METRIC),
        calibration_error: rule.on_grid(&exact.calibration_error, METRIC),
        accuracy: rule.on_grid(&exact.accuracy, METRIC),
        precision: rule.on_grid(&exact.precision, METRIC),
        recall: rule.on_grid(&exact.recall, METRIC),
        f1: rule.on_grid(&exact.f1, METRIC),
        top_decile_lift: rule.on_grid(&exact.top_decile_lift, 0.1),
        // With the expected number it would tell the exact one.
        calibration_p: exact.calibration_p.map(|p| to_grid(p, METRIC)),
        by_band: groups(&exact.by_band),
        by_decile: groups(&exact.by_decile),
        by_cohort: groups(&exact.by_cohort),
        by_reason: groups(&exact.by_reason),
        ..exact.clone()
    }
}

fn group(exact: &Group, rule: Disclosure) -> Group {
    let small = rule.is_small(exact.n);
    let both = !rule.is_small(exact.left) && !rule.is_small(exact.n - exact.left.min(exact.n));
    let hidden = || Estimate::unknown(rule.why_hidden());
    Group {
        name: exact.name.clone(),
        n: rule.count(exact.n),
        left: if small { 0 } else { rule.count(exact.left) },
        predicted: if small {
            hidden()
        } else {
            rule.rate(&exact.predicted)
        },
        actual: if small {
            hidden()
        } else {
            rule.rate(&exact.actual)
        },
        roc_auc: if small || !both {
            hidden()
        } else {
            rule.on_grid(&exact.roc_auc, 0.05)
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use model::{Column, Table};
    use monitoring::quality::{Limits, quality as measured};
    use monitoring::{Detail, Policy, feature_drift};

    use super::*;

    fn table(pay: Vec<f64>, roles: &[(&str, usize)]) -> Table {
        let levels: Vec<String> = roles.iter().map(|(name, _)| (*name).to_owned()).collect();
        let codes = roles
            .iter()
            .enumerate()
            .flat_map(|(code, (_, count))| std::iter::repeat_n(code as u32, *count))
            .collect();
        let mut table = Table::default();
        table.push("pay", Column::Number(pay));
        table.push("role", Column::Level { codes, levels });
        table
    }

    fn pay(people: u32, highest: f64) -> Vec<f64> {
        (0..people)
            .map(|person| {
                if person == 0 {
                    highest
                } else {
                    2000.0 + 13.0 * f64::from(person)
                }
            })
            .collect()
    }

    fn sides() -> (Table, Table) {
        let before = table(
            pay(300, 19_999.0),
            &[
                ("clerk", 196),
                ("engineer", 100),
                ("director", 4),
                ("pilot", 0),
            ],
        );
        let now = table(
            pay(301, 25_000.0),
            &[
                ("clerk", 190),
                ("engineer", 105),
                ("director", 5),
                ("pilot", 1),
            ],
        );
        (before, now)
    }

    #[test]
    fn a_drawing_shows_no_rare_level_and_no_extreme() {
        let (before, now) = sides();
        let exact = feature_drift(
            &before,
            &now,
            None,
            &Policy::default().check().unwrap(),
            Detail::Usual,
        );
        let released = features(&exact, &Withheld::default(), Disclosure::default());
        let chart = |report: &DriftReport, name: &str| {
            report
                .columns
                .iter()
                .find(|own| own.name == name)
                .unwrap()
                .chart
                .clone()
                .unwrap()
        };
        assert_eq!(
            chart(&exact, "pay").edges.last(),
            Some(&25_000.0),
            "as it was measured the end is somebody's pay"
        );
        let drawn = chart(&released, "pay");
        assert!(drawn.edges.last().unwrap() < &19_000.0, "{:?}", drawn.edges);
        assert!(
            drawn
                .reference
                .iter()
                .all(|share| (share * 30.0).fract() < 1e-9 || (share * 30.0).fract() > 1.0 - 1e-9)
        );
        let roles = chart(&released, "role");
        assert!(
            roles
                .levels
                .iter()
                .all(|level| ["clerk", "other"].contains(&level.as_str())),
            "{:?}",
            roles.levels
        );
        let statistics =
            |report: &DriftReport| serde_json::to_string(&report.columns[0].tests).unwrap();
        assert_ne!(statistics(&exact), statistics(&released));
        assert_eq!(exact.columns[0].verdict, released.columns[0].verdict);
    }

    #[test]
    fn a_withheld_column_has_its_verdict_only() {
        let (before, now) = sides();
        let exact = feature_drift(
            &before,
            &now,
            None,
            &Policy::default().check().unwrap(),
            Detail::Usual,
        );
        let withheld = Withheld {
            columns: ["pay".to_owned()].into(),
            outcome: false,
        };
        let released = features(&exact, &withheld, Disclosure::default());
        let own = &released.columns[0];
        assert!(
            own.tests.is_empty()
                && own.chart.is_none()
                && own.effect_size.is_none()
                && own.n_current == 0,
            "{own:?}"
        );
        assert_eq!(own.verdict, exact.columns[0].verdict);
        assert!(released.columns[1].chart.is_some());
    }

    #[test]
    fn quality_names_no_value_of_few_people() {
        let (before, now) = sides();
        let exact = measured(&before, &now, &Limits::default());
        let text = serde_json::to_string(&exact).unwrap();
        assert!(
            text.contains("pilot") && text.contains("19999"),
            "as it was measured: {text}"
        );
        let released = quality(&exact, &Withheld::default(), Disclosure::default());
        let text = serde_json::to_string(&released).unwrap();
        assert!(
            !text.contains("pilot") && !text.contains("19999") && !text.contains("\"unseen\":[["),
            "{text}"
        );
        assert_eq!(released.verdict, exact.verdict, "an alarm stays an alarm");
        let withheld = Withheld {
            columns: ["pay".to_owned(), "role".to_owned()].into(),
            outcome: false,
        };
        assert!(
            quality(&exact, &withheld, Disclosure::default())
                .findings
                .is_empty()
        );
    }

    #[test]
    fn few_leavers_have_no_figures() {
        let group = |n: u64, left: u64| Group {
            name: "resignation".into(),
            n,
            left,
            predicted: Estimate::point(0.4, n as usize),
            actual: stats::intervals::proportion(left as u32, n as u32, "nobody"),
            roc_auc: Estimate::point(0.7, n as usize),
        };
        let rule = Disclosure::default();
        let own = super::group(&group(4, 4), rule);
        assert!(
            own.actual.value.is_none()
                && own.predicted.value.is_none()
                && own.roc_auc.value.is_none()
                && own.left == 0
                && own.n == 0
        );
        let own = super::group(&group(200, 6), rule);
        assert!(own.actual.value.is_some() && own.roc_auc.value.is_none() && own.left == 10);
        assert!(super::group(&group(200, 40), rule).roc_auc.value.is_some());
    }
}
