//! Sources are added, removed, tested and imported from.

use data::ReadOptions;
use data::sources::{Address, Beyond, FoundFile, Hosts, Limits, Secret};
use domain::{AuditEvent, Date, ProblemCode, Subject};
use store::{audit, sources};

use super::reading::{self, Found, limits, of_field, of_source};

use crate::actor::Origin;
use crate::error::Problems;
use crate::{Admin, Error, Import, Imported, Result, Tenure};

/// Letters that a name may have.
const MOST_NAME_LETTERS: usize = 40;
/// Rows that a test asks for.
const TESTED_ROWS: usize = 1000;
/// How the variables begin whose value a source may read that was added on a page: not every
/// variable of the process is for every administrator.
pub const VARIABLES: &str = "TENURE_SOURCE_";

/// A source as somebody describes it.
#[derive(Debug, Clone, Default)]
pub struct NewSource {
    pub use_case: String,
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    /// See [`data::sources::Address`].
    pub address: String,
    /// One `SELECT`; empty for a folder, and for a database that scores are only written to.
    pub query: String,
    /// `env:NAME`, `file:PATH`, or empty.
    pub secret: String,
    /// Most rows of a result; the usual limit when absent.
    pub rows: Option<usize>,
    /// Seconds that a reading may take; the usual limit when absent.
    pub seconds: Option<u64>,
}

/// What a source gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rows {
    /// None for a database that scores are only written to.
    pub columns: Vec<String>,
    pub rows: usize,
    /// More rows were there than the test asks for.
    pub more: bool,
}

impl Rows {
    /// Columns that a sentence names.
    const MOST_NAMED: usize = 40;

    /// For a person.
    pub fn sentence(&self, source: &str) -> String {
        let counted = |number: usize, one: &str, many: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {many}"),
        };
        if self.columns.is_empty() {
            return format!("Source {source}: the database answers. It has no query.");
        }
        let more = if self.more { "more than " } else { "" };
        let named: Vec<&str> = self
            .columns
            .iter()
            .take(Self::MOST_NAMED)
            .map(String::as_str)
            .collect();
        let others = if named.len() < self.columns.len() {
            " and others"
        } else {
            ""
        };
        format!(
            "Source {source}: {more}{}, {}: {}{others}.",
            counted(self.rows, "row", "rows"),
            counted(self.columns.len(), "column", "columns"),
            named.join(", ")
        )
    }
}

impl Tenure {
    /// Adds a source to a use case. What makes the server read its own machine (files, folders,
    /// sockets, any variable) is taken from the command line only.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; nothing is asked of the database yet.
    pub async fn add_source(&self, admin: &Admin<'_>, new: NewSource) -> Result<sources::Source> {
        let use_case = self.use_case(&new.use_case)?.id.as_str().into();
        let mut problems = Problems::default();
        let name = problems.note(name(&new.name))?;
        let address = problems.note(of_field("address", Address::parse(&new.address)))?;
        let secret = problems.note(of_field("password", Secret::parse(&new.secret)))?;
        let query = problems.note(query(&new.query, address.as_ref()))?;
        if *admin.actor().origin() != Origin::CommandLine {
            if let Some(address) = &address {
                problems.note(remote(address, &self.source_hosts))?;
            }
            if let Some(secret) = &secret {
                problems.note(variable(secret))?;
            }
        }
        // A value that was read can still be one that is not taken here.
        problems.none()?;
        let (Some(name), Some(address), Some(secret), Some(query)) = (name, address, secret, query)
        else {
            return Err(Error::internal("a value without a problem is missing"));
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
        if source.query.is_empty() && !gives_files(&source) {
            reading::connect(&source, &limits)
                .await
                .map_err(|error| of_source(&source, &error))?;
            return Ok(Rows::default());
        }
        let found = reading::read(&source, &self.source_hosts, &limits)
            .await
            .map_err(|error| of_source(&source, &error))?;
        let options = found.options(ReadOptions::default());
        let more = matches!(&found, Found::Rows(fetched) if fetched.more);
        let raw = crate::error::compute(move || Ok(data::read(found.bytes(), &options)?)).await?;
        Ok(Rows {
            rows: raw.columns.first().map_or(0, data::Texts::len),
            columns: raw.names,
            more,
        })
    }

    /// Imports the rows of a source, as if they had come in a file. `import` names the use case and
    /// says what the rows are for; its files are replaced by the result of the query; what it says
    /// of marks and dates holds for texts of the database. A file of a folder that was imported
    /// before is not imported again on another day.
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
        let found = reading::read(&source, &self.source_hosts, &limits(&source))
            .await
            .map_err(|error| of_source(&source, &error))?;
        let as_of = match &found {
            Found::File(file) => {
                let stated = import.as_of.as_deref();
                self.day_of_file(&source, file, stated).await?
            }
            // A database is read as it is now.
            Found::Rows(_) => {
                let now = || store::today().to_string();
                Some(import.as_of.clone().unwrap_or_else(now))
            }
        };
        let options = found.options(import.options.clone());
        self.import(
            admin,
            Import {
                files: vec![found.into_file(&source.name)],
                options,
                as_of,
                ..import
            },
        )
        .await
    }

