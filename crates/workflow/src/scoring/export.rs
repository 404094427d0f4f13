//! Scores that leave Tenure: as a file, or into a table of a source. Both are on record before
//! anything leaves.

use std::sync::Arc;

use data::sources::{ScoredPerson, Scores, TableName};
use domain::audit::PeopleExportDetail;
use domain::{AuditEvent, BatchId, Date, PeopleQuery, RefusalCode, Subject, TableFormat};
use model::{Column, Table, UseCase};
use store::audit;

use crate::csv_text::csv_text;
use crate::scoring::PersonRow;
use crate::scoring::Scored;
use crate::scoring::people::{person_row, select};
use crate::sources::{of_field, of_source, write_to};
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Scores on their way into a table.
#[derive(Debug, Clone, Default)]
pub struct WriteBack {
    pub use_case: String,
    /// Name of a source, whose database the table is in.
    pub source: String,
    /// Name of the table, with or without a schema.
    pub table: String,
    /// Key of the purpose of access, where one must be named.
    pub why: String,
}

/// Scores that were written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WrittenBack {
    pub people: usize,
    pub batch: BatchId,
    pub as_of: Date,
    pub table: String,
}

impl Tenure {
    /// The people that a query asks for as a file, every page of them. CSV is UTF-8 with a
    /// byte-order mark. The export is on record, with the purpose where one must be named.
    ///
    /// # Errors
    /// As [`Tenure::people`]; [`Error::Conflict`] when nobody was scored, [`Error::Invalid`]
    /// without a purpose, or when an Excel sheet cannot hold them.
    pub async fn people_file(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        query: &PeopleQuery,
        why: &str,
        format: TableFormat,
    ) -> Result<Vec<u8>> {
        let id = self.use_case(use_case)?.id.clone();
        let why = self.purpose(&id, why)?.map(|purpose| purpose.key.clone());
        let scored = self.expect_scored(&id).await?;
        let use_case = self.shown_definition(&scored.own)?;
        let rows = select(&use_case, &scored, query)?;
        let horizon = self.horizon_of(&scored.batch).await?;
        let export = PeopleExportDetail::Rows {
            rows: rows.len(),
            batch: scored.batch.batch_id.clone(),
            filters: query.filters.keys().cloned().collect(),
            why,
        };
        self.record_export(analyst, &id, export).await?;
        compute(move || file(&use_case, &scored, &horizon, &rows, format)).await
    }

    /// Writes the latest scores of a use case to a table in the database of a source. The table is
    /// created when it is not there; rows of the same use case and day are replaced.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown source, [`Error::Conflict`] when nobody was scored,
    /// [`Error::Fields`] for a name that no table has, [`Error::Invalid`] without a purpose, or
    /// with what the database said.
    pub async fn write_back(
        &self,
        analyst: &Analyst<'_>,
        wanted: WriteBack,
    ) -> Result<WrittenBack> {
        let use_case = self.use_case(&wanted.use_case)?.id.clone();
        let why = self
            .purpose(&use_case, &wanted.why)?
            .map(|purpose| purpose.key.clone());
        let source = self.source(&use_case, &wanted.source).await?;
        let table = of_field("table", TableName::parse(&wanted.table))?;
        let scored = self.expect_scored(&use_case).await?;
        let definition = self.shown_definition(&scored.own)?;
        let horizon = self.horizon_of(&scored.batch).await?;
        let (batch, as_of) = (scored.batch.batch_id.clone(), scored.batch.as_of);
        let scores = compute(move || Ok(scores(&definition, &scored, horizon))).await?;
        let people = scores.people.len();
        let export = PeopleExportDetail::Table {
            rows: people,
            batch: batch.clone(),
            source: source.name.clone(),
            table: table.to_string(),
            why,
        };
        self.record_export(analyst, &use_case, export).await?;
        write_to(&source, &table, &scores)
            .await
            .map_err(|error| of_source(&source, &error))?;
        Ok(WrittenBack {
            people,
            batch,
            as_of,
            table: table.to_string(),
        })
    }

    async fn expect_scored(&self, use_case: &str) -> Result<Arc<Scored>> {
        self.scored(use_case)
            .await?
            .ok_or_else(|| Error::conflict(RefusalCode::NoScores, "No scores yet."))
    }

    pub(super) async fn record_export(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        export: PeopleExportDetail,
    ) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        audit::append(
            &mut transaction,
            analyst.name(),
            &Subject::UseCase(use_case.into()),
            &AuditEvent::PeopleExport { export },
        )
        .await?;
        Ok(transaction.commit().await?)
    }
}

