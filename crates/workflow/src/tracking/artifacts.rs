//! Files of runs and logged models. They are stored and handed out; nothing of them is read or
//! executed here.

use std::collections::BTreeMap;

use domain::{RefusalCode, RunId};
use store::runs::Artifact;
use store::tracking;

use super::ids::{client_id, run_id_of};
use crate::actor::Tracker;
use crate::runs::artifacts::ROWS_OF_PEOPLE;
use crate::{Error, Member, Result, Role, Tenure};

/// A place in the artifacts: of a run or of a logged model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactPath {
    Run { run: RunId, path: String },
    Model { model: String, path: String },
}

/// A file or folder in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its last part.
    pub name: String,
    /// Bytes of a file; `None`: a folder.
    pub bytes: Option<i64>,
}

/// Characters of a path.
const LONGEST_PATH: usize = 1000;
/// Files of a run or model.
const MOST_FILES: usize = 10_000;

/// Files that describe a model without data: what they hold is what the client ran on.
const DESCRIPTIONS: [&str; 4] = [
    "MLmodel",
    "conda.yaml",
    "python_env.yaml",
    "requirements.txt",
];

impl ArtifactPath {
    /// Reads `EXPERIMENT/RUN/artifacts/path` or `EXPERIMENT/models/MODEL/artifacts/path`, as our
    /// artifact URIs have it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for any other path, and for one that leaves its folder.
    pub fn parse(text: &str) -> Result<Self> {
        let unclear = || {
            Error::Invalid(
                "Invalid artifact path. Paths are EXPERIMENT_ID/RUN_ID/artifacts/… or EXPERIMENT_ID/models/MODEL_ID/artifacts/….".into(),
            )
        };
        let text = text.trim_matches('/');
        // The client asks for `folder/.` too.
        let parts: Vec<&str> = text.split('/').filter(|part| *part != ".").collect();
        let is_safe = |part: &&str| {
            !part.is_empty()
                && *part != ".."
                && !part
                    .chars()
                    .any(|letter| letter.is_control() || letter == '\\')
        };
        if text.chars().count() > LONGEST_PATH || !parts.iter().all(is_safe) {
            return Err(unclear());
        }
        match parts.as_slice() {
            [_, "models", model, "artifacts", rest @ ..] => Ok(Self::Model {
                model: (*model).to_owned(),
                path: rest.join("/"),
            }),
            [_, run, "artifacts", rest @ ..] => Ok(Self::Run {
                run: run_id_of(run)?,
                path: rest.join("/"),
            }),
            _ => Err(unclear()),
        }
    }

    fn path(&self) -> &str {
        match self {
            Self::Run { path, .. } | Self::Model { path, .. } => path,
        }
    }
}

/// The media type by the ending of a name; text only where the bytes are.
pub(super) fn media_type(name: &str, bytes: &[u8]) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "json" if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() => {
            "application/json"
        }
        "csv" => "text/csv",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "pdf" => "application/pdf",
        "txt" | "md" | "yaml" | "yml" | "log" | "json" | "toml" => "text/plain",
        _ if name == "MLmodel" => "text/plain",
        _ => "application/octet-stream",
    }
}

impl Tenure {
    async fn files(&self, place: &ArtifactPath) -> Result<Vec<Artifact>> {
        let mut reader = self.store.read().await?;
        match place {
            ArtifactPath::Run { run, .. } => {
                let run = self.find_tracked(&mut reader, run).await?;
                Ok(store::runs::details(&mut reader, &run.run_id)
                    .await?
                    .artifacts)
            }
            ArtifactPath::Model { model, .. } => {
                self.find_logged_model(&mut reader, model).await?;
                Ok(tracking::logged_model_artifacts(&mut reader, model).await?)
            }
        }
    }

    /// Files and folders in a folder. Empty where there is nothing, and for a file.
    ///
    /// # Errors
    /// When there is no such run or model.
    pub async fn list_tracked_files(
        &self,
        _: &Member<'_>,
        place: &ArtifactPath,
    ) -> Result<Vec<FileEntry>> {
        let at = place.path();
        let mut entries: BTreeMap<String, Option<i64>> = BTreeMap::new();
        for file in self.files(place).await? {
            let rest = if at.is_empty() {
                Some(file.name.as_str())
            } else {
                file.name
                    .strip_prefix(at)
                    .and_then(|rest| rest.strip_prefix('/'))
            };
            match rest.map(|rest| {
                rest.split_once('/')
                    .map_or((rest, None), |(own, _)| (own, Some(())))
            }) {
                Some((folder, Some(()))) => {
                    entries.insert(folder.to_owned(), None);
                }
                Some((name, None)) => {
                    entries.insert(name.to_owned(), Some(file.byte_count));
                }
                None => {}
            }
        }
        Ok(entries
            .into_iter()
            .map(|(name, bytes)| FileEntry { name, bytes })
            .collect())
    }

    /// A file. `why` is the reason for access, which files with people of our own runs need.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for a file that may hold people, without the role
    /// or without a reason.
    pub async fn tracked_file(
        &self,
        member: &Member<'_>,
        place: &ArtifactPath,
        why: &str,
    ) -> Result<(Vec<u8>, String)> {
        let path = place.path();
        let own = match place {
            ArtifactPath::Run { run, .. } => {
                let run = self
                    .find_tracked(&mut self.store.read().await?, run)
                    .await?;
                run.client_status.is_none().then_some(run)
            }
            ArtifactPath::Model { .. } => None,
        };
        if let Some(run) = own {
            if ROWS_OF_PEOPLE.contains(&path) {
                self.purpose(&run.use_case, why).map_err(|error| {
                    Error::forbidden(
                        RefusalCode::RoleRequired,
                        format!("{path} contains data about individual people. {error} Send it in the header Tenure-Purpose."),
                    )
                })?;
            }
            return self.run_artifact(member, &run.run_id, path).await;
        }
        let found = self.files(place).await?;
        let found = found
            .into_iter()
            .find(|file| file.name == path)
            .ok_or_else(|| Error::NotFound(format!("There is no file {path}.")))?;
        self.may_read_file(member, path)?;
        Ok((self.store.artifact(&found.hash).await?, found.media_type))
    }

