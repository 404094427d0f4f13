//! Logged models: files that a client saved as a model. They are kept and given back.

use domain::{RunId, Timestamp};
use store::tracking::{self, Labels, LoggedModel, Point};
use store::{Reader, Store};

use super::artifacts::model_uri;
use super::filter::{self, Clause, Held};
use super::ids::{client_id, run_id_of};
use super::{names, paging};
use crate::actor::Tracker;
use crate::{Error, Member, Result, Tenure};

/// A logged model that a client makes.
#[derive(Debug, Clone, Default)]
pub struct NewLoggedModel {
    pub experiment: String,
    pub name: Option<String>,
    pub model_type: String,
    /// Empty: none.
    pub run: String,
    pub parameters: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
}

/// A logged model as clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedModelView {
    pub id: String,
    pub experiment: String,
    pub name: String,
    pub model_type: String,
    /// `PENDING`, `READY`, `UPLOAD_FAILED`
    pub status: String,
    pub run: Option<RunId>,
    pub artifact_uri: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub parameters: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
    /// The latest value of each metric about it, with its run.
    pub metrics: Vec<(RunId, Point)>,
    /// Registered models and versions that it is.
    pub registrations: Vec<(String, i64)>,
}

/// An order of logged models.
#[derive(Debug, Clone, Default)]
pub struct ModelOrder {
    /// `creation_timestamp`, `name`, `metrics.x` …
    pub field: String,
    pub descending: bool,
    pub dataset_name: String,
    pub dataset_digest: String,
}

const STATES: [&str; 3] = ["PENDING", "READY", "UPLOAD_FAILED"];
const USUAL: usize = 100;
const MOST: usize = 1000;

fn missing(id: &str) -> Error {
    Error::NotFound(format!("Logged model with ID '{id}' not found."))
}

async fn view(reader: &mut Reader, model: LoggedModel) -> Result<LoggedModelView> {
    let mut metrics: Vec<(RunId, Point)> = Vec::new();
    for (run, point) in tracking::points_of_model(reader, &model.model_id).await? {
        let same = |(_, other): &(RunId, Point)| {
            (&other.name, &other.dataset_name, &other.dataset_digest)
                == (&point.name, &point.dataset_name, &point.dataset_digest)
        };
        match metrics.iter().position(same) {
            Some(at) if metrics[at].1.step > point.step => {}
            Some(at) => metrics[at] = (run, point),
            None => metrics.push((run, point)),
        }
    }
    let versions = tracking::registered_versions(reader, None).await?;
    let registrations = versions
        .into_iter()
        .filter(|version| version.model_id == model.model_id)
        .map(|version| (version.model, version.version))
        .collect();
    Ok(LoggedModelView {
        artifact_uri: model_uri(&model.experiment_id, &model.model_id),
        parameters: tracking::logged_model_labels(reader, &model.model_id, "parameter").await?,
        tags: tracking::logged_model_labels(reader, &model.model_id, "tag").await?,
        metrics,
        registrations,
        id: model.model_id,
        experiment: model.experiment_id,
        name: model.name,
        model_type: model.model_type,
        status: model.status,
        run: model.source_run_id,
        created_at: model.created_at,
        updated_at: model.updated_at,
    })
}

impl Tenure {
    pub(super) async fn find_logged_model(
        &self,
        reader: &mut Reader,
        id: &str,
    ) -> Result<LoggedModel> {
        let found = tracking::logged_model(reader, id).await?;
        found
            .filter(|model| model.archived_at.is_none())
            .ok_or_else(|| missing(id))
    }

