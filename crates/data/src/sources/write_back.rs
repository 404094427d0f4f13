//! Scores into a table of a database of somebody else, all of a day or none.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::address::{Address, Engine};
use super::error::{SourceError, refused, uncommitted, unwritten};
use super::limits::Limits;
use super::postgres;
use super::scores::{COLUMNS, ScoredPerson, Scores};
use super::sql_server;
use super::sql_server_scores;
use super::table_name::TableName;

/// Rows sent at a time.
const STEP: usize = 5_000;

/// Writes the scores to `table`, which is created when it is not there. What the table held of the
/// same use case and day is replaced; everything happens in one transaction.
///
/// # Errors
/// See [`SourceError`]; but for [`SourceError::Unsure`], the table is as it was.
pub async fn write_scores(
    address: &Address,
    password: Option<&str>,
    table: &TableName,
    scores: &Scores,
    limits: &Limits,
) -> Result<(), SourceError> {
    let work = async {
        match address.engine() {
            Engine::Postgres => {
                let mut connection = postgres::connect(address, password, limits).await?;
                to_postgres(&mut connection, table, scores, limits).await
            }
            Engine::SqlServer => {
                let mut connection = sql_server::connect(address, password, limits).await?;
                sql_server_scores::write(&mut connection, table, scores, limits).await
            }
            Engine::Sqlite => {
                let mut connection = sqlite(address).await?;
                let written = to_sqlite(&mut connection, table, scores).await;
                // What was not committed is rolled back.
                connection
                    .close()
                    .await
                    .map_err(|error| unwritten(&error))?;
                written
            }
            Engine::Folder | Engine::Web | Engine::S3 => Err(SourceError::Folder(
                "a folder has no tables. Write a file with --out".into(),
            )),
        }
    };
    tokio::time::timeout(limits.time, work)
        .await
        .unwrap_or(Err(SourceError::Late(limits.time.as_secs())))
}

/// The statement that creates the table.
fn create(table: &TableName, date: &str, number: &str) -> String {
    format!(
        "create table {} (use_case text not null, as_of {date} not null, id text not null, probability {number} not null, \
         basis text not null, interval_low {number}, interval_high {number}, band text not null, reasons text not null, model_version bigint not null, \
         horizon text not null, batch_id text not null, change {number}, change_basis text, primary key (use_case, as_of, id))",
        table.quoted()
    )
}

