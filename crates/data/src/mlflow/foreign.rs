//! What a tracking server holds.

use std::path::PathBuf;

use crate::sources::{Hosts, SourceError};

/// An experiment of MLflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignExperiment {
    /// Its id there.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Deleted there, and not yet for good.
    pub archived: bool,
    /// Name and value.
    pub tags: Vec<(String, String)>,
}

/// A run of MLflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRun {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED`, `KILLED`
    pub status: String,
    /// Who logged it, as its client said.
    pub user: String,
    /// Milliseconds.
    pub started_at: i64,
    /// Milliseconds.
    pub ended_at: Option<i64>,
    /// Deleted there, and not yet for good.
    pub archived: bool,
    /// Name and value.
    pub parameters: Vec<(String, String)>,
    /// Name and value.
    pub tags: Vec<(String, String)>,
    /// Names of its metrics.
    pub metrics: Vec<String>,
    /// Where its files are.
    pub artifact_uri: String,
}

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignPoint {
    /// Name of the metric.
    pub name: String,
    /// May be infinite or not a number.
    pub value: f64,
    /// Step of the training.
    pub step: i64,
    /// Milliseconds.
    pub recorded_at: i64,
}

/// A registered model of MLflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignModel {
    /// Its name.
    pub name: String,
    /// What people say about it.
    pub description: String,
    /// Name and value.
    pub tags: Vec<(String, String)>,
    /// Alias and version.
    pub aliases: Vec<(String, i64)>,
    /// Oldest first.
    pub versions: Vec<ForeignVersion>,
}

/// A version of a registered model of MLflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignVersion {
    /// Its number.
    pub version: i64,
    /// `None`, `Staging`, `Production`, `Archived`
    pub stage: String,
    /// Where its files are.
    pub source: String,
    /// 32 hexadecimal digits; empty: none.
    pub run: String,
    /// What people say about it.
    pub description: String,
    /// Name and value.
    pub tags: Vec<(String, String)>,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFile {
    /// Path below the run's files, with `/`.
    pub path: String,
    /// Bytes, as the source says.
    pub bytes: i64,
}

/// Where a tracking server is, and how to read it.
#[derive(Debug, Clone, Default)]
pub struct MlflowAddress {
    /// `https://HOST`, or `sqlite:///FILE` as MLflow writes it.
    pub uri: String,
    /// Sent as bearer token, or with the user of the address.
    pub password: Option<String>,
    /// The folder with the files of runs (`mlruns`, `mlartifacts`), for a SQLite file.
    pub artifacts: Option<PathBuf>,
    /// Which hosts may be asked.
    pub hosts: Hosts,
}

/// Runs of one page.
pub(super) const PAGE: usize = 200;

/// What cannot be read, and why.
pub(super) fn broken(what: &str, why: impl std::fmt::Display) -> SourceError {
    SourceError::File(format!("{what}: {why}"))
}

/// Largest file, in bytes.
pub(super) const LARGEST_FILE: u64 = 512 << 20;
