//! Sources: what is taken, what is refused, and that their rows are imported like a file.

use domain::{AuditAction, Purpose};
use sqlx::{ConnectOptions, Connection, Executor};
use workflow::{Actor, AuditQuery, Error, Import, NewSource, WriteBack};

use crate::app::{TestApp, USE_CASE};

/// An SQLite database with a table of people in the words of the use case, and those people as a
/// file.
async fn database() -> (String, String, tempfile::TempDir) {
    let settings = monitoring::simulation::Settings {
        people: 40,
        months: 1,
        seed: 3,
        ..Default::default()
    };
    let people = monitoring::simulation::simulate(&settings).remove(0).people;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hr.db");
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    let names: Vec<String> = people
        .names
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let mut script = format!("create table people ({});", names.join(", "));
    for row in 0..people.rows() {
        let cells: Vec<String> = people
            .columns
            .iter()
            .map(|column| format!("'{}'", column.text(row).replace('\'', "''")))
            .collect();
        script += &format!("insert into people values ({});", cells.join(", "));
    }
    connection
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(script)))
        .await
        .unwrap();
    connection.close().await.unwrap();
    let csv = String::from_utf8(data::write(&people, data::Format::Csv).unwrap()).unwrap();
    (format!("sqlite://{}", file.display()), csv, folder)
}

fn source(name: &str, address: &str) -> NewSource {
    NewSource {
        use_case: USE_CASE.into(),
        name: name.into(),
        address: address.into(),
        query: "select * from people;".into(),
        ..NewSource::default()
    }
}

#[tokio::test]
async fn rows_of_a_source_are_imported_like_a_file() {
    let (app, (address, csv, _folder)) = (TestApp::empty().await, database().await);
    let local = Actor::local();
    let admin = local.admin().unwrap();
    app.tenure
        .add_source(&admin, source("hr", &address))
        .await
        .unwrap();
    let tested = app
        .tenure
        .test_source(&admin, USE_CASE, "hr")
        .await
        .unwrap();
    assert_eq!((tested.rows, tested.more), (40, false));
    let (as_of, purpose) = (Some("2026-01-01".into()), Some(Purpose::Scoring));
    let import = Import {
        use_case: USE_CASE.into(),
        as_of,
        purpose,
        ..Import::default()
    };
    let imported = app
        .tenure
        .import_from(&admin, "hr", import.clone())
        .await
        .unwrap();
    assert_eq!(
        (
            imported.new,
            imported.dataset.row_count,
            imported.dataset.name.as_str()
        ),
        (true, 40, "hr")
    );
    let file = Import {
        files: vec![("hr".into(), csv.into_bytes())],
        ..import
    };
    let same = app.tenure.import(&admin, file).await.unwrap();
    assert_eq!(same.dataset.content_hash, imported.dataset.content_hash);
}

#[tokio::test]
async fn a_point_in_a_number_of_a_database_is_a_decimal_point() {
    let (app, (address, csv, _folder)) = (TestApp::empty().await, database().await);
    let local = Actor::local();
    let admin = local.admin().unwrap();
    let with_decimals = |name: &str| match name {
        "DistanceFromHome" => format!("printf('%.3f', \"{name}\") as \"{name}\""),
        name => format!("\"{name}\""),
    };
    let columns = csv
        .lines()
        .next()
        .unwrap()
        .split(',')
        .map(with_decimals)
        .collect::<Vec<_>>()
        .join(", ");
    let mut contents = Vec::new();
    for query in [
        "select * from people".to_owned(),
        format!("select {columns} from people"),
    ] {
        app.tenure
            .add_source(
                &admin,
                NewSource {
                    query,
                    ..source("hr", &address)
                },
            )
            .await
            .unwrap();
        let purpose = Some(Purpose::Scoring);
        let import = Import {
            use_case: USE_CASE.into(),
            as_of: Some("2026-01-01".into()),
            purpose,
            ..Import::default()
        };
        contents.push(
            app.tenure
                .import_from(&admin, "hr", import)
                .await
                .unwrap()
                .dataset
                .content_hash,
        );
        app.tenure
            .remove_source(&admin, USE_CASE, "hr")
            .await
            .unwrap();
    }
    assert_eq!(contents[0], contents[1]);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let app = TestApp::empty().await;
    let local = Actor::local();
    let new = NewSource {
        use_case: USE_CASE.into(),
        name: "HR data".into(),
        address: "postgres://reader:secret@db.example/hr".into(),
        query: " ; ".into(),
        secret: "secret".into(),
        ..NewSource::default()
    };
    let Err(Error::Fields(problems)) = app.tenure.add_source(&local.admin().unwrap(), new).await
    else {
        panic!("it was taken")
    };
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect::<Vec<_>>(),
        ["name", "address", "password", "query"]
    );
    assert!(
        problems
            .iter()
            .all(|problem| !problem.message.contains("secret@")
                && !problem.message.contains(":secret")),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_name_is_given_once_and_removal_is_logged() {
    let (app, (address, _, _folder)) = (TestApp::empty().await, database().await);
    let local = Actor::local();
    let admin = local.admin().unwrap();
    app.tenure
        .add_source(&admin, source("hr", &address))
        .await
        .unwrap();
    assert!(matches!(
        app.tenure.add_source(&admin, source("hr", &address)).await,
        Err(Error::Fields(_))
    ));
    app.tenure
        .remove_source(&admin, USE_CASE, "hr")
        .await
        .unwrap();
    assert!(matches!(
        app.tenure.remove_source(&admin, USE_CASE, "hr").await,
        Err(Error::NotFound(_))
    ));
    assert!(
        app.tenure
            .data_sources(&admin, None)
            .await
            .unwrap()
            .is_empty()
    );
    for action in [AuditAction::SourceAdd, AuditAction::SourceRemove] {
        let query = AuditQuery {
            action: action.to_string(),
            ..AuditQuery::default()
        };
        assert_eq!(
            app.tenure
                .audit_rows(&local.member().unwrap(), &query)
                .await
                .unwrap()
                .len(),
            1,
            "{action}"
        );
    }
}

#[tokio::test]
async fn a_page_adds_servers_and_nothing_of_the_machine() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    for (address, secret, field) in [
        ("sqlite:///var/lib/hr.db", "", "address"),
        ("file:///srv/hr/*.csv?newest=name", "", "address"),
        ("postgres:///hr?host=/var/run/postgresql", "", "address"),
        ("postgres://reader@db.example/hr", "env:HOME", "password"),
        (
            "postgres://reader@db.example/hr",
            "file:/etc/passwd",
            "password",
        ),
    ] {
        let new = NewSource {
            query: if address.starts_with("file") {
                String::new()
            } else {
                "select 1".into()
            },
            secret: secret.into(),
            ..source("hr", address)
        };
        let Err(Error::Fields(problems)) = app.tenure.add_source(&admin, new).await else {
            panic!("{address} was taken")
        };
        assert_eq!(problems[0].field, field, "{address}");
    }
    let new = NewSource {
        secret: "env:TENURE_SOURCE_HR".into(),
        ..source("hr", "postgres://reader@db.example/hr?sslmode=require")
    };
    app.tenure.add_source(&admin, new).await.unwrap();
}

