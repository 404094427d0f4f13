//! A version, ready to score: whoever it has learned from is scored by the model that has not
//! learned from that person.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use domain::ScoreBasis;
use model::explain::ModelExplainer;
use model::{Model, RowKeys, Table, VersionFile};

use crate::{Error, Result, StoredPeople};

/// Which model of a version scores somebody: that of a fold, or the final one (`None`).
pub type Fold = Option<u8>;

/// The models of a version and the people that it has learned from.
pub struct VersionScorer {
    file: Arc<VersionFile>,
    final_model: Arc<ModelExplainer>,
    /// Made when first asked for: a forest takes a while to prepare.
    folds: Vec<OnceLock<Arc<ModelExplainer>>>,
    known: Known,
    origin: Origin,
}

/// Who trained the model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// We did: whom it has learned from is known, and scored by another fold.
    Ours,
    /// Another system. `declared`: somebody has said on whom.
    Imported { declared: bool },
}

/// The fold of everybody whom a version has learned from.
enum Known {
    ById(HashMap<String, u8>),
    /// The use case has no identifiers: by what the model reads, see [`RowKeys`]. Who has changed
    /// since is not recognized.
    ByValues(HashMap<u64, u8>),
}

/// Which model scores each of some people.
pub struct Recognized(Vec<(Fold, ScoreBasis)>);

impl Recognized {
    /// The places of the people that each model scores, ascending.
    pub fn by_fold(&self) -> BTreeMap<Fold, Vec<usize>> {
        let mut parts: BTreeMap<Fold, Vec<usize>> = BTreeMap::new();
        for (place, (fold, _)) in self.0.iter().enumerate() {
            parts.entry(*fold).or_default().push(place);
        }
        parts
    }

    /// What the score of the person at a place is based on.
    pub fn basis(&self, place: usize) -> ScoreBasis {
        self.0[place].1
    }
}

impl VersionScorer {
    /// `people` are those of the dataset that the version was trained on. Of an imported version
    /// `declared` are the people that it was trained on, where somebody has said so.
    pub(super) fn new(
        file: Arc<VersionFile>,
        people: &StoredPeople,
        declared: Option<&StoredPeople>,
    ) -> Result<Self> {
        let (model, cross_fit) = (&file.model, &file.cross_fit);
        let origin = if model.lineage.is_imported() {
            Origin::Imported {
                declared: declared.is_some(),
            }
        } else {
            Origin::Ours
        };
        let learned = cross_fit
            .rows
            .iter()
            .zip(&cross_fit.fold_of_row)
            .map(|(&row, &fold)| (row as usize, fold));
        if cross_fit
            .rows
            .last()
            .is_some_and(|last| *last as usize >= people.ids.len())
        {
            return Err(Error::internal(
                "the training data of a version has fewer rows than it has learned from",
            ));
        }
        let known = if let Some(declared) = declared {
            everybody(model, declared)
        } else if model.use_case.id_column.is_some() {
            Known::ById(
                learned
                    .map(|(row, fold)| (people.ids[row].clone(), fold))
                    .collect(),
            )
        } else {
            let keys = row_keys(model, &people.table);
            Known::ByValues(learned.map(|(row, fold)| (keys.of(row), fold)).collect())
        };
        Ok(Self {
            final_model: Arc::new(ModelExplainer::new(Arc::new(model.clone()))?),
            folds: cross_fit.folds.iter().map(|_| OnceLock::new()).collect(),
            file,
            known,
            origin,
        })
    }

    /// The final model: definition, lineage and training statistics are those of the version.
    pub fn model(&self) -> &Arc<Model> {
        self.final_model.model()
    }

