//! Runs of an import, with their values and files.

use data::mlflow::{ForeignExperiment, ForeignRun};
use domain::RunId;
use store::runs::Artifact;
use store::tracking::{self, Point};

use super::{Importing, RUN_SOURCE, unreadable};
use crate::Result;
use crate::tracking::artifacts::{ArtifactPath, media_type};
use crate::tracking::ids::{moment, run_id_of};
use crate::tracking::names;
use crate::tracking::runs::{RUN_NAME, TrackedStatus};

/// A run is begun: its row is here, values may be missing.
const BEGUN: &str = "run_begun";
/// A run with all of its values.
const RUN: &str = "run";
/// All files of a run.
const FILES: &str = "files";
/// Values in one transaction, so that others can write between them.
const VALUES_AT_ONCE: usize = 5000;

impl Importing<'_> {
    /// Takes the runs of an experiment, oldest first, so that a parent is here before its nested
    /// runs.
    pub(super) async fn runs(&mut self, experiment: &ForeignExperiment, ours: &str) -> Result<()> {
        let mut token = None;
        loop {
            let (runs, next) = self
                .source
                .runs(&experiment.id, token)
                .await
                .map_err(|error| unreadable(&error))?;
            for run in &runs {
                match run_id_of(&run.id) {
                    Ok(id) => {
                        if self.run(run, &id, ours).await? {
                            self.files(experiment, run, &id).await?;
                        }
                    }
                    Err(_) => self.report.leave(
                        format!("run {}", run.id),
                        "Its id is not one of 32 hexadecimal digits.",
                    ),
                }
            }
            match next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn is_taken(&self, kind: &str, item: &str) -> Result<bool> {
        let mut reader = self.tenure.store.read().await?;
        Ok(tracking::taken(&mut reader, RUN_SOURCE, kind, item)
            .await?
            .is_some())
    }

    /// Takes a run without its files; false when it is not ours to write.
    async fn run(&mut self, foreign: &ForeignRun, id: &RunId, experiment: &str) -> Result<bool> {
        if self.is_taken(RUN, id).await? {
            self.report.known.runs += 1;
            return Ok(true);
        }
        let store = self.tenure.store.clone();
        let there = tracking::client_run(&mut store.read().await?, id).await?;
        let is_begun = self.is_taken(BEGUN, id).await?;
        if there.is_some() && !is_begun {
            self.report.leave(
                format!("run {}", foreign.id),
                "A run with this id is here already, and was not imported.",
            );
            return Ok(false);
        }
        if self.dry_run {
            self.report.taken.runs += 1;
            self.report.taken.metric_values += foreign.metrics.len() as u64;
            return Ok(true);
        }
        if !is_begun {
            self.begin(foreign, id, experiment).await?;
        }
        let points = self
            .source
            .points(foreign)
            .await
            .map_err(|error| unreadable(&error))?;
        let mut kept = Vec::new();
        for point in points {
            match names::name("metric", &point.name) {
                Ok(name) => kept.push(Point {
                    name: name.to_owned(),
                    recorded_at: point.recorded_at,
                    step: point.step,
                    bits: if point.value.is_nan() {
                        f64::NAN
                    } else {
                        point.value
                    }
                    .to_bits() as i64,
                    model_id: String::new(),
                    dataset_name: String::new(),
                    dataset_digest: String::new(),
                }),
                Err(error) => self.report.leave(
                    format!("metric {} of run {}", point.name, foreign.id),
                    error.to_string(),
                ),
            }
        }
        for some in kept.chunks(VALUES_AT_ONCE) {
            let mut writer = store.begin_patiently().await?;
            tracking::add_points(&mut writer, id, some).await?;
            writer.commit().await?;
        }
        let mut writer = store.begin_patiently().await?;
        if foreign.archived {
            tracking::archive(&mut writer, id, true).await?;
        }
        tracking::touch(&mut writer, id).await?;
        tracking::take(&mut writer, RUN_SOURCE, RUN, id, id).await?;
        writer.commit().await?;
        self.report.taken.runs += 1;
        self.report.taken.metric_values += kept.len() as u64;
        Ok(true)
    }

    /// Adds the row of a run with parameters and tags.
    async fn begin(&mut self, foreign: &ForeignRun, id: &RunId, experiment: &str) -> Result<()> {
        let status = TrackedStatus::parse(&foreign.status).map_err(|_| {
            crate::Error::Invalid(format!(
                "The run {} has the status “{}”, which MLflow does not document.",
                foreign.id, foreign.status
            ))
        })?;
        let parent = foreign
            .tags
            .iter()
            .find(|(name, _)| name == "mlflow.parentRunId")
            .and_then(|(_, parent)| run_id_of(parent).ok());
        let mut writer = self.tenure.store.begin_patiently().await?;
        let parent = match parent {
            Some(parent) => tracking::client_run(&mut writer, &parent)
                .await?
                .filter(|parent| parent.use_case.as_str() == experiment)
                .map(|parent| parent.run_id),
            None => None,
        };
        let name = names::title("run", &foreign.name)
            .map_or_else(|_| format!("run-{}", &foreign.id[24..]), str::to_owned);
        let run = store::runs::Run {
            run_id: id.clone(),
            parent_id: parent,
            use_case: experiment.into(),
            name,
            status: status.ours(),
            author: self.admin.name().clone(),
            dataset_id: None,
            seed: 0,
            code_version: String::new(),
            message: String::new(),
            started_at: moment(foreign.started_at),
            ended_at: foreign.ended_at.map(moment),
        };
        tracking::insert_client_run(&mut writer, &run, status.word()).await?;
        let mut left = Vec::new();
        let mut parameters = Vec::new();
        for (key, value) in &foreign.parameters {
            match names::name("parameter", key).and_then(|key| names::parameter(key, value)) {
                Ok(_) => parameters.push((key.clone(), value.clone())),
                Err(error) => left.push((format!("parameter {key}"), error)),
            }
        }
        tracking::set_parameters(&mut writer, id, &parameters).await?;
        let mut tags = Vec::new();
        for (key, value) in &foreign.tags {
            if key == RUN_NAME {
                continue;
            }
            match names::name("tag", key).and_then(|key| names::tag(key, value)) {
                Ok(_) => tags.push((key.clone(), value.clone())),
                Err(error) => left.push((format!("tag {key}"), error)),
            }
        }
        if !tags.iter().any(|(key, _)| key == "mlflow.user") && !foreign.user.is_empty() {
            tags.push(("mlflow.user".to_owned(), foreign.user.clone()));
        }
        tracking::set_run_tags(&mut writer, id, &tags).await?;
        tracking::take(&mut writer, RUN_SOURCE, BEGUN, id, id).await?;
        writer.commit().await?;
        for (what, error) in left {
            self.report
                .leave(format!("{what} of run {}", foreign.id), error.to_string());
        }
        Ok(())
    }

    /// Takes the files of a run, one by one.
    async fn files(
        &mut self,
        experiment: &ForeignExperiment,
        foreign: &ForeignRun,
        id: &RunId,
    ) -> Result<()> {
        if self.is_taken(FILES, id).await? {
            return Ok(());
        }
        let Some(files) = self
            .source
            .files(&experiment.id, foreign)
            .await
            .map_err(|error| unreadable(&error))?
        else {
            if !foreign.artifact_uri.is_empty() {
                self.report.leave(
                    format!("files of run {}", foreign.id),
                    "No folder with them was found; a run without files has none. Name the folder of all runs with --files.",
                );
            }
            return Ok(());
        };
        let store = self.tenure.store.clone();
        let here = store::runs::details(&mut store.read().await?, id)
            .await?
            .artifacts;
        let mut is_whole = true;
        for file in files {
            let place = format!("0/{}/artifacts/{}", foreign.id, file.path);
            if ArtifactPath::parse(&place).is_err() {
                self.report.leave(
                    format!("file {} of run {}", file.path, foreign.id),
                    "Its path is not one that can be kept.",
                );
                continue;
            }
            if here.iter().any(|own| own.name == file.path) {
                self.report.known.files += 1;
                continue;
            }
            if self.dry_run {
                self.report.taken.files += 1;
                continue;
            }
            let bytes = match self.source.file(&experiment.id, foreign, &file.path).await {
                Ok(bytes) => bytes,
                // The server is away: the next import goes on here.
                Err(error @ data::sources::SourceError::Away(_)) => return Err(unreadable(&error)),
                Err(error) => {
                    is_whole = false;
                    let what = format!("file {} of run {}", file.path, foreign.id);
                    self.report.leave(what, unreadable(&error).to_string());
                    continue;
                }
            };
            let (byte_count, kind) = (bytes.len() as i64, media_type(&file.path, &bytes));
            let hash = store.put_artifact(bytes).await?;
            let artifact = Artifact {
                name: file.path,
                hash,
                byte_count,
                media_type: kind.to_owned(),
            };
            let mut writer = store.begin_patiently().await?;
            tracking::put_artifact(&mut writer, id, &artifact).await?;
            writer.commit().await?;
            self.report.taken.files += 1;
        }
        if !self.dry_run && is_whole {
            let mut writer = store.begin_patiently().await?;
            tracking::take(&mut writer, RUN_SOURCE, FILES, id, id).await?;
            writer.commit().await?;
        }
        Ok(())
    }
}
