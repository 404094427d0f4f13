//! Experiments: one for each use case, under its id, and those that clients make.

use domain::{AuditEvent, RefusalCode, Subject, Timestamp};
use store::tracking::{self, Labels, Shown};
use store::{Reader, audit};

use super::filter::{self, Clause, Held};
use super::{names, paging};
use crate::actor::Tracker;
use crate::{Error, Member, Result, Tenure};

/// An experiment as clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentView {
    pub id: String,
    pub name: String,
    /// It is the experiment of a use case, which clients cannot rename or archive.
    pub of_use_case: bool,
    pub archived: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub tags: Vec<(String, String)>,
}

/// A page of experiments, and the token of the next.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentsPage {
    pub experiments: Vec<ExperimentView>,
    pub next: String,
}

/// Experiments of one answer, unless the client says how many; and at most.
const USUAL: usize = 1000;
const MOST: usize = 50_000;

impl From<tracking::Experiment> for ExperimentView {
    fn from(experiment: tracking::Experiment) -> Self {
        Self {
            id: experiment.experiment_id,
            name: experiment.name,
            of_use_case: false,
            archived: experiment.archived_at.is_some(),
            created_at: experiment.created_at,
            updated_at: experiment.updated_at,
            tags: Vec::new(),
        }
    }
}

fn missing(id: &str) -> Error {
    Error::NotFound(format!("No Experiment with id={id} exists"))
}

fn reserved(id: &str) -> Error {
    Error::forbidden(
        RefusalCode::ReadOnly,
        format!("The experiment '{id}' is that of a use case. It cannot be renamed or deleted."),
    )
}

impl Tenure {
    /// Every experiment, without tags: those of use cases first, then the newest.
    async fn all_experiments(&self, reader: &mut Reader) -> Result<Vec<ExperimentView>> {
        let own = self.use_cases().into_iter().map(|use_case| ExperimentView {
            id: use_case.id.to_string(),
            name: use_case.id.to_string(),
            of_use_case: true,
            archived: false,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            tags: Vec::new(),
        });
        let made = tracking::experiments(reader).await?;
        Ok(own
            .chain(made.into_iter().map(ExperimentView::from))
            .collect())
    }

    /// The experiment, without tags.
    pub(super) async fn find_experiment(
        &self,
        reader: &mut Reader,
        id: &str,
    ) -> Result<ExperimentView> {
        let all = self.all_experiments(reader).await?;
        all.into_iter()
            .find(|experiment| experiment.id == id)
            .ok_or_else(|| missing(id))
    }

    /// An experiment that a client may log to.
    pub(super) async fn open_experiment(
        &self,
        reader: &mut Reader,
        id: &str,
    ) -> Result<ExperimentView> {
        let found = self.find_experiment(reader, id).await?;
        if found.archived {
            return Err(Error::Invalid(format!(
                "The experiment {id} must be in the 'active' state. Current state is deleted."
            )));
        }
        Ok(found)
    }