    /// Makes a logged model, whose files follow.
    ///
    /// # Errors
    /// When there is no such experiment or run, or a name is not allowed.
    pub async fn create_logged_model(
        &self,
        tracker: &Tracker<'_>,
        new: &NewLoggedModel,
    ) -> Result<LoggedModelView> {
        let id = format!("m-{}", client_id(&store::new_id::<RunId>()));
        let name = match new.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => format!("model-{}", &id[26..]),
        };
        let name = names::title("logged model", &name)?.to_owned();
        let mut writer = self.store.begin().await?;
        self.open_experiment(&mut writer, &new.experiment).await?;
        let run = if new.run.is_empty() {
            None
        } else {
            Some(self.open_run(&mut writer, &new.run).await?.run_id)
        };
        let now = store::now();
        let model = LoggedModel {
            model_id: id.clone(),
            experiment_id: new.experiment.clone(),
            name,
            model_type: new.model_type.clone(),
            status: STATES[0].to_owned(),
            source_run_id: run,
            author: tracker.name().clone(),
            created_at: now,
            updated_at: now,
            archived_at: None,
        };
        tracking::insert_logged_model(&mut writer, &model).await?;
        write_labels(&mut writer, &id, &new.parameters, &new.tags).await?;
        writer.commit().await?;
        self.logged_model(&tracker.member(), &id).await
    }

    /// The logged model.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn logged_model(&self, _: &Member<'_>, id: &str) -> Result<LoggedModelView> {
        let mut reader = Store::read(&self.store).await?;
        let model = self.find_logged_model(&mut reader, id).await?;
        view(&mut reader, model).await
    }

    /// Sets what became of a logged model.
    ///
    /// # Errors
    /// When there is none, or the state is none of MLflow's.
    pub async fn finalize_logged_model(
        &self,
        tracker: &Tracker<'_>,
        id: &str,
        status: &str,
    ) -> Result<LoggedModelView> {
        let plain = status.strip_prefix("LOGGED_MODEL_").unwrap_or(status);
        let Some(status) = STATES.into_iter().find(|state| *state == plain) else {
            return Err(Error::Invalid(format!("Invalid model status: {status}.")));
        };
        let mut writer = self.store.begin().await?;
        self.find_logged_model(&mut writer, id).await?;
        tracking::set_logged_model_status(&mut writer, id, status).await?;
        writer.commit().await?;
        self.logged_model(&tracker.member(), id).await
    }

    /// Archives a logged model: it is not found any more, its files stay.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove_logged_model(&self, _: &Tracker<'_>, id: &str) -> Result<()> {
        let mut writer = self.store.begin().await?;
        self.find_logged_model(&mut writer, id).await?;
        tracking::set_logged_model_state(&mut writer, id, true).await?;
        writer.commit().await?;
        Ok(())
    }

    /// Adds parameters and sets tags of a logged model.
    ///
    /// # Errors
    /// When there is none, or a name is not allowed.
    pub async fn label_logged_model(
        &self,
        tracker: &Tracker<'_>,
        id: &str,
        parameters: &[(String, String)],
        tags: &[(String, String)],
    ) -> Result<LoggedModelView> {
        let mut writer = self.store.begin().await?;
        self.find_logged_model(&mut writer, id).await?;
        write_labels(&mut writer, id, parameters, tags).await?;
        tracking::set_logged_model_state(&mut writer, id, false).await?;
        writer.commit().await?;
        self.logged_model(&tracker.member(), id).await
    }

    /// Removes a tag of a logged model.
    ///
    /// # Errors
    /// When there is no such model or tag.
    pub async fn untag_logged_model(&self, _: &Tracker<'_>, id: &str, key: &str) -> Result<()> {
        let mut writer = self.store.begin().await?;
        self.find_logged_model(&mut writer, id).await?;
        if !tracking::remove_label(&mut writer, &Labels::LoggedModelTags(id), key).await? {
            return Err(Error::NotFound(format!(
                "No tag with key '{key}' found for model with ID '{id}'."
            )));
        }
        writer.commit().await?;
        Ok(())
    }

    /// Logged models of experiments that match a filter, newest first unless another order is
    /// asked for; and the token of the next page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter, order or token that is not understood.
    pub async fn search_logged_models(
        &self,
        _: &Member<'_>,
        experiments: &[String],
        text: &str,
        order: &[ModelOrder],
        limit: Option<i64>,
        token: &str,
    ) -> Result<(Vec<LoggedModelView>, String)> {
        let limit = paging::limit(limit, USUAL, MOST)?;
        let clauses = filter::clauses(text)?;
        let mut reader = self.store.read().await?;
        let mut found = Vec::new();
        for model in tracking::logged_models(&mut reader, experiments).await? {
            let model = view(&mut reader, model).await?;
            if meets(&model, &clauses)? {
                found.push(model);
            }
        }
        for by in order.iter().rev() {
            sort(&mut found, by)?;
        }
        paging::page(found, token, limit)
    }
}

