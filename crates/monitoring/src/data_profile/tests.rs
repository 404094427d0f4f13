#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Column, MISSING_LEVEL, Table};

use super::*;
use crate::simulation::{Settings, training_table};

fn level(codes: &[u32], levels: &[&str]) -> Column {
    Column::Level {
        codes: codes.to_vec(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
    }
}

fn small() -> Table {
    let mut table = Table::default();
    table.push(
        "a",
        Column::Number(vec![1.0, 2.0, 3.0, 4.0, 100.0, f64::NAN]),
    );
    table.push("b", Column::Number(vec![2.0, 4.0, 6.0, 8.0, 200.0, 12.0]));
    table.push(
        "c",
        level(&[0, 0, 1, 1, 1, MISSING_LEVEL], &["x", "y", "never"]),
    );
    table.push("d", level(&[1, 1, 0, 0, 0, 0], &["p", "q"]));
    table.push("one", Column::Number(vec![7.0; 6]));
    table.push("none", Column::Number(vec![f64::NAN; 6]));
    table.push("id", Column::Text((0..6).map(|i| i.to_string()).collect()));
    table
}

#[test]
fn figures_by_hand() {
    let target = [true, false, true, false, true, false].map(Some);
    let profile = data_profile(&small(), Some(&target), &[], &[], &GateLimits::default());
    let column = |name: &str| {
        profile
            .columns
            .iter()
            .find(|column| column.name == name)
            .unwrap()
    };
    let a = column("a");
    let numbers = a.numbers.as_ref().unwrap();
    assert_eq!(
        (
            a.missing,
            a.distinct,
            numbers.mean,
            numbers.min,
            numbers.max
        ),
        (1, 5, 22.0, Some(1.0), Some(100.0))
    );
    assert_eq!(
        (
            numbers.quantiles[2],
            numbers.quantiles[3],
            numbers.quantiles[4]
        ),
        (Some(2.0), Some(3.0), Some(4.0))
    );
    // Mean 22, squares 7610: the standard deviation of the five values is √1522.
    let [low, high] = numbers.fences.unwrap();
    assert!(
        (low - (22.0 - 3.0 * 1522.0f64.sqrt())).abs() < 1e-9
            && (high - (22.0 + 3.0 * 1522.0f64.sqrt())).abs() < 1e-9
    );
    assert_eq!((numbers.outliers, numbers.outlier_rate_z), (0, 0.0));
    let c = column("c");
    assert_eq!(
        (c.distinct, c.missing, &c.bars.levels, &c.bars.counts),
        (2, 1, &vec!["y".to_owned(), "x".to_owned()], &vec![3, 2])
    );
    let groups = &c.against_target.as_ref().unwrap().groups;
    assert_eq!(
        (groups[0].n, groups[0].rate.value, groups[1].n),
        (2, Some(0.5), 3)
    );
    assert_eq!(profile.constant_columns, ["one"]);
    let at = |a: &str, b: &str| {
        let place = |name: &str| {
            profile
                .correlations
                .names
                .iter()
                .position(|known| known == name)
                .unwrap()
        };
        profile.correlations.matrix[place(a) * profile.correlations.names.len() + place(b)]
    };
    assert!(
        (at("a", "b").unwrap() - 1.0).abs() < 1e-12,
        "pairs without the missing row"
    );
    // Two levels of three rows each are too few to measure a dependence by.
    assert_eq!(
        (
            at("c", "d"),
            at("a", "c"),
            &c.against_target.as_ref().unwrap().strength
        ),
        (None, None, &None)
    );
    assert!(
        profile
            .warnings
            .iter()
            .any(|warning| warning.sentence.contains("none has no values"))
    );
    assert_eq!(
        profile
            .gates
            .iter()
            .map(|gate| gate.passed)
            .collect::<Vec<_>>(),
        [Some(false), Some(true), Some(false)]
    );
}

/// Forty rows: the levels p and q with 15 of 20 rows on their own side of x and y, so that V² = (¼
/// − 1/39) / (1 − 1/39) (Bergsma 2013); the number is 1 for p and 3 for q, so that it has no
/// variance within them. The rows of a level of its own each (name) say nothing.
#[test]
fn dependence_of_levels_is_corrected_for_their_number() {
    let first: Vec<u32> = (0..40).map(|row| u32::from(row >= 20)).collect();
    let second: Vec<u32> = (0..40)
        .map(|row| u32::from((15..20).contains(&row) || row >= 25))
        .collect();
    let target: Vec<Option<bool>> = second.iter().map(|code| Some(*code == 1)).collect();
    let mut table = Table::default();
    table.push("first", level(&first, &["p", "q"]));
    table.push("second", level(&second, &["x", "y"]));
    table.push(
        "pay",
        Column::Number(
            first
                .iter()
                .map(|code| 1.0 + 2.0 * f64::from(*code))
                .collect(),
        ),
    );
    let names: Vec<String> = (0..40).map(|row| format!("n{row}")).collect();
    table.push(
        "name",
        Column::Level {
            codes: (0..40).collect(),
            levels: names,
        },
    );
    let profile = data_profile(&table, Some(&target), &[], &[], &GateLimits::default());
    let expected = ((0.25 - 1.0 / 39.0) / (1.0 - 1.0 / 39.0_f64)).sqrt();
    let cell = |a: usize, b: usize| profile.correlations.matrix[a * 4 + b];
    assert!((cell(0, 1).unwrap() - expected).abs() < 1e-12);
    assert!((cell(0, 2).unwrap() - 1.0).abs() < 1e-12);
    assert_eq!((cell(0, 3), cell(2, 3)), (None, None));
    let strength = |column: usize| {
        profile.columns[column]
            .against_target
            .as_ref()
            .unwrap()
            .strength
    };
    assert!((strength(0).unwrap() - expected).abs() < 1e-12);
    assert_eq!(strength(3), None);
}

#[test]
fn levels_with_an_order_have_no_outliers() {
    // Twenty ones and a five: 4 / 21 × 20 from the mean, at a standard deviation of 0.85.
    let mut values = vec![1.0; 20];
    values.push(5.0);
    let mut table = Table::default();
    table.push("years", Column::Number(values.clone()));
    table.push("education", Column::Number(values));
    let profile = data_profile(&table, None, &[], &["education"], &GateLimits::default());
    let outliers = |at: usize| {
        let numbers = profile.columns[at].numbers.as_ref().unwrap();
        (
            numbers.outliers,
            numbers.outlier_rate_z,
            numbers.fences.is_some(),
        )
    };
    assert_eq!(
        (outliers(0), outliers(1)),
        ((1, 1.0 / 21.0, true), (0, 0.0, false))
    );
    let named = |name: &str| {
        profile
            .warnings
            .iter()
            .any(|warning| warning.column.as_deref() == Some(name))
    };
    assert!(named("years") && !named("education"));
    assert_eq!(profile.gates[1].offenders, ["years"]);
}

#[test]
fn spearman_knows_order_and_duplicates_are_counted() {
    let mut table = Table::default();
    table.push("x", Column::Number(vec![1.0, 2.0, 3.0, 4.0, 4.0]));
    table.push("y", Column::Number(vec![1.0, 8.0, 27.0, 64.0, 64.0]));
    table.push(
        "id",
        Column::Text(["a", "b", "c", "d", "e"].map(String::from).to_vec()),
    );
    let profile = data_profile(&table, None, &[], &[], &GateLimits::default());
    assert!(
        (profile.correlations.strongest[0].spearman.unwrap() - 1.0).abs() < 1e-12
            && profile.correlations.strongest[0].value < 0.99
    );
    assert_eq!(profile.duplicate_rows, 1);
}

#[test]
fn empty_tables_say_so() {
    let profile = data_profile(&small().take(&[]), None, &[], &[], &GateLimits::default());
    assert_eq!(
        (profile.rows, profile.warnings[0].sentence.as_str()),
        (0, "The table has no rows.")
    );
    assert!(
        data_profile(&Table::default(), None, &[], &[], &GateLimits::default())
            .gates
            .iter()
            .all(|gate| gate.passed.is_none())
    );
    let text = serde_json::to_string(&profile).unwrap();
    assert!(
        !text.contains("NaN") && serde_json::from_str::<DataProfile>(&text).unwrap() == profile
    );
}

#[test]
fn changes_between_versions_are_listed() {
    let table = training_table(&Settings {
        people: 300,
        ..Settings::default()
    });
    let mut other = table.take(&(0..290).collect::<Vec<_>>());
    let income = other
        .names
        .iter()
        .position(|name| name == "MonthlyIncome")
        .unwrap();
    if let Column::Number(values) = &mut other.columns[income] {
        values.iter_mut().for_each(|value| *value *= 1.5);
    }
    other.names[0] = "Years".into();
    let profile =
        |table: &Table| data_profile(table, None, &["Attrition"], &[], &GateLimits::default());
    let changes = compare(&profile(&table), &profile(&other));
    let has = |what: ChangeKind, column: Option<&str>| {
        changes
            .iter()
            .any(|change| change.what == what && change.column.as_deref() == column)
    };
    assert!(
        has(ChangeKind::Rows, None)
            && has(ChangeKind::Added, Some("Years"))
            && has(ChangeKind::Removed, Some("Age"))
            && has(ChangeKind::Mean, Some("MonthlyIncome"))
    );
    assert!(compare(&profile(&table), &profile(&table)).is_empty());
}

#[test]
fn a_range_that_hardly_moved_is_not_listed() {
    let profile = |top: f64| {
        let mut table = Table::default();
        table.push(
            "pay",
            Column::Number(
                (0..1000)
                    .map(|row| 2095.0 + 24.0 * f64::from(row))
                    .chain([top])
                    .collect(),
            ),
        );
        data_profile(&table, None, &[], &[], &GateLimits::default())
    };
    let sentences = |top: f64| {
        compare(&profile(26_976.0), &profile(top))
            .into_iter()
            .map(|change| change.sentence)
            .collect::<Vec<_>>()
    };
    assert!(sentences(26_974.0).is_empty(), "2 of 24881");
    assert_eq!(
        sentences(27_476.0),
        ["pay: range 2095 to 27476, previously 2095 to 26976."]
    );
}

#[test]
fn a_gate_whose_figure_is_hidden_keeps_its_verdict_and_says_so() {
    let mut table = Table::default();
    table.push("pay", Column::Number((0..200).map(f64::from).collect()));
    let exact = data_profile(&table, None, &[], &[], &GateLimits::default());
    let hidden: Vec<ColumnSummary> = exact
        .columns
        .iter()
        .map(|own| ColumnSummary {
            numbers: None,
            ..own.clone()
        })
        .collect();
    let released = DataProfile::of_columns(
        exact.rows,
        hidden,
        Correlations::default(),
        0,
        &GateLimits::default(),
    )
    .judged_as(&exact);
    let outliers = |profile: &DataProfile| {
        profile
            .gates
            .iter()
            .find(|gate| gate.name == GateName::OutlierRate)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (outliers(&released).passed, outliers(&released).value),
        (Some(true), None)
    );
    assert_ne!(
        outliers(&released).sentence,
        outliers(&DataProfile::of_columns(
            0,
            Vec::new(),
            Correlations::default(),
            0,
            &GateLimits::default()
        ))
        .sentence
    );
}

#[test]
fn labels_stand_for_names_and_levels_everywhere() {
    let text = r#"{
        "id": "test", "title": "Test", "description": "", "words": {"one": "employee", "many": "employees", "event_one": "leaver",
        "event_many": "leavers", "verb": "leave"},
        "target": {"column": "left", "label": "left", "positive": ["Yes"], "negative": ["No"]},
        "policies": {"gates": "", "drift": "", "cutoff": 0.3}, "bands": [{"name": "low", "from": 0.0}],
        "field": [
            {"name": "MonthlyIncome", "label": "Monthly income", "kind": "integer"},
            {"name": "JobLevel", "label": "Job level", "kind": "ordinal", "range": [1, 5]},
            {"name": "BusinessTravel", "label": "Business travel", "kind": "nominal",
             "levels": ["Non-Travel", "Travel_Rarely", "Travel_Frequently"], "labels": {"Travel_Rarely": "Rarely"}}
        ]
    }"#;
    let use_case: model::UseCase = serde_json::from_str(text).unwrap();
    // Every kind of text that names a column: a missing value, a constant, a pair that says the
    // same, an outlier, a level.
    let levels: Vec<f64> = (0..40).map(|row| f64::from(row % 5 + 1)).collect();
    let mut pay: Vec<f64> = levels.iter().map(|level| 1000.0 * level).collect();
    pay[0] = f64::NAN;
    let mut table = Table::default();
    table.push("MonthlyIncome", Column::Number(pay));
    table.push("JobLevel", Column::Number(levels));
    table.push(
        "BusinessTravel",
        level(
            &[1; 40],
            &["Non-Travel", "Travel_Rarely", "Travel_Frequently"],
        ),
    );
    let limits = GateLimits {
        missing_rate: 0.01,
        ..GateLimits::default()
    };
    let profile = data_profile(&table, None, &[], &use_case.ordinals(), &limits);
    let texts = |profile: &DataProfile| -> Vec<String> {
        let warnings = profile
            .warnings
            .iter()
            .map(|warning| warning.sentence.clone());
        let gates = profile.gates.iter().flat_map(|gate| {
            gate.offenders
                .iter()
                .cloned()
                .chain([gate.sentence.clone()])
        });
        let columns = profile.columns.iter().flat_map(|column| {
            column
                .bars
                .levels
                .iter()
                .cloned()
                .chain([column.name.clone()])
        });
        warnings
            .chain(gates)
            .chain(columns)
            .chain(profile.correlations.names.clone())
            .collect()
    };
    let labeled = profile.labeled(&use_case);
    let (before, after) = (texts(&profile), texts(&labeled));
    for (raw, label) in [
        ("MonthlyIncome", "Monthly income"),
        ("JobLevel", "Job level"),
        ("Travel_Rarely", "Rarely"),
    ] {
        let holding =
            |texts: &[String], part: &str| texts.iter().filter(|text| text.contains(part)).count();
        assert!(
            holding(&before, raw) > 0,
            "the test has nothing to find: {before:?}"
        );
        assert_eq!(
            (holding(&after, raw), holding(&after, label)),
            (0, holding(&before, raw)),
            "{after:?}"
        );
    }
    assert_eq!(labeled.gates[2].offenders, ["Monthly income and Job level"]);
    let verdicts = |profile: &DataProfile| {
        profile
            .gates
            .iter()
            .map(|gate| (gate.value, gate.passed))
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&labeled), verdicts(&profile));
}
