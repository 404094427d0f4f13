//! A tracking server of MLflow as a source: its REST API, or the SQLite file that it keeps. Nothing
//! of it is changed.

mod file;
mod server;

use std::path::PathBuf;

use crate::sources::{Hosts, SourceError};

use self::file::File;
use self::server::Server;

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

/// An open source.
#[derive(Debug)]
pub struct MlflowSource(Kind);

#[derive(Debug)]
enum Kind {
    Server(Server),
    File(File),
}

/// Runs of one page.
const PAGE: usize = 200;

fn broken(what: &str, why: impl std::fmt::Display) -> SourceError {
    SourceError::File(format!("{what}: {why}"))
}

impl MlflowSource {
    /// Opens a source.
    ///
    /// # Errors
    /// When the address is neither, the host may not be asked, or the file cannot be read.
    pub async fn open(address: &MlflowAddress) -> Result<Self, SourceError> {
        if address.uri.starts_with("sqlite:") {
            return Ok(Self(Kind::File(File::open(address).await?)));
        }
        if address.uri.starts_with("http://") || address.uri.starts_with("https://") {
            return Ok(Self(Kind::Server(Server::open(address)?)));
        }
        Err(SourceError::Address(
            "the address must be that of a tracking server, https://HOST, or of its SQLite file, sqlite:///FILE".into(),
        ))
    }

    /// Every experiment, deleted ones too.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn experiments(&mut self) -> Result<Vec<ForeignExperiment>, SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.experiments().await,
            Kind::File(file) => file.experiments().await,
        }
    }

    /// Runs of an experiment, oldest first, deleted ones too, after the page that `token` ended;
    /// and the token of the next.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn runs(
        &mut self,
        experiment: &str,
        token: Option<String>,
    ) -> Result<(Vec<ForeignRun>, Option<String>), SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.runs(experiment, token).await,
            Kind::File(file) => file.runs(experiment, token).await,
        }
    }

    /// Every value of the metrics of a run.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn points(&mut self, run: &ForeignRun) -> Result<Vec<ForeignPoint>, SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.points(run).await,
            Kind::File(file) => file.points(run).await,
        }
    }

    /// The files of a run. `None`: they are where this program cannot read.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn files(
        &mut self,
        experiment: &str,
        run: &ForeignRun,
    ) -> Result<Option<Vec<ForeignFile>>, SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.files(run).await,
            Kind::File(file) => file.files(experiment, run),
        }
    }

    /// A file of a run.
    ///
    /// # Errors
    /// When the source cannot be read, or the file is larger than 512 MB.
    pub async fn file(
        &mut self,
        experiment: &str,
        run: &ForeignRun,
        path: &str,
    ) -> Result<Vec<u8>, SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.file(run, path).await,
            Kind::File(file) => file.file(experiment, run, path),
        }
    }

    /// Every registered model with its versions.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn models(&mut self) -> Result<Vec<ForeignModel>, SourceError> {
        match &mut self.0 {
            Kind::Server(server) => server.models().await,
            Kind::File(file) => file.models().await,
        }
    }
}

/// Largest file, in bytes.
const LARGEST_FILE: u64 = 512 << 20;
