//! Sources: what is taken, what is refused, and that their rows are imported like a file.

use domain::{AuditAction, Purpose};
use sqlx::{ConnectOptions, Connection, Executor};
use workflow::{Actor, AuditQuery, Error, Import, NewSource};

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
async fn a_source_is_added_on_the_command_line_alone() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let refused = app
        .tenure
        .add_source(&oscar.admin().unwrap(), source("hr", "sqlite://hr.db"))
        .await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
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
