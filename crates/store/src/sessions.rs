//! Sessions in the same pool as everything else, under the hash of the id that the browser holds: who reads the table has no session.

use async_trait::async_trait;
use sqlx::Row;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, SessionStore};

use crate::{Store, artifacts};

/// The key of a session's data that names the account.
pub const ACCOUNT: &str = "account";

fn failed(error: impl std::fmt::Display) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

fn key(id: &Id) -> String {
    artifacts::hash(id.to_string().as_bytes())
}

#[async_trait]
impl SessionStore for Store {
    /// Adds a session, and forgets those that have expired.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let expired = sqlx::query("delete from session where expires_at <= $1").bind(OffsetDateTime::now_utc().unix_timestamp());
        expired.execute(self.pool()).await.map_err(failed)?;
        let data = serde_json::to_string(&record.data).map_err(failed)?;
        sqlx::query("insert into session (session_id, data, expires_at, account_id) values ($1, $2, $3, $4)")
            .bind(key(&record.id))
            .bind(data)
            .bind(record.expiry_date.unix_timestamp())
            .bind(record.data.get(ACCOUNT).and_then(|account| account.as_str()))
            .execute(self.pool())
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Writes a session that is there. One that was ended meanwhile stays ended.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let data = serde_json::to_string(&record.data).map_err(failed)?;
        sqlx::query("update session set data = $1, expires_at = $2 where session_id = $3")
            .bind(data)
            .bind(record.expiry_date.unix_timestamp())
            .bind(key(&record.id))
            .execute(self.pool())
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn load(&self, session_id: &Id) -> session_store::Result<Option<Record>> {
        let row = sqlx::query("select data, expires_at from session where session_id = $1 and expires_at > $2")
            .bind(key(session_id))
            .bind(OffsetDateTime::now_utc().unix_timestamp())
            .fetch_optional(self.pool())
            .await
            .map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let data = serde_json::from_str(row.get::<&str, _>(0)).map_err(failed)?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.get(1)).map_err(failed)?;
        Ok(Some(Record { id: *session_id, data, expiry_date }))
    }

    async fn delete(&self, session_id: &Id) -> session_store::Result<()> {
        sqlx::query("delete from session where session_id = $1").bind(key(session_id)).execute(self.pool()).await.map_err(failed)?;
        Ok(())
    }
}
