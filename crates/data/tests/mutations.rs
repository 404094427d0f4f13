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

fn usual() -> Spelling {
    Spelling {
        separator: ',',
        line_end: "\n",
        encoding: 0,
        quote_all: false,
        order: (0..NAMES.len()).collect(),
        decimal_comma: false,
        extra_columns: 0,
        extra_rows: 0,
        separator_line: false,
        title: false,
        upper_names: false,
    }
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
        let expected = checked(&written(&plain, &usual())).unwrap();
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
}

/// A file of another program, or of this one.
fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn written_as(format: data::Format) -> Vec<u8> {
    let mut table = model::Table::default();
    for (index, name) in NAMES.iter().enumerate() {
        let texts = rows(12).iter().map(|row| row[index].clone()).collect();
        table.push(*name, model::Column::Text(texts));
    }
    data::write(&table, format).unwrap()
}

/// Lines of JSON with what its values may be.
fn json() -> Vec<u8> {
    let line = |row: usize| {
        format!(
            "{{\"id\": {row}, \"pay\": {}.5, \"left\": {}, \"note\": \"z\\u00fc {row}\", \"none\": null}}\n",
            1000 * row,
            row.is_multiple_of(2)
        )
    };
    (0..12).map(line).collect::<String>().into_bytes()
}

/// A damage: where, how, and with which bytes. Sizes and counts are most often one byte or four.
type Damage = (prop::sample::Index, u8, [u8; 4]);

fn damaged(mut bytes: Vec<u8>, damages: &[Damage], is_cut: bool) -> Vec<u8> {
    for (at, kind, with) in damages {
        // Descriptions are at the end of a file that keeps its columns apart: half of the damages.
        let from = if kind % 2 == 0 { bytes.len() / 2 } else { 0 };
        let at = from + at.index(bytes.len() - from);
        match kind % 8 {
            0 | 1 => bytes[at] = with[0],
            2 | 3 => bytes[at] ^= 1 << (with[0] % 8),
            4 | 5 => {
                let end = bytes.len().min(at + 4);
                bytes[at..end].copy_from_slice(&with[..end - at]);
            }
            6 => bytes.insert(at, with[0]),
            _ => drop(bytes.remove(at)),
        }
    }
    if let Some((at, ..)) = damages.first().filter(|_| is_cut) {
        bytes.truncate(at.index(bytes.len()));
    }
    bytes
}

/// The process goes on, whatever is wrong with a file: a panic is a refusal, but an allocation that
/// fails, and a stack that ends, are not.
macro_rules! no_damage_ends_the_process {
    ($($name:ident: $file:expr;)*) => {
        mod no_damage_ends_the_process {
            use super::*;
            proptest! {
                #![proptest_config(ProptestConfig { cases: testing::soak(400, 10_000), failure_persistence: None, ..ProptestConfig::default() })]
                $(
                    #[test]
                    fn $name(
                        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<[u8; 4]>()), 1..5),
                        is_cut in prop::bool::weighted(0.1),
                    ) {
                        let bytes = damaged($file, &damages, is_cut);
                        let _ = data::read(&bytes, &ReadOptions::default());
                    }
                )*
            }
        }
    };
}

no_damage_ends_the_process! {
    parquet: written_as(data::Format::Parquet);
    parquet_of_every_type: file("types.parquet");
    parquet_with_packed_differences: file("delta.parquet");
    arrow: file("types.arrow");
    arrow_lz4: file("types_lz4.feather");
    arrow_zstd: file("types_zstd.feather");
    workbook: written_as(data::Format::Excel);
    old_workbook: file("people.xls");
    json_lines: json();
    text: written(&rows(12), &usual());
}
