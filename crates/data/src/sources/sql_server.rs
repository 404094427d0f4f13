//! Microsoft SQL Server. It has no read-only transaction, so an account that may write is refused before the query runs, and the
//! transaction of the query is rolled back.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use futures_util::TryStreamExt;
use tiberius::error::{Error, TokenError};
use tiberius::{AuthMethod, Client, ColumnData, Config, FromSql, QueryItem, Row};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use super::address::Address;
use super::error::{SourceError, patiently};
use super::limits::{Fetched, Limits};
use super::rows::Rows;
use super::sql_server_address::Server;

/// A connection.
pub(super) type Connection = Client<Compat<TcpStream>>;

pub(super) async fn fetch(
    address: &Address,
    password: Option<&str>,
    query: &str,
    limits: &Limits,
) -> Result<Fetched, SourceError> {
    let mut connection = connect(address, password, limits).await?;
    may_only_read(&mut connection).await?;
    run(
        &mut connection,
        &format!(
            "set lock_timeout {}; begin transaction",
            milliseconds(limits)
        ),
    )
    .await
    .map_err(|error| refused(&error))?;
    let mut found = connection
        .simple_query(query)
        .await
        .map_err(|error| refused(&error))?;
    let mut rows: Option<Rows<'_>> = None;
    loop {
        let count = rows.as_ref().map_or(0, Rows::len);
        let item = found
            .try_next()
            .await
            .map_err(|error| broken(&error, count))?;
        match (item, &mut rows) {
            (None, _) => break,
            (Some(QueryItem::Metadata(result)), None) => {
                let names: Vec<String> = result
                    .columns()
                    .iter()
                    .map(|column| column.name().to_owned())
                    .collect();
                rows = Some(Rows::new(&names, limits)?);
            }
            (Some(QueryItem::Metadata(_)), Some(_)) => {
                return Err(SourceError::Query(
                    "it has more than one result. Leave one statement".into(),
                ));
            }
            (Some(QueryItem::Row(row)), Some(file)) => {
                let cells = texts(&row).map_err(|error| broken(&error, count))?;
                if !file.push(cells.iter().map(String::as_str))? {
                    break;
                }
            }
            (Some(QueryItem::Row(_)), None) => {
                return Err(SourceError::Query(
                    "the server sent rows without columns".into(),
                ));
            }
        }
    }
    // Closing the connection rolls the transaction back and stops what still runs.
    drop(found);
    rows.ok_or(SourceError::NoRows)?.finish()
}

/// A connection; connecting is tried again while the server is away.
pub(super) async fn connect(
    address: &Address,
    password: Option<&str>,
    limits: &Limits,
) -> Result<Connection, SourceError> {
    let server = Server::parse(address.as_str())?;
    let mut config = Config::new();
    config.host(&server.host);
    config.port(server.port);
    config.database(&server.database);
    config.application_name("tenure");
    config.encryption(server.encryption);
    if server.trusts_certificate {
        config.trust_cert();
    }
    let password = password.unwrap_or_default();
    config.authentication(AuthMethod::sql_server(&server.user, password));
    patiently(limits.attempts, || async {
        let away = |error: std::io::Error| SourceError::Away(error.to_string());
        let stream = TcpStream::connect((server.host.trim_matches(['[', ']']), server.port))
            .await
            .map_err(away)?;
        stream.set_nodelay(true).map_err(away)?;
        Client::connect(config.clone(), stream.compat_write())
            .await
            .map_err(|error| not_connected(&error))
    })
    .await
}

/// Refuses an account that may change the database.
async fn may_only_read(connection: &mut Connection) -> Result<(), SourceError> {
    let question = "select case when is_srvrolemember('sysadmin') = 1 or is_rolemember('db_owner') = 1 \
         or has_perms_by_name(null, 'DATABASE', 'INSERT') = 1 or has_perms_by_name(null, 'DATABASE', 'UPDATE') = 1 \
         or has_perms_by_name(null, 'DATABASE', 'DELETE') = 1 or has_perms_by_name(null, 'DATABASE', 'ALTER') = 1 \
         or has_perms_by_name(null, 'DATABASE', 'EXECUTE') = 1 then 1 else 0 end as may_write";
    let answer = connection
        .simple_query(question)
        .await
        .map_err(|error| refused(&error))?
        .into_row()
        .await
        .map_err(|error| refused(&error))?;
    match answer.and_then(|row| row.get::<i32, _>(0)) {
        Some(0) => Ok(()),
        Some(_) => Err(SourceError::SignIn(
            "it may change the database. Give Tenure an account with the role db_datareader and no other".into(),
        )),
        None => Err(SourceError::SignIn(
            "the server did not say what the account may do".into(),
        )),
    }
}

