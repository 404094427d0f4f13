//! What a stage ends with.

use domain::{
    BatchId, CheckId, CycleStage, DatasetId, Recommendation, RequestId, SkipReason, VersionNumber,
};

use crate::{Error, Result};

/// What a stage made or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageResult {
    Dataset(DatasetId),
    Batch(BatchId),
    Check(CheckId),
    Recommendation(Recommendation),
    Version(VersionNumber),
    Request(RequestId),
    /// Hash of a stored file.
    File(String),
}

impl StageResult {
    /// As it is stored.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Dataset(id) => id.to_string(),
            Self::Batch(id) => id.to_string(),
            Self::Check(id) => id.to_string(),
            Self::Recommendation(own) => own.to_string(),
            Self::Version(number) => number.to_string(),
            Self::Request(id) => id.to_string(),
            Self::File(hash) => hash.clone(),
        }
    }

    /// What the stored result of a stage names; `None` for a stage that has none.
    pub(crate) fn parse(stage: CycleStage, text: &str) -> Result<Option<Self>> {
        let damaged = || Error::internal(format!("the result of the stage {stage} is damaged"));
        Ok(Some(match stage {
            CycleStage::Snapshot | CycleStage::TrainingSet => Self::Dataset(text.into()),
            CycleStage::Scoring => Self::Batch(text.into()),
            CycleStage::Drift => Self::Check(text.into()),
            CycleStage::Recommendation => {
                Self::Recommendation(text.parse().map_err(|_| damaged())?)
            }
            CycleStage::Retraining | CycleStage::Comparison | CycleStage::Staging => {
                Self::Version(text.parse().map_err(|_| damaged())?)
            }
            CycleStage::Review => Self::Request(text.into()),
            CycleStage::Report => Self::File(text.into()),
            CycleStage::Validation | CycleStage::Outcomes => return Ok(None),
        }))
    }
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    Done {
        result: Option<StageResult>,
        note: String,
    },
    Skipped {
        because: SkipReason,
        note: String,
    },
}

impl Ended {
    pub fn done(result: StageResult, note: impl Into<String>) -> Self {
        Self::Done {
            result: Some(result),
            note: note.into(),
        }
    }

    pub fn skipped(because: SkipReason) -> Self {
        Self::Skipped {
            because,
            note: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_result_reads_back_by_its_stage() {
        let results = [
            (CycleStage::Snapshot, StageResult::Dataset("d".into())),
            (CycleStage::Scoring, StageResult::Batch("b".into())),
            (CycleStage::Drift, StageResult::Check("c".into())),
            (
                CycleStage::Recommendation,
                StageResult::Recommendation(Recommendation::CheckFeed),
            ),
            (
                CycleStage::Retraining,
                StageResult::Version(VersionNumber::FIRST),
            ),
            (CycleStage::Review, StageResult::Request("r".into())),
            (CycleStage::Report, StageResult::File("ab".into())),
        ];
        for (stage, result) in results {
            assert_eq!(
                StageResult::parse(stage, &result.text()).unwrap(),
                Some(result)
            );
        }
        assert!(StageResult::parse(CycleStage::Staging, "x").is_err());
    }
}
