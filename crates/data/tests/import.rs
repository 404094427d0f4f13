//! What an import accepts and what it refuses.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, Format, Raw, ReadError, ReadOptions, check};
use model::{Column, Table, UseCase};

fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    data::read(bytes, &ReadOptions::default())
}

fn attrition() -> UseCase {
    data::built_in().unwrap().remove(0)
}

/// A small sound file: every field of the use case at its first level or lowest value.
fn sound(separator: &str, rows: usize) -> String {
    let use_case = attrition();
    let mut names: Vec<&str> = use_case
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    names.extend(["Attrition", "EmployeeNumber"]);
    let mut text = names.join(separator) + "\r\n";
    for row in 0..rows {
        let mut cells: Vec<String> =
            use_case
                .fields
                .iter()
                .map(|field| {
                    field.levels.first().cloned().unwrap_or_else(|| {
                        field.range.map_or("1".into(), |[low, _]| low.to_string())
                    })
                })
                .collect();
        cells.extend([
            if row % 2 == 0 { "Yes" } else { "no" }.to_owned(),
            (row + 1).to_string(),
        ]);
        text += &(cells.join(separator) + "\r\n");
    }
    text
}

fn problems(text: &str) -> Vec<(usize, String, String)> {
    let refusal = check(
        &read(text.as_bytes()).unwrap(),
        &attrition(),
        CheckMode::Training,
        None,
    )
    .unwrap_err();
    refusal
        .problems
        .into_iter()
        .map(|problem| (problem.row, problem.column, problem.rule))
        .collect()
}

#[test]
fn separators_marks_and_line_ends_do_not_matter() {
    let plain = check(
        &read(sound(",", 4).as_bytes()).unwrap(),
        &attrition(),
        CheckMode::Training,
        None,
    )
    .unwrap();
    assert_eq!(
        plain.labels,
        Some([true, false, true, false].map(Some).to_vec())
    );
    for separator in [";", "\t", "|"] {
        let marked = format!("\u{feff}{}", sound(separator, 4).replace("\r\n", "\n"));
        assert_eq!(
            check(
                &read(marked.as_bytes()).unwrap(),
                &attrition(),
                CheckMode::Training,
                None,
            )
            .unwrap(),
            plain,
            "{separator:?}"
        );
    }
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(sound(",", 4).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        check(
            &read(&utf16).unwrap(),
            &attrition(),
            CheckMode::Training,
            None
        )
        .unwrap(),
        plain
    );
}

#[test]
fn parquet_gives_the_same_columns_as_csv() {
    let raw = read(sound(",", 5).as_bytes()).unwrap();
    let mut texts = Table::default();
    for (name, column) in raw.names.iter().zip(&raw.columns) {
        texts.push(
            name,
            Column::Text(column.iter().map(str::to_owned).collect()),
        );
    }
    let parquet = data::write(&texts, Format::Parquet).unwrap();
    let again = read(&parquet).unwrap();
    assert_eq!((&again.names, &again.columns), (&raw.names, &raw.columns));
    let damaged = &parquet[..parquet.len() / 2];
    assert!(matches!(read(damaged), Err(ReadError::Parquet(_))));
    let mut holed = damaged.to_vec();
    holed.extend_from_slice(&parquet[parquet.len() - 8..]);
    assert!(matches!(read(&holed), Err(ReadError::Parquet(_))));
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(read(b""), Err(ReadError::Empty));
    assert_eq!(read(b"\xEF\xBB\xBF  \n"), Err(ReadError::Empty));
    assert_eq!(read(sound(",", 0).as_bytes()), Err(ReadError::HeaderOnly));
    assert!(matches!(
        read(&[7, 200, 0, 3, 9, 65]),
        Err(ReadError::Binary(_))
    ));
    let dos: Vec<u8> = sound(",", 3)
        .into_bytes()
        .into_iter()
        .map(|byte| if byte == b'F' { 0x81 } else { byte })
        .collect();
    assert!(matches!(read(&dos), Err(ReadError::Encoding { .. })));
    let text = sound(",", 3);
    let cut = &text[..text.len() - 12];
    assert!(matches!(
        read(cut.as_bytes()),
        Err(ReadError::Ragged { row: 4, .. })
    ));
    assert_eq!(
        read(b"a,b,a\n1,2,3\n"),
        Err(ReadError::RepeatedColumn("a".into()))
    );
}

