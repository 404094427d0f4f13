//! Runs of clients: begun, changed, ended, archived. Ours are read beside them, and stay as they
//! are.

use domain::{AuditEvent, RefusalCode, RunId, RunStatus, Subject};
use store::tracking::{self, ClientRun, Contents, Link};
use store::{Reader, audit};

use super::ids::{client_id, moment, run_id_of};
use super::names;
use crate::actor::Tracker;
use crate::{Error, Result, Tenure};

/// Where a run is, in MLflow's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackedStatus {
    Running,
    Scheduled,
    Finished,
    Failed,
    Killed,
}

impl TrackedStatus {
    const ALL: [Self; 5] = [
        Self::Running,
        Self::Scheduled,
        Self::Finished,
        Self::Failed,
        Self::Killed,
    ];

    /// MLflow's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Scheduled => "SCHEDULED",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Killed => "KILLED",
        }
    }

    /// The status of this word.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn parse(word: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.word() == word)
            .ok_or_else(|| Error::Invalid(format!("Invalid value {word} for parameter 'status'.")))
    }

    /// As our own pages show it.
    pub(super) fn ours(self) -> RunStatus {
        match self {
            Self::Running | Self::Scheduled => RunStatus::Running,
            Self::Finished => RunStatus::Finished,
            Self::Failed => RunStatus::Failed,
            Self::Killed => RunStatus::Canceled,
        }
    }

    fn of(run: &ClientRun) -> Self {
        let set = run.client_status.as_deref().map(Self::parse);
        match (set, run.status) {
            (Some(Ok(status)), _) => status,
            (_, RunStatus::Running) => Self::Running,
            (_, RunStatus::Finished) => Self::Finished,
            (_, RunStatus::Failed) => Self::Failed,
            (_, RunStatus::Canceled) => Self::Killed,
        }
    }
}

/// A run that a client begins.
#[derive(Debug, Clone, Default)]
pub struct NewRun {
    pub experiment: String,
    /// Without a name one is made.
    pub name: Option<String>,
    /// Milliseconds; now where it is not said.
    pub started_at: Option<i64>,
    pub tags: Vec<(String, String)>,
}

/// What a client changes of a run.
#[derive(Debug, Clone, Default)]
pub struct RunChange {
    pub name: Option<String>,
    pub status: Option<String>,
    /// Milliseconds.
    pub ended_at: Option<i64>,
}

/// A run with what hangs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackedRun {
    pub run: ClientRun,
    pub status: TrackedStatus,
    pub contents: Contents,
    pub links: Vec<Link>,
}

impl TrackedRun {
    pub(super) fn new(run: ClientRun, mut contents: Contents, links: Vec<Link>) -> Self {
        let mut add = |name: &str, value: String| {
            if !contents.tags.iter().any(|(own, _)| own == name) {
                contents.tags.push((name.to_owned(), value));
            }
        };
        add("mlflow.runName", run.name.clone());
        if run.client_status.is_none() {
            add("mlflow.user", run.author.to_string());
            add("mlflow.source.name", "tenure".to_owned());
            add("mlflow.source.type", "JOB".to_owned());
            if let Some(parent) = &run.parent_id {
                add("mlflow.parentRunId", client_id(parent));
            }
            if !run.message.is_empty() {
                add("mlflow.note.content", run.message.clone());
            }
        }
        Self {
            status: TrackedStatus::of(&run),
            run,
            contents,
            links,
        }
    }
}

/// The tag that names a run.
pub(super) const RUN_NAME: &str = "mlflow.runName";
const PARENT: &str = "mlflow.parentRunId";
const NOTE: &str = "mlflow.note.content";

pub(super) fn missing(id: &str) -> Error {
    Error::NotFound(format!("Run with id={id} not found."))
}

/// A run of our own cannot be written by clients.
pub(super) fn read_only(run: &ClientRun) -> Error {
    Error::forbidden(
        RefusalCode::ReadOnly,
        format!(
            "The run {} was made by Tenure. Its settings, metrics and files cannot be changed.",
            client_id(&run.run_id)
        ),
    )
}

impl Tenure {
    /// A run by a client's id.
    pub(super) async fn find_tracked(&self, reader: &mut Reader, id: &str) -> Result<ClientRun> {
        tracking::client_run(reader, &run_id_of(id)?)
            .await?
            .ok_or_else(|| missing(id))
    }

    /// A run of a client that is not archived: one that can be written.
    pub(super) async fn open_run(&self, reader: &mut Reader, id: &str) -> Result<ClientRun> {
        let run = self.find_tracked(reader, id).await?;
        if run.client_status.is_none() {
            return Err(read_only(&run));
        }
        expect_active(&run)?;
        Ok(run)
    }

