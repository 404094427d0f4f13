//! Tampering below the rules of the database, and its detection by `tenure audit verify`, on SQLite
//! and PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/folder.rs"]
mod folder;

use std::process::{Command, Output};

use folder::copy;
use sqlx::{Executor, Row};

const PASSWORD: &str = "a long phrase of the tests";

/// A store with its folder and database.
struct TestStore {
    folder: tempfile::TempDir,
    /// `None`: SQLite in the folder.
    database: Option<String>,
}

impl TestStore {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TENURE_DATA_DIR", self.folder.path().join("data"));
        command
            .env("TENURE_PASSWORD", PASSWORD)
            .env_remove("TENURE_DATABASE");
        if let Some(database) = &self.database {
            command.env("TENURE_DATABASE", database);
        }
        command.output().unwrap()
    }

    fn done(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A version that was trained, commented on, requested, approved, undeployed and restored.
    fn fill(&self) {
        let out = self.folder.path().join("simulated");
        let out = out.to_str().unwrap();
        self.done(&[
            "simulate",
            "--use-case",
            "attrition",
            "--people",
            "500",
            "--months",
            "1",
            "--seed",
            "3",
            "--out",
            out,
        ]);
        let files = std::fs::read_dir(out)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let labeled = files
            .into_iter()
            .find(|path| path.to_string_lossy().contains("training"))
            .unwrap();
        self.done(&[
            "data",
            "import",
            labeled.to_str().unwrap(),
            "--use-case",
            "attrition",
        ]);
        self.done(&[
            "train",
            "--use-case",
            "attrition",
            "--trials",
            "1",
            "--candidates",
            "logistic_regression_l2",
        ]);
        let mut add = Command::new("sh");
        let add = add.args([
            "-c",
            &format!(
                "echo '{PASSWORD}' | {} user add rita --role reviewer --password-stdin",
                env!("CARGO_BIN_EXE_tenure")
            ),
        ]);
        add.env("TENURE_DATA_DIR", self.folder.path().join("data"))
            .env_remove("TENURE_DATABASE");
        if let Some(database) = &self.database {
            add.env("TENURE_DATABASE", database);
        }
        assert!(add.status().unwrap().success());
        let about = ["--use-case", "attrition"];
        let as_rita = ["--use-case", "attrition", "--as", "rita"];
        self.done(
            &[
                &[
                    "model",
                    "limitations",
                    "1",
                    "night shifts are not in the data",
                ][..],
                &about,
            ]
            .concat(),
        );
        self.done(&[&["model", "request", "1"][..], &about].concat());
        self.done(&[&["model", "comment", "1", "looks fine"][..], &as_rita].concat());
        self.done(
            &[
                &["model", "approve", "1", "--reason", "first"][..],
                &as_rita,
            ]
            .concat(),
        );
        self.done(
            &[
                &["model", "undeploy", "--reason", "wrong data"][..],
                &as_rita,
            ]
            .concat(),
        );
        self.done(&[&["model", "rollback", "--reason", "mended"][..], &as_rita].concat());
    }

    async fn pool(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        let sqlite = || {
            format!(
                "sqlite://{}",
                self.folder.path().join("data/tenure.db").display()
            )
        };
        sqlx::AnyPool::connect(&self.database.clone().unwrap_or_else(sqlite))
            .await
            .unwrap()
    }

    /// Runs statements with full access to the database.
    async fn below_the_rules(&self, statements: &str) {
        let pool = self.pool().await;
        let mut connection = pool.acquire().await.unwrap();
        if self.database.is_some() {
            connection
                .execute("set session_replication_role = replica")
                .await
                .unwrap();
        } else {
            for row in sqlx::query("select name from sqlite_master where type = 'trigger'")
                .fetch_all(&mut *connection)
                .await
                .unwrap()
            {
                let text = format!("drop trigger {}", row.get::<String, _>(0));
                connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
            }
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()))
            .execute(&mut *connection)
            .await
            .unwrap();
        drop(connection);
        pool.close().await;
    }

    fn verify(&self) -> (Option<i32>, String) {
        let output = self.run(&["audit", "verify"]);
        (
            output.status.code(),
            format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        )
    }
}

