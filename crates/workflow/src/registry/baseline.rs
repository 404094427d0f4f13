//! The baseline of a version: the people and scores that monitoring compares with. Saved when the
//! version is promoted.

use std::sync::Arc;

use domain::{DatasetId, Date, UseCaseId, VersionNumber};
use serde::{Deserialize, Serialize};
use store::{registry, runs};

use crate::StoredPeople;
use crate::runs::artifacts::{BASELINE, REFERENCE_DATA, REFERENCE_SCORES};
use crate::{Error, Member, Result, Tenure, error::compute};

/// What is kept. The people are rows of a dataset version, which never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedBaseline {
    pub use_case: UseCaseId,
    pub version: VersionNumber,
    pub dataset_id: DatasetId,
    pub data_hash: String,
    /// The day that the people's data describes.
    pub as_of: Date,
    /// Rows of the dataset, ascending: all that the version has learned from.
    pub rows: Vec<u32>,
    /// The score of each row by the model that did not learn from its person: the very score that
    /// the person has in a batch.
    pub scores: Vec<f64>,
    /// Whether the event happened to each row in the training year.
    pub left: Vec<bool>,
    /// Stayed, left.
    pub outcomes: [u64; 2],
    /// Field and mean |contribution| in log-odds, most important first.
    pub importances: Vec<(String, f64)>,
}

/// A baseline with its people, in the order of `saved.rows`.
#[derive(Debug, Clone)]
pub struct Baseline {
    pub saved: SavedBaseline,
    pub people: Arc<StoredPeople>,
}

impl Tenure {
    /// The baseline of a version that is or was live.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the version was never promoted.
    pub async fn baseline(
        &self,
        _: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<Baseline> {
        let version = self.version(use_case, number).await?;
        let saved: SavedBaseline = self.json_of_run(&version.run_id, BASELINE).await?;
        self.with_people(saved).await
    }

    /// The people of a saved baseline.
    pub(crate) async fn with_people(&self, saved: SavedBaseline) -> Result<Baseline> {
        let people = self
            .people_of_version(&self.version(&saved.use_case, saved.version).await?)
            .await?;
        let rows: Vec<usize> = saved.rows.iter().map(|row| *row as usize).collect();
        let people = compute(move || Ok(Arc::new(people.take(&rows)))).await?;
        Ok(Baseline { saved, people })
    }

    /// What would be, or was, saved for a version: made from what its training has kept.
    pub(crate) async fn make_baseline(&self, version: &registry::Version) -> Result<SavedBaseline> {
        let evidence = self.evidence(&version.run_id).await?;
        let dataset = self.dataset(&version.dataset_id).await?;
        let people = self.people_of_version(version).await?;
        let importances = match self.explanation_of(version).await {
            Ok(explanation) => explanation
                .importance
                .iter()
                .map(|own| (own.field.clone(), own.log_odds))
                .collect(),
            Err(Error::NotFound(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let rows = evidence.learned_rows.clone();
        let scores = evidence.cross_fitted.clone();
        let left: Vec<bool> = rows
            .iter()
            .map(|row| people.outcome(*row as usize) == Some(true))
            .collect();
        let leavers = left.iter().filter(|left| **left).count() as u64;
        Ok(SavedBaseline {
            use_case: version.use_case.clone(),
            version: version.version,
            data_hash: dataset.hash,
            as_of: dataset.as_of,
            dataset_id: dataset.dataset_id,
            outcomes: [left.len() as u64 - leavers, leavers],
            rows,
            scores,
            left,
            importances,
        })
    }

    /// Writes the files of the baseline, and gives the rows that name them: put into the
    /// transaction of the promotion.
    pub(crate) async fn baseline_files(
        &self,
        version: &registry::Version,
        card: String,
    ) -> Result<Vec<runs::Artifact>> {
        let baseline = self.with_people(self.make_baseline(version).await?).await?;
        let files = compute(move || {
            let saved = serde_json::to_vec(&baseline.saved).map_err(store::Error::from)?;
            let features = data::write(&baseline.people.table, data::Format::Parquet)
                .map_err(Error::caused)?;
            Ok([
                (BASELINE, "application/json", saved),
                (REFERENCE_DATA, "application/vnd.apache.parquet", features),
                (
                    REFERENCE_SCORES,
                    "text/csv",
                    predictions(&baseline.saved).into_bytes(),
                ),
                ("model_card.md", "text/markdown", card.into_bytes()),
            ])
        });
        let mut artifacts = Vec::new();
        for (name, media_type, bytes) in files.await? {
            let byte_count = bytes.len() as i64;
            let hash = self.store.put_artifact(bytes).await?;
            artifacts.push(runs::Artifact {
                name: name.into(),
                hash,
                byte_count,
                media_type: media_type.into(),
            });
        }
        Ok(artifacts)
    }
}

/// One line a row of `reference_data.parquet`, in the same order.
fn predictions(saved: &SavedBaseline) -> String {
    let lines = saved
        .scores
        .iter()
        .zip(&saved.left)
        .map(|(score, left)| format!("{score},{}\n", u8::from(*left)));
    format!("probability,event\n{}", lines.collect::<String>())
}
