//! Work that must not block the async threads.

use workflow::{Error, Result};

/// Runs CPU work off the async threads.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::caused)?
}
