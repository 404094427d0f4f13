//! The newest scores, as every page of people reads them.

use std::sync::Arc;

use store::scoring;

use crate::datasets::Under;
use crate::scoring::change::{Previous, changes};
use crate::scoring::scored::Scored;
use crate::{Result, Tenure, error::compute};

impl Tenure {
    /// By when the probabilities of a batch are meant, as the use case stated it when their version
    /// was trained.
    ///
    /// # Errors
    /// When the version cannot be read.
    pub(crate) async fn horizon_of(&self, batch: &scoring::Batch) -> Result<String> {
        let version = self.version(&batch.use_case, batch.version).await?;
        Ok(self
            .version_file(&version)
            .await?
            .model
            .use_case
            .horizon_text())
    }

    /// The people of the newest batch with their scores; `None` when nobody was scored.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn scored(&self, use_case: &str) -> Result<Option<Arc<Scored>>> {
        let mut connection = self.store.read().await?;
        let Some(batch) = scoring::batches(&mut connection, &use_case.into(), 1)
            .await?
            .into_iter()
            .next()
        else {
            return Ok(None);
        };
        drop(connection);
        // What the scores are compared with can be imported later, or withdrawn.
        let before = self.batch_before(&batch).await?;
        let id = match &before {
            Some(before) => format!("{} {}", batch.batch_id, before.batch_id),
            None => batch.batch_id.to_string(),
        };
        let make = async {
            let previous = match before {
                Some(before) => {
                    let reader = &mut self.store.read().await?;
                    let scores = scoring::compared(reader, &before.batch_id).await?;
                    Some(Previous::new(&batch, before, scores))
                }
                None => None,
            };
            let list = scoring::of_batch(&mut self.store.read().await?, &batch.batch_id).await?;
            // As the version that scored them has read them.
            let file = self
                .version_file(&self.version(use_case, batch.version).await?)
                .await?;
            let own = &file.model.use_case;
            let everybody = self
                .people_for(&self.dataset(&batch.dataset_id).await?, Under::Model(own))
                .await?;
            let (own, calibration) = (
                Arc::new(own.clone()),
                file.model.training.calibration_information,
            );
            compute(move || {
                let rows: Vec<usize> = list.iter().map(|score| score.position as usize).collect();
                let reasons = list
                    .iter()
                    .map(|score| scoring::read_reasons(&score.reasons));
                let reasons = reasons.collect::<store::Result<_>>()?;
                let changes = changes(previous.as_ref(), &list);
                Ok(Arc::new(Scored {
                    previous: previous.map(|previous| previous.batch),
                    changes,
                    batch,
                    own,
                    calibration,
                    people: Arc::new(everybody.take(&rows)),
                    scores: list,
                    reasons,
                }))
            })
            .await
        };
        self.caches.scored.get_or_make(&id, make).await.map(Some)
    }
}

impl Tenure {
    /// The batch that another is compared with: of the newest day before, the newest of the same
    /// version, or the newest of all when that version had not scored then.
    pub(crate) async fn batch_before(
        &self,
        batch: &scoring::Batch,
    ) -> Result<Option<scoring::Batch>> {
        let reader = &mut self.store.read().await?;
        let mut before = scoring::of_day_before(reader, &batch.use_case, batch.as_of).await?;
        let own = before
            .iter()
            .position(|other| other.version == batch.version);
        Ok((!before.is_empty()).then(|| before.swap_remove(own.unwrap_or(0))))
    }
}