    /// As [`Tenure::import_from`], for a page: a refusal is held under a number.
    ///
    /// # Errors
    /// As [`Tenure::import_from`], but for what is wrong with the rows.
    pub async fn import_from_form(
        &self,
        admin: &Admin<'_>,
        name: &str,
        import: Import,
    ) -> Result<std::result::Result<Imported, String>> {
        match self.import_from(admin, name, import).await {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => self.hold_refusal(admin, name.to_owned(), error).map(Err),
        }
    }

    /// The day that a file of a folder is imported for: that of the dataset in use that holds
    /// exactly this file, where there is one.
    ///
    /// # Errors
    /// [`Error::Invalid`] when another day is stated: last month's file must not become this
    /// month's people because no newer one has come.
    async fn day_of_file(
        &self,
        source: &sources::Source,
        file: &FoundFile,
        stated: Option<&str>,
    ) -> Result<Option<String>> {
        let hash = store::artifacts::hash(&file.bytes);
        let mut reader = self.store.read().await?;
        let known = store::datasets::of_file(&mut reader, &source.use_case, &hash).await?;
        let wanted = stated.map(str::parse::<Date>).transpose()?;
        match (known.map(|dataset| dataset.as_of), wanted) {
            (Some(day), Some(wanted)) if day != wanted => Err(Error::Invalid(format!(
                "Source {}: the newest file, {}, was imported before, as of {day}; no newer one has come. To use it for {wanted} too, import it as a file.",
                source.name, file.name
            ))),
            (known, wanted) => Ok(known.or(wanted).map(|day| day.to_string())),
        }
    }
}

/// Whether a source gives files, without a query.
pub(crate) fn gives_files(source: &sources::Source) -> bool {
    Address::parse(&source.address).is_ok_and(|address| !address.engine().is_database())
}

fn remote(address: &Address, hosts: &Hosts) -> Result<()> {
    if address.is_remote() || address.is_listed(hosts) {
        return Ok(());
    }
    let message = "On this page, PostgreSQL servers can be added by host name and with no option but sslmode, SQL Server by any address, and web addresses and buckets whose host the setting source_hosts lists. Add others on the command line: tenure source add.";
    Err(Error::field("address", ProblemCode::Format, message))
}

fn variable(secret: &Secret) -> Result<()> {
    let allowed = match secret {
        Secret::None => true,
        Secret::Environment(name) => name.starts_with(VARIABLES),
        Secret::File(_) => false,
    };
    if allowed {
        return Ok(());
    }
    let message = format!(
        "On this page the password must be in an environment variable whose name begins with {VARIABLES}. Name others on the command line: tenure source add."
    );
    Err(Error::field("password", ProblemCode::Format, message))
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

/// A database without a query is one that scores are only written to.
fn query(text: &str, address: Option<&Address>) -> Result<String> {
    let query = text.trim().trim_end_matches(';').trim_end();
    if query.is_empty() && !text.trim().is_empty() {
        return Err(Error::field(
            "query",
            ProblemCode::Required,
            "The query is missing.",
        ));
    }
    if !query.is_empty() && address.is_some_and(|address| !address.engine().is_database()) {
        return Err(Error::field(
            "query",
            ProblemCode::Format,
            "Only a database takes a query.",
        ));
    }
    Ok(query.to_owned())
}