/// The columns that tables of earlier versions do not have, with their types.
fn later_columns(number: &str) -> [(&'static str, String); 2] {
    [
        ("change", number.to_owned()),
        ("change_basis", "text".to_owned()),
    ]
}

/// The statement that adds a column.
fn add_column(table: &TableName, name: &str, kind: &str) -> String {
    format!("alter table {} add column {name} {kind}", table.quoted())
}

async fn to_postgres(
    connection: &mut PgConnection,
    table: &TableName,
    scores: &Scores,
    limits: &Limits,
) -> Result<(), SourceError> {
    let failed = |error: sqlx::Error| unwritten(&error);
    let mut transaction = connection.begin().await.map_err(failed)?;
    let settings = format!(
        "set local statement_timeout = {}",
        limits.time.as_millis().max(1)
    );
    transaction
        .execute(sqlx::raw_sql(AssertSqlSafe(settings)))
        .await
        .map_err(failed)?;
    // Two writers at once would replace each other's rows in a table without a key of its own.
    sqlx::query("select pg_advisory_xact_lock(hashtext($1))")
        .bind(format!("tenure {table}"))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let is_there: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(table.quoted())
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    if !is_there {
        let statement = create(table, "date", "double precision");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    for (name, kind) in later_columns("double precision") {
        let has: bool = sqlx::query_scalar(
            "select exists (select 1 from pg_attribute where attrelid = to_regclass($1) and attname = $2 and not attisdropped)",
        )
        .bind(table.quoted())
        .bind(name)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
        if !has {
            sqlx::query(AssertSqlSafe(add_column(table, name, &kind)))
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
    }
    let statement = format!(
        "delete from {} where use_case = $1 and as_of = $2::text::date",
        table.quoted()
    );
    sqlx::query(AssertSqlSafe(statement))
        .bind(&scores.use_case)
        .bind(&scores.as_of)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let statement = format!(
        "insert into {} ({COLUMNS}) select $1, $2::text::date, $3, $4, $5, * from unnest($6::text[], $7::float8[], $8::float8[], $9::float8[], $10::text[], $11::text[], $12::text[], $13::float8[], $14::text[])",
        table.quoted()
    );
    for people in scores.people.chunks(STEP) {
        let texts = |of: fn(&ScoredPerson) -> &String| {
            people
                .iter()
                .map(|person| of(person).clone())
                .collect::<Vec<_>>()
        };
        let end = |index: usize| {
            let ends = people
                .iter()
                .map(|person| person.interval.map(|ends| ends[index]));
            ends.collect::<Vec<Option<f64>>>()
        };
        let probabilities: Vec<f64> = people.iter().map(|person| person.probability).collect();
        let changes: Vec<Option<f64>> = people.iter().map(|person| person.change).collect();
        sqlx::query(AssertSqlSafe(statement.clone()))
            .bind(&scores.use_case)
            .bind(&scores.as_of)
            .bind(&scores.horizon)
            .bind(scores.model_version)
            .bind(&scores.batch)
            .bind(texts(|person| &person.id))
            .bind(probabilities)
            .bind(end(0))
            .bind(end(1))
            .bind(texts(|person| &person.band))
            .bind(texts(|person| &person.reasons))
            .bind(texts(|person| &person.basis))
            .bind(changes)
            .bind(texts(|person| &person.change_basis))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    transaction
        .commit()
        .await
        .map_err(|error| uncommitted(&error))
}

/// A connection to an existing file: a mistyped path must not create a database.
async fn sqlite(address: &Address) -> Result<SqliteConnection, SourceError> {
    let file = address.file();
    if !file.is_file() {
        return Err(SourceError::Address(format!(
            "there is no file {}",
            file.display()
        )));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false);
    options.connect().await.map_err(|error| refused(&error))
}

async fn to_sqlite(
    connection: &mut SqliteConnection,
    table: &TableName,
    scores: &Scores,
) -> Result<(), SourceError> {
    let failed = |error: sqlx::Error| unwritten(&error);
    let mut transaction = connection
        .begin_with("begin immediate")
        .await
        .map_err(failed)?;
    let statement =
        create(table, "text", "real").replacen("create table", "create table if not exists", 1);
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let (schema, name) = table.parts();
    for (column, kind) in later_columns("real") {
        let has: bool = sqlx::query_scalar(
            "select exists (select 1 from pragma_table_info(?1, ?2) where name = ?3)",
        )
        .bind(name)
        .bind(schema.unwrap_or("main"))
        .bind(column)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
        if !has {
            sqlx::query(AssertSqlSafe(add_column(table, column, &kind)))
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
    }
    let statement = format!(
        "delete from {} where use_case = ?1 and as_of = ?2",
        table.quoted()
    );
    sqlx::query(AssertSqlSafe(statement))
        .bind(&scores.use_case)
        .bind(&scores.as_of)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let statement = format!(
        "insert into {} ({COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        table.quoted()
    );
    for person in &scores.people {
        sqlx::query(AssertSqlSafe(statement.clone()))
            .bind(&scores.use_case)
            .bind(&scores.as_of)
            .bind(&scores.horizon)
            .bind(scores.model_version)
            .bind(&scores.batch)
            .bind(&person.id)
            .bind(person.probability)
            .bind(person.interval.map(|ends| ends[0]))
            .bind(person.interval.map(|ends| ends[1]))
            .bind(&person.band)
            .bind(&person.reasons)
            .bind(&person.basis)
            .bind(person.change)
            .bind(&person.change_basis)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    transaction
        .commit()
        .await
        .map_err(|error| uncommitted(&error))
}
