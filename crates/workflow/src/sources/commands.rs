//! Sources are added, removed, tested and imported from.

use std::time::Duration;

use data::sources::{Address, Beyond, Fetched, Limits, Secret, SourceError};
use data::{DateOrder, ReadOptions};
use domain::{AuditEvent, ProblemCode, Subject};
use store::{audit, sources};

use crate::actor::Origin;
use crate::error::Problems;
use crate::{Admin, Error, Import, Imported, Result, Tenure};

/// Letters that a name may have.
const MOST_NAME_LETTERS: usize = 40;
/// Rows that a test asks for.
const TESTED_ROWS: usize = 1000;

/// A source as somebody describes it.
#[derive(Debug, Clone, Default)]
pub struct NewSource {
    pub use_case: String,
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    /// See [`data::sources::Address`].
    pub address: String,
    pub query: String,
    /// `env:NAME`, `file:PATH`, or empty.
    pub secret: String,
    /// Most rows of a result; the usual limit when absent.
    pub rows: Option<usize>,
    /// Seconds that a reading may take; the usual limit when absent.
    pub seconds: Option<u64>,
}

/// What a source gave.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rows {
    pub columns: Vec<String>,
    pub rows: usize,
    /// More rows were there than the test asks for.
    pub more: bool,
}

impl Tenure {
    /// Adds a source to a use case.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; nothing is asked of the database yet.
    pub async fn add_source(&self, admin: &Admin<'_>, new: NewSource) -> Result<sources::Source> {
        if *admin.actor().origin() != Origin::CommandLine {
            return Err(Error::Invalid(
                "Sources are added on the command line: tenure source add.".into(),
            ));
        }
        let use_case = self.use_case(&new.use_case)?.id.as_str().into();
        let mut problems = Problems::default();
        let name = problems.note(name(&new.name))?;
        let address = problems.note(of_field("address", Address::parse(&new.address)))?;
        let secret = problems.note(of_field("password", Secret::parse(&new.secret)))?;
        let query = problems.note(query(&new.query))?;
        let (Some(name), Some(address), Some(secret), Some(query)) = (name, address, secret, query)
        else {
            return Err(problems.into());
        };
        let usual = Limits::default();
        let source = sources::Source {
            source_id: store::new_id(),
            use_case,
            name,
            address: address.to_string(),
            query,
            secret: secret.to_string(),
            row_limit: new.rows.unwrap_or(usual.rows) as i64,
            seconds: new.seconds.unwrap_or(usual.time.as_secs()) as i64,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        if sources::by_name(&mut transaction, &source.use_case, &source.name)
            .await?
            .is_some()
        {
            return Err(Error::field(
                "name",
                ProblemCode::Duplicate,
                format!(
                    "{} has a source named {} already.",
                    source.use_case, source.name
                ),
            ));
        }
        sources::insert(&mut transaction, &source).await?;
        let event = AuditEvent::SourceAdd {
            source: source.name.clone(),
            address: source.address.clone(),
            query: store::artifacts::hash(source.query.as_bytes()),
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::UseCase(source.use_case.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(source)
    }

    /// Removes a source. What was imported from it stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub async fn remove_source(&self, admin: &Admin<'_>, use_case: &str, name: &str) -> Result<()> {
        let source = self.source(use_case, name).await?;
        let mut transaction = self.store.begin().await?;
        if !sources::remove(&mut transaction, &source.use_case, name).await? {
            return Err(Error::NotFound(format!(
                "{use_case} has no source named {name}."
            )));
        }
        let event = AuditEvent::SourceRemove {
            source: name.to_owned(),
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::UseCase(source.use_case),
            &event,
        )
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Asks a source for its first rows: whether the database answers, and which columns the query
    /// has. Nothing is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what the database said.
    pub async fn test_source(&self, _: &Admin<'_>, use_case: &str, name: &str) -> Result<Rows> {
        let source = self.source(use_case, name).await?;
        let limits = Limits {
            rows: TESTED_ROWS,
            beyond: Beyond::LeaveOut,
            attempts: 1,
            ..limits(&source)
        };
        let fetched = fetch(&source, &limits)
            .await
            .map_err(|error| of_source(&source, &error))?;
        let raw = data::read(&fetched.csv, &as_written(ReadOptions::default()))?;
        Ok(Rows {
            columns: raw.names,
            rows: fetched.rows,
            more: fetched.more,
        })
    }

    /// Imports the rows of a source, as if they had come in a file. `import` names the use case and
    /// says what the rows are for; its files are replaced by the result of the query; what it says
    /// of marks and dates holds for texts of the database.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what the database said, or as [`Tenure::import`].
    pub async fn import_from(
        &self,
        admin: &Admin<'_>,
        name: &str,
        import: Import,
    ) -> Result<Imported> {
        let source = self.source(&import.use_case, name).await?;
        let fetched = fetch(&source, &limits(&source))
            .await
            .map_err(|error| of_source(&source, &error))?;
        let options = as_written(import.options.clone());
        self.import(
            admin,
            Import {
                files: vec![(source.name, fetched.csv)],
                options,
                ..import
            },
        )
        .await
    }
}

async fn fetch(
    source: &sources::Source,
    limits: &Limits,
) -> std::result::Result<Fetched, SourceError> {
    let (address, password) = (
        Address::parse(&source.address)?,
        Secret::parse(&source.secret)?.read()?,
    );
    data::sources::fetch(&address, password.as_deref(), &source.query, limits).await
}

/// How the file of a source is read where nobody says otherwise. [`data::sources`] wrote it: its
/// numbers have a decimal point, and 3.000 of a database is not three thousand.
fn as_written(stated: ReadOptions) -> ReadOptions {
    let point = (stated.thousands != Some('.')).then_some('.');
    ReadOptions {
        encoding: Some("utf-8".into()),
        separator: Some(','),
        header_row: Some(1),
        decimal: stated.decimal.or(point),
        dates: stated.dates.or(Some(DateOrder::YearFirst)),
        ..stated
    }
}

fn limits(source: &sources::Source) -> Limits {
    Limits {
        rows: source.row_limit.unsigned_abs() as usize,
        time: Duration::from_secs(source.seconds.unsigned_abs()),
        ..Limits::default()
    }
}

fn of_source(source: &sources::Source, error: &SourceError) -> Error {
    Error::Invalid(format!("Source {}: {error}.", source.name))
}

fn of_field<T>(field: &str, result: std::result::Result<T, SourceError>) -> Result<T> {
    result.map_err(|error| {
        Error::field(
            field,
            ProblemCode::Format,
            domain::format::sentence(&error.to_string()),
        )
    })
}

fn name(text: &str) -> Result<String> {
    let is_name =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if text.is_empty() || text.len() > MOST_NAME_LETTERS || !text.chars().all(is_name) {
        let message = format!(
            "The name must consist of 1 to {MOST_NAME_LETTERS} lowercase letters, digits and hyphens."
        );
        return Err(Error::field("name", ProblemCode::Format, message));
    }
    Ok(text.to_owned())
}

fn query(text: &str) -> Result<String> {
    let text = text.trim().trim_end_matches(';').trim_end();
    if text.is_empty() {
        return Err(Error::field(
            "query",
            ProblemCode::Required,
            "The query is missing.",
        ));
    }
    Ok(text.to_owned())
}
