//! Whether the database can be written.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::sql::sql;
use crate::{Chain, Result, Store, now};

/// What was found lately: when, and whether it could be written. Who asks while somebody else tries waits for that answer.
pub(crate) type Probe = Mutex<Option<(Instant, bool)>>;

/// An answer is good for so long, however many ask.
const GOOD_FOR: Duration = Duration::from_secs(1);

impl Store {
    /// Writes a row, for good, unless somebody did so within the last second. What keeps it from being written is in the log.
    pub async fn is_writable(&self) -> bool {
        let mut probe = self.probe.lock().await;
        if let Some((at, writable)) = *probe
            && at.elapsed() < GOOD_FOR
        {
            return writable;
        }
        let beat = self.beat().await;
        if let Err(error) = &beat {
            tracing::error!(error = %Chain(error), "the database is not writable");
        }
        *probe = Some((Instant::now(), beat.is_ok()));
        beat.is_ok()
    }

    async fn beat(&self) -> Result<()> {
        let mut writer = self.begin().await?;
        sql("update heartbeat set at = $1 where only_row = 1").bind(now()).execute(&mut writer).await?;
        writer.commit().await
    }
}
