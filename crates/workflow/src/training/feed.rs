//! Data that looks broken is not learned from, unless somebody says why.

use domain::RefusalCode;
use store::datasets::Dataset;

use crate::datasets::Under;
use crate::monitoring::Material;
use crate::{Error, Member, Result, Tenure, error::compute};

/// Longest reason for learning from suspect data, in characters.
const LONGEST_REASON: usize = 2000;

impl Tenure {
    /// What makes a dataset for training suspect beside the baseline of the live version, in
    /// sentences: a field that is empty, in another unit, or without its categories. Empty where
    /// nothing is live, or it is the dataset that the live version learned from.
    pub(crate) async fn suspect_training_data(
        &self,
        member: &Member<'_>,
        dataset: &Dataset,
    ) -> Result<Vec<String>> {
        let Some(live) = self.live(&dataset.use_case).await? else {
            return Ok(Vec::new());
        };
        if live.version.dataset_id == dataset.dataset_id {
            return Ok(Vec::new());
        }
        let definition = self.definition(&dataset.use_case)?;
        let under = Under::InForce(&definition.use_case);
        let people = self.people_for(dataset, under).await?;
        let material: Material = self.drift_material(member, live, false, None).await?;
        compute(move || Ok(material.feed_of_training(&people.table))).await
    }

    /// # Errors
    /// [`Error::Conflict`] when the dataset is suspect and nobody said why it is learned from.
    pub(crate) async fn expect_sound_data(
        &self,
        member: &Member<'_>,
        dataset: &Dataset,
        accepted: Option<&str>,
    ) -> Result<()> {
        match accepted.map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) if reason.chars().count() > LONGEST_REASON => {
                return Err(Error::Invalid(format!(
                    "The reason for learning from suspect data may have up to {LONGEST_REASON} characters."
                )));
            }
            Some(_) => return Ok(()),
            None => {}
        }
        let found = self.suspect_training_data(member, dataset).await?;
        if found.is_empty() {
            return Ok(());
        }
        Err(Error::conflict(
            RefusalCode::CheckFeed,
            format!(
                "Check the data feed before training on {}: {}. Import the corrected data; or, if the data is right, train with a reason (--accept-data).",
                dataset.name,
                found.join("; ")
            ),
        ))
    }
}