#[tokio::test]
async fn a_file_of_a_folder_is_imported_once() {
    let (app, (_, csv, _database)) = (TestApp::empty().await, database().await);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("people-2026-01.csv"), &csv).unwrap();
    let local = Actor::local();
    let admin = local.admin().unwrap();
    let address = format!(
        "file://{}/people-*.csv?newest=name",
        folder.path().display()
    );
    let new = NewSource {
        query: String::new(),
        ..source("exports", &address)
    };
    app.tenure.add_source(&admin, new).await.unwrap();
    let tested = app
        .tenure
        .test_source(&admin, USE_CASE, "exports")
        .await
        .unwrap();
    assert_eq!((tested.rows, tested.more), (40, false));
    let import = |as_of: Option<&str>| Import {
        use_case: USE_CASE.into(),
        as_of: as_of.map(str::to_owned),
        purpose: Some(Purpose::Scoring),
        ..Import::default()
    };
    let first = app
        .tenure
        .import_from(&admin, "exports", import(Some("2026-01-01")))
        .await
        .unwrap();
    assert_eq!(
        (first.new, first.dataset.name.as_str()),
        (true, "people-2026-01.csv")
    );
    let again = app
        .tenure
        .import_from(&admin, "exports", import(None))
        .await
        .unwrap();
    assert_eq!(
        (again.new, again.dataset.dataset_id),
        (false, first.dataset.dataset_id)
    );
    let stale = app
        .tenure
        .import_from(&admin, "exports", import(Some("2026-02-01")))
        .await;
    assert!(matches!(stale, Err(Error::Invalid(_))), "{stale:?}");
    // One person fewer: another file.
    let newer: Vec<&str> = csv.lines().take(40).collect();
    std::fs::write(folder.path().join("people-2026-02.csv"), newer.join("\n")).unwrap();
    let second = app
        .tenure
        .import_from(&admin, "exports", import(Some("2026-02-01")))
        .await
        .unwrap();
    assert_eq!((second.new, second.dataset.row_count), (true, 39));
}

#[tokio::test]
async fn scores_are_written_to_a_table_once_and_on_record() {
    let app = TestApp::live().await;
    let (address, _, _folder) = database().await;
    let local = Actor::local();
    let admin = local.admin().unwrap();
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    let new = NewSource {
        query: String::new(),
        ..source("scores", &address)
    };
    app.tenure.add_source(&admin, new).await.unwrap();
    let tested = app.tenure.test_source(&admin, USE_CASE, "scores").await;
    assert!(tested.unwrap().columns.is_empty(), "it has no query");
    let wanted = |table: &str| WriteBack {
        use_case: USE_CASE.into(),
        source: "scores".into(),
        table: table.into(),
        why: String::new(),
    };
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let written = app
        .tenure
        .write_back(&analyst, wanted("scores"))
        .await
        .unwrap();
    assert!(written.people > 0);
    let again = app.tenure.write_back(&analyst, wanted("scores")).await;
    assert_eq!(again.unwrap(), written);
    let mut connection = address
        .parse::<sqlx::sqlite::SqliteConnectOptions>()
        .unwrap()
        .connect()
        .await
        .unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from scores where batch_id = ?1")
        .bind(written.batch.to_string())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(count as usize, written.people);
    let wrong = app
        .tenure
        .write_back(&analyst, wanted("a; drop table people"))
        .await;
    assert!(matches!(wrong, Err(Error::Fields(_))), "{wrong:?}");
    // A table of somebody else keeps what it holds.
    let other = app.tenure.write_back(&analyst, wanted("people")).await;
    assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
    let people: i64 = sqlx::query_scalar("select count(*) from people")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(people, 40);
    let query = AuditQuery {
        action: AuditAction::PeopleExport.to_string(),
        ..AuditQuery::default()
    };
    let entries = app
        .tenure
        .audit_rows(&local.member().unwrap(), &query)
        .await
        .unwrap();
    assert_eq!(entries.len(), 3, "the refused attempt is on record too");
}