    /// The experiment with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn tracked_experiment(&self, _: &Member<'_>, id: &str) -> Result<ExperimentView> {
        let mut reader = self.store.read().await?;
        let mut found = self.find_experiment(&mut reader, id).await?;
        found.tags = tracking::experiment_tags(&mut reader, &found.id).await?;
        Ok(found)
    }

    /// The name of an experiment of clients.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) async fn experiment_name(&self, id: &str) -> Result<String> {
        let mut reader = self.store.read().await?;
        Ok(self.find_experiment(&mut reader, id).await?.name)
    }

    /// Experiments of clients with the number of their runs, newest first; the default one only
    /// with runs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client_experiments(&self, _: &Member<'_>) -> Result<Vec<(ExperimentView, i64)>> {
        let mut reader = self.store.read().await?;
        let counts = tracking::run_counts(&mut reader).await?;
        let found = tracking::experiments(&mut reader).await?;
        let counted = found.into_iter().map(|experiment| {
            let count = counts.get(&experiment.experiment_id).copied().unwrap_or(0);
            (ExperimentView::from(experiment), count)
        });
        Ok(counted
            .filter(|(own, count)| own.id != "0" || *count > 0)
            .collect())
    }

    /// The experiment with this name, archived or not.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn experiment_by_name(&self, _: &Member<'_>, name: &str) -> Result<ExperimentView> {
        let mut reader = self.store.read().await?;
        let all = self.all_experiments(&mut reader).await?;
        let mut found = all
            .into_iter()
            .find(|experiment| experiment.name == name)
            .ok_or_else(|| {
                Error::NotFound(format!("Could not find experiment with name '{name}'"))
            })?;
        found.tags = tracking::experiment_tags(&mut reader, &found.id).await?;
        Ok(found)
    }

    /// Experiments that match a filter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter or an order that is not understood.
    pub async fn search_experiments(
        &self,
        _: &Member<'_>,
        text: &str,
        order_by: &[String],
        shown: Shown,
        limit: Option<i64>,
        token: &str,
    ) -> Result<ExperimentsPage> {
        let limit = paging::limit(limit, USUAL, MOST)?;
        let clauses = filter::clauses(text)?;
        let mut reader = self.store.read().await?;
        let mut found = Vec::new();
        for mut experiment in self.all_experiments(&mut reader).await? {
            let is_shown = match shown {
                Shown::Active => !experiment.archived,
                Shown::Archived => experiment.archived,
                Shown::All => true,
            };
            if !is_shown {
                continue;
            }
            experiment.tags = tracking::experiment_tags(&mut reader, &experiment.id).await?;
            if meets(&experiment, &clauses)? {
                found.push(experiment);
            }
        }
        for text in order_by.iter().rev() {
            let by = filter::order(text)?;
            match by.key.as_str() {
                "name" => found.sort_by(|a, b| a.name.cmp(&b.name)),
                "experiment_id" => found.sort_by(|a, b| a.id.cmp(&b.id)),
                "creation_time" => found.sort_by_key(|experiment| experiment.created_at),
                "last_update_time" => found.sort_by_key(|experiment| experiment.updated_at),
                other => {
                    return Err(Error::Invalid(format!(
                        "Invalid order_by key '{other}' of experiments."
                    )));
                }
            }
            if by.descending {
                found.reverse();
            }
        }
        let (experiments, next) = paging::page(found, token, limit)?;
        Ok(ExperimentsPage { experiments, next })
    }

    /// Makes an experiment; gives its id.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is taken, also by one that is archived.
    pub async fn create_experiment(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        tags: &[(String, String)],
    ) -> Result<String> {
        let name = names::title("experiment", name)?;
        let mut writer = self.store.begin().await?;
        let all = self.all_experiments(&mut writer).await?;
        if let Some(other) = all.iter().find(|experiment| experiment.name == name) {
            let state = if other.archived {
                " in the deleted state. Restore it, or delete it for good"
            } else {
                ""
            };
            return Err(Error::conflict(
                RefusalCode::NameTaken,
                format!("Experiment '{name}' already exists{state}."),
            ));
        }
        let mut number = tracking::next_experiment_number(&mut writer).await?;
        // The id of a use case may be a number.
        while all
            .iter()
            .any(|experiment| experiment.id == number.to_string())
        {
            number += 1;
        }
        let now = store::now();
        let experiment = tracking::Experiment {
            experiment_id: number.to_string(),
            number,
            name: name.to_owned(),
            author: tracker.name().clone(),
            created_at: now,
            updated_at: now,
            archived_at: None,
        };
        tracking::insert_experiment(&mut writer, &experiment).await?;
        for (key, value) in tags {
            let (key, value) = (names::name("tag", key)?, names::tag(key, value)?);
            tracking::set_label(
                &mut writer,
                &Labels::Experiment(&experiment.experiment_id),
                key,
                value,
            )
            .await?;
        }
        let subject = Subject::Experiment(experiment.experiment_id.clone());
        let event = AuditEvent::ExperimentCreate {
            name: name.to_owned(),
        };
        audit::append(&mut writer, tracker.name(), &subject, &event).await?;
        writer.commit().await?;
        Ok(experiment.experiment_id)
    }

    /// Gives an experiment another name.
    ///
    /// # Errors
    /// When there is none, the name is taken, or it is that of a use case.
    pub async fn rename_experiment(
        &self,
        tracker: &Tracker<'_>,
        id: &str,
        name: &str,
    ) -> Result<()> {
        let name = names::title("experiment", name)?;
        let mut writer = self.store.begin().await?;
        let found = self.open_experiment(&mut writer, id).await?;
        if found.of_use_case {
            return Err(reserved(id));
        }
        let all = self.all_experiments(&mut writer).await?;
        if all.iter().any(|other| other.name == name && other.id != id) {
            return Err(Error::conflict(
                RefusalCode::NameTaken,
                format!("Experiment '{name}' already exists."),
            ));
        }
        tracking::set_experiment_name(&mut writer, id, name).await?;
        let event = AuditEvent::ExperimentRename {
            name: name.to_owned(),
        };
        audit::append(
            &mut writer,
            tracker.name(),
            &Subject::Experiment(id.into()),
            &event,
        )
        .await?;
        writer.commit().await?;
        Ok(())
    }

    /// Archives an experiment with its runs, or restores it.
    ///
    /// # Errors
    /// When there is none, or it is that of a use case.
    pub async fn archive_experiment(
        &self,
        tracker: &Tracker<'_>,
        id: &str,
        archived: bool,
    ) -> Result<()> {
        let mut writer = self.store.begin().await?;
        let found = self.find_experiment(&mut writer, id).await?;
        if found.of_use_case {
            return Err(reserved(id));
        }
        if found.archived == archived {
            let state = if archived { "active" } else { "deleted" };
            return Err(Error::NotFound(format!(
                "There is no {state} experiment with id={id}."
            )));
        }
        tracking::set_experiment_state(&mut writer, id, archived).await?;
        let event = AuditEvent::ExperimentArchive {
            restored: !archived,
        };
        audit::append(
            &mut writer,
            tracker.name(),
            &Subject::Experiment(id.into()),
            &event,
        )
        .await?;
        writer.commit().await?;
        Ok(())
    }

    /// Sets a tag of an experiment; without a value it is removed.
    ///
    /// # Errors
    /// When there is no such experiment or tag, or it is archived.
    pub async fn tag_experiment(
        &self,
        _: &Tracker<'_>,
        id: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<()> {
        let key = names::name("tag", key)?;
        let mut writer = self.store.begin().await?;
        self.open_experiment(&mut writer, id).await?;
        let labels = Labels::Experiment(id);
        match value {
            Some(value) => {
                tracking::set_label(&mut writer, &labels, key, names::tag(key, value)?).await?;
            }
            None => {
                if !tracking::remove_label(&mut writer, &labels, key).await? {
                    return Err(Error::NotFound(format!(
                        "No tag with name: {key} in experiment with id {id}"
                    )));
                }
            }
        }
        writer.commit().await?;
        Ok(())
    }
}

fn meets(experiment: &ExperimentView, clauses: &[Clause]) -> Result<bool> {
    for clause in clauses {
        let held = match (clause.entity.as_str(), clause.key.as_str()) {
            ("tags" | "tag", key) => experiment
                .tags
                .iter()
                .find(|(name, _)| name == key)
                .map_or(Held::Missing, |(_, value)| Held::Text(value)),
            ("" | "attribute" | "attributes" | "attr", "name") => Held::Text(&experiment.name),
            ("" | "attribute" | "attributes" | "attr", "experiment_id") => {
                Held::Text(&experiment.id)
            }
            ("" | "attribute" | "attributes" | "attr", "creation_time") => {
                Held::Number((experiment.created_at.micros() / 1000) as f64)
            }
            ("" | "attribute" | "attributes" | "attr", "last_update_time") => {
                Held::Number((experiment.updated_at.micros() / 1000) as f64)
            }
            (_, key) => {
                return Err(Error::Invalid(format!(
                    "Invalid attribute key '{key}' of experiments. Use name, creation_time, last_update_time or tags."
                )));
            }
        };
        if !clause.holds(held)? {
            return Ok(false);
        }
    }
    Ok(true)
}
