//! Files that hold their columns by themselves and with types: Parquet and Arrow (Feather), as
//! other programs write them.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, Raw, ReadError, ReadOptions, check, parse_use_case};
use model::{Column, UseCase};

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn read(name: &str) -> Result<Raw, ReadError> {
    data::read(&file(name), &ReadOptions::default())
}

fn position(raw: &Raw, name: &str) -> usize {
    raw.names.iter().position(|own| own == name).unwrap()
}

/// The columns of `types.*`, by name.
const TEXTS: [(&str, [&str; 3]); 14] = [
    ("small", ["1", "", "-128"]),
    ("big", ["9007199254740993", "", "1"]),
    ("whole", ["9007199254740992", "", "-7"]),
    ("unsigned", ["18446744073709551615", "", "0"]),
    ("single", ["0.1", "", "16777216"]),
    ("real", ["0.1", "", "1000000000000000000000"]),
    ("infinite", ["inf", "", "-0"]),
    ("money", ["3000.5", "", "-0.07"]),
    ("left", ["true", "", "false"]),
    ("team", ["Lab", "", "Sales"]),
    ("note", ["a text of more than twelve letters", "", ""]),
    ("day", ["2026-03-01", "", "1969-12-31"]),
    ("time", ["2026-03-02T00:30:00", "", "2026-03-02T01:00:00"]),
    ("nothing", ["", "", ""]),
];

#[test]
fn every_type_has_the_text_that_it_shows() {
    for (name, rows) in [
        ("types.arrow", vec![0, 1, 2]),
        ("types_lz4.feather", vec![0, 1, 2]),
        ("types_zstd.feather", vec![0, 1, 2]),
        ("types.parquet", vec![0, 1, 2, 2, 0, 1, 2]),
    ] {
        let raw = read(name).unwrap();
        assert_eq!(raw.rows(), rows.len(), "{name}");
        assert_eq!(raw.recognized.unreadable, [], "{name}");
        for (column, texts) in TEXTS {
            let index = position(&raw, column);
            let expected: Vec<&str> = rows.iter().map(|row| texts[*row]).collect();
            assert_eq!(raw.columns[index], expected, "{name}, {column}");
            let is_text = ["team", "note"].contains(&column);
            assert_eq!(raw.is_typed(index), !is_text, "{name}, {column}");
        }
    }
}

#[test]
fn numbers_stay_numbers_unless_a_float_is_another_number() {
    let raw = read("types.parquet").unwrap();
    for (column, _) in TEXTS {
        let numbers = raw.columns[position(&raw, column)].numbers();
        let stays = ["small", "whole", "real", "infinite"].contains(&column);
        assert_eq!(numbers.is_some(), stays, "{column}");
        for (number, text) in numbers
            .iter()
            .flat_map(|all| all.iter())
            .zip(&raw.columns[position(&raw, column)])
        {
            assert!(
                text.is_empty() && number.is_nan() || text.parse() == Ok(*number),
                "{column}: {text}"
            );
        }
    }
}

fn use_case(fields: &[(&str, &str)]) -> UseCase {
    let field = |(name, kind): &(&str, &str)| {
        format!("[[field]]\nname = \"{name}\"\nlabel = \"{name}\"\nkind = \"{kind}\"\n")
    };
    let head = r#"
id = "t"
title = "T"
description = "x"
words = { one = "a", many = "b", event_one = "c", event_many = "d", verb = "e" }
target = { column = "gone", label = "gone", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
"#;
    let fields: String = fields.iter().map(field).collect();
    parse_use_case(&format!("{head}{fields}")).unwrap()
}

#[test]
fn a_type_that_cannot_be_read_is_refused_by_its_column_and_only_when_it_is_used() {
    for name in ["odd.arrow", "odd.parquet"] {
        let raw = read(name).unwrap();
        assert_eq!(raw.columns[position(&raw, "id")], ["1", "2"], "{name}");
        for column in ["half", "wide"] {
            assert!(
                raw.unreadable(position(&raw, column)).is_some(),
                "{name}, {column}"
            );
            let refusal = check(
                &raw,
                &use_case(&[(column, "real")]),
                CheckMode::Scoring,
                None,
            )
            .unwrap_err();
            assert_eq!(
                (refusal.total, refusal.problems[0].column.as_str()),
                (1, column),
                "{name}"
            );
        }
        assert!(
            check(
                &raw,
                &use_case(&[("id", "integer")]),
                CheckMode::Scoring,
                None
            )
            .is_ok(),
            "{name}"
        );
    }
}

#[test]
fn only_what_a_use_case_needs_is_read() {
    let needed = |use_case: &UseCase| {
        let raw =
            data::read_for(&file("types.parquet"), &ReadOptions::default(), use_case).unwrap();
        let is_read = |(column, texts): &(&'static str, [&str; 3])| {
            let index = position(&raw, column);
            // What was left out is never taken for blank.
            assert_eq!(raw.columns[index].len(), 7);
            assert!(raw.unreadable(index).is_some() || raw.columns[index][0] == *texts[0]);
            raw.unreadable(index).is_none().then_some(*column)
        };
        (TEXTS.iter().filter_map(is_read).collect::<Vec<_>>(), raw)
    };
    let numbers = use_case(&[("whole", "integer"), ("real", "real")]);
    let (read, raw) = needed(&numbers);
    assert_eq!(read, ["whole", "real"]);
    let all = data::read(&file("types.parquet"), &ReadOptions::default()).unwrap();
    let (some, all) = [&raw, &all]
        .map(|raw| check(raw, &numbers, CheckMode::Scoring, None).unwrap())
        .into();
    assert_eq!(some.unused, all.unused);
    let bits = |column: &Column| match column {
        Column::Number(numbers) => numbers
            .iter()
            .map(|number| number.to_bits())
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert!(
        some.table
            .columns
            .iter()
            .zip(&all.table.columns)
            .all(|(one, other)| bits(one) == bits(other))
    );
    // How texts are read as numbers may be decided by every column of texts.
    assert_eq!(needed(&use_case(&[("note", "real")])).0, ["team", "note"]);
    // A file of which nothing is needed is read whole.
    assert_eq!(needed(&use_case(&[("other", "real")])).0.len(), 14);
}