    /// Which model scores each of the people: their rows in `table`, and what they are called where
    /// somebody said it.
    pub fn recognize<'a>(
        &self,
        table: &Table,
        people: impl IntoIterator<Item = (usize, Option<&'a str>)>,
    ) -> Recognized {
        let keys = row_keys(self.model(), table);
        let one = |(row, id): (usize, Option<&str>)| {
            let (fold, otherwise) = match (&self.known, id) {
                (Known::ById(known), Some(id)) => (known.get(id.trim()), ScoreBasis::Final),
                (Known::ById(_), None) => (None, ScoreBasis::Unknown),
                (Known::ByValues(known), _) => (known.get(&keys.of(row)), ScoreBasis::Unknown),
            };
            match (self.origin, fold) {
                (Origin::Ours, Some(fold)) => (Some(*fold), ScoreBasis::OutOfFold),
                (Origin::Ours, None) => (None, otherwise),
                // There is no other model of it that has not learned from somebody.
                (Origin::Imported { declared: false }, _)
                | (Origin::Imported { declared: true }, Some(_)) => (None, ScoreBasis::InSample),
                (Origin::Imported { declared: true }, None) => (None, otherwise),
            }
        };
        Recognized(people.into_iter().map(one).collect())
    }

    /// Which model scores one person.
    pub fn model_for(&self, table: &Table, row: usize, id: Option<&str>) -> Fold {
        self.recognize(table, [(row, id)]).0[0].0
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

    /// The probability of each row of `table` by the model of a fold, as the baseline has it for the
    /// people that were learned from: theirs for those, one by the hash of the id for others. People
    /// of both kinds are then scored alike, so that a comparison of the two finds changes of people
    /// and not of models: the final model has another spread, and a tree other steps.
    ///
    /// # Errors
    /// When a model cannot be prepared.
    pub fn comparable_probabilities(
        &self,
        table: &Table,
        ids: &[Option<&str>],
    ) -> Result<Vec<f64>> {
        let (keys, folds) = (row_keys(self.model(), table), self.folds.len() as u64);
        let recognized = self.recognize(table, ids.iter().copied().enumerate());
        let any = |(row, id): (usize, &Option<&str>)| {
            let hash = id.map_or_else(|| keys.of(row), hash_of);
            hash.checked_rem(folds).map(|fold| fold as u8)
        };
        let chosen = recognized
            .0
            .iter()
            .zip(ids.iter().enumerate())
            .map(|((fold, basis), other)| (fold.or_else(|| any(other)), *basis));
        self.scores(table, &Recognized(chosen.collect()))
    }

    /// Calibrated probability of each row of `table`, whose people are called `ids`.
    ///
    /// # Errors
    /// When a model cannot be prepared.
    pub fn probabilities(
        &self,
        table: &Table,
        ids: &[Option<&str>],
    ) -> Result<(Vec<f64>, Recognized)> {
        let recognized = self.recognize(table, ids.iter().copied().enumerate());
        Ok((self.scores(table, &recognized)?, recognized))
    }

    fn scores(&self, table: &Table, recognized: &Recognized) -> Result<Vec<f64>> {
        let mut probabilities = vec![0.0; recognized.0.len()];
        for (fold, rows) in recognized.by_fold() {
            let explainer = self.explainer(fold)?;
            let scores = explainer.model().probabilities(&table.take(&rows));
            rows.into_iter()
                .zip(scores)
                .for_each(|(row, score)| probabilities[row] = score);
        }
        Ok(probabilities)
    }
}

/// All of `people` as known; the fold does not matter, as an imported model has none.
fn everybody(model: &Model, people: &StoredPeople) -> Known {
    if model.use_case.id_column.is_some() {
        Known::ById(people.ids.iter().map(|id| (id.clone(), 0)).collect())
    } else {
        let keys = row_keys(model, &people.table);
        Known::ByValues((0..people.ids.len()).map(|row| (keys.of(row), 0)).collect())
    }
}

fn hash_of(id: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

fn row_keys<'a>(model: &Model, table: &'a Table) -> RowKeys<'a> {
    RowKeys::new(
        table,
        model.use_case.inputs().map(|field| field.name.as_str()),
    )
}

/// The ids of stored people, as [`VersionScorer`] asks for them.
pub(crate) fn somebody(ids: &[String]) -> Vec<Option<&str>> {
    ids.iter().map(|id| Some(id.as_str())).collect()
}
