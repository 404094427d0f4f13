//! The model file: data only, versioned, checked. Same data, settings and seed give the same bytes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoder::{Encoder, Matrix};
use crate::scorer::{Calibrator, PartKind, Scorer};
use crate::table::Table;
use crate::use_case::UseCase;

/// Where a model comes from. No clock and no machine in it: those belong to the run, not to the
/// model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lineage {
    /// SHA-256 of the checked rows, hexadecimal: the same for one table, however its file spells
    /// it.
    pub data_hash: String,
    /// Seed of every random choice of the training.
    pub seed: u64,
    /// Name of the chosen candidate.
    pub candidate: String,
    /// Its parameters, name → value, in order.
    pub parameters: Vec<(String, String)>,
}

impl Lineage {
    /// What stands before the format in the name of a candidate that was trained elsewhere.
    pub const IMPORTED: &'static str = "imported_";
    /// Name of the parameter with the dataset that an imported model was trained on.
    pub const TRAINED_ON: &'static str = "trained_on";

    /// Whether the model was trained by another system: whom it has learned from is then not known,
    /// unless somebody has said so ([`Lineage::trained_on`]).
    pub fn is_imported(&self) -> bool {
        self.candidate.starts_with(Self::IMPORTED)
    }

    /// The dataset that an imported model was trained on, as far as somebody has said so.
    pub fn trained_on(&self) -> Option<&str> {
        let own = self
            .parameters
            .iter()
            .find(|(name, _)| name == Self::TRAINED_ON);
        own.filter(|_| self.is_imported())
            .map(|(_, dataset)| dataset.as_str())
    }
}

/// What training saw of one field: for the typical profile, the training range and the warning
/// outside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldStatistics {
    /// Name of the field.
    pub name: String,
    /// Numbers: minimum, 1 %, 5 %, 25 %, 50 %, 75 %, 95%, 99 % quantile, maximum. Empty for levels.
    pub quantiles: Vec<f64>,
    /// Levels: number of training rows for each level of the field. Empty for numbers.
    pub level_counts: Vec<u32>,
    /// Training rows without a value.
    pub missing: u32,
}

/// What the model remembers of its training rows, in numbers only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Training {
    /// How many rows it was trained on.
    pub rows: u32,
    /// Rows with the event among them.
    pub positives: u32,
    /// One entry for each input and protected field of the use case.
    pub fields: Vec<FieldStatistics>,
    /// Venn-Abers table over out-of-fold scores: score knots (ascending) and the lower and upper
    /// probability from each knot up to the next.
    pub interval_scores: Vec<f64>,
    /// Lower end from each knot on, 0 to 1; as many as knots.
    pub interval_lower: Vec<f64>,
    /// Upper end from each knot on, 0 to 1; as many as knots.
    pub interval_upper: Vec<f64>,
    /// Training rows in each cell of each pair of inputs: see [`crate::outside::count_pairs`].
    /// Empty: pairs are not judged.
    pub pairs: Vec<u32>,
    /// How much the out-of-fold scores tell about their own calibration: Σw, Σw·x, Σw·x² with
    /// w = p·(1 − p) and x the log-odds of p. All zero: nothing is known.
    pub calibration_information: [f64; 3],
}

/// A trained model, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The definition that it was trained with, not the one in force today.
    pub use_case: UseCase,
    /// Turns a row into numbers.
    pub encoder: Encoder,
    /// Turns the numbers into a probability.
    pub scorer: Scorer,
    /// For profile, ranges, intervals and the warning about unusual values.
    pub training: Training,
    /// Where it comes from.
    pub lineage: Lineage,
}

const MAGIC: &[u8; 8] = b"TENURE\r\n";
/// The format that this build reads and writes. 2: the use case states its horizon. 3: a version
/// keeps the models that score the people whom it has learned from.
pub const FORMAT: u32 = 3;
const HEADER: usize = 8 + 4 + 32;

/// Why a model file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The file does not begin as a model file does.
    #[error("this is not a Tenure model file")]
    NotAModel,
    /// Written by a later version of Tenure.
    #[error(
        "the model file has format {found}, but this build reads format {FORMAT}: upgrade Tenure"
    )]
    NewerFormat {
        /// Format of the file.
        found: u32,
    },
    /// Written by an earlier version of Tenure.
    #[error(
        "the model file has format {found} of an earlier build, and this build reads format {FORMAT}: train the model again"
    )]
    OlderFormat {
        /// Format of the file.
        found: u32,
    },
    /// It cannot be parsed, or its checksum differs.
    #[error("the model file is damaged or truncated: download it again")]
    Damaged,
    /// It parses, but its parts do not fit each other; the text says which.
    #[error("the model file is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// It holds one model, not a version with the models that score known people.
    #[error("the file holds a single model, not a version of the registry")]
    NotAVersion,
    /// The file was given for another use case.
    #[error("the model is for the use case {found}, not {wanted}")]
    OtherUseCase {
        /// Use case of the file.
        found: String,
        /// Use case that was asked for.
        wanted: String,
    },
}