async fn write_labels(
    writer: &mut store::Writer,
    id: &str,
    parameters: &[(String, String)],
    tags: &[(String, String)],
) -> Result<()> {
    for (key, value) in parameters {
        let (key, value) = (
            names::name("parameter", key)?,
            names::parameter(key, value)?,
        );
        tracking::set_label(writer, &Labels::LoggedModelParameters(id), key, value).await?;
    }
    for (key, value) in tags {
        let (key, value) = (names::name("tag", key)?, names::tag(key, value)?);
        tracking::set_label(writer, &Labels::LoggedModelTags(id), key, value).await?;
    }
    Ok(())
}

fn pair<'a>(pairs: &'a [(String, String)], key: &str) -> Held<'a> {
    pairs
        .iter()
        .find(|(name, _)| name == key)
        .map_or(Held::Missing, |(_, value)| Held::Text(value))
}

fn meets(model: &LoggedModelView, clauses: &[Clause]) -> Result<bool> {
    let run = model.run.as_ref().map(client_id);
    for clause in clauses {
        let held = match (clause.entity.as_str(), clause.key.as_str()) {
            ("metric" | "metrics", key) => model
                .metrics
                .iter()
                .find(|(_, point)| point.name == key)
                .map_or(Held::Missing, |(_, point)| Held::Number(point.value())),
            ("param" | "params", key) => pair(&model.parameters, key),
            ("tag" | "tags", key) => pair(&model.tags, key),
            ("" | "attribute" | "attributes", "name") => Held::Text(&model.name),
            ("" | "attribute" | "attributes", "model_id") => Held::Text(&model.id),
            ("" | "attribute" | "attributes", "model_type") => Held::Text(&model.model_type),
            ("" | "attribute" | "attributes", "status") => Held::Text(&model.status),
            ("" | "attribute" | "attributes", "source_run_id") => {
                run.as_deref().map_or(Held::Missing, Held::Text)
            }
            ("" | "attribute" | "attributes", "creation_timestamp" | "creation_time") => {
                Held::Number((model.created_at.micros() / 1000) as f64)
            }
            ("" | "attribute" | "attributes", "last_updated_timestamp") => {
                Held::Number((model.updated_at.micros() / 1000) as f64)
            }
            (entity, key) => {
                return Err(Error::Invalid(format!(
                    "Invalid filter on logged models: '{entity}.{key}'."
                )));
            }
        };
        if !clause.holds(held)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sorts by one field; models without the value come last.
fn sort(models: &mut [LoggedModelView], by: &ModelOrder) -> Result<()> {
    let turned = |order: std::cmp::Ordering| {
        if by.descending {
            order.reverse()
        } else {
            order
        }
    };
    let field = by
        .field
        .rsplit_once("attributes.")
        .map_or(by.field.as_str(), |(_, name)| name);
    if let Some(name) = field.strip_prefix("metrics.") {
        let value = |model: &LoggedModelView| {
            model
                .metrics
                .iter()
                .find(|(_, point)| {
                    point.name == name
                        && (by.dataset_name.is_empty() || point.dataset_name == by.dataset_name)
                        && (by.dataset_digest.is_empty()
                            || point.dataset_digest == by.dataset_digest)
                })
                .map(|(_, point)| point.value())
        };
        models.sort_by(|a, b| match (value(a), value(b)) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        return Ok(());
    }
    match field {
        "name" => models.sort_by(|a, b| turned(a.name.cmp(&b.name))),
        "model_id" => models.sort_by(|a, b| turned(a.id.cmp(&b.id))),
        "model_type" => models.sort_by(|a, b| turned(a.model_type.cmp(&b.model_type))),
        "status" => models.sort_by(|a, b| turned(a.status.cmp(&b.status))),
        "source_run_id" => models.sort_by(|a, b| turned(a.run.cmp(&b.run))),
        "creation_timestamp" | "creation_time" => {
            models.sort_by(|a, b| turned(a.created_at.cmp(&b.created_at)));
        }
        "last_updated_timestamp" | "last_updated_time" => {
            models.sort_by(|a, b| turned(a.updated_at.cmp(&b.updated_at)));
        }
        other => {
            return Err(Error::Invalid(format!(
                "Invalid order by field name: '{other}'."
            )));
        }
    }
    Ok(())
}

/// The logged model that a `models:/m-…` address names.
pub(super) fn model_of_uri(uri: &str) -> Option<&str> {
    uri.strip_prefix("models:/")
        .filter(|id| id.starts_with("m-"))
}

/// The run of an id that may be empty.
pub(super) fn optional_run(text: &str) -> Result<Option<RunId>> {
    if text.is_empty() {
        return Ok(None);
    }
    run_id_of(text).map(Some)
}
