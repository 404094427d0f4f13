//! How the numbers of a column are read.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, Checked, Percent, ReadOptions, Refusal};
use model::{Column, UseCase};

/// The values of a numeric column.
fn numbers(checked: &Checked, name: &str) -> Vec<f64> {
    match checked.table.column(name) {
        Some(Column::Number(numbers)) => numbers.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn use_case(fields: &str) -> UseCase {
    let head = r#"
id = "t"
title = "T"
description = "x"
id_column = "id"
words = { one = "a", many = "b", event_one = "c", event_many = "d", verb = "e" }
target = { column = "left", label = "left", positive = ["Ja"], negative = ["Nein"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
"#;
    data::parse_use_case(&format!("{head}{fields}")).unwrap()
}

const REAL: &str = "[[field]]\nname = \"pay\"\nlabel = \"Pay\"\nkind = \"real\"\n";

/// Checks a semicolon-separated file with a column `pay` and perhaps `other`.
fn check_with(
    fields: &str,
    cells: &[(&str, &str)],
    options: &ReadOptions,
) -> Result<Checked, Refusal> {
    let mut text = "id;pay;other;left\n".to_owned();
    for (row, (pay, other)) in cells.iter().enumerate() {
        text += &format!("{row};{pay};{other};Ja\n");
    }
    data::check(
        &data::read(text.as_bytes(), options).unwrap(),
        &use_case(fields),
        CheckMode::Training,
        None,
    )
}

fn pay(cells: &[&str]) -> Result<Vec<f64>, String> {
    let cells: Vec<(&str, &str)> = cells.iter().map(|cell| (*cell, "x")).collect();
    let checked = check_with(REAL, &cells, &ReadOptions::default())
        .map_err(|refusal| refusal.problems[0].rule.clone())?;
    Ok(numbers(&checked, "pay"))
}

#[test]
fn one_value_that_decides_decides_for_the_column() {
    for (cells, numbers) in [
        (
            ["3.000", "12.500", "1.234.567"],
            [3000.0, 12_500.0, 1_234_567.0],
        ),
        (["3.000", "12.500", "950,5"], [3000.0, 12_500.0, 950.5]),
        (["3.000", "12.5", "950"], [3.0, 12.5, 950.0]),
        (["3,000", "12,500", "0,125"], [3.0, 12.5, 0.125]),
        (["3,000", "12,500", "950.25"], [3000.0, 12_500.0, 950.25]),
        (["3 000", "12\u{a0}500", "950"], [3000.0, 12_500.0, 950.0]),
        (["3'000", "12’500.5", "950"], [3000.0, 12_500.5, 950.0]),
        (["€ 3.000", "€ 12.500", "€ 950"], [3000.0, 12_500.0, 950.0]),
        (["1234", "1234.5", "1e-3"], [1234.0, 1234.5, 0.001]),
        (["5-", "(6)", "\u{2212}7"], [-5.0, -6.0, -7.0]),
    ] {
        assert_eq!(pay(&cells).unwrap(), numbers, "{cells:?}");
    }
}

#[test]
fn columns_that_can_be_read_in_two_ways_are_asked_about() {
    for cells in [
        ["3.000", "12.500", "950"],
        ["3,000", "12,500", "950"],
        ["1.234", "2.345", "3.456"],
    ] {
        assert!(pay(&cells).unwrap_err().contains("--decimal"), "{cells:?}");
    }
    assert!(pay(&["€5", "$6"]).unwrap_err().contains("currencies"));
}

#[test]
fn columns_that_mix_formats_are_refused() {
    assert!(pay(&["1.234,5", "1,234.5", "2.345,6"]).is_err());
    assert!(pay(&["1.5", "1,5"]).is_err());
    assert!(pay(&["3.000", "1.234.567", "12.5"]).is_err());
}

#[test]
fn a_decimal_comma_elsewhere_decides_and_a_decimal_point_does_not() {
    let checked = check_with(
        REAL,
        &[("3.000", "1,5"), ("12.500", "2,5")],
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(numbers(&checked, "pay"), [3000.0, 12_500.0]);
    assert!(checked.formats[0].by_other_columns);
    assert!(
        check_with(
            REAL,
            &[("3.000", "1.5"), ("12.500", "2.5")],
            &ReadOptions::default()
        )
        .is_err()
    );
    assert!(
        check_with(
            REAL,
            &[("3.000", "1,5"), ("12.500", "x")],
            &ReadOptions::default()
        )
        .is_err()
    );
}

#[test]
fn a_field_of_whole_numbers_decides_where_only_one_reading_is_whole() {
    let whole = REAL.replace("real", "integer");
    let checked = check_with(
        &whole,
        &[("3.000", "x"), ("12.500", "x")],
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(numbers(&checked, "pay"), [3000.0, 12_500.0]);
    assert!(
        check_with(
            &whole,
            &[("3.000", "x"), ("12.000", "x")],
            &ReadOptions::default()
        )
        .is_err()
    );
}

#[test]
fn a_stated_format_that_fits_nothing_is_answered_with_the_one_that_does() {
    let stated = ReadOptions {
        decimal: Some('.'),
        ..ReadOptions::default()
    };
    let refusal = check_with(REAL, &[("1.234,5", "x"), ("950,25", "x")], &stated).unwrap_err();
    assert_eq!(refusal.total, 1);
    assert!(
        refusal.problems[0]
            .rule
            .contains("--decimal , --thousands ."),
        "{}",
        refusal.problems[0].rule
    );
}

#[test]
fn a_per_cent_sign_means_what_unit_or_range_say() {
    let cells = [("15 %", "x"), ("20%", "x")];
    assert!(check_with(REAL, &cells, &ReadOptions::default()).is_err());
    let unit = check_with(
        &format!("{REAL}unit = \"%\"\n"),
        &cells,
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(
        (numbers(&unit, "pay"), unit.formats[0].percent),
        (vec![15.0, 20.0], Some(Percent::AsWritten))
    );
    let share = check_with(
        &format!("{REAL}range = [0, 1]\n"),
        &cells,
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(numbers(&share, "pay"), [0.15, 0.2]);
}

#[test]
fn words_for_missing_are_read_and_counted() {
    let cells = [
        ("5", "x"),
        ("#N/A", "x"),
        ("k.A.", "x"),
        ("k.A.", "x"),
        ("-", "x"),
        ("", "x"),
    ];
    let checked = check_with(REAL, &cells, &ReadOptions::default()).unwrap();
    assert_eq!(
        numbers(&checked, "pay")
            .iter()
            .filter(|number| number.is_nan())
            .count(),
        5
    );
    assert_eq!(
        checked.formats[0].missing,
        [
            ("#N/A".to_owned(), 1),
            ("-".to_owned(), 1),
            ("k.A.".to_owned(), 2)
        ]
    );
}

#[test]
fn yes_and_no_are_read_in_the_usual_languages() {
    let flag = "[[field]]\nname = \"pay\"\nlabel = \"Flag\"\nkind = \"boolean\"\nlevels = [\"No\", \"Yes\"]\n";
    for (no, yes) in [
        ("nein", "Ja"),
        ("non", "oui"),
        ("não", "sim"),
        ("hayır", "evet"),
        ("0", "1"),
        ("FALSCH", "WAHR"),
        ("no", "sí"),
    ] {
        let checked = check_with(flag, &[(no, "x"), (yes, "x")], &ReadOptions::default()).unwrap();
        assert!(
            matches!(checked.table.column("pay"), Some(Column::Level { codes, .. }) if codes[..] == [0, 1]),
            "{no} {yes}"
        );
    }
}
