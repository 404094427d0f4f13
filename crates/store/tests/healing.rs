//! The store while its database is full, locked, away or damaged, and afterwards: who asks is told
//! soon, nothing is lost, and nobody has to restart anything.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::postgres::Postgres;
use common::{attrition, dataset};
use domain::{AuditEvent, Subject};
use sqlx::{Connection as _, Executor as _};
use store::{Error, Settings, Store, audit, datasets};

/// Acquire, and then the lock: three seconds each, and what a busy machine adds.
const SOON: Duration = Duration::from_secs(8);

fn in_folder(folder: &Path) -> Settings {
    Settings {
        database: None,
        data_dir: folder.to_owned(),
        artifacts: None,
    }
}

async fn write(store: &Store, note: &str) -> store::Result<()> {
    let mut transaction = store.begin().await?;
    let event = AuditEvent::ModelTag {
        tag: "note".into(),
        value: note.into(),
    };
    audit::append(
        &mut transaction,
        &"ann".into(),
        &Subject::UseCase(attrition()),
        &event,
    )
    .await?;
    transaction.commit().await
}

/// What was written and said to be written is there, once each, and the chain is whole.
async fn expect_entries(store: &Store, expected: usize) {
    let mut snapshot = store.snapshot().await.unwrap();
    let (entries, head) = (
        audit::all(&mut snapshot).await.unwrap(),
        audit::head(&mut snapshot).await.unwrap(),
    );
    assert_eq!(
        (entries.len(), audit::verify(&entries, head.as_ref())),
        (expected, Vec::new())
    );
}

/// Lets the connection that writes make the file no larger, or as large as it likes.
async fn limit(store: &Store, pages: u32) {
    let mut transaction = store.begin().await.unwrap();
    transaction
        .run(format!("pragma max_page_count = {pages}"))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_full_database_is_written_again_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&in_folder(folder.path())).await.unwrap();
    write(&store, "before").await.unwrap();
    let long = "x".repeat(1 << 20);
    limit(&store, 1).await;
    let full = write(&store, &long).await;
    assert!(matches!(full, Err(Error::Unavailable(_))), "{full:?}");
    assert!(
        datasets::list(&mut store.read().await.unwrap(), None)
            .await
            .is_ok(),
        "reading goes on"
    );
    // Of a statement without triggers SQLite rolls the whole transaction back, and says of the next
    // rollback that there is none.
    limit(&store, 1).await;
    let mut transaction = store.begin().await.unwrap();
    let full = transaction
        .run(format!(
            "insert into session (session_id, data, expires_at) values ('x', '{long}', 1)"
        ))
        .await;
    assert!(matches!(full, Err(Error::Unavailable(_))), "{full:?}");
    drop(transaction);
    limit(&store, u32::MAX >> 1).await;
    write(&store, &long).await.unwrap();
    assert!(store.is_writable().await);
    expect_entries(&store, 2).await;
}

