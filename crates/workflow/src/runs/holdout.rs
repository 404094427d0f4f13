//! The rows that a training held out, as a file: other tools can judge the model on the same
//! people.

use model::{Column, Table, UseCase};

use crate::{Error, Result, StoredPeople};

/// CSV with one line for each held-out row: the row in the dataset (from 1), id, period where there
/// is one, the outcome (1: it happened; `outcomes`, one per held-out row), the model's probability,
/// and every field under its name.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn file(
    use_case: &UseCase,
    people: &StoredPeople,
    (rows, probabilities): (&[usize], &[f64]),
    outcomes: &[bool],
) -> Result<Vec<u8>> {
    let fields = people.table.take(rows);
    let text =
        |of: &dyn Fn(usize) -> String| Column::Text(rows.iter().map(|&row| of(row)).collect());
    let mut table = Table::default();
    // A field keeps its name; a column of the file that is called like one gets an underscore.
    let mut push = |name: &str, column: Column| {
        let mut free = name.to_owned();
        while table.column(&free).is_some() || fields.column(&free).is_some() {
            free.insert(0, '_');
        }
        table.push(free, column);
    };
    push(
        "row",
        Column::Number(rows.iter().map(|&row| row as f64 + 1.0).collect()),
    );
    push(
        use_case.id_column.as_deref().unwrap_or("id"),
        text(&|row| people.ids[row].clone()),
    );
    if let (Some(name), Some(periods)) = (&use_case.time_column, &people.periods) {
        push(name, text(&|row| periods[row].to_string()));
    }
    push(
        &use_case.target.column,
        Column::Number(
            outcomes
                .iter()
                .map(|happened| f64::from(u8::from(*happened)))
                .collect(),
        ),
    );
    push("probability", Column::Number(probabilities.to_vec()));
    for (name, column) in fields.names.iter().zip(&fields.columns) {
        table.push(name, column.clone());
    }
    data::write(&table, data::Format::Csv).map_err(Error::caused)
}
