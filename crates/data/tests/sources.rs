//! Rows from databases, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance database of
//! a server) on PostgreSQL; scores into them; files of folders.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use data::sources::{
    Address, Beyond, Fetched, Hosts, Limits, ScoredPerson, Scores, SourceError, TableName, fetch,
    newest_file, write_scores,
};
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
            .map(|column| &column[row])
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
            .map(|column| &column[row])
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

fn scores(ids: &[&str]) -> Scores {
    let person = |(at, id): (usize, &&str)| ScoredPerson {
        basis: "final".into(),
        id: (*id).to_owned(),
        probability: 0.1 * (at + 1) as f64,
        interval: (at == 0).then_some([0.05, 0.2]),
        band: "Low".into(),
        change: (at == 0).then_some(-1.5),
        change_basis: if at == 0 { "same_model" } else { "not_scored" }.into(),
        reasons: "Overtime = Yes (+1.0 points); '\"".into(),
    };
    Scores {
        use_case: "attrition".into(),
        as_of: "2026-11-01".into(),
        horizon: "within 12 months".into(),
        model_version: 3,
        batch: "b1".into(),
        people: ids.iter().enumerate().map(person).collect(),
    }
}

async fn write(address: &str, table: &str, scores: &Scores) -> Result<(), SourceError> {
    let limits = Limits {
        attempts: 1,
        ..Limits::default()
    };
    let table = TableName::parse(table)?;
    write_scores(&Address::parse(address)?, None, &table, scores, &limits).await
}

/// Changes a database past the program.
async fn change(address: &str, statements: &'static str) {
    if let Some(file) = address.strip_prefix("sqlite://") {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::raw_sql(statements)).await.unwrap();
    } else {
        let mut connection = sqlx::postgres::PgConnection::connect(address)
            .await
            .unwrap();
        connection.execute(sqlx::raw_sql(statements)).await.unwrap();
    }
}

/// Writes on a database, and what is there afterwards.
async fn written_once(address: &str) {
    let rows = "select id, as_of, probability, interval_low, band, model_version, horizon, batch_id from scores order by as_of, id";
    let cells = |fetched: Fetched| String::from_utf8(fetched.csv).unwrap();
    write(address, "scores", &scores(&["007", "8"]))
        .await
        .unwrap();
    let first = cells(read(address, rows).await.unwrap());
    assert_eq!(
        first,
        "id,as_of,probability,interval_low,band,model_version,horizon,batch_id\n\
         007,2026-11-01,0.1,0.05,Low,3,within 12 months,b1\n8,2026-11-01,0.2,,Low,3,within 12 months,b1\n"
    );
    write(address, "scores", &scores(&["007", "8"]))
        .await
        .unwrap();
    assert_eq!(cells(read(address, rows).await.unwrap()), first);
    // Another day is added; another batch of the same day takes the place of the first.
    let later = Scores {
        as_of: "2026-12-01".into(),
        ..scores(&["007"])
    };
    write(address, "scores", &later).await.unwrap();
    let other = Scores {
        batch: "b2".into(),
        ..scores(&["9"])
    };
    write(address, "scores", &other).await.unwrap();
    let ids = read(
        address,
        "select id || ' ' || batch_id as who from scores order by as_of, id",
    );
    assert_eq!(cells(ids.await.unwrap()), "who\n9 b2\n007 b1\n");
    // A table of before changes were written gets their columns.
    let older =
        "alter table scores drop column change; alter table scores drop column change_basis";
    change(address, older).await;
    write(address, "scores", &scores(&["007", "8"]))
        .await
        .unwrap();
    let changes = read(
        address,
        "select id, change, change_basis from scores where as_of = '2026-11-01' order by id",
    );
    assert_eq!(
        cells(changes.await.unwrap()),
        "id,change,change_basis\n007,-1.5,same_model\n8,,not_scored\n"
    );
    write(address, "scores", &other).await.unwrap();
    // A row that the table refuses leaves what was there.
    let twice = write(address, "scores", &scores(&["1", "2", "1"])).await;
    assert!(matches!(twice, Err(SourceError::Write(_))), "{twice:?}");
    assert_eq!(read(address, rows).await.unwrap().rows, 2);
    let foreign = write(address, "people", &scores(&["1"])).await;
    assert!(matches!(foreign, Err(SourceError::Write(_))), "{foreign:?}");
    assert_eq!(
        read(address, "select id from people").await.unwrap().rows,
        2
    );
}

#[tokio::test]
async fn scores_are_written_to_sqlite_once() {
    let (address, _folder) = sqlite().await;
    written_once(&address).await;
}