/// Runs a statement without parameters and without a result.
pub(super) async fn run(connection: &mut Connection, statement: &str) -> tiberius::Result<()> {
    connection
        .simple_query(statement)
        .await?
        .into_results()
        .await?;
    Ok(())
}

/// The time limit as SQL Server takes it.
pub(super) fn milliseconds(limits: &Limits) -> i32 {
    i32::try_from(limits.time.as_millis())
        .unwrap_or(i32::MAX)
        .max(1)
}

/// The cells of a row as text; a null is empty.
fn texts(row: &Row) -> tiberius::Result<Vec<String>> {
    row.cells().map(|(_, cell)| text(cell)).collect()
}

fn text(cell: &ColumnData<'static>) -> tiberius::Result<String> {
    fn plain<T: ToString>(value: &Option<T>) -> Option<String> {
        value.as_ref().map(T::to_string)
    }
    const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.f";
    let text = match cell {
        ColumnData::U8(value) => plain(value),
        ColumnData::I16(value) => plain(value),
        ColumnData::I32(value) => plain(value),
        ColumnData::I64(value) => plain(value),
        ColumnData::F32(value) => plain(value),
        ColumnData::F64(value) => plain(value),
        ColumnData::Bit(value) => plain(value),
        ColumnData::String(value) => plain(value),
        ColumnData::Guid(value) => plain(value),
        ColumnData::Numeric(value) => plain(value),
        ColumnData::Xml(value) => value.as_ref().map(|value| (**value).as_ref().to_owned()),
        ColumnData::Binary(value) => value.as_ref().map(|bytes| {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{digits}")
        }),
        ColumnData::Date(_) => NaiveDate::from_sql(cell)?.map(|day| day.to_string()),
        ColumnData::Time(_) => NaiveTime::from_sql(cell)?.map(|time| time.to_string()),
        ColumnData::DateTime(_) | ColumnData::SmallDateTime(_) | ColumnData::DateTime2(_) => {
            NaiveDateTime::from_sql(cell)?.map(|moment| moment.format(MOMENT).to_string())
        }
        ColumnData::DateTimeOffset(_) => {
            DateTime::<Utc>::from_sql(cell)?.map(|moment| moment.format(MOMENT).to_string())
        }
    };
    Ok(text.unwrap_or_default())
}

fn not_connected(error: &Error) -> SourceError {
    // 18456: the login failed; 4060: the database cannot be opened; 18470: the account is disabled.
    if let Some(said) = said(error)
        && [18456, 4060, 18470].contains(&said.code())
    {
        return SourceError::SignIn(said.message().to_owned());
    }
    if let Error::Tls(why) = error {
        return SourceError::Address(format!(
            "no encrypted connection: {why}. With a certificate that the server made itself, add ?trust_certificate=yes"
        ));
    }
    if let Error::Routing { host, port } = error {
        return SourceError::Address(format!(
            "the server sends its clients to {host}:{port}. Name that address"
        ));
    }
    SourceError::Away(error.to_string())
}

/// What the server itself said; `None` when the connection failed.
pub(super) fn said(error: &Error) -> Option<&TokenError> {
    if let Error::Server(said) = error {
        Some(said)
    } else {
        None
    }
}

/// An error before the first row.
pub(super) fn refused(error: &Error) -> SourceError {
    match said(error) {
        Some(said) => SourceError::Query(said.message().to_owned()),
        None => SourceError::Away(error.to_string()),
    }
}

/// An error while rows were coming.
fn broken(error: &Error, rows: usize) -> SourceError {
    match said(error) {
        Some(said) => SourceError::Query(said.message().to_owned()),
        None => SourceError::Broken {
            rows,
            why: error.to_string(),
        },
    }
}
