//! What a version keeps so that nobody is scored by a model that has learned from that person.
//!
//! The rows that were learned from are parted into folds, persons whole; each fold has a model that
//! was fitted to the other folds (cross-fitting, the construction behind the CV+ of Barber et al.
//! 2021). A person of the training data is scored by the model of their own fold, everybody else by
//! the final one, which was fitted to all rows.

use serde::{Deserialize, Serialize};

use crate::encoder::Encoder;
use crate::file::{FileError, Model, check_scorer, frame, unframe};
use crate::scorer::Scorer;

/// A model of the same kind and settings as the final one, fitted to all folds but its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldModel {
    /// Turns a row into numbers.
    pub encoder: Encoder,
    /// Turns the numbers into a probability; calibrated on the other folds only.
    pub scorer: Scorer,
}

/// The fold models, and which row of the training dataset belongs to which fold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CrossFit {
    /// One model per fold.
    pub folds: Vec<FoldModel>,
    /// Positions in the training dataset of the rows that were learned from, ascending.
    pub rows: Vec<u32>,
    /// The fold of each of `rows`, an index into `folds`.
    pub fold_of_row: Vec<u8>,
}

/// The file of a version: the final model, then the models that score known people. Reading only
/// the final model of it is allowed: see [`Model::from_bytes`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionFile {
    /// Fitted to all rows; scores everybody whom it has not learned from.
    pub model: Model,
    /// Scores those whom it has.
    pub cross_fit: CrossFit,
}

impl VersionFile {
    /// The file's bytes. Their hash is the version's identity, so it covers every fold.
    ///
    /// # Errors
    /// [`FileError::Inconsistent`] when it cannot be written; nothing that training makes is of that
    /// kind.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        frame(&(&self.model, &self.cross_fit))
    }

    /// Reads and checks a file: after this no score by any of its models can panic.
    ///
    /// # Errors
    /// See [`FileError`]. [`FileError::NotAVersion`] for a file that holds a single model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (model, rest): (Model, &[u8]) =
            postcard::take_from_bytes(unframe(bytes)?).map_err(|_| FileError::Damaged)?;
        model.check()?;
        if rest.is_empty() {
            return Err(FileError::NotAVersion);
        }
        let cross_fit: CrossFit = postcard::from_bytes(rest).map_err(|_| FileError::Damaged)?;
        cross_fit.check()?;
        Ok(Self { model, cross_fit })
    }

    /// The model of a fold as a model of its own: what it was trained with is that of the version.
    /// `None` when there is no such fold.
    pub fn fold(&self, fold: u8) -> Option<Model> {
        let FoldModel { encoder, scorer } = self.cross_fit.folds.get(usize::from(fold))?;
        Some(Model {
            use_case: self.model.use_case.clone(),
            encoder: encoder.clone(),
            scorer: scorer.clone(),
            training: self.model.training.clone(),
            lineage: self.model.lineage.clone(),
        })
    }
}

impl CrossFit {
    fn check(&self) -> Result<(), FileError> {
        for fold in &self.folds {
            check_scorer(&fold.encoder, &fold.scorer)?;
        }
        let unknown = |fold: &u8| usize::from(*fold) >= self.folds.len();
        if self.rows.len() != self.fold_of_row.len() || self.fold_of_row.iter().any(unknown) {
            return Err(FileError::Inconsistent(
                "a training row belongs to an unknown fold",
            ));
        }
        Ok(())
    }
}
