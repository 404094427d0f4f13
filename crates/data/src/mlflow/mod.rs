//! A tracking server of MLflow as a source: its REST API, or the SQLite file that it keeps. Nothing
//! of it is changed.

mod file;
mod foreign;
mod server;

use crate::sources::SourceError;

use self::file::File;
pub use self::foreign::{
    ForeignExperiment, ForeignFile, ForeignModel, ForeignPoint, ForeignRun, ForeignVersion,
    MlflowAddress,
};
use self::server::Server;

/// An open source.
#[derive(Debug)]
pub struct MlflowSource(Kind);

#[derive(Debug)]
enum Kind {
    Server(Server),
    File(File),
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
