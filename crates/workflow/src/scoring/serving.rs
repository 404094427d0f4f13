//! What is held in memory between requests: models with their explainers, and the people last scored. The live pointer itself is read anew
//! each time.

use std::sync::Arc;

use data::Checked;
use domain::RefusalCode;
use model::explain::ModelExplainer;
use model::global::GlobalExplanation;
use model::{Model, Table};
use monitoring::data_profile::DataProfile;
use monitoring::monthly::MonthlyCheck;
use serde::{Deserialize, Serialize};
use store::{datasets, registry, scores};

use crate::cache::Cache;
use crate::review::Package;
use crate::{Analyst, Error, Member, Result, Tenure, error::compute};

/// Checked rows as they lie in the artifact store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPeople {
    pub table: Table,
    pub ids: Vec<String>,
    pub labels: Option<Vec<bool>>,
    pub periods: Option<Vec<String>>,
    /// File name and its rows, in order.
    pub sources: Vec<(String, u32)>,
}

impl StoredPeople {
    /// The rows of several files, one below the other.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the file and what it has that the first has not, or lacks.
    pub(crate) fn merge(parts: Vec<Checked>, sources: Vec<(String, u32)>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let mut whole = match parts.next() {
            Some(first) => Self { table: first.table, ids: first.ids, labels: first.labels, periods: first.periods, sources },
            None => Self { table: Table::default(), ids: Vec::new(), labels: None, periods: None, sources },
        };
        for (index, part) in parts.enumerate() {
            let wrong = |why: String| {
                let [first, this] = [0, index + 1].map(|at| whole.sources.get(at).map_or("", |(name, _)| name.as_str()));
                Error::Invalid(format!("{this} does not continue {first}: {why}"))
            };
            if whole.labels.is_some() != part.labels.is_some() {
                return Err(wrong("outcomes are in one of them only".into()));
            }
            if whole.periods.is_some() != part.periods.is_some() {
                return Err(wrong("periods are in one of them only".into()));
            }
            whole.table.append(part.table).map_err(|error| wrong(error.to_string()))?;
            whole.ids.extend(part.ids);
            whole.labels.iter_mut().for_each(|labels| labels.extend(part.labels.iter().flatten()));
            whole.periods.iter_mut().for_each(|periods| periods.extend(part.periods.iter().flatten().cloned()));
        }
        // Rows numbered per file would repeat in the merged whole.
        if whole.sources.len() > 1 && has_repeats(&whole.ids) && whole.periods.is_none() {
            whole.ids = (1..=whole.ids.len()).map(|row| row.to_string()).collect();
        }
        Ok(whole)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(|error| Error::internal(format!("the columns cannot be written: {error}")))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes).map_err(|error| Error::internal(format!("the stored columns cannot be read: {error}")))
    }

    /// The rows `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            table: self.table.take(rows),
            ids: rows.iter().map(|&row| self.ids[row].clone()).collect(),
            labels: self.labels.as_ref().map(|labels| rows.iter().map(|&row| labels[row]).collect()),
            periods: self.periods.as_ref().map(|periods| rows.iter().map(|&row| periods[row].clone()).collect()),
            sources: self.sources.clone(),
        }
    }
}

fn has_repeats(ids: &[String]) -> bool {
    let mut seen = std::collections::HashSet::new();
    ids.iter().any(|id| !seen.insert(id))
}

/// The version that serves, ready to score.
pub struct Live {
    pub version: registry::Version,
    pub change: registry::LiveChange,
    pub explainer: Arc<ModelExplainer>,
}

impl Live {
    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        self.explainer.model()
    }
}

/// The people of the newest batch with their scores.
pub struct Scored {
    pub batch: scores::Batch,
    pub people: Arc<StoredPeople>,
    /// In the order of `batch`'s positions.
    pub scores: Vec<scores::Score>,
    pub reasons: Vec<Vec<views::people::Reason>>,
}

/// By content, or by an id that never names something else.
pub(crate) struct Caches {
    /// By use case and hash of the model file.
    explainers: Cache<Arc<ModelExplainer>>,
    /// By batch.
    scored: Cache<Arc<Scored>>,
    /// By hash of the columns' file.
    people: Cache<Arc<StoredPeople>>,
    /// Evidence, by the hash of its file or of what it is made of.
    pub(crate) packages: Cache<Arc<Package>>,
    /// By hash of the model file.
    pub(crate) explanations: Cache<Arc<GlobalExplanation>>,
    /// Reports of drift checks, by the hash of their file.
    pub(crate) reports: Cache<Arc<MonthlyCheck>>,
    /// By dataset.
    pub(crate) profiles: Cache<Arc<DataProfile>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            explainers: Cache::new(8),
            scored: Cache::new(8),
            people: Cache::new(8),
            packages: Cache::new(8),
            explanations: Cache::new(8),
            reports: Cache::new(128),
            profiles: Cache::new(32),
        }
    }
}

