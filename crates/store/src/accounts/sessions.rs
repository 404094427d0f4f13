//! Sessions beside everything else, under the hash of the id that the browser holds: who reads the
//! table has no session.

use async_trait::async_trait;
use domain::Timestamp;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, SessionStore};

use crate::sql::{row, select, sql};
use crate::{Chain, Error, Store, artifacts, now};

/// The key of a session's data that names the account.
pub const ACCOUNT: &str = "account";

row! {
    struct Session in "session" {
        data: String,
        expires_at: Timestamp,
    }
}

impl From<Error> for session_store::Error {
    fn from(error: Error) -> Self {
        Self::Backend(Chain(&error).to_string())
    }
}

fn key(id: &Id) -> String {
    artifacts::hash(id.to_string().as_bytes())
}

fn data(record: &Record) -> session_store::Result<String> {
    serde_json::to_string(&record.data)
        .map_err(|error| session_store::Error::Encode(error.to_string()))
}

fn expiry(record: &Record) -> Timestamp {
    Timestamp::from_micros(
        i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX),
    )
}

#[async_trait]
impl SessionStore for Store {
    /// Adds a session, and forgets those that have expired.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let mut writer = self.begin().await?;
        sql("delete from session where expires_at <= $1")
            .bind(now())
            .execute(&mut writer)
            .await?;
        let account = record
            .data
            .get(ACCOUNT)
            .and_then(|account| account.as_str());
        let statement = sql(
            "insert into session (session_id, data, expires_at, account_id) values ($1, $2, $3, $4)",
        );
        let statement = statement
            .bind(key(&record.id))
            .bind(data(record)?)
            .bind(expiry(record))
            .bind(account);
        statement.execute(&mut writer).await?;
        Ok(writer.commit().await?)
    }

    /// Writes a session that is there. One that was ended meanwhile stays ended. While the database
    /// cannot be written the session stays as it is, so that pages can still be read: it ends by
    /// idleness a little earlier then.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let data = data(record)?;
        let saved = async {
            let mut writer = self.begin().await?;
            let statement =
                sql("update session set data = $1, expires_at = $2 where session_id = $3");
            statement
                .bind(data)
                .bind(expiry(record))
                .bind(key(&record.id))
                .execute(&mut writer)
                .await?;
            writer.commit().await
        };
        match saved.await {
            Err(error @ Error::Unavailable(_)) => {
                tracing::warn!(error = %Chain(&error), "a session could not be saved");
                Ok(())
            }
            saved => Ok(saved?),
        }
    }

    async fn load(&self, session_id: &Id) -> session_store::Result<Option<Record>> {
        let statement = select("where session_id = $1 and expires_at > $2")
            .bind(key(session_id))
            .bind(now());
        let session: Option<Session> = statement.optional(&mut self.read().await?).await?;
        let Some(session) = session else {
            return Ok(None);
        };
        let unreadable =
            |error: &dyn std::fmt::Display| session_store::Error::Decode(error.to_string());
        let data = serde_json::from_str(&session.data).map_err(|error| unreadable(&error))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(
            i128::from(session.expires_at.micros()) * 1000,
        );
        Ok(Some(Record {
            id: *session_id,
            data,
            expiry_date: expiry_date.map_err(|error| unreadable(&error))?,
        }))
    }

    async fn delete(&self, session_id: &Id) -> session_store::Result<()> {
        let mut writer = self.begin().await?;
        sql("delete from session where session_id = $1")
            .bind(key(session_id))
            .execute(&mut writer)
            .await?;
        Ok(writer.commit().await?)
    }
}