#[tokio::test]
async fn scores_are_written_to_postgres_once() {
    let Some((mut connection, address)) = postgres("scores").await else {
        return;
    };
    written_once(&address).await;
    // An account that may only read writes nothing; one that may write need not own the schema.
    let roles = "do $$ begin create role score_reader login; exception when duplicate_object then null; end $$;
        do $$ begin create role score_writer login; exception when duplicate_object then null; end $$;
        grant select on scores to score_reader; grant select, insert, delete on scores to score_writer";
    connection.execute(sqlx::raw_sql(roles)).await.unwrap();
    let reader = address.replace("tenure@", "score_reader@");
    let refused = write(&reader, "scores", &scores(&["1"])).await;
    assert!(matches!(refused, Err(SourceError::Write(_))), "{refused:?}");
    let writer = address.replace("tenure@", "score_writer@");
    write(&writer, "scores", &scores(&["1"])).await.unwrap();
    let created = write(&writer, "others", &scores(&["1"])).await;
    assert!(matches!(created, Err(SourceError::Write(_))), "{created:?}");
    // More than one step of rows.
    let many: Vec<String> = (0..12_001).map(|id| id.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    write(&address, "scores", &scores(&many)).await.unwrap();
    let count = read(&address, "select id from scores where as_of = '2026-11-01'").await;
    assert_eq!(count.unwrap().rows, 12_001);
}

#[tokio::test]
async fn only_those_who_are_there_are_read() {
    let Some((_keep, address)) = postgres("present").await else {
        return;
    };
    let fetched = read(&address, "select id from people where present").await;
    assert_eq!(fetched.unwrap().csv, b"id\n007\n");
}

#[tokio::test]
async fn more_rows_of_postgres_than_the_limit_are_a_refusal() {
    let Some((_keep, address)) = postgres("huge").await else {
        return;
    };
    let limits = Limits {
        rows: 20_000,
        ..Limits::default()
    };
    // In the list of columns the series is made as it is fetched; after `from`, all of it at once.
    let query = "select generate_series(1, 2000000000) as i";
    assert_eq!(
        fetch(&Address::parse(&address).unwrap(), None, query, &limits).await,
        Err(SourceError::TooManyRows(20_000))
    );
}

#[tokio::test]
async fn a_query_that_the_server_cancels_leaves_nothing() {
    let Some((mut connection, address)) = postgres("canceled").await else {
        return;
    };
    let reading = tokio::spawn(async move { read(&address, "select pg_sleep(60)").await });
    loop {
        if let Some(process) = running(&mut connection).await.first() {
            sqlx::query("select pg_cancel_backend($1)")
                .bind(process)
                .execute(&mut connection)
                .await
                .unwrap();
        }
        if reading.is_finished() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = reading.await.unwrap();
    assert!(matches!(answer, Err(SourceError::Query(_))), "{answer:?}");
}

/// The newest file of a folder that holds `files`.
async fn newest(folder: &std::path::Path, option: &str) -> Result<String, SourceError> {
    let address = Address::parse(&format!("file://{}/{option}", folder.display()))?;
    let found = newest_file(&address, None, &Hosts::default(), &Limits::default()).await?;
    Ok(format!(
        "{} {}",
        found.name,
        String::from_utf8_lossy(&found.bytes)
    ))
}

#[tokio::test]
async fn the_newest_complete_file_of_a_folder_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(
        newest(folder.path(), "*.csv?newest=name").await,
        Err(SourceError::Folder(_))
    ));
    std::fs::write(at("people-2026-10.csv"), "b").unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    std::fs::write(at("people-2026-09.csv"), "a").unwrap();
    for name in [
        ".people-2026-11.csv",
        "~$people-2026-11.csv",
        "people-2026-11.csv.part",
        "people-2026-11.CSV.TMP",
        "other.txt",
    ] {
        std::fs::write(at(name), "x").unwrap();
    }
    std::fs::create_dir(at("people-2026-12.csv")).unwrap();
    assert_eq!(
        newest(folder.path(), "*?newest=name").await.unwrap(),
        "people-2026-10.csv b"
    );
    assert_eq!(
        newest(folder.path(), "people-*.csv?newest=time")
            .await
            .unwrap(),
        "people-2026-09.csv a"
    );
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), "secret").unwrap();
    std::os::unix::fs::symlink(outside.path(), at("people-2026-13.csv")).unwrap();
    assert_eq!(
        newest(folder.path(), "*.csv?newest=name").await.unwrap(),
        "people-2026-10.csv b"
    );
    std::fs::write(at("people-2026-14.csv"), "").unwrap();
    assert!(matches!(
        newest(folder.path(), "*.csv?newest=name").await,
        Err(SourceError::Folder(_))
    ));
}

#[tokio::test]
async fn a_file_that_grows_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "id\n").unwrap();
    let growing = tokio::spawn(async move {
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let mut text = std::fs::read(&file).unwrap();
            text.extend(b"1\n");
            std::fs::write(&file, text).unwrap();
        }
    });
    let answer = newest(folder.path(), "*.csv?newest=name").await;
    assert_eq!(answer, Err(SourceError::Unsettled("people.csv".into())));
    growing.abort();
}

#[tokio::test]
async fn two_files_of_the_same_time_are_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let time = std::time::SystemTime::now() - Duration::from_secs(60);
    for name in ["a.csv", "b.csv"] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.set_modified(time).unwrap();
    }
    assert!(matches!(
        newest(folder.path(), "*.csv?newest=time").await,
        Err(SourceError::Folder(why)) if why.contains("a.csv and b.csv")
    ));
}