/// Ways of tampering, each with the expected message.
const TAMPERINGS: [(&str, &str, &str); 17] = [
    (
        "an entry is edited",
        "update audit set detail = '{}' where sequence = 3",
        "entry 3 was changed: its content does not match its hash",
    ),
    (
        "its actor is another",
        "update audit set actor = (select actor from audit where sequence = 1) where action = 'model.approve'",
        "was changed",
    ),
    (
        "an entry is removed",
        "delete from audit where sequence = 2",
        "entry 2 was removed",
    ),
    (
        "the newest entries are removed",
        "delete from audit where sequence > (select max(sequence) - 2 from audit)",
        "were removed from the end",
    ),
    (
        "two entries change places",
        "update audit set sequence = -2 where sequence = 2; update audit set sequence = 2 where sequence = 4; update audit set sequence = 4 where sequence = -2",
        "entry 2 was moved: it was written as entry 4",
    ),
    (
        "an entry is inserted in between",
        "update audit set sequence = -sequence - 1 where sequence >= 3; update audit set sequence = -sequence where sequence < 0; \
         insert into audit select 3, at, actor, 'forged', subject, detail, previous_hash, hash from audit where sequence = 4",
        "entry 3 was changed",
    ),
    (
        "an entry is added at the end",
        "insert into audit select sequence + 1, at, actor, 'forged', subject, detail, hash, 'x' from audit order by sequence desc limit 1",
        "added past the end",
    ),
    (
        "the head is removed",
        "delete from audit_head",
        "separately stored latest entry was removed",
    ),
    (
        "a decision says something else",
        "update review_decision set reason = 'never said'",
        "does not match audit entry",
    ),
    (
        "the reviewer of a decision is another",
        "update review_decision set reviewer = 'sam'",
        "does not match audit entry",
    ),
    (
        "a version is another model",
        "update model_version set model_hash = 'another'",
        "model_version attrition/1 does not match audit entry",
    ),
    (
        "a definition says something else",
        "update use_case_version set text = replace(text, 'positive', 'negative')",
        "use_case_version attrition/1 does not match audit entry 1",
    ),
    (
        "a stop never happened",
        "delete from live_history where kind = 'undeployment'",
        "live_history attrition/2, recorded in audit entry",
    ),
    (
        "a version is in Production by its name alone",
        "update model_version set stage = 'Archived' where version = 1; insert into model_version select use_case, 2, run_id, dataset_id, \
         model_hash, candidate, 'Production', author, author_key, note, created_at, description from model_version",
        "the stage of model_version attrition/1 does not match the live version",
    ),
    (
        "the pointer is another",
        "update live_model set version = null",
        "live_model attrition does not point to the latest deployment",
    ),
    (
        "a request was rejected by nobody",
        "update review_request set state = 'rejected'",
        "is closed without the required decisions",
    ),
    (
        "somebody else did it all",
        "update audit_person set name = 'sam' where name = 'rita'",
        "was changed",
    ),
];

#[tokio::test]
async fn every_way_to_tamper_with_a_sqlite_store_is_named() {
    let whole = TestStore {
        folder: tempfile::tempdir().unwrap(),
        database: None,
    };
    whole.fill();
    let (code, says) = whole.verify();
    assert!(
        code == Some(0) && says.contains("Hash chain verified"),
        "{says}"
    );
    for (what, statements, expected) in TAMPERINGS {
        let store = TestStore {
            folder: tempfile::tempdir().unwrap(),
            database: None,
        };
        copy(
            &whole.folder.path().join("data"),
            &store.folder.path().join("data"),
        );
        store.below_the_rules(statements).await;
        let (code, says) = store.verify();
        assert!(
            code == Some(1) && says.contains(expected),
            "{what}: {code:?} {says}"
        );
    }
}

#[tokio::test]
async fn every_way_to_tamper_with_a_postgres_store_is_named() {
    let Some(server) = testing::postgres() else {
        return;
    };
    sqlx::any::install_default_drivers();
    let admin = sqlx::AnyPool::connect(&server).await.unwrap();
    let base = server.strip_suffix("/postgres").unwrap();
    let make = async |name: &str, template: &str| {
        let text = format!("create database {name} template {template}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
            .execute(&admin)
            .await
            .unwrap();
        TestStore {
            folder: tempfile::tempdir().unwrap(),
            database: Some(format!("{base}/{name}")),
        }
    };
    let whole = format!("tampering_{}", std::process::id());
    let store = make(&whole, "template1").await;
    store.fill();
    let (code, says) = store.verify();
    assert!(
        code == Some(0) && says.contains("Hash chain verified"),
        "{says}"
    );
    for (number, (what, statements, expected)) in TAMPERINGS.into_iter().enumerate() {
        let store = make(&format!("{whole}_{number}"), &whole).await;
        store.below_the_rules(statements).await;
        let (code, says) = store.verify();
        assert!(
            code == Some(1) && says.contains(expected),
            "{what}: {code:?} {says}"
        );
    }
}
