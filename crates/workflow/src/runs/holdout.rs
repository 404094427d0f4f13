//! The rows that a training held out, as a file: other tools can judge the model on the same people.

use model::{Column, Table, UseCase};
use training::Trained;

use crate::{Error, Result, StoredPeople};

/// Its columns have names of their own where a field is called like one of them.
fn free(name: &str, table: &Table) -> String {
    let mut free = name.to_owned();
    while table.column(&free).is_some() {
        free.insert(0, '_');
    }
    free
}

/// CSV with one line for each held-out row: the row in the dataset (from 1), id, period where there is one, every field under its name, the
/// outcome (1: it happened), and the model's probability.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn file(use_case: &UseCase, people: &StoredPeople, trained: &Trained, labels: &[bool]) -> Result<Vec<u8>> {
    let rows = &trained.holdout_rows;
    let fields = people.table.take(rows);
    let text = |of: &dyn Fn(usize) -> String| Column::Text(rows.iter().map(|&row| of(row)).collect());
    let mut table = Table::default();
    table.push(free("row", &fields), Column::Number(rows.iter().map(|&row| row as f64 + 1.0).collect()));
    table.push(free(use_case.id_column.as_deref().unwrap_or("id"), &fields), text(&|row| people.ids[row].clone()));
    if let (Some(name), Some(periods)) = (&use_case.time_column, &people.periods) {
        table.push(free(name, &fields), text(&|row| periods[row].to_string()));
    }
    for (name, column) in fields.names.iter().zip(&fields.columns) {
        table.push(name, column.clone());
    }
    let outcome = |row: &usize| f64::from(u8::from(labels[*row]));
    table.push(free(&use_case.target.column, &fields), Column::Number(rows.iter().map(outcome).collect()));
    table.push(free("probability", &fields), Column::Number(trained.holdout_probabilities.clone()));
    data::write(&table, data::Format::Csv).map_err(Error::caused)
}
