//! What the card of a version is made of.

use std::sync::Arc;

use domain::Stage;
use model::Model;
use model::global::GlobalExplanation;
use store::monitoring::checks;
use store::{datasets, registry, review, runs};

use super::Card;
use super::write::{Sources, card};
use crate::Evidence;
use crate::datasets::BuiltFrom;
use crate::disclosure::Disclosure;
use crate::monitoring::CohortView;
use crate::{Error, NextReview, Result, Tenure};

/// Everything about a version that its card is made of, but for what came after its review.
pub(crate) struct Facts {
    pub version: registry::Version,
    pub model: Model,
    pub evidence: Arc<Evidence>,
    pub dataset: datasets::Dataset,
    /// What the training set was built from; empty for a dataset of files.
    pub built_from: Vec<BuiltFrom>,
    pub code: String,
    pub explanation: Option<Arc<GlobalExplanation>>,
    /// Newest first.
    pub revisions: Vec<store::card::Revision>,
    /// A card is handed on: it holds released figures, whoever asks for it.
    pub rule: Disclosure,
}

impl Facts {
    /// The card in a stage, with the decisions that put it there and what was withdrawn since.
    pub fn card(
        &self,
        stage: Stage,
        decisions: &[review::ReviewDecision],
        checks: &[checks::Check],
        cycles: &[CohortView],
        next_review: Option<NextReview>,
    ) -> Card {
        card(&Sources {
            decisions,
            checks,
            cycles,
            next_review,
            ..self.sources(stage.as_str(), &self.built_from)
        })
    }

    /// The card for a review: nothing of it changes with what happens later.
    pub fn card_under_review(&self) -> Card {
        let as_built: Vec<BuiltFrom> = self
            .built_from
            .iter()
            .map(|parent| BuiltFrom {
                withdrawn: false,
                ..parent.clone()
            })
            .collect();
        card(&self.sources("under review", &as_built))
    }

    fn sources<'a>(&'a self, stage: &'a str, built_from: &'a [BuiltFrom]) -> Sources<'a> {
        Sources {
            version: &self.version,
            stage,
            built_from,
            model: &self.model,
            evidence: &self.evidence,
            dataset: &self.dataset,
            code: &self.code,
            explanation: self.explanation.as_deref(),
            revisions: &self.revisions,
            decisions: &[],
            checks: &[],
            cycles: &[],
            next_review: None,
            rule: self.rule,
        }
    }
}

impl Tenure {
    pub(crate) async fn card_facts(&self, version: &registry::Version) -> Result<Facts> {
        let explanation = match self.explanation_of(version).await {
            Ok(explanation) => Some(explanation),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let mut connection = self.store.read().await?;
        let revisions =
            store::card::revisions(&mut connection, &version.use_case, version.version).await?;
        let code = runs::find(&mut connection, &version.run_id)
            .await?
            .map(|run| run.code_version)
            .unwrap_or_default();
        drop(connection);
        let dataset = self.dataset(&version.dataset_id).await?;
        Ok(Facts {
            model: self.model_file(version).await?.1.model,
            evidence: self.evidence(&version.run_id).await?,
            built_from: self.built_from(&dataset).await?,
            dataset,
            version: version.clone(),
            rule: self.disclosure(&version.use_case),
            code,
            explanation,
            revisions,
        })
    }
}
