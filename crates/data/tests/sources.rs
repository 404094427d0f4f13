//! Rows from databases, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance database of
//! a server) on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use data::sources::{Address, Beyond, Fetched, Limits, SourceError, fetch};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

/// Whatever a row may hold, written in the words of both databases.
const PEOPLE: &str = "create table people (id text, name text, pay numeric(12, 2), rate double precision, present boolean, since date, note text);
    insert into people values ('007', 'Ann, \"B\"', 1234.50, 0.1, true, '2026-03-01', null), ('008', 'Zoë', null, 1e-7, false, null, 'a\nb')";

async fn read(address: &str, query: &str) -> Result<Fetched, SourceError> {
    fetch(
        &Address::parse(address)?,
        None,
        query,
        &Limits {
            attempts: 1,
            ..Limits::default()
        },
    )
    .await
}

/// An SQLite database with [`PEOPLE`] in a folder of its own.
async fn sqlite() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hr.db");
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    connection.execute(sqlx::raw_sql(PEOPLE)).await.unwrap();
    connection.close().await.unwrap();
    (format!("sqlite://{}", file.display()), folder)
}

/// A connection to a new database of the test server, and its address; `None` without a server.
async fn postgres(name: &str) -> Option<(PgConnection, String)> {
    let server = testing::postgres()?;
    let name = format!("sources_{name}_{}", std::process::id());
    let mut maintenance = PgConnection::connect(&server).await.unwrap();
    for statement in [
        format!("drop database if exists {name}"),
        format!("create database {name}"),
    ] {
        maintenance
            .execute(sqlx::raw_sql(AssertSqlSafe(statement)))
            .await
            .unwrap();
    }
    let address = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let mut connection = PgConnection::connect(&address).await.unwrap();
    connection.execute(sqlx::raw_sql(PEOPLE)).await.unwrap();
    Some((connection, address))
}