impl Tenure {
    /// The version that serves; `None` when nothing was promoted, or it was taken out of service.
    ///
    /// # Errors
    /// When the store fails or the model file is damaged.
    pub async fn live(&self, use_case: &str) -> Result<Option<Arc<Live>>> {
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let Some(change) = registry::live(&mut connection, use_case).await? else { return Ok(None) };
        let Some(number) = change.version else { return Ok(None) };
        let version = registry::find(&mut connection, use_case, number).await?;
        let version = version.ok_or_else(|| Error::internal(format!("the live version {number} of {use_case} is not in the registry")))?;
        drop(connection);
        let explainer = self.explainer(&version).await?;
        Ok(Some(Arc::new(Live { version, change, explainer })))
    }

    /// The version that serves, or a sentence that none does.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves.
    pub(crate) async fn expect_live(&self, use_case: &str) -> Result<Arc<Live>> {
        match self.live(use_case).await? {
            Some(live) => Ok(live),
            None => Err(Error::conflict(RefusalCode::NothingLive, self.why_nothing_serves(use_case).await?)),
        }
    }

    /// A version's model file, checked.
    ///
    /// # Errors
    /// When it is missing, damaged or of another use case.
    pub(crate) async fn model_file(&self, version: &registry::Version) -> Result<(Vec<u8>, Model)> {
        let bytes = self.store.artifact(&version.model_hash).await?;
        let model = Model::from_bytes(&bytes)?;
        model.expect_use_case(&version.use_case)?;
        Ok((bytes, model))
    }

    pub(crate) async fn explainer(&self, version: &registry::Version) -> Result<Arc<ModelExplainer>> {
        let make = async {
            let (_, model) = self.model_file(version).await?;
            compute(move || Ok(Arc::new(ModelExplainer::new(Arc::new(model))?))).await
        };
        self.caches.explainers.get_or_make(&format!("{} {}", version.use_case, version.model_hash), make).await
    }

    /// One version of the registry with its model: what the file holds, and its bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the file is missing or damaged.
    pub async fn registered(&self, _: &Member<'_>, use_case: &str, number: i64) -> Result<(registry::Version, Model, Vec<u8>)> {
        let version = self.version(use_case, number).await?;
        let (bytes, model) = self.model_file(&version).await?;
        Ok((version, model, bytes))
    }

    /// The hash of the live model's file, and its bytes unless the hash is `known`.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves.
    pub async fn live_file(&self, _: &Analyst<'_>, use_case: &str, known: impl Fn(&str) -> bool) -> Result<(String, Option<Vec<u8>>)> {
        let live = self.expect_live(use_case).await?;
        let hash = live.version.model_hash.clone();
        let bytes = if known(&hash) { None } else { Some(self.model_file(&live.version).await?.0) };
        Ok((hash, bytes))
    }

    pub(crate) async fn version(&self, use_case: &str, number: i64) -> Result<registry::Version> {
        let found = registry::find(&mut *self.store.read().await?, use_case, number).await?;
        found.ok_or_else(|| Error::no_version(use_case, number))
    }

    /// A dataset's rows.
    ///
    /// # Errors
    /// When the artifact is missing or damaged.
    pub(crate) async fn people_of(&self, dataset: &datasets::Dataset) -> Result<Arc<StoredPeople>> {
        let make = async {
            let bytes = self.store.artifact(&dataset.content_hash).await?;
            compute(move || Ok(Arc::new(StoredPeople::from_bytes(&bytes)?))).await
        };
        self.caches.people.get_or_make(&dataset.content_hash, make).await
    }

    /// The people of the newest batch with their scores; `None` when nobody was scored.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn scored(&self, use_case: &str) -> Result<Option<Arc<Scored>>> {
        let mut connection = self.store.read().await?;
        let Some(batch) = scores::batches(&mut connection, use_case, 1).await?.into_iter().next() else { return Ok(None) };
        drop(connection);
        let id = batch.batch_id.clone();
        let make = async {
            let list = scores::of_batch(&mut *self.store.read().await?, &batch.batch_id).await?;
            let everybody = self.people_of(&self.dataset(&batch.dataset_id).await?).await?;
            compute(move || {
                let rows: Vec<usize> = list.iter().map(|score| score.position as usize).collect();
                let reasons = list.iter().map(|score| serde_json::from_str(&score.reasons).map_err(store::Error::from));
                let reasons = reasons.collect::<std::result::Result<_, _>>()?;
                Ok(Arc::new(Scored { batch, people: Arc::new(everybody.take(&rows)), scores: list, reasons }))
            })
            .await
        };
        self.caches.scored.get_or_make(&id, make).await.map(Some)
    }
}
