//! Scores into a table of Microsoft SQL Server.

use tiberius::Query;

use super::error::SourceError;
use super::limits::Limits;
use super::scores::{COLUMNS, ScoredPerson, Scores};
use super::sql_server::{Connection, milliseconds, run, said};
use super::table_name::TableName;

/// Columns that differ from person to person.
const EACH: usize = 9;
/// People of one statement, which takes 2 100 parameters.
const STEP: usize = 200;

/// Writes the scores of a day in one transaction.
pub(super) async fn write(
    connection: &mut Connection,
    table: &TableName,
    scores: &Scores,
    limits: &Limits,
) -> Result<(), SourceError> {
    // With xact_abort, an error rolls the whole transaction back; so does the end of the connection.
    let begin = format!(
        "set xact_abort on; set lock_timeout {}; begin transaction",
        milliseconds(limits)
    );
    run(connection, &begin).await.map_err(failed)?;
    rows(connection, table, scores).await.map_err(failed)?;
    run(connection, "commit transaction")
        .await
        .map_err(|error| match said(&error) {
            Some(_) => failed(error),
            None => SourceError::Unsure(error.to_string()),
        })
}

async fn rows(
    connection: &mut Connection,
    table: &TableName,
    scores: &Scores,
) -> tiberius::Result<()> {
    let quoted = table.quoted();
    // Two writers at once would replace each other's rows.
    let mut lock = Query::new(
        "exec sp_getapplock @Resource = @P1, @LockMode = 'Exclusive', @LockOwner = 'Transaction'",
    );
    lock.bind(format!("tenure {table}"));
    lock.execute(connection).await?;
    let create = format!(
        "if object_id(@P1, 'U') is null create table {quoted} (use_case nvarchar(100) not null, as_of date not null, id nvarchar(200) not null, \
         probability float not null, basis nvarchar(20) not null, interval_low float, interval_high float, band nvarchar(100) not null, \
         reasons nvarchar(max) not null, model_version bigint not null, horizon nvarchar(200) not null, batch_id nvarchar(40) not null, \
         change float, change_basis nvarchar(40), primary key (use_case, as_of, id))"
    );
    let mut create = Query::new(create);
    create.bind(quoted.clone());
    create.execute(connection).await?;
    for (name, kind) in [("change", "float"), ("change_basis", "nvarchar(40)")] {
        let mut add = Query::new(format!(
            "if col_length(@P1, @P2) is null alter table {quoted} add {name} {kind}"
        ));
        add.bind(quoted.clone());
        add.bind(name);
        add.execute(connection).await?;
    }
    let mut delete = Query::new(format!(
        "delete from {quoted} where use_case = @P1 and as_of = cast(@P2 as date)"
    ));
    delete.bind(scores.use_case.clone());
    delete.bind(scores.as_of.clone());
    delete.execute(connection).await?;
    for people in scores.people.chunks(STEP) {
        insert(&quoted, scores, people).execute(connection).await?;
    }
    Ok(())
}

fn insert<'q>(table: &str, scores: &Scores, people: &[ScoredPerson]) -> Query<'q> {
    let values: Vec<String> = (0..people.len())
        .map(|person| {
            let first = 6 + person * EACH;
            let each: Vec<String> = (first..first + EACH).map(|at| format!("@P{at}")).collect();
            format!(
                "(@P1, cast(@P2 as date), @P3, @P4, @P5, {})",
                each.join(", ")
            )
        })
        .collect();
    let mut query = Query::new(format!(
        "insert into {table} ({COLUMNS}) values {}",
        values.join(", ")
    ));
    query.bind(scores.use_case.clone());
    query.bind(scores.as_of.clone());
    query.bind(scores.horizon.clone());
    query.bind(scores.model_version);
    query.bind(scores.batch.clone());
    for person in people {
        query.bind(person.id.clone());
        query.bind(person.probability);
        query.bind(person.interval.map(|ends| ends[0]));
        query.bind(person.interval.map(|ends| ends[1]));
        query.bind(person.band.clone());
        query.bind(person.reasons.clone());
        query.bind(person.basis.clone());
        query.bind(person.change);
        query.bind(person.change_basis.clone());
    }
    query
}

fn failed(error: tiberius::error::Error) -> SourceError {
    let why = said(&error).map(|said| said.message().to_owned());
    SourceError::Write(why.unwrap_or_else(|| error.to_string()))
}
