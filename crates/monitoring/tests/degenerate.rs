//! Data that cannot be compared says so, and is never "stable".
#![expect(clippy::unwrap_used, reason = "tests")]

use domain::DriftVerdict;
use model::{Column, MISSING_LEVEL, Table};
use monitoring::policy::NAMES;
use monitoring::quality::{Limits, Problem, quality};
use monitoring::why::{Side, Why};
use monitoring::{Detail, DriftReport, ValidPolicy, ValueKind, feature_drift, prediction_drift};
use stats::two_sample::Statistic;

fn table(rows: usize) -> Table {
    let mut table = Table::default();
    table.push(
        "number",
        Column::Number((0..rows).map(|i| (i * 7919 % 1009) as f64).collect()),
    );
    let codes = (0..rows).map(|i| (i * 31 % 3) as u32).collect();
    table.push(
        "level",
        Column::Level {
            codes,
            levels: ["a", "b", "c"].map(String::from).to_vec(),
        },
    );
    table.push(
        "id",
        Column::Text((0..rows).map(|i| i.to_string()).collect()),
    );
    table
}

fn check(reference: &Table, current: &Table) -> DriftReport {
    // Under every policy and with every test: no panic, no NaN, never "stable".
    for name in NAMES {
        let report = feature_drift(
            reference,
            current,
            None,
            &ValidPolicy::named(name).unwrap(),
            Detail::All,
        );
        assert_ne!(
            report.verdict,
            DriftVerdict::Stable,
            "{name}: {}",
            report.summary
        );
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            serde_json::from_str::<DriftReport>(&text).unwrap(),
            report,
            "finite numbers only"
        );
    }
    feature_drift(
        reference,
        current,
        None,
        &ValidPolicy::default(),
        Detail::All,
    )
}

#[test]
fn empty_current() {
    let report = check(&table(500), &table(0));
    assert_eq!(
        (
            report.verdict,
            report.share_drifted,
            report.false_alarm_rate
        ),
        (DriftVerdict::CouldNotCompute, None, None)
    );
    assert_eq!(
        report.summary,
        "Nothing could be compared: the current data has no rows."
    );
    let report = check(&Table::default(), &table(10));
    assert_eq!(
        report.summary,
        "Nothing could be compared: there are no columns."
    );
}

#[test]
fn one_row() {
    let report = check(&table(500), &table(1));
    assert_eq!(report.verdict, DriftVerdict::TooFewRows);
    assert_eq!(
        report.columns[0].why,
        Some(Why::TooFewRows {
            side: Side::Current,
            rows: 1,
            minimum: 30
        })
    );
    check(&table(1), &table(500));
}

#[test]
fn constant_column_in_both() {
    let constant = |rows: usize| {
        let mut table = Table::default();
        table.push("constant", Column::Number(vec![80.0; rows]));
        table
    };
    let report = check(&constant(100), &constant(90));
    assert_eq!(report.columns[0].why, Some(Why::Constant));
    // A column that became constant is compared.
    let mut before = Table::default();
    before.push(
        "constant",
        Column::Number((0..100).map(f64::from).collect()),
    );
    assert_eq!(check(&before, &constant(90)).verdict, DriftVerdict::Drifted);
}

#[test]
fn all_missing_column() {
    let mut current = table(500);
    current.columns[0] = Column::Number(vec![f64::NAN; 500]);
    current.columns[1] = Column::Level {
        codes: vec![MISSING_LEVEL; 500],
        levels: vec![],
    };
    let report = check(&table(500), &current);
    assert!(
        report
            .columns
            .iter()
            .all(|column| column.verdict == DriftVerdict::CouldNotCompute
                && column.missing_current == 500)
    );
    let found = quality(&table(500), &current, &Limits::default());
    assert_eq!(
        (
            found.verdict,
            found
                .findings
                .iter()
                .filter(|finding| finding.problem == Problem::Missing)
                .count()
        ),
        (DriftVerdict::Drifted, 2)
    );
}

#[test]
fn column_gone_and_column_of_another_type() {
    let gone = table(500).select(&["level"]);
    let report = check(&table(500), &gone);
    assert_eq!(
        report.columns[0].why,
        Some(Why::MissingColumn {
            side: Side::Current
        })
    );
    assert_eq!(
        (report.columns[0].verdict, report.columns[1].verdict),
        (DriftVerdict::CouldNotCompute, DriftVerdict::Stable)
    );
    assert_eq!(
        quality(&table(500), &gone, &Limits::default()).verdict,
        DriftVerdict::Drifted
    );
    let mut other = table(500);
    other.columns.swap(0, 1);
    let report = check(&table(500), &other);
    assert_eq!(
        report.columns[0].why,
        Some(Why::OtherType {
            reference: ValueKind::Number,
            current: ValueKind::Level
        })
    );
    let mut text = table(500);
    text.columns[0] = text.columns[2].clone();
    check(&table(500), &text);
    let named = feature_drift(
        &table(500),
        &table(500),
        Some(&["number", "no such"]),
        &ValidPolicy::default(),
        Detail::Usual,
    );
    assert_eq!(named.columns[1].verdict, DriftVerdict::CouldNotCompute);
}

