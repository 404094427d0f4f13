//! Settings of a store.

use std::path::PathBuf;

/// Where things are kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://path` or `postgres://…`; `None` is `tenure.db` in the data folder.
    pub database: Option<String>,
    /// Folder of the database file and, unless `artifacts` says otherwise, of the artifacts.
    pub data_dir: PathBuf,
    /// URL of an artifact store, for example `s3://bucket/prefix`; `None` is a folder in the data
    /// folder.
    pub artifacts: Option<String>,
}