    /// Nobody knows what a client put into a file: it is for those who see people, or who log.
    pub(crate) fn may_read_file(&self, member: &Member<'_>, path: &str) -> Result<()> {
        let actor = member.actor();
        let name = path.rsplit('/').next().unwrap_or(path);
        if DESCRIPTIONS.contains(&name) || actor.tracker().is_ok() || actor.is(Role::Analyst) {
            return Ok(());
        }
        Err(Error::forbidden(
            RefusalCode::RoleRequired,
            format!(
                "{name} was logged by a client and may contain data about people. This requires the analyst role."
            ),
        ))
    }

    /// Stores a file, in place of one of that name.
    ///
    /// # Errors
    /// When there is no such run or model, it is archived or our own, or has too many files.
    pub async fn put_tracked_file(
        &self,
        tracker: &Tracker<'_>,
        place: &ArtifactPath,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let path = place.path();
        if path.is_empty() {
            return Err(Error::Invalid(
                "Invalid artifact path: a file needs a name.".into(),
            ));
        }
        // Before the bytes are stored.
        self.expect_writable(place).await?;
        let (name, byte_count) = (path.to_owned(), bytes.len() as i64);
        let media_type = media_type(path, &bytes).to_owned();
        let hash = self.store.put_artifact(bytes).await?;
        let file = Artifact {
            name,
            hash,
            byte_count,
            media_type,
        };
        self.add_tracked_file(tracker, place, &file).await
    }

    async fn expect_writable(&self, place: &ArtifactPath) -> Result<()> {
        let mut reader = self.store.read().await?;
        match place {
            ArtifactPath::Run { run, .. } => {
                self.open_run(&mut reader, run).await?;
            }
            ArtifactPath::Model { model, .. } => {
                self.find_logged_model(&mut reader, model).await?;
            }
        }
        drop(reader);
        if self.files(place).await?.len() >= MOST_FILES {
            return Err(Error::Invalid(format!(
                "A run or model can have up to {MOST_FILES} files."
            )));
        }
        Ok(())
    }

    async fn add_tracked_file(
        &self,
        _: &Tracker<'_>,
        place: &ArtifactPath,
        file: &Artifact,
    ) -> Result<()> {
        let mut writer = self.store.begin().await?;
        match place {
            ArtifactPath::Run { run, .. } => {
                let run = self.open_run(&mut writer, run).await?;
                tracking::put_artifact(&mut writer, &run.run_id, file).await?;
            }
            ArtifactPath::Model { model, .. } => {
                self.find_logged_model(&mut writer, model).await?;
                tracking::insert_logged_model_artifact(&mut writer, model, file).await?;
            }
        }
        writer.commit().await?;
        Ok(())
    }

    /// Removes a file, or a folder with all that is in it.
    ///
    /// # Errors
    /// When there is no such run, model or file, or the run is archived or our own.
    pub async fn remove_tracked_files(&self, _: &Tracker<'_>, place: &ArtifactPath) -> Result<()> {
        let path = place.path();
        if path.is_empty() {
            return Err(Error::Invalid("Name the file or folder to delete.".into()));
        }
        let mut writer = self.store.begin().await?;
        let removed = match place {
            ArtifactPath::Run { run, .. } => {
                let run = self.open_run(&mut writer, run).await?;
                tracking::remove_artifacts(&mut writer, &run.run_id, path).await?
            }
            ArtifactPath::Model { model, .. } => {
                self.find_logged_model(&mut writer, model).await?;
                tracking::remove_logged_model_artifacts(&mut writer, model, path).await?
            }
        };
        if removed == 0 {
            return Err(Error::NotFound(format!("There is no file {path}.")));
        }
        writer.commit().await?;
        Ok(())
    }
}

/// Where the files of a run are, for clients.
pub(super) fn run_uri(experiment: &str, run: &RunId) -> String {
    format!(
        "mlflow-artifacts:/{experiment}/{}/artifacts",
        client_id(run)
    )
}

/// Where the files of a logged model are, for clients.
pub(super) fn model_uri(experiment: &str, model: &str) -> String {
    format!("mlflow-artifacts:/{experiment}/models/{model}/artifacts")
}

impl super::TrackedRun {
    /// Where its files are, for clients.
    pub fn artifact_uri(&self) -> String {
        run_uri(&self.run.use_case, &self.run.run_id)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn paths_stay_in_their_folder() {
        let run = "019ad5e45c2b7e10a0b1c2d3e4f50617";
        let found = ArtifactPath::parse(&format!("/0/{run}/artifacts/model/MLmodel")).unwrap();
        assert_eq!(
            found,
            ArtifactPath::Run {
                run: run_id_of(run).unwrap(),
                path: "model/MLmodel".into()
            }
        );
        assert_eq!(
            ArtifactPath::parse("0/models/m-1/artifacts").unwrap(),
            ArtifactPath::Model {
                model: "m-1".into(),
                path: String::new()
            }
        );
        for wrong in [
            String::new(),
            "0".into(),
            format!("0/{run}/artifacts/../../x"),
            format!("0/{run}/artifacts/a//b"),
            format!("0/{run}/artifacts/a\\b"),
            format!("0/{run}/other/a"),
            "../etc/passwd".into(),
        ] {
            assert!(ArtifactPath::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