#[test]
fn quoted_newlines_and_separators_stay_in_their_cell() {
    let raw = read(b"a,b\n\"1,5\nx\",2\n").unwrap();
    assert_eq!(
        raw.columns,
        [vec!["1,5\nx".to_owned()], vec!["2".to_owned()]]
    );
}

#[test]
fn every_problem_is_named_by_row_column_and_rule() {
    let text = sound(",", 3).replace("OverTime", "OverTme");
    assert!(problems(&text)[0].2.contains("did you mean \"OverTme\""));

    let mut lines: Vec<String> = sound(",", 3).lines().map(str::to_owned).collect();
    lines[2] = lines[2]
        .replacen("16,", "abc,", 1)
        .replace("Female", "Femal");
    lines[3] = lines[3].replacen("16,", "7,", 1);
    let found = problems(&lines.join("\n"));
    assert_eq!(
        found[0],
        (
            3,
            "Age".into(),
            "must be a whole number from 16 to 80".into()
        )
    );
    assert_eq!(
        found[1],
        (3, "Gender".into(), "must be one of Female, Male".into())
    );
    assert_eq!(found[2], (4, "Age".into(), "must be from 16 to 80".into()));

    let repeated = sound(",", 3).replace(",no,2\r\n", ",no,1\r\n");
    assert!(problems(&repeated)[0].2.contains("duplicates row 2"));
}

#[test]
fn a_refusal_lists_a_hundred_and_counts_all() {
    let text = sound(",", 300).replace("Female", "Femal");
    let refusal = check(
        &read(text.as_bytes()).unwrap(),
        &attrition(),
        CheckMode::Training,
        None,
    )
    .unwrap_err();
    assert_eq!((refusal.problems.len(), refusal.total), (100, 300));
}

#[test]
fn scoring_asks_for_inputs_only() {
    let raw = read(sound(",", 2).as_bytes()).unwrap();
    let keep: Vec<usize> = (0..raw.names.len())
        .filter(|&index| {
            !["Age", "Gender", "Attrition", "Over18"].contains(&raw.names[index].as_str())
        })
        .collect();
    let raw = Raw {
        names: keep.iter().map(|&index| raw.names[index].clone()).collect(),
        columns: keep
            .iter()
            .map(|&index| raw.columns[index].clone())
            .collect(),
        ..Raw::default()
    };
    let checked = check(&raw, &attrition(), CheckMode::Scoring, None).unwrap();
    assert_eq!(checked.labels, None);
    assert!(check(&raw, &attrition(), CheckMode::Training, None).is_err());
}

#[test]
fn the_shared_files_pass() {
    let files = [
        ("ibm_hr_attrition_1470.csv", 0, 1470, 237),
        ("mlc_churn_5000.csv", 1, 5000, 707),
        ("telecom_churn_bigml_80_2666.csv", 1, 2666, 388),
    ];
    for (file, use_case, rows, positives) in files {
        let Some(path) = testing::shared(&format!("data/{file}")) else {
            continue;
        };
        let checked = check(
            &read(&std::fs::read(path).unwrap()).unwrap(),
            &data::built_in().unwrap()[use_case],
            CheckMode::Training,
            None,
        )
        .unwrap();
        let labels = checked.labels.unwrap();
        assert_eq!(
            (
                labels.len(),
                labels.iter().filter(|label| **label == Some(true)).count()
            ),
            (rows, positives)
        );
    }
}
