//! What tells whether what was read is still true.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use store::{Settings, Store};

async fn open(folder: &Path) -> Store {
    let settings = Settings {
        database: None,
        data_dir: folder.to_owned(),
        artifacts: None,
    };
    Store::open(&settings).await.unwrap()
}

async fn commit(store: &Store) {
    let mut writer = store.begin().await.unwrap();
    writer
        .run("update heartbeat set at = at + 1 where only_row = 1")
        .await
        .unwrap();
    writer.commit().await.unwrap();
}

#[tokio::test]
async fn a_commit_of_anybody_makes_another_generation() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    // A connection that stays open.
    let reader = one.read().await.unwrap();
    let first = one.generation().await.unwrap();
    assert!(first.is_some());
    assert_eq!(one.generation().await.unwrap(), first);
    commit(&other).await;
    let second = one.generation().await.unwrap();
    assert!(second.is_some() && second != first);
    assert_eq!(other.generation().await.unwrap(), second);
    // Undone: the same again.
    other.begin().await.unwrap().roll_back().await.unwrap();
    assert_eq!(one.generation().await.unwrap(), second);
    drop(reader);
}

#[tokio::test]
async fn a_database_that_was_closed_by_all_is_another_generation() {
    let folder = tempfile::tempdir().unwrap();
    let first = {
        let store = open(folder.path()).await;
        commit(&store).await;
        let first = store.generation().await.unwrap();
        store.close().await;
        assert_eq!(
            store.generation().await.unwrap(),
            None,
            "nobody has it open"
        );
        first
    };
    let store = open(folder.path()).await;
    let _reader = store.read().await.unwrap();
    assert_ne!(store.generation().await.unwrap(), first);
}

/// Closing a descriptor of a file drops the locks of the whole process on it: SQLite's too.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn looking_takes_no_lock_of_sqlite_away() {
    use std::os::unix::fs::MetadataExt;

    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    commit(&store).await;
    let _snapshot = store.snapshot().await.unwrap();
    let index = std::fs::metadata(folder.path().join("tenure.db-shm")).unwrap();
    let locks = || {
        let own = format!(" {} ", std::process::id());
        let inode = format!(":{} ", index.ino());
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        all.lines()
            .filter(|line| line.contains(&own) && line.contains(&inode))
            .count()
    };
    let before = locks();
    for _ in 0..3 {
        assert!(store.generation().await.unwrap().is_some());
    }
    let other = open(folder.path()).await;
    assert!(other.generation().await.unwrap().is_some());
    drop(other);
    assert!(before > 0, "SQLite holds locks");
    assert_eq!(locks(), before);
}
