//! The rules that the database keeps by itself: append-only history, four eyes, nothing unapproved
//! in service. Triggers are the one place where the two databases differ.

use crate::sql::{row, sql};
use crate::{Reader, Result, Store};

const SQLITE: &str = include_str!("sqlite.sql");
const POSTGRES: &str = include_str!("postgres.sql");

row! {
    struct Trigger {
        name: String,
        sql: String,
    }
}

/// Puts every rule into force.
pub(crate) async fn enforce(store: &Store) -> Result<()> {
    if store.is_postgres() {
        // Under the lock of writers: two processes that start together would trip over each other's
        // `create or replace`.
        let mut writer = store.begin().await?;
        writer.run(POSTGRES).await?;
        return writer.commit().await;
    }
    // SQLite has no `create or replace`: where a rule is missing or another one, all are made anew.
    if are_kept(&mut store.read().await?).await? {
        return Ok(());
    }
    let mut writer = store.begin().await?;
    for Trigger { name, .. } in triggers(&mut writer).await? {
        writer
            .run(format!("drop trigger \"{}\"", name.replace('"', "\"\"")))
            .await?;
    }
    writer.run(SQLITE).await?;
    writer.commit().await
}

async fn triggers(reader: &mut Reader) -> Result<Vec<Trigger>> {
    sql("select name, sql from sqlite_master where type = 'trigger'")
        .all(reader)
        .await
}

async fn are_kept(reader: &mut Reader) -> Result<bool> {
    let kept = triggers(reader).await?;
    Ok(kept.len() == SQLITE.matches("create trigger ").count()
        && kept.iter().all(|Trigger { sql, .. }| {
            sql.get("CREATE TRIGGER ".len()..)
                .is_some_and(|text| SQLITE.contains(text))
        }))
}
