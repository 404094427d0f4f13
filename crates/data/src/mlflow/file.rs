//! The SQLite file of a tracking server, on a connection that cannot write, and the folder with the
//! files of its runs.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection as _, Row, SqliteConnection};

use super::foreign::{
    ForeignExperiment, ForeignFile, ForeignModel, ForeignPoint, ForeignRun, ForeignVersion,
    LARGEST_FILE, MlflowAddress, PAGE, broken,
};
use crate::sources::SourceError;

#[derive(Debug)]
pub(super) struct File {
    connection: SqliteConnection,
    artifacts: Option<PathBuf>,
    /// The folder of the database: relative paths of runs begin here.
    folder: PathBuf,
}

fn failed(error: sqlx::Error) -> SourceError {
    broken("the SQLite file is not one of MLflow, or is damaged", error)
}

type Pairs = Vec<(String, String)>;

impl File {
    pub(super) async fn open(address: &MlflowAddress) -> Result<Self, SourceError> {
        // MLflow's form: three slashes before a relative path, four before an absolute one.
        let path = address
            .uri
            .strip_prefix("sqlite:///")
            .or_else(|| address.uri.strip_prefix("sqlite:"))
            .unwrap_or_default();
        let path = Path::new(path);
        if !path.is_file() {
            return Err(SourceError::Address(format!(
                "there is no file {}. MLflow's address of an absolute path has four slashes: sqlite:////srv/mlflow.db",
                path.display()
            )));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .create_if_missing(false);
        let mut connection = options.connect().await.map_err(failed)?;
        connection.ping().await.map_err(failed)?;
        Ok(Self {
            connection,
            artifacts: address.artifacts.clone(),
            folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
        })
    }

    async fn rows(
        &mut self,
        text: &'static str,
        values: &[&str],
    ) -> Result<Vec<SqliteRow>, SourceError> {
        let mut query = sqlx::query(text);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.fetch_all(&mut self.connection).await.map_err(failed)
    }

    async fn pairs(&mut self, text: &'static str, values: &[&str]) -> Result<Pairs, SourceError> {
        let rows = self.rows(text, values).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, optional(row, 1)?)))
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    pub(super) async fn experiments(&mut self) -> Result<Vec<ForeignExperiment>, SourceError> {
        let rows = self
            .rows(
                "select cast(experiment_id as text), name, lifecycle_stage from experiments order by experiments.experiment_id",
                &[],
            )
            .await?;
        let mut found = Vec::new();
        for row in &rows {
            let read = || -> sqlx::Result<ForeignExperiment> {
                Ok(ForeignExperiment {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    archived: optional(row, 2)? == "deleted",
                    tags: Vec::new(),
                })
            };
            found.push(read().map_err(failed)?);
        }
        for experiment in &mut found {
            let id = experiment.id.clone();
            let text = "select key, value from experiment_tags where experiment_id = cast($1 as integer) order by key";
            experiment.tags = self.pairs(text, &[&id]).await?;
        }
        Ok(found)
    }

    pub(super) async fn runs(
        &mut self,
        experiment: &str,
        token: Option<String>,
    ) -> Result<(Vec<ForeignRun>, Option<String>), SourceError> {
        let first: usize = token.and_then(|token| token.parse().ok()).unwrap_or(0);
        let (limit, offset) = (PAGE.to_string(), first.to_string());
        let text = "select run_uuid, name, status, user_id, start_time, end_time, lifecycle_stage, artifact_uri from runs \
                    where experiment_id = cast($1 as integer) order by start_time, run_uuid limit cast($2 as integer) offset cast($3 as integer)";
        let rows = self.rows(text, &[experiment, &limit, &offset]).await?;
        let mut found = Vec::new();
        for row in &rows {
            let read = || -> sqlx::Result<ForeignRun> {
                Ok(ForeignRun {
                    id: row.try_get(0)?,
                    name: optional(row, 1)?,
                    status: optional(row, 2)?,
                    user: optional(row, 3)?,
                    started_at: row.try_get::<Option<i64>, _>(4)?.unwrap_or(0),
                    ended_at: row.try_get(5)?,
                    archived: optional(row, 6)? == "deleted",
                    artifact_uri: optional(row, 7)?,
                    parameters: Vec::new(),
                    tags: Vec::new(),
                    metrics: Vec::new(),
                })
            };
            found.push(read().map_err(failed)?);
        }
        for run in &mut found {
            let id = run.id.clone();
            run.parameters = self
                .pairs(
                    "select key, value from params where run_uuid = $1 order by key",
                    &[&id],
                )
                .await?;
            run.tags = self
                .pairs(
                    "select key, value from tags where run_uuid = $1 order by key",
                    &[&id],
                )
                .await?;
            let names = self
                .rows(
                    "select distinct key from metrics where run_uuid = $1 order by key",
                    &[&id],
                )
                .await?;
            run.metrics = names
                .iter()
                .map(|row| row.try_get(0))
                .collect::<sqlx::Result<_>>()
                .map_err(failed)?;
        }
        let next = (found.len() == PAGE).then(|| (first + PAGE).to_string());
        Ok((found, next))
    }

    pub(super) async fn points(
        &mut self,
        run: &ForeignRun,
    ) -> Result<Vec<ForeignPoint>, SourceError> {
        let text = "select key, value, step, timestamp, is_nan from metrics where run_uuid = $1 order by key, timestamp, step";
        let rows = self.rows(text, &[&run.id]).await?;
        let read = |row: &SqliteRow| -> sqlx::Result<ForeignPoint> {
            let value: f64 = row.try_get(1)?;
            let is_nan: bool = row.try_get(4)?;
            Ok(ForeignPoint {
                name: row.try_get(0)?,
                // MLflow keeps infinity as the largest number.
                value: match value {
                    _ if is_nan => f64::NAN,
                    f64::MAX => f64::INFINITY,
                    f64::MIN => f64::NEG_INFINITY,
                    value => value,
                },
                step: row.try_get(2)?,
                recorded_at: row.try_get(3)?,
            })
        };
        rows.iter()
            .map(read)
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    /// The folder with a run's files, where this program can read it.
    fn folder_of(&self, experiment: &str, run: &ForeignRun) -> Option<PathBuf> {
        let usual = Path::new(experiment).join(&run.id).join("artifacts");
        if let Some(folder) = &self.artifacts {
            return Some(folder.join(usual)).filter(|folder| folder.is_dir());
        }
        let uri = run.artifact_uri.as_str();
        let local = match uri.strip_prefix("file://") {
            Some(path) => Some(PathBuf::from(path)),
            None if uri.is_empty() || uri.contains(':') => None,
            None => Some(self.folder.join(uri)),
        };
        let served = uri.strip_prefix("mlflow-artifacts:/").map(|path| {
            self.folder
                .join("mlartifacts")
                .join(path.trim_start_matches('/'))
        });
        local.or(served).filter(|folder| folder.is_dir())
    }

    pub(super) fn files(
        &self,
        experiment: &str,
        run: &ForeignRun,
    ) -> Result<Option<Vec<ForeignFile>>, SourceError> {
        let Some(folder) = self.folder_of(experiment, run) else {
            return Ok(None);
        };
        let mut found = Vec::new();
        collect(&folder, "", &mut found).map_err(|error| broken("a folder of files", error))?;
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Some(found))
    }

    pub(super) fn file(
        &self,
        experiment: &str,
        run: &ForeignRun,
        path: &str,
    ) -> Result<Vec<u8>, SourceError> {
        let folder = self
            .folder_of(experiment, run)
            .ok_or_else(|| broken(path, "its folder cannot be read"))?;
        let file = folder.join(path);
        let size = std::fs::metadata(&file)
            .map_err(|error| broken(path, error))?
            .len();
        if size > LARGEST_FILE {
            return Err(SourceError::TooLarge((LARGEST_FILE >> 20) as usize));
        }
        std::fs::read(&file).map_err(|error| broken(path, error))
    }

    pub(super) async fn models(&mut self) -> Result<Vec<ForeignModel>, SourceError> {
        let names = self
            .pairs(
                "select name, description from registered_models order by name",
                &[],
            )
            .await?;
        let mut found = Vec::new();
        for (name, description) in names {
            let tags = self
                .pairs(
                    "select key, value from registered_model_tags where name = $1 order by key",
                    &[&name],
                )
                .await?;
            let text = "select alias, cast(version as integer) from registered_model_aliases where name = $1 order by alias";
            let aliases = self.rows(text, &[&name]).await?;
            let aliases = aliases
                .iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                .collect::<sqlx::Result<_>>()
                .map_err(failed)?;
            let text = "select version, current_stage, source, run_id, description from model_versions \
                        where name = $1 and current_stage <> 'Deleted_Internal' order by version";
            let rows = self.rows(text, &[&name]).await?;
            let mut versions = Vec::new();
            for row in &rows {
                let read = || -> sqlx::Result<ForeignVersion> {
                    Ok(ForeignVersion {
                        version: row.try_get(0)?,
                        stage: optional(row, 1)?,
                        source: optional(row, 2)?,
                        run: optional(row, 3)?,
                        description: optional(row, 4)?,
                        tags: Vec::new(),
                    })
                };
                let mut version = read().map_err(failed)?;
                let number = version.version.to_string();
                let text = "select key, value from model_version_tags where name = $1 and version = cast($2 as integer) order by key";
                version.tags = self.pairs(text, &[&name, &number]).await?;
                versions.push(version);
            }
            found.push(ForeignModel {
                name,
                description,
                tags,
                aliases,
                versions,
            });
        }
        Ok(found)
    }
}

/// A text that may be null.
fn optional(row: &SqliteRow, index: usize) -> sqlx::Result<String> {
    Ok(row.try_get::<Option<String>, _>(index)?.unwrap_or_default())
}

/// Files below a folder. Links are left out: they may lead anywhere.
fn collect(folder: &Path, below: &str, found: &mut Vec<ForeignFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if kind.is_dir() {
            collect(&entry.path(), &path, found)?;
        } else if kind.is_file() {
            found.push(ForeignFile {
                path,
                bytes: entry.metadata()?.len() as i64,
            });
        }
    }
    Ok(())
}
