//! A version, ready to score: whoever it has learned from is scored by the model that did not learn
//! from that person.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use domain::ScoreBasis;
use model::explain::ModelExplainer;
use model::{Model, Table, VersionFile};
use store::registry;

use crate::{Error, Result, Tenure, error::compute};

/// Which model of a version scores somebody: that of a fold, or the final one (`None`).
pub type Fold = Option<u8>;

/// The models of a version and the people that it has learned from.
pub struct VersionScorer {
    file: Arc<VersionFile>,
    final_model: Arc<ModelExplainer>,
    /// Made when first asked for: a forest takes a while to prepare.
    folds: Vec<OnceLock<Arc<ModelExplainer>>>,
    /// `None`: the use case has no identifiers, so nobody can be recognized.
    known: Option<HashMap<String, u8>>,
}

/// Scores of rows, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionScores {
    /// Calibrated probability of each row.
    pub probabilities: Vec<f64>,
    /// By which kind of model.
    pub bases: Vec<ScoreBasis>,
}

impl VersionScorer {
    /// `ids` are those of the rows of the dataset that the version was trained on.
    fn new(file: Arc<VersionFile>, ids: &[String]) -> Result<Self> {
        let cross_fit = &file.cross_fit;
        let learned = cross_fit.rows.iter().zip(&cross_fit.fold_of_row);
        let person = |(&row, &fold): (&u32, &u8)| Some((ids.get(row as usize)?.clone(), fold));
        let known = match &file.model.use_case.id_column {
            None => None,
            Some(_) => Some(
                learned
                    .map(person)
                    .collect::<Option<HashMap<String, u8>>>()
                    .ok_or_else(|| {
                        Error::internal(
                            "the training data of a version has fewer rows than it has learned from",
                        )
                    })?,
            ),
        };
        Ok(Self {
            final_model: Arc::new(ModelExplainer::new(Arc::new(file.model.clone()))?),
            folds: cross_fit.folds.iter().map(|_| OnceLock::new()).collect(),
            file,
            known,
        })
    }

    /// The final model: definition, lineage and training statistics are those of the version.
    pub fn model(&self) -> &Arc<Model> {
        self.final_model.model()
    }

    /// Which model scores the person called `id`, and what the score is based on. `None`: nobody
    /// said who it is.
    pub fn model_for(&self, id: Option<&str>) -> (Fold, ScoreBasis) {
        let (Some(known), Some(id)) = (&self.known, id) else {
            return (None, ScoreBasis::Unknown);
        };
        match known.get(id.trim()) {
            Some(fold) => (Some(*fold), ScoreBasis::OutOfFold),
            None => (None, ScoreBasis::Final),
        }
    }

    /// One of the models, ready to explain.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the version has no such fold.
    pub fn explainer(&self, fold: Fold) -> Result<&Arc<ModelExplainer>> {
        let Some(fold) = fold else {
            return Ok(&self.final_model);
        };
        let none = || Error::NotFound(format!("The version has no fold {fold}."));
        let place = self.folds.get(usize::from(fold)).ok_or_else(none)?;
        if let Some(made) = place.get() {
            return Ok(made);
        }
        let model = self.file.fold(fold).ok_or_else(none)?;
        let made = Arc::new(ModelExplainer::new(Arc::new(model))?);
        Ok(place.get_or_init(|| made))
    }

    /// The rows that each model scores, ascending.
    pub fn by_model<'a>(
        &self,
        ids: impl Iterator<Item = Option<&'a str>>,
    ) -> BTreeMap<Fold, Vec<usize>> {
        let mut parts: BTreeMap<Fold, Vec<usize>> = BTreeMap::new();
        for (row, id) in ids.enumerate() {
            parts.entry(self.model_for(id).0).or_default().push(row);
        }
        parts
    }

    /// Scores the rows of `table`, which are of the people called `ids`.
    ///
    /// # Errors
    /// When a model cannot be prepared.
    pub fn probabilities(&self, table: &Table, ids: &[Option<&str>]) -> Result<VersionScores> {
        let mut probabilities = vec![0.0; ids.len()];
        for (fold, rows) in self.by_model(ids.iter().copied()) {
            let explainer = self.explainer(fold)?;
            let scores = explainer.model().probabilities(&table.take(&rows));
            rows.into_iter()
                .zip(scores)
                .for_each(|(row, score)| probabilities[row] = score);
        }
        let bases = ids.iter().map(|id| self.model_for(*id).1).collect();
        Ok(VersionScores {
            probabilities,
            bases,
        })
    }
}

/// The ids of stored people, as [`VersionScorer`] asks for them.
pub(crate) fn somebody(ids: &[String]) -> Vec<Option<&str>> {
    ids.iter().map(|id| Some(id.as_str())).collect()
}

impl Tenure {
    /// A version, ready to score.
    ///
    /// # Errors
    /// When its file, or the data that it was trained on, is missing or damaged: without the latter
    /// it is not known who was learned from.
    pub(crate) async fn scorer_of(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<VersionScorer>> {
        let make = async {
            let file = self.version_file(version).await?;
            let people = self.people_of_version(version).await?;
            compute(move || Ok(Arc::new(VersionScorer::new(file, &people.ids)?))).await
        };
        let key = format!("{} {}", version.use_case, version.model_hash);
        self.caches.scorers.get_or_make(&key, make).await
    }

    /// The models of a version.
    ///
    /// # Errors
    /// When the file is missing, damaged or of another use case.
    pub(crate) async fn version_file(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<VersionFile>> {
        let make = async {
            let (_, file) = self.model_file(version).await?;
            Ok(Arc::new(file))
        };
        let key = format!("{} {}", version.use_case, version.model_hash);
        self.caches.files.get_or_make(&key, make).await
    }
}
