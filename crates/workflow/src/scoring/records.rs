//! Records of programs as checked rows.

use data::{CheckNotes, Checked, Refusal};
use domain::Date;
use model::field::MissingPolicy;
use model::{Record, Table};

use crate::{Error, Result};

/// The id that each record states.
pub(crate) fn given_ids<'a>(
    use_case: &model::UseCase,
    records: &'a [Record],
) -> Vec<Option<&'a str>> {
    let column = use_case.id_column.as_ref();
    let given = |record: &'a Record| {
        let id = record.get(column?)?.trim();
        (!id.is_empty()).then_some(id)
    };
    records.iter().map(given).collect()
}

/// Every input is stated, with null for a value that is not known, and at least half of them have a
/// value: an empty record would be scored as the usual person.
fn expect_given(
    use_case: &model::UseCase,
    record: &Record,
) -> std::result::Result<(), Vec<model::Problem>> {
    let problem = |column: &str, rule: String| model::Problem {
        column: column.to_owned(),
        value: String::new(),
        rule,
    };
    let absent: Vec<model::Problem> = use_case
        .inputs()
        .filter(|field| !record.contains_key(&field.name))
        .map(|field| {
            let rule = "is not given: state it, or null where the value is not known";
            problem(&field.name, rule.to_owned())
        })
        .collect();
    if !absent.is_empty() {
        return Err(absent);
    }
    let (mut all, mut known) = (0, 0);
    for field in use_case.inputs() {
        all += 1;
        let value = record.get(&field.name).map_or("", String::as_str);
        // A mark or nothing: nothing means no.
        let is_known = !value.trim().is_empty() || field.missing == MissingPolicy::No;
        known += usize::from(is_known);
    }
    if 2 * known < all {
        let rule = format!("has values for {known} of {all} inputs: at least half are needed");
        return Err(vec![problem("record", rule)]);
    }
    Ok(())
}

/// What a record must hold beside valid values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Every input is stated, and at least half of them have a value.
    MostInputs,
    /// Nothing: the record was accepted before, or is of a person who was imported.
    Nothing,
}

/// Records as rows of a table, checked by the rules of the model's use case.
///
/// # Errors
/// [`Error::Refused`] with every field that breaks a rule.
pub(crate) fn check_records(
    model: &model::Model,
    records: &[Record],
    given: &[Option<&str>],
    day: Date,
    expect: Expect,
) -> Result<Checked> {
    let mut refusal = Refusal {
        of_records: true,
        ..Refusal::default()
    };
    let mut table = Table::default();
    for (index, record) in records.iter().enumerate() {
        let checked = data::as_fields(&model.use_case, record, day).and_then(|record| {
            if expect == Expect::MostInputs {
                expect_given(&model.use_case, &record)?;
            }
            model.use_case.check_record(&record)
        });
        match checked {
            // Every record is checked into the same columns.
            Ok(row) => table.append(row).map_err(Error::caused)?,
            Err(problems) => problems.into_iter().for_each(|problem| {
                refusal.add(index + 1, &problem.column, &problem.value, problem.rule)
            }),
        }
    }
    if refusal.total > 0 {
        return Err(refusal.into());
    }
    let id = |(index, given): (usize, &Option<&str>)| {
        given.map_or_else(|| (index + 1).to_string(), str::to_owned)
    };
    let ids = given.iter().enumerate().map(id).collect();
    let (formats, notes) = (Vec::new(), CheckNotes::default());
    Ok(Checked {
        table,
        ids,
        labels: None,
        periods: None,
        unused: Vec::new(),
        formats,
        notes,
    })
}