/// A file around `content`: magic, format number, SHA-256 of the content, the content.
pub(crate) fn frame(content: &impl Serialize) -> Result<Vec<u8>, FileError> {
    let body = postcard::to_stdvec(content)
        .map_err(|_| FileError::Inconsistent("it cannot be written"))?;
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&body));
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// The content of a file whose format and checksum are right.
pub(crate) fn unframe(bytes: &[u8]) -> Result<&[u8], FileError> {
    if bytes.get(..8) != Some(MAGIC.as_slice()) {
        return Err(FileError::NotAModel);
    }
    let format = bytes
        .get(8..12)
        .and_then(|format| format.try_into().ok())
        .map(u32::from_le_bytes)
        .ok_or(FileError::Damaged)?;
    match format {
        0 => return Err(FileError::Damaged),
        FORMAT => {}
        older @ ..FORMAT => return Err(FileError::OlderFormat { found: older }),
        newer => return Err(FileError::NewerFormat { found: newer }),
    }
    let (hash, body) = (
        bytes.get(12..HEADER).ok_or(FileError::Damaged)?,
        &bytes[HEADER..],
    );
    if Sha256::digest(body).as_slice() != hash {
        return Err(FileError::Damaged);
    }
    Ok(body)
}

/// Checks that encoder and scorer fit each other, so that no score can panic.
pub(crate) fn check_scorer(encoder: &Encoder, scorer: &Scorer) -> Result<(), FileError> {
    let (inputs, fields) = (encoder.inputs.len(), encoder.fields.len() as u32);
    if encoder
        .inputs
        .iter()
        .any(|input| input.shown_as >= fields || !input.source.is_sound(fields))
    {
        return Err(FileError::Inconsistent(
            "an input refers to an unknown field",
        ));
    }
    for part in &scorer.parts {
        let sound = match &part.kind {
            PartKind::Linear(terms) => terms
                .iter()
                .all(|term| (term.input as usize) < inputs && term.scale != 0.0),
            PartKind::Trees(trees) => trees.iter().all(|tree| tree.is_sound(inputs)),
        };
        if !sound {
            return Err(FileError::Inconsistent(
                "the scorer refers to an unknown input or node",
            ));
        }
    }
    if let Calibrator::Isotonic { x, y } = &scorer.calibrator
        && (x.is_empty() || x.len() != y.len())
    {
        return Err(FileError::Inconsistent("the calibrator has no knots"));
    }
    Ok(())
}

impl Model {
    /// The file's bytes: magic, format number, SHA-256 of the rest, the model.
    ///
    /// # Errors
    /// [`FileError::Inconsistent`] when the model cannot be written; nothing that training makes is of that kind.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        frame(self)
    }

    /// Reads and checks a file: after this no score of it can panic. Of the file of a version
    /// ([`crate::VersionFile`]) this is the final model.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (model, _): (Self, &[u8]) =
            postcard::take_from_bytes(unframe(bytes)?).map_err(|_| FileError::Damaged)?;
        model.check()?;
        Ok(model)
    }

    pub(crate) fn check(&self) -> Result<(), FileError> {
        check_scorer(&self.encoder, &self.scorer)?;
        let training = &self.training;
        if training.interval_lower.len() != training.interval_scores.len()
            || training.interval_upper.len() != training.interval_scores.len()
        {
            return Err(FileError::Inconsistent(
                "the interval table has rows of unequal length",
            ));
        }
        Ok(())
    }

    /// # Errors
    /// [`FileError::OtherUseCase`] when the model serves another use case than `wanted`.
    pub fn expect_use_case(&self, wanted: &str) -> Result<(), FileError> {
        if self.use_case.id == wanted {
            return Ok(());
        }
        Err(FileError::OtherUseCase {
            found: self.use_case.id.clone(),
            wanted: wanted.to_owned(),
        })
    }

    /// Encoded rows of `table`.
    pub fn encode(&self, table: &Table) -> Matrix {
        self.encoder.encode(table)
    }

    /// Calibrated probability for each row of `table`.
    pub fn probabilities(&self, table: &Table) -> Vec<f64> {
        self.scorer.probabilities(&self.encode(table))
    }

    /// Lower and upper probability of a score (Venn-Abers over out-of-fold scores; Vovk and Petej
    /// 2014), widened where needed to hold the score itself: the two come from different fits, and
    /// [`crate::sentence::calibration_range`] says where the score is at an end. `None` when
    /// training stored no table.
    pub fn interval(&self, probability: f64) -> Option<[f64; 2]> {
        let training = &self.training;
        let position = training
            .interval_scores
            .partition_point(|knot| *knot <= probability)
            .saturating_sub(1);
        let (lower, upper) = (
            *training.interval_lower.get(position)?,
            *training.interval_upper.get(position)?,
        );
        Some([lower.min(probability), upper.max(probability)])
    }
}
