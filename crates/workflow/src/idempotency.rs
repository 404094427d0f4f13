//! The same request sent twice is carried out once: its answer is kept for a day under the key that
//! the caller chose.

use domain::Timestamp;
use store::idempotency::{self, KeptAnswer};

use crate::{Actor, Error, Result, Tenure};

/// Seconds that an answer is kept.
const KEPT: i64 = 24 * 3600;
/// A request that was begun so many seconds ago and never answered ended with its process.
const ABANDONED: i64 = 15 * 60;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub media_type: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What to do with a request that has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeat {
    /// It is the first: it is to be carried out, and its answer kept or the key taken back.
    First,
    /// It was answered.
    Answered(Answered),
    /// The key was used for another request.
    OtherRequest,
    /// The first one is still being carried out.
    InProgress,
}

/// Callers do not see each other's keys.
fn key_hash(actor: &Actor, key: &str) -> String {
    store::artifacts::hash(format!("{}\n{key}", actor.name().key()).as_bytes())
}

impl Tenure {
    /// Begins a request under a key. `request_hash`: of its method, address and body.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_once(&self, actor: &Actor, key: &str, request_hash: &str) -> Result<Repeat> {
        let key_hash = key_hash(actor, key);
        let now = store::now();
        let mut transaction = self.store.begin().await?;
        let kept = idempotency::find(&mut transaction, &key_hash)
            .await?
            .filter(|kept| !is_over(kept, now));
        if let Some(kept) = kept {
            return repeated(kept, request_hash);
        }
        idempotency::remove(&mut transaction, &key_hash).await?;
        let begun = KeptAnswer {
            key_hash,
            request_hash: request_hash.to_owned(),
            status: None,
            media_type: String::new(),
            headers: String::new(),
            body: String::new(),
            created_at: now,
        };
        idempotency::insert(&mut transaction, &begun, now.plus_seconds(-KEPT)).await?;
        transaction.commit().await?;
        Ok(Repeat::First)
    }

    /// Keeps the answer to a request that was begun.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_answer(
        &self,
        actor: &Actor,
        key: &str,
        request_hash: &str,
        answer: Answered,
    ) -> Result<()> {
        let kept = KeptAnswer {
            key_hash: key_hash(actor, key),
            request_hash: request_hash.to_owned(),
            status: Some(answer.status.into()),
            media_type: answer.media_type,
            headers: serde_json::to_string(&answer.headers).map_err(Error::caused)?,
            body: answer.body,
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        idempotency::remove(&mut transaction, &kept.key_hash).await?;
        idempotency::insert(&mut transaction, &kept, kept.created_at.plus_seconds(-KEPT)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a key back: the request failed inside, and may be sent again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_key(&self, actor: &Actor, key: &str) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        idempotency::remove(&mut transaction, &key_hash(actor, key)).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn is_over(kept: &KeptAnswer, now: Timestamp) -> bool {
    let lasts = if kept.status.is_some() {
        KEPT
    } else {
        ABANDONED
    };
    kept.created_at.plus_seconds(lasts) <= now
}

fn repeated(kept: KeptAnswer, request_hash: &str) -> Result<Repeat> {
    if kept.request_hash != request_hash {
        return Ok(Repeat::OtherRequest);
    }
    let Some(status) = kept.status else {
        return Ok(Repeat::InProgress);
    };
    Ok(Repeat::Answered(Answered {
        status: u16::try_from(status).map_err(Error::caused)?,
        media_type: kept.media_type,
        headers: serde_json::from_str(&kept.headers).map_err(Error::caused)?,
        body: kept.body,
    }))
}