#[test]
fn no_scores_and_no_baseline() {
    let scores = vec![0.3; 100];
    let policy = ValidPolicy::default();
    for (reference, current) in [
        (None, Some(&scores[..])),
        (Some(&scores[..]), None),
        (None, None),
        (Some(&scores[..]), Some(&[][..])),
    ] {
        let report = prediction_drift(reference, current, &policy);
        assert_eq!(report.verdict, DriftVerdict::CouldNotCompute);
        assert!(report.why.is_some());
    }
    assert_eq!(
        prediction_drift(Some(&scores), Some(&scores[..3]), &policy).verdict,
        DriftVerdict::TooFewRows
    );
}

#[test]
fn unchanged_data_with_infinities_and_gaps_is_compared() {
    let mut reference = table(400);
    if let Column::Number(values) = &mut reference.columns[0] {
        values[3] = f64::INFINITY;
        values[5] = f64::NAN;
    }
    let report = feature_drift(
        &reference,
        &reference,
        None,
        &ValidPolicy::default(),
        Detail::All,
    );
    assert_eq!(report.verdict, DriftVerdict::Stable, "{}", report.summary);
    assert_eq!(
        (
            report.columns[0].missing_reference,
            report.columns[0].n_reference
        ),
        (1, 400)
    );
    serde_json::from_str::<DriftReport>(&serde_json::to_string(&report).unwrap()).unwrap();
}

#[test]
fn missing_values_are_a_level_and_unseen_levels_a_finding() {
    let mut current = table(600);
    let codes = (0..600)
        .map(|i| {
            if i % 4 == 0 {
                MISSING_LEVEL
            } else if i % 50 == 1 {
                3
            } else {
                (i % 3) as u32
            }
        })
        .collect();
    current.columns[1] = Column::Level {
        codes,
        levels: ["a", "b", "c", "new"].map(String::from).to_vec(),
    };
    let report = feature_drift(
        &table(600),
        &current,
        None,
        &ValidPolicy::default(),
        Detail::Usual,
    );
    assert_eq!(report.drifted(), ["level"]);
    assert!(
        report.columns[1]
            .chart
            .as_ref()
            .unwrap()
            .levels
            .contains(&"missing".to_owned())
    );
    let found = quality(&table(600), &current, &Limits::default());
    let problems: Vec<Problem> = found
        .findings
        .iter()
        .map(|finding| finding.problem)
        .collect();
    assert_eq!(problems, [Problem::UnseenLevel, Problem::Missing]);
    assert_eq!(
        quality(&table(600), &table(500), &Limits::default()).verdict,
        DriftVerdict::Stable
    );
    assert_eq!(
        quality(&table(600), &table(100), &Limits::default()).findings[0].problem,
        Problem::Volume
    );
    assert_eq!(
        quality(&table(600), &table(0), &Limits::default()).verdict,
        DriftVerdict::Drifted
    );
}

#[test]
fn a_constant_column_does_not_forbid_stable() {
    let mut reference = table(500);
    reference.push("constant", Column::Number(vec![80.0; 500]));
    let report = feature_drift(
        &reference,
        &reference,
        None,
        &ValidPolicy::default(),
        Detail::Usual,
    );
    assert_eq!(
        (report.columns[2].why, report.verdict),
        (Some(Why::Constant), DriftVerdict::Stable)
    );
    let gone = feature_drift(
        &reference,
        &reference,
        Some(&["number", "no such"]),
        &ValidPolicy::default(),
        Detail::Usual,
    );
    assert_eq!(gone.verdict, DriftVerdict::CouldNotCompute);
}

#[test]
fn every_statistic_decides_or_says_why_not() {
    let before = table(500);
    let mut now = table(500);
    if let Column::Number(values) = &mut now.columns[0] {
        values.iter_mut().for_each(|value| *value = -800.0 - *value);
    }
    if let Column::Level { codes, .. } = &mut now.columns[1] {
        codes.iter_mut().for_each(|code| *code = 1);
    }
    for &statistic in Statistic::ALL {
        let report = feature_drift(
            &before,
            &now,
            None,
            &ValidPolicy::method(statistic),
            Detail::Usual,
        );
        for (column, applies) in report.columns.iter().zip([
            statistic.applies_to_numbers(),
            statistic.applies_to_levels(),
        ]) {
            let expected = match statistic {
                Statistic::Wasserstein if applies => Err(Why::NoLimit { statistic }),
                // Three levels have no single proportion.
                Statistic::Z => Err(Why::DoesNotApply { statistic }),
                _ if applies => Ok(DriftVerdict::Drifted),
                _ => Err(Why::DoesNotApply { statistic }),
            };
            let found = column.why.map_or(Ok(column.verdict), Err);
            assert_eq!(found, expected, "{statistic} on {}", column.name);
            assert_eq!(
                column.decided_by.is_some(),
                expected.is_ok(),
                "{statistic} on {}",
                column.name
            );
        }
    }
}
