//! Reading and checking a large file, as an import does before it stores anything.

use benches::{Outcome, fastest, ibm, peak_megabytes, say};
use data::{CheckMode, Format, ReadOptions};
use model::{Column, Table};

const ROWS: usize = 1_000_000;

fn main() -> Outcome {
    let Some((use_case, people)) = ibm()? else {
        return Ok(());
    };
    let rows: Vec<usize> = (0..ROWS).map(|row| row % people.labels.len()).collect();
    let table = large(&people.table.take(&rows), &use_case.id_column);
    drop((people, rows));
    for (name, format, aim) in [("parquet", Format::Parquet, 1.5), ("csv", Format::Csv, 2.5)] {
        let bytes = data::write(&table, format)?;
        let before = peak_megabytes();
        let options = ReadOptions::default();
        let read = || data::read_for(&bytes, &options, &use_case);
        let seconds = fastest(3, || read().map(|raw| raw.rows()));
        say(&format!("read_1m_31_columns_{name}"), seconds, None);
        let seconds = fastest(3, || {
            read().map(|raw| {
                data::check(&raw, &use_case, CheckMode::Scoring, None)
                    .map(|checked| checked.ids.len())
            })
        });
        say(
            &format!("read_and_check_1m_31_columns_{name}"),
            seconds,
            Some(aim),
        );
        if let (Some(before), Some(after)) = (before, peak_megabytes()) {
            println!(
                "{:<44} {:>7.0} MB beside the {before:.0} MB of the table and its file, aim 600 MB",
                "",
                after - before
            );
        }
    }
    Ok(())
}

/// The fields of the use case, amounts of money as unlike as those of so many people, and a number
/// for each of them.
fn large(people: &Table, id_column: &Option<String>) -> Table {
    let mut table = Table::default();
    for (name, column) in people.names.iter().zip(&people.columns) {
        let column = match column {
            Column::Number(numbers) if name.ends_with("Rate") || name.ends_with("Income") => {
                let raised = |(row, number): (usize, &f64)| {
                    (number * (0.8 + (row % 401) as f64 / 1000.0)).round()
                };
                Column::Number(numbers.iter().enumerate().map(raised).collect())
            }
            column => column.clone(),
        };
        table.push(name, column);
    }
    if let Some(name) = id_column {
        table.push(
            name,
            Column::Number((1..=ROWS).map(|row| row as f64).collect()),
        );
    }
    table
}