/// A disk of its own for one test.
#[cfg(target_os = "linux")]
struct Disk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Disk {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_while_it_is_full() {
    let Some(disk) = Disk::new("8m") else {
        return testing::skipped("only root may mount a disk to fill it");
    };
    let folder = disk.0.path();
    let store = Store::open(&in_folder(folder)).await.unwrap();
    write(&store, "before").await.unwrap();
    let filler = folder.join("filler");
    // As much as there is: the last write fails.
    assert!(std::fs::write(&filler, vec![0; 16 << 20]).is_err());
    for attempt in 0..3 {
        let full = write(&store, &"x".repeat(1 << 20)).await;
        assert!(
            matches!(full, Err(Error::Unavailable(_))),
            "{attempt}: {full:?}"
        );
    }
    std::fs::remove_file(&filler).unwrap();
    write(&store, "after").await.unwrap();
    assert!(store.is_writable().await);
    expect_entries(&store, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_locked_database_is_told_soon_and_read_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&in_folder(folder.path())).await.unwrap();
    write(&store, "before").await.unwrap();
    let mut other = sqlx::AnyConnection::connect(&format!(
        "sqlite://{}",
        folder.path().join("tenure.db").display()
    ))
    .await
    .unwrap();
    other.execute("begin immediate").await.unwrap();
    let locked = Instant::now();
    let lasts = Duration::from_secs(testing::soak(4, 20));
    while locked.elapsed() < lasts {
        let attempts = (0..10).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let asked = Instant::now();
                (write(&store, &format!("{writer}")).await, asked.elapsed())
            })
        });
        let attempts: Vec<_> = attempts.collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let asked = Instant::now();
        assert_eq!(
            datasets::list(&mut store.read().await.unwrap(), None)
                .await
                .unwrap(),
            []
        );
        assert!(
            asked.elapsed() < Duration::from_secs(1),
            "who reads waits for no writer: {:?}",
            asked.elapsed()
        );
        for attempt in attempts {
            let (outcome, took) = attempt.await.unwrap();
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
            assert!(took < SOON, "{took:?}");
        }
        assert!(!store.is_writable().await);
    }
    // Work in the background waits, unless it is no longer wanted.
    let asked = Instant::now();
    assert!(matches!(
        store.begin_while(|| false).await,
        Err(Error::Unavailable(_))
    ));
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    let patient = tokio::spawn({
        let store = store.clone();
        async move { store.begin_patiently().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(3500)).await;
    assert!(!patient.is_finished());
    other.execute("rollback").await.unwrap();
    patient.await.unwrap().unwrap();
    write(&store, "after").await.unwrap();
    expect_entries(&store, 2).await;
}

#[tokio::test]
async fn a_writer_that_is_dropped_leaves_nothing_and_blocks_nobody() {
    for (store, _folder) in common::stores("dropped").await {
        for step in 0..20 {
            let mut transaction = store.begin().await.unwrap();
            common::insert_dataset(&mut transaction, &dataset(&format!("{step}"), "2026-01-01"))
                .await
                .unwrap();
            // Also in the middle of a statement.
            let row = dataset("cut", "2026-01-01");
            _ = tokio::time::timeout(
                Duration::ZERO,
                common::insert_dataset(&mut transaction, &row),
            )
            .await;
            drop(transaction);
        }
        write(&store, "after").await.unwrap();
        assert_eq!(
            datasets::list(&mut store.read().await.unwrap(), None)
                .await
                .unwrap(),
            []
        );
        expect_entries(&store, 1).await;
    }
}

#[tokio::test]
async fn a_refused_statement_does_not_close_the_way_for_the_next() {
    for (store, _folder) in common::stores("refused").await {
        for _ in 0..3 {
            let mut transaction = store.begin().await.unwrap();
            let refused = transaction
                .run("insert into audit_head (only_row, sequence, hash) values (1, 1, '')")
                .await;
            assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
        }
        write(&store, "after").await.unwrap();
        expect_entries(&store, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_goes_away_is_told_and_used_again_when_it_is_back() {
    let Some(mut server) = Postgres::start().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        database: Some(server.url()),
        ..in_folder(folder.path())
    };
    let store = Store::open(&settings).await.unwrap();
    write(&store, "before").await.unwrap();
    for round in 0..2 {
        server.stop();
        for _ in 0..2 {
            let asked = Instant::now();
            let (read, written) = tokio::join!(store.read(), write(&store, "lost"));
            assert!(
                matches!(read, Err(Error::Unavailable(_))),
                "{round}: {read:?}"
            );
            assert!(
                matches!(written, Err(Error::Unavailable(_))),
                "{round}: {written:?}"
            );
            assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
            let cause = store::Chain(&written.unwrap_err()).to_string();
            assert!(cause.contains("refused"), "the cause is told: {cause}");
        }
        assert!(!store.is_writable().await);
        let refused = Store::open(&settings).await.map(|_| ());
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        server.go_on().await;
        write(&store, "after").await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(store.is_writable().await);
    expect_entries(&store, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_writers_wait_is_told_soon() {
    for (store, _folder) in common::stores("advisory").await {
        let held = store.begin().await.unwrap();
        let asked = Instant::now();
        let waited = write(&store, "lost").await;
        assert!(matches!(waited, Err(Error::Unavailable(_))), "{waited:?}");
        assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
        held.roll_back().await.unwrap();
        write(&store, "after").await.unwrap();
        expect_entries(&store, 1).await;
    }
}

/// Says at once what is wrong.
async fn expect_refused(settings: &Settings, cause: &str) {
    let asked = Instant::now();
    let refused = Store::open(settings).await.map(|_| ());
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    let Err(Error::Open { database, .. }) = &refused else {
        panic!("{refused:?}")
    };
    let text = refused.as_ref().unwrap_err().to_string();
    assert!(
        text.contains(cause) && text.contains(database.as_str()),
        "{text}"
    );
}

#[tokio::test]
async fn a_damaged_or_read_only_database_names_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let settings = in_folder(folder.path());
    Store::open(&settings).await.unwrap().close().await;
    let file = folder.path().join("tenure.db");
    let read_only = Settings {
        database: Some(format!("sqlite://{}?mode=ro", file.display())),
        ..settings.clone()
    };
    expect_refused(&read_only, "readonly").await;
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[..100].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    for beside in ["tenure.db-wal", "tenure.db-shm"] {
        _ = std::fs::remove_file(folder.path().join(beside));
    }
    expect_refused(&settings, "not a database").await;
    let away = Settings {
        database: Some(format!(
            "sqlite://{}/none/tenure.db",
            folder.path().display()
        )),
        ..settings
    };
    let error = Store::open(&away).await.err().unwrap();
    assert!(matches!(error, Error::Setting(_)), "{error:?}");
    assert!(!folder.path().join("none").exists());
}

#[tokio::test]
async fn a_database_url_without_a_mode_creates_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.db");
    let settings = Settings {
        database: Some(format!("sqlite://{}", file.display())),
        ..in_folder(folder.path())
    };
    Store::open(&settings).await.unwrap().close().await;
    assert!(file.is_file());
    assert!(!folder.path().join("tenure.db").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone_whatever_the_folder_allows() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let open_to_all = |path: &Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    open_to_all(folder.path());
    let database = folder.path().join("tenure.db");
    for opened in 0..2 {
        let store = Store::open(&in_folder(folder.path())).await.unwrap();
        write(&store, "something").await.unwrap();
        let hash = store
            .put_artifact(format!("{opened}").into_bytes())
            .await
            .unwrap();
        for file in ["tenure.db", "tenure.db-wal", "tenure.db-shm"] {
            assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
        }
        let artifacts = folder.path().join("artifacts");
        assert_eq!(mode(&artifacts), 0o700);
        assert_eq!(mode(&artifacts.join(&hash[..2]).join(&hash)), 0o600);
        assert_eq!(
            mode(folder.path()),
            0o777,
            "somebody else's folder stays as it is"
        );
        store.close().await;
        // As an earlier version left them.
        open_to_all(&database);
        open_to_all(&artifacts);
    }
}