    /// Begins a run.
    ///
    /// # Errors
    /// When there is no such experiment, it is archived, or a name or tag is not allowed.
    pub async fn create_tracked_run(
        &self,
        tracker: &Tracker<'_>,
        new: &NewRun,
    ) -> Result<TrackedRun> {
        let run_id: RunId = store::new_id();
        let named = new.tags.iter().find(|(name, _)| name == RUN_NAME);
        let name = match (new.name.as_deref().filter(|name| !name.is_empty()), named) {
            (Some(name), Some((_, tag))) if name != tag => {
                return Err(Error::Invalid(format!(
                    "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', mlflow.runName='{tag}')."
                )));
            }
            (Some(name), _) => name.to_owned(),
            (None, Some((_, name))) => name.clone(),
            (None, None) => format!("run-{}", &client_id(&run_id)[24..]),
        };
        let name = names::title("run", &name)?.to_owned();
        let mut writer = self.store.begin().await?;
        let experiment = self.open_experiment(&mut writer, &new.experiment).await?;
        let parent = match new.tags.iter().find(|(name, _)| name == PARENT) {
            Some((_, parent)) => match run_id_of(parent) {
                Ok(parent) => tracking::client_run(&mut writer, &parent).await?,
                // Whatever it is, it is kept as a tag.
                Err(_) => None,
            },
            None => None,
        };
        // Our pages show a nested run below its parent, in the same list.
        let parent = parent.filter(|parent| parent.use_case.as_str() == experiment.id);
        let run = store::runs::Run {
            run_id: run_id.clone(),
            parent_id: parent.map(|parent| parent.run_id),
            use_case: experiment.id.as_str().into(),
            name,
            status: RunStatus::Running,
            author: tracker.name().clone(),
            dataset_id: None,
            seed: 0,
            code_version: String::new(),
            message: String::new(),
            started_at: new.started_at.map_or_else(store::now, moment),
            ended_at: None,
        };
        tracking::insert_client_run(&mut writer, &run, TrackedStatus::Running.word()).await?;
        let tags = allowed_tags(&new.tags)?;
        tracking::set_run_tags(&mut writer, &run_id, &tags).await?;
        let event = AuditEvent::RunTrack {
            experiment: experiment.id,
        };
        audit::append(
            &mut writer,
            tracker.name(),
            &Subject::Run(run_id.clone()),
            &event,
        )
        .await?;
        writer.commit().await?;
        self.tracked_run(&tracker.member(), &run_id).await
    }

    /// Changes name, status and end of a run.
    ///
    /// # Errors
    /// When there is no such run, it is archived, or it is our own.
    pub async fn change_tracked_run(
        &self,
        tracker: &Tracker<'_>,
        id: &str,
        change: &RunChange,
    ) -> Result<TrackedRun> {
        let status = change
            .status
            .as_deref()
            .map(TrackedStatus::parse)
            .transpose()?;
        let name = match change.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(names::title("run", name)?),
            None => None,
        };
        let mut writer = self.store.begin().await?;
        let run = self.open_run(&mut writer, id).await?;
        tracking::update_client_run(
            &mut writer,
            &run.run_id,
            name,
            status.map(|status| (status.ours(), status.word())),
            change.ended_at.map(moment),
        )
        .await?;
        writer.commit().await?;
        self.tracked_run(&tracker.member(), &run.run_id).await
    }

    /// Archives a run, or restores it: ours too. Nothing of it is lost.
    ///
    /// # Errors
    /// When there is no such run, or it is so already.
    pub async fn archive_run(&self, tracker: &Tracker<'_>, id: &str, archived: bool) -> Result<()> {
        let mut writer = self.store.begin().await?;
        let run = self.find_tracked(&mut writer, id).await?;
        if run.client_status.is_none() && run.status == RunStatus::Running {
            return Err(read_only(&run));
        }
        if run.archived_at.is_some() == archived {
            // MLflow answers so too: asking twice is no error.
            return Ok(());
        }
        tracking::archive(&mut writer, &run.run_id, archived).await?;
        let event = AuditEvent::RunArchive {
            restored: !archived,
        };
        audit::append(
            &mut writer,
            tracker.name(),
            &Subject::Run(run.run_id),
            &event,
        )
        .await?;
        writer.commit().await?;
        Ok(())
    }

    /// Sets a tag of a run; without a value it is removed. Of a run of our own what a training
    /// wrote stays.
    ///
    /// # Errors
    /// When there is no such run or tag, it is archived, or the tag is not the client's.
    pub async fn tag_run(
        &self,
        _: &Tracker<'_>,
        id: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<()> {
        let key = names::name("tag", key)?;
        let mut writer = self.store.begin().await?;
        let run = self.find_tracked(&mut writer, id).await?;
        expect_active(&run)?;
        let run_ids = [run.run_id.clone()];
        let known = tracking::contents(&mut writer, &run_ids).await?;
        let is_there = known
            .get(&run.run_id)
            .is_some_and(|contents| contents.tags.iter().any(|(name, _)| name == key));
        if run.client_status.is_none() && key != NOTE && (is_there || key == RUN_NAME) {
            return Err(read_only(&run));
        }
        match value {
            Some(value) => {
                let tags = allowed_tags(&[(key.to_owned(), value.to_owned())])?;
                tracking::set_run_tags(&mut writer, &run.run_id, &tags).await?;
                let name = (key == RUN_NAME).then_some(value);
                tracking::update_client_run(&mut writer, &run.run_id, name, None, None).await?;
            }
            None if is_there => {
                tracking::remove_label(&mut writer, &tracking::Labels::Run(&run.run_id), key)
                    .await?;
                tracking::touch(&mut writer, &run.run_id).await?;
            }
            None => {
                return Err(Error::NotFound(format!(
                    "No tag with name: {key} in run with id {id}"
                )));
            }
        }
        writer.commit().await?;
        Ok(())
    }
}

fn expect_active(run: &ClientRun) -> Result<()> {
    if run.archived_at.is_some() {
        return Err(Error::Invalid(format!(
            "The run {} must be in the 'active' state. Current state is deleted.",
            client_id(&run.run_id)
        )));
    }
    Ok(())
}

/// Tags as they are stored, the last of each name; the name of the run is not one of them.
pub(super) fn allowed_tags(tags: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let mut stored = std::collections::BTreeMap::new();
    for (name, value) in tags {
        let (name, value) = (names::name("tag", name)?, names::tag(name, value)?);
        if name != RUN_NAME {
            stored.insert(name.to_owned(), value.to_owned());
        }
    }
    Ok(stored.into_iter().collect())
}