fn scores(use_case: &UseCase, scored: &Scored, horizon: String) -> Scores {
    let person = |row: usize| {
        let person = person_row(use_case, scored, row);
        ScoredPerson {
            reasons: reasons(&person),
            id: person.id,
            probability: person.probability,
            basis: person.basis.to_string(),
            interval: person.interval,
            change: person.change.points,
            change_basis: person.change.basis.to_string(),
            band: person.band,
        }
    };
    Scores {
        use_case: use_case.id.clone(),
        as_of: scored.batch.as_of.to_string(),
        horizon,
        model_version: scored.batch.version.into(),
        batch: scored.batch.batch_id.to_string(),
        people: (0..scored.scores.len()).map(person).collect(),
    }
}

fn reasons(person: &PersonRow) -> String {
    let reasons = person.reasons.iter().map(|reason| {
        format!(
            "{} = {} ({:+.1} points)",
            reason.label, reason.value, reason.points
        )
    });
    reasons.collect::<Vec<_>>().join("; ")
}

/// Names of the columns before those of the segments.
const COLUMNS: [&str; 12] = [
    "id",
    "probability",
    "basis",
    "interval low",
    "interval high",
    "band",
    "change",
    "change basis",
    "reasons",
    "model version",
    "as of",
    "horizon",
];

fn file(
    use_case: &UseCase,
    scored: &Scored,
    horizon: &str,
    rows: &[usize],
    format: TableFormat,
) -> Result<Vec<u8>> {
    let people: Vec<PersonRow> = rows
        .iter()
        .map(|&row| person_row(use_case, scored, row))
        .collect();
    let format = match format {
        TableFormat::Csv => return csv(use_case, scored, horizon, people),
        TableFormat::Excel => data::Format::Excel,
        TableFormat::Parquet => data::Format::Parquet,
    };
    data::write(&table(use_case, scored, horizon, &people), format)
        .map_err(|error| Error::Invalid(domain::format::sentence(&error.to_string())))
}

fn csv(
    use_case: &UseCase,
    scored: &Scored,
    horizon: &str,
    people: Vec<PersonRow>,
) -> Result<Vec<u8>> {
    let header = COLUMNS
        .map(str::to_owned)
        .into_iter()
        .chain(use_case.segments.iter().map(|name| use_case.label(name)));
    let cells = |person: PersonRow| {
        let end = |index: usize| {
            person
                .interval
                .map(|interval| format!("{:.4}", interval[index]))
                .unwrap_or_default()
        };
        let cells = [
            person.id.clone(),
            format!("{:.4}", person.probability),
            person.basis.to_string(),
            end(0),
            end(1),
            person.band.clone(),
            person
                .change
                .points
                .map(|points| format!("{points:.2}"))
                .unwrap_or_default(),
            person.change.basis.to_string(),
            reasons(&person),
            scored.batch.version.to_string(),
            scored.batch.as_of.to_string(),
            horizon.to_owned(),
        ];
        cells.into_iter().chain(person.segments)
    };
    let text = csv_text(header, people.into_iter().map(cells))?;
    Ok(format!("\u{feff}{text}").into_bytes())
}

fn table(use_case: &UseCase, scored: &Scored, horizon: &str, people: &[PersonRow]) -> Table {
    let text = |of: &dyn Fn(&PersonRow) -> String| Column::Text(people.iter().map(of).collect());
    let number = |of: &dyn Fn(&PersonRow) -> f64| Column::Number(people.iter().map(of).collect());
    let end = |index: usize| {
        move |person: &PersonRow| person.interval.map_or(f64::NAN, |ends| ends[index])
    };
    let version = f64::from(u32::from(scored.batch.version));
    let as_of = scored.batch.as_of.to_string();
    let mut columns = vec![
        text(&|person| person.id.clone()),
        number(&|person| person.probability),
        text(&|person| person.basis.to_string()),
        number(&end(0)),
        number(&end(1)),
        text(&|person| person.band.clone()),
        number(&|person| person.change.points.unwrap_or(f64::NAN)),
        text(&|person| person.change.basis.to_string()),
        text(&reasons),
        number(&|_| version),
        text(&|_| as_of.clone()),
        text(&|_| horizon.to_owned()),
    ];
    columns.extend(
        (0..use_case.segments.len())
            .map(|segment| text(&|person| person.segments[segment].clone())),
    );
    let names = COLUMNS
        .map(str::to_owned)
        .into_iter()
        .chain(use_case.segments.iter().map(|name| use_case.label(name)));
    let mut table = Table::default();
    for (name, column) in names.zip(columns) {
        table.push(unique(&table.names, name), column);
    }
    table
}

/// A segment may be labelled like a column before it.
fn unique(taken: &[String], name: String) -> String {
    let mut free = name.clone();
    let mut number = 2;
    while taken.contains(&free) {
        free = format!("{name} ({number})");
        number += 1;
    }
    free
}
