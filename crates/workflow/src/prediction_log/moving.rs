//! Entries on their way from the files to the database: each arrives exactly once.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use store::prediction_log;

use crate::{Error, Result, Tenure, error::compute};

/// How often it is looked for files, also when none was closed: another process may have left some.
const EVERY: Duration = Duration::from_secs(5);
/// How often entries whose time is over are purged.
const PURGE_EVERY: Duration = Duration::from_secs(3600);
/// Entries per transaction: nobody else writes meanwhile.
const PART: usize = 2000;
/// How long the end of the process waits for the database. What is not there by then is moved at
/// the next start.
const LAST: Duration = Duration::from_secs(10);

impl Tenure {
    /// Moves entries for as long as the server runs.
    pub async fn keep_predictions(self) {
        let mut purged: Option<std::time::Instant> = None;
        loop {
            if let Err(error) = self.move_predictions().await {
                tracing::warn!(
                    error = crate::causes(&error),
                    "entries of the prediction log wait for the database"
                );
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            if purged.is_none_or(|last| last.elapsed() >= PURGE_EVERY) {
                purged = Some(std::time::Instant::now());
                if let Err(error) = self.purge_due().await {
                    tracing::warn!(
                        error = crate::causes(&error),
                        "entries of the prediction log could not be purged"
                    );
                }
            }
            // Either is a reason to look again.
            _ = tokio::time::timeout(EVERY, self.store.spool().file_closed()).await;
        }
    }

    /// Moves what was written so far, so that it can be found; also what a process left behind that
    /// is gone.
    ///
    /// # Errors
    /// When the files cannot be read or the database fails.
    pub async fn flush_predictions(&self) -> Result<()> {
        self.store.spool().close_file().await;
        self.move_predictions().await
    }

    /// The end of the process: what was answered is in a file, and as much as possible in the
    /// database.
    pub async fn close_prediction_log(&self) {
        match tokio::time::timeout(LAST, self.flush_predictions()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(
                error = crate::causes(&error),
                "entries of the prediction log are moved at the next start"
            ),
            Err(_) => {
                tracing::warn!("entries of the prediction log are moved at the next start");
            }
        }
    }

    async fn move_predictions(&self) -> Result<()> {
        // One at a time in a process; two processes do no harm to each other.
        let _turn = self.moving.lock().await;
        let spool = std::sync::Arc::clone(self.store.spool());
        for file in compute(move || Ok(spool.closed_files()?)).await? {
            self.move_file(&file).await?;
        }
        Ok(())
    }

    async fn move_file(&self, file: &Path) -> Result<()> {
        let (spool, path) = (std::sync::Arc::clone(self.store.spool()), file.to_owned());
        let read = compute(move || Ok(spool.read_file(&path)?)).await?;
        let Some((rows, damaged)) = read else {
            return Ok(());
        };
        for part in rows.chunks(PART) {
            let mut transaction = self.store.begin().await?;
            prediction_log::insert(&mut transaction, part).await?;
            transaction.commit().await?;
            self.log_counts
                .moved
                .fetch_add(part.len() as u64, Ordering::Relaxed);
        }
        if damaged > 0 {
            self.log_counts
                .damaged
                .fetch_add(damaged as u64, Ordering::Relaxed);
            tracing::error!(
                file = %file.display(),
                damaged,
                "lines of a file of the prediction log are damaged; the file is kept"
            );
        }
        let (spool, path) = (std::sync::Arc::clone(self.store.spool()), file.to_owned());
        compute(move || spool.moved(&path, damaged > 0).map_err(Error::from)).await
    }
}
