//! Text files as people have them: encodings, separators, titles, blank rows, quotes, spellings.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, Checked, Raw, ReadError, ReadOptions, Refusal};
use model::{Column, UseCase};

/// The values of a numeric column.
fn numbers(checked: &Checked, name: &str) -> Vec<f64> {
    match checked.table.column(name) {
        Some(Column::Number(numbers)) => numbers.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    data::read(bytes, &ReadOptions::default())
}

fn table(text: &str) -> Vec<(String, Vec<String>)> {
    let raw = read(text.as_bytes()).unwrap();
    let cells = raw
        .columns
        .iter()
        .map(|texts| texts.iter().map(str::to_owned).collect());
    raw.names.into_iter().zip(cells).collect()
}

fn column(name: &str, cells: &[&str]) -> (String, Vec<String>) {
    (
        name.to_owned(),
        cells.iter().map(|cell| (*cell).to_owned()).collect(),
    )
}

/// A use case of the shared cases.
fn use_case(name: &str) -> Option<UseCase> {
    Some(data::parse_use_case(&testing::shared_text(&format!("cases/{name}.toml"))?).unwrap())
}

fn check(file: &str, use_case: &UseCase) -> Option<Result<Checked, Refusal>> {
    let raw = read(&std::fs::read(testing::shared(&format!("cases/{file}"))?).unwrap()).unwrap();
    Some(data::check(&raw, use_case, CheckMode::Training, None))
}

#[test]
fn files_of_many_programs_give_the_table_of_the_plain_file() {
    let attrition = data::built_in().unwrap().remove(0);
    for (file, rows) in [
        ("03_blank_last_lines.csv", 3),
        ("03_cr_only.csv", 3),
        ("03_ctrl_z.csv", 3),
        ("03_inner_quote.csv", 7),
        ("03_lead_quote.csv", 5),
        ("03_sep_line.csv", 3),
        ("03_trailing_commas.csv", 3),
        ("03_two_blank_headers.csv", 5),
    ] {
        let Some(checked) = check(file, &attrition) else {
            continue;
        };
        let checked = checked.unwrap_or_else(|refusal| panic!("{file}: {:?}", refusal.problems));
        assert_eq!(checked.ids[..3], ["1", "2", "4"], "{file}");
        assert_eq!(checked.ids.len(), rows, "{file}");
        assert_eq!(
            numbers(&checked, "MonthlyIncome")[..3],
            [5993.0, 5130.0, 2090.0],
            "{file}"
        );
    }
}

#[test]
fn quotes_that_are_part_of_a_text_stay() {
    let Some(path) = testing::shared("cases/03_q.csv") else {
        return;
    };
    let raw = read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(raw.columns[2], ["a", "\"b\"x", "b\"y"]);
}

#[test]
fn spelling_of_names_and_levels_does_not_matter() {
    let Some(use_case) = use_case("acc") else {
        return;
    };
    for file in ["05_ok.csv", "05_nfd.csv", "05_alias_case.csv"] {
        let checked = check(file, &use_case)
            .unwrap()
            .unwrap_or_else(|refusal| panic!("{file}: {:?}", refusal.problems));
        assert_eq!(checked.ids, ["007", "008"], "{file}");
        assert_eq!(
            checked.labels.as_ref().map(|labels| labels.len()),
            Some(2),
            "{file}"
        );
        let sex = checked.table.column("Geschlecht").unwrap();
        assert!(
            matches!(sex, Column::Level { codes, .. } if codes[..] == [0, 1]),
            "{file}"
        );
    }
}

#[test]
fn a_decimal_comma_is_read_and_shown() {
    let Some(use_case) = use_case("acc") else {
        return;
    };
    let checked = check("06_de_decimal.csv", &use_case).unwrap().unwrap();
    assert_eq!(numbers(&checked, "Gehalt"), [3000.5, 3100.0]);
    assert_eq!(checked.formats[0].number.decimal, ',');
}

#[test]
fn three_digits_behind_a_mark_are_asked_about() {
    let Some(use_case) = use_case("acc") else {
        return;
    };
    let Some(path) = testing::shared("cases/06_de_thousands.csv") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let refusal =
        data::check(&read(&bytes).unwrap(), &use_case, CheckMode::Training, None).unwrap_err();
    assert_eq!(
        (refusal.total, refusal.problems[0].column.as_str()),
        (1, "Gehalt")
    );
    assert!(
        refusal.problems[0].rule.contains("--thousands ."),
        "{}",
        refusal.problems[0].rule
    );
    let stated = |options: ReadOptions| {
        let raw = data::read(&bytes, &options).unwrap();
        numbers(
            &data::check(&raw, &use_case, CheckMode::Training, None).unwrap(),
            "Gehalt",
        )
    };
    assert_eq!(
        stated(ReadOptions {
            thousands: Some('.'),
            ..ReadOptions::default()
        }),
        [3000.0, 12_500.0, 950.0]
    );
    assert_eq!(
        stated(ReadOptions {
            decimal: Some(','),
            ..ReadOptions::default()
        }),
        [3000.0, 12_500.0, 950.0]
    );
    assert_eq!(
        stated(ReadOptions {
            decimal: Some('.'),
            ..ReadOptions::default()
        }),
        [3.0, 12.5, 950.0]
    );
}

#[test]
fn titles_and_blank_rows_are_left_out_and_counted() {
    let raw = read(b"Staff list\n\nid,pay,age\n1,5,3\n,,\n2,6,4\n\n").unwrap();
    assert_eq!(raw.names, ["id", "pay", "age"]);
    assert_eq!(raw.columns[0], ["1", "2"]);
    assert_eq!(
        (raw.recognized.header_row, raw.recognized.blank_rows),
        (3, 1)
    );
    assert_eq!([raw.row_number(0), raw.row_number(1)], [4, 6]);
}

#[test]
fn rows_of_a_refusal_are_those_of_the_file() {
    let Some(use_case) = use_case("acc") else {
        return;
    };
    let text = "Liste 2026\n\nPersonalnr.;Geschlecht;Gehalt;Kündigung\n1;m;3;Ja\n\n2;x;4;Nein\n";
    let refusal = data::check(
        &read(text.as_bytes()).unwrap(),
        &use_case,
        CheckMode::Training,
        None,
    )
    .unwrap_err();
    assert_eq!(refusal.problems[0].row, 6);
}

#[test]
fn a_row_that_may_be_a_title_or_a_header_is_asked_about() {
    assert!(matches!(
        read(b"Person,,,Pay,,\nid,sex,age,base,bonus,x\n1,f,3,4,5,6\n"),
        Err(ReadError::UnclearHeader { row: 1, .. })
    ));
    assert!(matches!(
        read(b"Staff, May 2026\nid,sex,age,base,bonus\n1,f,3,4,5\n"),
        Err(ReadError::UnclearHeader { row: 1, .. })
    ));
    let options = ReadOptions {
        header_row: Some(2),
        ..ReadOptions::default()
    };
    assert_eq!(
        data::read(
            b"Staff, May 2026\nid,sex,age,base,bonus\n1,f,3,4,5\n",
            &options
        )
        .unwrap()
        .names[4],
        "bonus"
    );
}

#[test]
fn columns_without_a_name_are_kept_if_they_have_values() {
    let raw = read(b",id,pay,\n1,7,5,\n2,8,6,\n").unwrap();
    assert_eq!(raw.names, ["(column 1)", "id", "pay"]);
    assert_eq!(raw.recognized.unnamed, ["(column 1)"]);
}

#[test]
fn separators_are_told_apart_or_asked_about() {
    assert_eq!(
        table("id;pay\n1;3,5\n2;4,5\n")[1],
        column("pay", &["3,5", "4,5"])
    );
    assert_eq!(
        table("id\tname\tage\tpay\n1\tDoe, J\t3\t4\n")[1],
        column("name", &["Doe, J"])
    );
    assert_eq!(table("sep=|\na|b;c\n1|2;3\n")[1], column("b;c", &["2;3"]));
    let unclear = b"a,b;c,d\n1,2;3,4\n";
    assert_eq!(
        read(unclear),
        Err(ReadError::UnclearSeparator(vec![',', ';']))
    );
    let options = ReadOptions {
        separator: Some(';'),
        ..ReadOptions::default()
    };
    assert_eq!(data::read(unclear, &options).unwrap().names, ["a,b", "c,d"]);
    assert_eq!(table("only\n1\n2\n"), [column("only", &["1", "2"])]);
}

#[test]
fn a_file_cut_short_or_with_a_lost_quote_is_refused() {
    assert!(matches!(
        read(b"a,b,c\n1,2,3\n4,5\n"),
        Err(ReadError::Ragged {
            row: 3,
            found: 2,
            expected: 3
        })
    ));
    assert!(matches!(
        read(b"a,b,c\n1,2,3\n4,5,6,7\n"),
        Err(ReadError::Ragged { row: 3, .. })
    ));
    assert_eq!(
        read(b"a,b\n1,\"x\n2,y\n3,z\n"),
        Err(ReadError::OpenQuote { row: 2 })
    );
}

#[test]
fn an_encoding_is_recognized_shown_and_stated() {
    let raw = read(b"id;Gr\xF6\xDFe\n1;2\n").unwrap();
    assert_eq!(
        (raw.names[1].as_str(), raw.recognized.encoding.as_deref()),
        ("Größe", Some("windows-1252"))
    );
    let options = ReadOptions {
        encoding: Some("iso-8859-2".into()),
        ..ReadOptions::default()
    };
    assert_eq!(
        data::read(b"id;P\xB3aca\n1;2\n", &options).unwrap().names[1],
        "Płaca"
    );
    let options = ReadOptions {
        encoding: Some("ebcdic".into()),
        ..ReadOptions::default()
    };
    assert_eq!(
        data::read(b"id\n1\n", &options),
        Err(ReadError::UnknownEncoding("ebcdic".into()))
    );
}

#[test]
fn json_lines_are_read() {
    let raw = read(b"{\"id\": 7, \"pay\": 3000.5, \"tags\": [1]}\n{\"id\": 8, \"pay\": null, \"left\": true}\n").unwrap();
    let get =
        |name: &str| raw.columns[raw.names.iter().position(|own| own == name).unwrap()].clone();
    assert_eq!(get("id"), ["7", "8"]);
    assert_eq!(get("pay"), ["3000.5", ""]);
    assert_eq!(get("left"), ["", "true"]);
    assert_eq!(raw.recognized.unreadable[0].0, "tags");
    assert!(matches!(
        read(b"{\"id\": 7}\n{\"id\": \n"),
        Err(ReadError::Json { .. })
    ));
}
