//! Mutations of a good file: those that keep its values give the same table; no other makes the
//! reader panic.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckMode, Checked, ReadOptions, check};
use model::UseCase;
use proptest::prelude::*;

fn use_case() -> UseCase {
    let text = r#"
id = "t"
title = "T"
description = "x"
id_column = "Nummer"
words = { one = "a", many = "b", event_one = "c", event_many = "d", verb = "e" }
target = { column = "Kündigung", label = "left", positive = ["Ja"], negative = ["Nein"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
[[field]]
name = "Geschlecht"
label = "Geschlecht"
kind = "nominal"
levels = ["männlich", "weiblich"]
[[field]]
name = "Gehalt"
label = "Gehalt"
kind = "real"
[[field]]
name = "Größe"
label = "Größe"
kind = "integer"
"#;
    data::parse_use_case(text).unwrap()
}

const NAMES: [&str; 6] = [
    "Nummer",
    "Geschlecht",
    "Gehalt",
    "Größe",
    "Kündigung",
    "Bemerkung",
];

fn rows(count: usize) -> Vec<Vec<String>> {
    let row = |index: usize| {
        let sex = ["männlich", "weiblich", ""][index % 3];
        let pay = format!("{}{}", 1000 + 137 * index, [".5", "", ".25"][index % 3]);
        let left = ["Ja", "Nein"][index % 2];
        let note = [
            "ruhig; nett",
            "sagt \"nein\"",
            "a, b",
            "zwei\nZeilen",
            "1|2\t3",
            "–",
        ][index % 6];
        [
            format!("{:03}", index + 1),
            sex.into(),
            pay,
            (150 + index).to_string(),
            left.into(),
            note.into(),
        ]
        .to_vec()
    };
    (0..count).map(row).collect()
}

/// A spelling of the same table.
#[derive(Debug, Clone)]
struct Spelling {
    separator: char,
    line_end: &'static str,
    encoding: usize,
    quote_all: bool,
    order: Vec<usize>,
    decimal_comma: bool,
    extra_columns: usize,
    extra_rows: usize,
    separator_line: bool,
    title: bool,
    upper_names: bool,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let order = Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle();
    let marks = (
        prop::sample::select(vec![',', ';', '\t', '|']),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        0..6_usize,
    );
    let more = (
        0..3_usize,
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    (marks, any::<bool>(), order, any::<bool>(), more).prop_map(
        |(marks, quote_all, order, decimal_comma, more)| Spelling {
            separator: marks.0,
            line_end: marks.1,
            encoding: marks.2,
            quote_all,
            order,
            decimal_comma,
            extra_columns: more.0,
            extra_rows: more.1,
            separator_line: more.2,
            title: more.3,
            upper_names: more.4,
        },
    )
}

fn written(rows: &[Vec<String>], spelling: &Spelling) -> Vec<u8> {
    let quoted = |cell: &str| {
        let needed = cell.contains([spelling.separator, '"', '\n', '\r']);
        if needed || spelling.quote_all {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    let line = |cells: Vec<String>| {
        let cells: Vec<String> = spelling
            .order
            .iter()
            .map(|&index| quoted(&cells[index]))
            .collect();
        let extra = spelling
            .separator
            .to_string()
            .repeat(spelling.extra_columns);
        cells.join(&spelling.separator.to_string()) + &extra + spelling.line_end
    };
    let mut text = String::new();
    if spelling.separator_line {
        text += &format!("sep={}{}", spelling.separator, spelling.line_end);
    }
    if spelling.title {
        text += &format!("Personalliste{}", spelling.line_end);
    }
    let name = |name: &&str| {
        if spelling.upper_names {
            name.to_uppercase()
        } else {
            (*name).to_owned()
        }
    };
    text += &line(NAMES.iter().map(name).collect());
    for row in rows {
        let mut row = row.clone();
        if spelling.decimal_comma {
            row[2] = row[2].replace('.', ",");
        }
        text += &line(row);
    }
    for _ in 0..spelling.extra_rows {
        text += &(spelling
            .separator
            .to_string()
            .repeat(NAMES.len() - 1 + spelling.extra_columns)
            + spelling.line_end);
    }
    match spelling.encoding {
        0 => text.into_bytes(),
        1 => format!("\u{feff}{text}").into_bytes(),
        2 => [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect(),
        3 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        // Latin-1, in which the dash of the notes is a byte of Windows-1252.
        4 => text
            .chars()
            .map(|letter| if letter == '–' { 0x96 } else { letter as u8 })
            .collect(),
        _ => (text + "\u{1a}").into_bytes(),
    }
}

fn checked(bytes: &[u8]) -> Result<Checked, String> {
    let raw = data::read(bytes, &ReadOptions::default()).map_err(|error| error.to_string())?;
    let mut checked = check(&raw, &use_case(), CheckMode::Training, None)
        .map_err(|refusal| format!("{:?}", refusal.problems))?;
    // How it was read may differ; what was read may not.
    checked.formats.clear();
    checked
        .unused
        .iter_mut()
        .for_each(|name| *name = name.to_lowercase());
    Ok(checked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: testing::soak(400, 10_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spellings_of_a_file_give_the_same_table(spelling in spelling(), count in 6_usize..30) {
        let rows = rows(count);
        let plain: Vec<Vec<String>> = rows.clone();
        let usual = Spelling { separator: ',', line_end: "\n", encoding: 0, quote_all: false, order: (0..6).collect(), decimal_comma: false,
            extra_columns: 0, extra_rows: 0, separator_line: false, title: false, upper_names: false };
        let expected = checked(&written(&plain, &usual)).unwrap();
        prop_assert_eq!(checked(&written(&rows, &spelling)), Ok(expected));
    }

    #[test]
    fn no_mutation_makes_the_reader_panic(
        spelling in spelling(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut bytes = written(&rows(12), &spelling);
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let read = std::panic::catch_unwind(|| checked(&bytes));
        prop_assert!(!matches!(read, Ok(Err(ref sentence)) if sentence.contains("reader of")), "a reader panicked");
        prop_assert!(read.is_ok(), "the check panicked");
    }

    #[test]
    fn damaged_typed_files_are_read_or_refused(cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut table = model::Table::default();
        for (index, name) in NAMES.iter().enumerate() {
            table.push(*name, model::Column::Text(rows(12).iter().map(|row| row[index].clone()).collect()));
        }
        let mut bytes = data::write(&table, data::Format::Parquet).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // A panic of the decoder is a refusal.
        let _ = data::read(&bytes, &ReadOptions::default());
        let _ = data::read(&bytes[..cut.index(bytes.len())], &ReadOptions::default());
    }
}