#[tokio::test]
async fn sqlite_rows_become_a_file() {
    let (address, _folder) = sqlite().await;
    let fetched = read(
        &address,
        "select id, name, pay, rate, since, note from people order by id;",
    )
    .await
    .unwrap();
    assert_eq!(fetched.rows, 2);
    let raw = data::read(&fetched.csv, &data::ReadOptions::default()).unwrap();
    assert_eq!(raw.names, ["id", "name", "pay", "rate", "since", "note"]);
    let row = |row: usize| {
        raw.columns
            .iter()
            .map(|column| column[row].as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(0),
        ["007", "Ann, \"B\"", "1234.5", "0.1", "2026-03-01", ""]
    );
    assert_eq!(row(1), ["008", "Zoë", "", "0.0000001", "", "a\nb"]);
}

#[tokio::test]
async fn postgres_rows_become_a_file() {
    let Some((_keep, address)) = postgres("file").await else {
        return;
    };
    let query = "select *, array[1, 2] as codes, interval '1 day' as length, now()::timestamptz > '2020-01-01' as later from people order by id";
    let fetched = read(&address, query).await.unwrap();
    let raw = data::read(&fetched.csv, &data::ReadOptions::default()).unwrap();
    let row = |row: usize| {
        raw.columns
            .iter()
            .map(|column| column[row].as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(0),
        [
            "007",
            "Ann, \"B\"",
            "1234.50",
            "0.1",
            "true",
            "2026-03-01",
            "",
            "{1,2}",
            "P1D",
            "true"
        ]
    );
    assert_eq!(
        row(1),
        [
            "008", "Zoë", "", "1e-07", "false", "", "a\nb", "{1,2}", "P1D", "true"
        ]
    );
}

#[tokio::test]
async fn the_same_query_gives_the_same_bytes() {
    let (address, _folder) = sqlite().await;
    let query = "select * from people order by id";
    assert_eq!(read(&address, query).await, read(&address, query).await);
}

#[tokio::test]
async fn sqlite_is_not_written_to() {
    let (address, folder) = sqlite().await;
    let other = folder.path().join("other.db");
    for query in [
        "delete from people".to_owned(),
        "delete from people returning id".to_owned(),
        "select id from people; delete from people".to_owned(),
        "create table t (a)".to_owned(),
        format!(
            "attach '{}' as other; create table other.t (a); select 1 as a",
            other.display()
        ),
    ] {
        assert!(read(&address, &query).await.is_err(), "{query}");
    }
    assert_eq!(
        read(&address, "select id from people").await.unwrap().rows,
        2
    );
    assert!(!other.exists());
}

#[tokio::test]
async fn postgres_is_not_written_to() {
    let Some((mut connection, address)) = postgres("read_only").await else {
        return;
    };
    let function = "create function remove() returns int language plpgsql as $$ begin delete from people; return 1; end $$; create sequence s";
    connection.execute(sqlx::raw_sql(function)).await.unwrap();
    for query in [
        "delete from people",
        "with gone as (delete from people returning id) select * from gone",
        "select 1; delete from people",
        "select 1; commit; delete from people",
        "select remove()",
        "select nextval('s')",
        "select set_config('transaction_read_only', 'off', true), remove()",
        "select * from people for update",
        "select 1; set transaction read write",
    ] {
        assert!(
            matches!(read(&address, query).await, Err(SourceError::Query(_))),
            "{query}"
        );
    }
    assert_eq!(
        read(&address, "select id from people").await.unwrap().rows,
        2
    );
}

#[tokio::test]
async fn more_than_the_limits_is_a_refusal() {
    let (address, _folder) = sqlite().await;
    let address = Address::parse(&address).unwrap();
    let query = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000) select i from n";
    let rows = Limits {
        rows: 99_999,
        ..Limits::default()
    };
    assert_eq!(
        fetch(&address, None, query, &rows).await,
        Err(SourceError::TooManyRows(99_999))
    );
    let bytes = Limits {
        bytes: 1 << 16,
        ..Limits::default()
    };
    assert_eq!(
        fetch(&address, None, query, &bytes).await,
        Err(SourceError::TooLarge(0))
    );
    let first = Limits {
        rows: 10,
        beyond: Beyond::LeaveOut,
        ..Limits::default()
    };
    let look = fetch(&address, None, query, &first).await.unwrap();
    assert_eq!((look.rows, look.more), (10, true));
    let enough = Limits {
        rows: 100_000,
        ..Limits::default()
    };
    assert_eq!(
        fetch(&address, None, query, &enough).await.unwrap().rows,
        100_000
    );
}

#[tokio::test]
async fn an_endless_query_is_stopped() {
    let (address, _folder) = sqlite().await;
    let limits = Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) as many from n";
    assert_eq!(
        fetch(&Address::parse(&address).unwrap(), None, endless, &limits).await,
        Err(SourceError::Late(0))
    );

    let Some((mut connection, address)) = postgres("late").await else {
        return;
    };
    let limits = Limits {
        time: Duration::from_millis(500),
        ..Limits::default()
    };
    let answer = fetch(
        &Address::parse(&address).unwrap(),
        None,
        "select pg_sleep(60)",
        &limits,
    )
    .await;
    assert!(
        matches!(answer, Err(SourceError::Late(0) | SourceError::Query(_))),
        "{answer:?}"
    );
    // The server does not go on with it either.
    let mut left = 1;
    for _ in 0..50 {
        left = running(&mut connection).await.len();
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(left, 0);
}

/// Processes of the server that work for a source of this database.
async fn running(connection: &mut PgConnection) -> Vec<i32> {
    let text = "select pid from pg_stat_activity where application_name = 'tenure' and datname = current_database()";
    sqlx::query_scalar(text)
        .fetch_all(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_dropped_connection_leaves_nothing() {
    let Some((mut connection, address)) = postgres("dropped").await else {
        return;
    };
    let reading = tokio::spawn(async move {
        read(
            &address,
            "select i, pg_sleep(0.001) as s from generate_series(1, 60000) as i",
        )
        .await
    });
    loop {
        if let Some(process) = running(&mut connection).await.first() {
            sqlx::query("select pg_terminate_backend($1)")
                .bind(process)
                .execute(&mut connection)
                .await
                .unwrap();
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = reading.await.unwrap();
    assert!(
        matches!(
            answer,
            Err(SourceError::Broken { .. } | SourceError::Query(_) | SourceError::Away(_))
        ),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let Some((mut connection, address)) = postgres("password").await else {
        return;
    };
    let roles = "do $$ begin create role tenure_passwords; exception when duplicate_object then null; end $$;
        do $$ begin create role source_reader login password 'right-one' in role tenure_passwords; exception when duplicate_object then null; end $$;
        grant select on people to source_reader";
    connection.execute(sqlx::raw_sql(roles)).await.unwrap();
    let address = Address::parse(&address.replace("tenure@", "source_reader@")).unwrap();
    let query = "select id from people";
    let limits = Limits {
        attempts: 1,
        ..Limits::default()
    };
    assert_eq!(
        fetch(&address, Some("right-one"), query, &limits)
            .await
            .unwrap()
            .rows,
        2
    );
    let wrong = fetch(&address, Some("wrong-one"), query, &limits).await;
    assert!(
        matches!(&wrong, Err(SourceError::SignIn(why)) if !why.contains("wrong-one")),
        "{wrong:?}"
    );
    assert!(fetch(&address, None, query, &limits).await.is_err());
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    assert!(matches!(
        read("sqlite:///nowhere/hr.db", "select 1 as a").await,
        Err(SourceError::Address(_))
    ));
    assert!(matches!(
        read("postgres://127.0.0.1:1/hr", "select 1 as a").await,
        Err(SourceError::Away(_))
    ));
    let (address, _folder) = sqlite().await;
    assert!(
        matches!(read(&address, "select id from nobody").await, Err(SourceError::Query(why)) if why.contains("nobody"))
    );
    assert!(matches!(
        read(&address, " ; ").await,
        Err(SourceError::Query(_))
    ));
    assert_eq!(
        read(&address, "select id from people where id = 'x'").await,
        Err(SourceError::NoRows)
    );
    assert_eq!(
        read(&address, "select id, name as id from people").await,
        Err(SourceError::RepeatedColumn("id".into()))
    );
}
