//! The model card as it is shown.

use domain::{ReviewState, VersionNumber};
use store::monitoring::checks;
use store::review;

use super::CardPage;
use crate::{Member, Result, Tenure};

impl Tenure {
    /// The model card of a version.
    ///
    /// # Errors
    /// When there is no such version, or the store fails.
    pub async fn model_card(
        &self,
        member: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<CardPage> {
        let facts = self
            .card_facts(&self.version(use_case, number).await?)
            .await?;
        let checks: Vec<checks::Check> = self
            .checks(member, use_case)
            .await?
            .into_iter()
            .filter(|check| check.version == number)
            .collect();
        let mut cycles = self.outcomes_coverage(member, use_case).await?.cohorts;
        cycles.retain(|cycle| cycle.version == Some(number));
        let mut connection = self.store.read().await?;
        let requests = review::requests(&mut connection, &use_case.into()).await?;
        let decisions = match requests
            .iter()
            .find(|request| request.version == number && request.state == ReviewState::Approved)
        {
            Some(request) => review::decisions(&mut connection, &request.request_id).await?,
            None => Vec::new(),
        };
        drop(connection);
        let next_review = self.next_review(&facts.version.use_case, number).await?;
        Ok(CardPage {
            card: facts.card(
                facts.version.stage,
                &decisions,
                &checks,
                &cycles,
                next_review,
            ),
            use_case: use_case.to_owned(),
            version: number,
            limitations: facts
                .revisions
                .first()
                .map(|revision| revision.text.clone())
                .unwrap_or_default(),
            revision: facts
                .revisions
                .first()
                .map_or(0, |revision| revision.revision as u32),
        })
    }
}
