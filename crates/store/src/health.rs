//! Whether the database can be written.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::sql::sql;
use crate::{Chain, Result, Writer, now};

/// What was found lately: when, and whether it could be written. Who asks while somebody else tries
/// waits for that answer.
#[derive(Debug, Default)]
pub(crate) struct Probe(Mutex<Option<(Instant, bool)>>);

/// An answer is good for so long, however many ask.
const GOOD_FOR: Duration = Duration::from_secs(1);

impl Probe {
    /// Whether `beat` succeeds; it is not tried when the last answer is still good.
    pub async fn is_writable(&self, beat: impl Future<Output = Result<()>>) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, writable)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return writable;
        }
        let beat = beat.await;
        if let Err(error) = &beat {
            tracing::error!(error = %Chain(error), "the database is not writable");
        }
        *last = Some((Instant::now(), beat.is_ok()));
        beat.is_ok()
    }
}

/// Writes a row, for good.
pub(crate) async fn beat(mut writer: Writer) -> Result<()> {
    sql("update heartbeat set at = $1 where only_row = 1")
        .bind(now())
        .execute(&mut writer)
        .await?;
    writer.commit().await
}
