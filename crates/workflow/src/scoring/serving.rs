//! What is held in memory between requests: the live model with its explainer, and the people last scored. Keyed by content, so nothing
//! here can be out of date: a new pointer names a new key.

use domain::RefusalCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use data::Checked;
use model::explain::ModelExplainer;
use model::global::GlobalExplanation;
use model::{Column, Model, Table};
use monitoring::monthly::MonthlyCheck;
use serde::{Deserialize, Serialize};
use store::{datasets, registry, scores};

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
    pub(crate) fn merge(parts: Vec<Checked>, sources: Vec<(String, u32)>) -> Self {
        let mut parts = parts.into_iter();
        let mut whole = match parts.next() {
            Some(first) => Self { table: first.table, ids: first.ids, labels: first.labels, periods: first.periods, sources },
            None => Self { table: Table::default(), ids: Vec::new(), labels: None, periods: None, sources },
        };
        for part in parts {
            for (column, more) in whole.table.columns.iter_mut().zip(part.table.columns) {
                match (column, more) {
                    (Column::Number(values), Column::Number(more)) => values.extend(more),
                    (Column::Level { codes, .. }, Column::Level { codes: more, .. }) => codes.extend(more),
                    (Column::Text(texts), Column::Text(more)) => texts.extend(more),
                    _ => {}
                }
            }
            whole.ids.extend(part.ids);
            whole.labels = whole.labels.zip(part.labels).map(|(mut labels, more)| {
                labels.extend(more);
                labels
            });
            whole.periods = whole.periods.zip(part.periods).map(|(mut periods, more)| {
                periods.extend(more);
                periods
            });
        }
        // Rows numbered per file would repeat in the merged whole.
        if whole.sources.len() > 1 && has_repeats(&whole.ids) && whole.periods.is_none() {
            whole.ids = (1..=whole.ids.len()).map(|row| row.to_string()).collect();
        }
        whole
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

/// One entry per use case each: the newest.
#[derive(Default)]
pub(crate) struct Caches {
    live: Mutex<HashMap<String, Arc<Live>>>,
    scored: Mutex<HashMap<String, Arc<Scored>>>,
    people: Mutex<HashMap<String, Arc<StoredPeople>>>,
    /// Evidence, by the hash of its file or of what it is made of; the last few.
    packages: Mutex<HashMap<String, Arc<Package>>>,
    /// By hash of the model file; the last few.
    explanations: Mutex<HashMap<String, Arc<GlobalExplanation>>>,
    reports: Mutex<HashMap<String, Arc<MonthlyCheck>>>,
}

/// Explanations that are held.
const EXPLANATIONS: usize = 8;

/// Packages of evidence that are held.
const PACKAGES: usize = 8;

impl Caches {
    pub(crate) fn package(&self, key: &str) -> Option<Arc<Package>> {
        cached(&self.packages, key, |_| true)
    }

    pub(crate) fn keep_package(&self, key: &str, package: Package) -> Arc<Package> {
        let mut held = self.packages.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= PACKAGES {
            held.clear();
        }
        let package = Arc::new(package);
        held.insert(key.to_owned(), Arc::clone(&package));
        package
    }

    /// Reports of drift checks by the hash of their file.
    pub(crate) fn report(&self, hash: &str) -> Option<Arc<MonthlyCheck>> {
        cached(&self.reports, hash, |_| true)
    }

    pub(crate) fn keep_report(&self, hash: &str, report: &Arc<MonthlyCheck>) {
        let mut held = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() > 128 {
            held.clear();
        }
        held.insert(hash.to_owned(), Arc::clone(report));
    }

    pub(crate) fn explanation(&self, hash: &str) -> Option<Arc<GlobalExplanation>> {
        cached(&self.explanations, hash, |_| true)
    }

    pub(crate) fn keep_explanation(&self, hash: &str, explanation: &Arc<GlobalExplanation>) {
        let mut held = self.explanations.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= EXPLANATIONS {
            held.clear();
        }
        held.insert(hash.to_owned(), Arc::clone(explanation));
    }
}

/// The cached value under `key` when it is still right, by value so that no lock is held across an await.
fn cached<T>(cache: &Mutex<HashMap<String, Arc<T>>>, key: &str, right: impl Fn(&T) -> bool) -> Option<Arc<T>> {
    cache.lock().unwrap_or_else(PoisonError::into_inner).get(key).filter(|value| right(value)).cloned()
}

fn keep<T>(cache: &Mutex<HashMap<String, Arc<T>>>, key: &str, value: &Arc<T>) {
    cache.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(value));
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
        if let Some(live) = cached(&self.caches.live, use_case, |live: &Live| live.change == change) {
            return Ok(Some(live));
        }
        let version = registry::find(&mut connection, use_case, number).await?;
        let version = version.ok_or_else(|| Error::internal(format!("the live version {number} of {use_case} is not in the registry")))?;
        drop(connection);
        let explainer = self.explainer(&version).await?;
        let live = Arc::new(Live { version, change, explainer });
        keep(&self.caches.live, use_case, &live);
        Ok(Some(live))
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
        let (_, model) = self.model_file(version).await?;
        compute(move || Ok(Arc::new(ModelExplainer::new(Arc::new(model))?))).await
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
        if let Some(people) = cached(&self.caches.people, &dataset.content_hash, |_| true) {
            return Ok(people);
        }
        let bytes = self.store.artifact(&dataset.content_hash).await?;
        let people = Arc::new(compute(move || StoredPeople::from_bytes(&bytes)).await?);
        let mut cache = self.caches.people.lock().unwrap_or_else(PoisonError::into_inner);
        // A handful of datasets is in use at a time; start over rather than grow without end.
        if cache.len() > 8 {
            cache.clear();
        }
        cache.insert(dataset.content_hash.clone(), Arc::clone(&people));
        Ok(people)
    }

    /// The people of the newest batch with their scores; `None` when nobody was scored.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn scored(&self, use_case: &str) -> Result<Option<Arc<Scored>>> {
        let mut connection = self.store.read().await?;
        let Some(batch) = scores::batches(&mut connection, use_case, 1).await?.into_iter().next() else { return Ok(None) };
        if let Some(scored) = cached(&self.caches.scored, use_case, |scored: &Scored| scored.batch.batch_id == batch.batch_id) {
            return Ok(Some(scored));
        }
        let list = scores::of_batch(&mut connection, &batch.batch_id).await?;
        drop(connection);
        let dataset = self.dataset(&batch.dataset_id).await?;
        let everybody = self.people_of(&dataset).await?;
        let scored = compute(move || {
            let rows: Vec<usize> = list.iter().map(|score| score.position as usize).collect();
            let reasons = list.iter().map(|score| serde_json::from_str(&score.reasons).map_err(store::Error::from));
            let reasons = reasons.collect::<std::result::Result<_, _>>()?;
            Ok(Scored { batch, people: Arc::new(everybody.take(&rows)), scores: list, reasons })
        });
        let scored = Arc::new(scored.await?);
        keep(&self.caches.scored, use_case, &scored);
        Ok(Some(scored))
    }
}
