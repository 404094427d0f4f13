//! Why a table could not be written.

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct WriteError(pub(super) String);
