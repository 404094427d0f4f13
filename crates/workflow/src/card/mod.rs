//! The model card: what a version is, made from the record and never typed twice. People add what the record cannot know.

mod document;
mod write;

pub use document::{Block, Card, CardPage, CardSection};
use domain::{AuditEvent, RefusalCode, ReviewState, Stage, Subject, VersionNumber};
use std::sync::Arc;

use model::Model;
use model::global::GlobalExplanation;
use store::monitoring::checks;
use store::{audit, datasets, registry, review, runs};

pub(crate) use write::{Sources, card, parts};

use crate::disclosure::Disclosure;
use crate::runs::evidence::Evidence;
use crate::{Contributor, Error, Member, Result, Tenure};

/// Letters that the known limitations may have.
const MOST_LETTERS: usize = 5000;

/// Everything about a version that its card is made of, but for what came after its review.
pub(crate) struct Facts {
    pub version: registry::Version,
    pub model: Model,
    pub evidence: Evidence,
    pub dataset: datasets::Dataset,
    pub code: String,
    pub explanation: Option<Arc<GlobalExplanation>>,
    /// Newest first.
    pub revisions: Vec<store::card::Revision>,
    /// A card is handed on: it holds released figures, whoever asks for it.
    pub rule: Disclosure,
}

impl Facts {
    /// The card in a stage, with the decisions that put it there.
    pub fn card(&self, stage: Stage, decisions: &[review::ReviewDecision], checks: &[checks::Check]) -> Card {
        self.card_named(stage.as_str(), decisions, checks)
    }

    /// The card with any text in the place of the stage.
    pub fn card_named(&self, stage: &str, decisions: &[review::ReviewDecision], checks: &[checks::Check]) -> Card {
        card(&Sources {
            version: &self.version,
            stage,
            model: &self.model,
            evidence: &self.evidence,
            dataset: &self.dataset,
            code: &self.code,
            explanation: self.explanation.as_deref(),
            revisions: &self.revisions,
            decisions,
            checks,
            rule: self.rule,
        })
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
        let revisions = store::card::revisions(&mut connection, &version.use_case, version.version).await?;
        let code = runs::find(&mut connection, &version.run_id).await?.map(|run| run.code_version).unwrap_or_default();
        drop(connection);
        Ok(Facts {
            model: self.model_file(version).await?.1,
            evidence: self.evidence(&version.run_id).await?,
            dataset: self.dataset(&version.dataset_id).await?,
            version: version.clone(),
            rule: self.disclosure(&version.use_case),
            code,
            explanation,
            revisions,
        })
    }

    /// The model card of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version, or when the store fails.
    pub async fn model_card(&self, member: &Member<'_>, use_case: &str, number: VersionNumber) -> Result<CardPage> {
        let facts = self.card_facts(&self.version(use_case, number).await?).await?;
        let checks: Vec<checks::Check> = self.checks(member, use_case).await?.into_iter().filter(|check| check.version == number).collect();
        let mut connection = self.store.read().await?;
        let requests = review::requests(&mut connection, &use_case.into()).await?;
        let decisions = match requests.iter().find(|request| request.version == number && request.state == ReviewState::Approved) {
            Some(request) => review::decisions(&mut connection, &request.request_id).await?,
            None => Vec::new(),
        };
        Ok(CardPage {
            card: facts.card(facts.version.stage, &decisions, &checks),
            use_case: use_case.to_owned(),
            version: number,
            limitations: facts.revisions.first().map(|revision| revision.text.clone()).unwrap_or_default(),
            revision: facts.revisions.first().map_or(0, |revision| revision.revision as u32),
        })
    }

    /// Writes the known limitations of a version down as a new revision; those before it stay. A pending request for the version is void
    /// from then on. `from`: the revision that the writer has read; `None` when it does not matter.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody wrote a revision after `from`, [`Error::Invalid`] when the text is empty or too long.
    pub async fn write_limitations(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        number: VersionNumber,
        from: Option<i64>,
        text: &str,
    ) -> Result<()> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() || text.chars().count() > MOST_LETTERS {
            return Err(Error::Invalid(format!("Enter 1 to {MOST_LETTERS} characters.")));
        }
        self.version(use_case, number).await?;
        let by = contributor.name();
        let mut transaction = self.store.begin().await?;
        let newest = store::card::revisions(&mut transaction, &use_case.into(), number).await?.into_iter().next();
        let before = newest.as_ref().map_or(0, |revision| revision.revision);
        if from.is_some_and(|from| from != before) {
            let who = newest.map(|revision| revision.written_by.into_string()).unwrap_or_default();
            return Err(Error::conflict(
                RefusalCode::Changed,
                format!("{who} changed the limitations while you were editing. Review them, then save again."),
            ));
        }
        let revision = store::card::Revision {
            use_case: use_case.into(),
            version: number,
            revision: before + 1,
            text,
            written_by: by.clone(),
            written_at: store::now(),
        };
        store::card::add_revision(&mut transaction, &revision).await?;
        self.void_pending(&mut transaction, use_case, Some(number), by, "the known limitations changed").await?;
        let event = AuditEvent::ModelLimitations { revision: revision.revision };
        let row = audit::Row::CardRevision(&revision.use_case, number, revision.revision);
        let subject = Subject::Model(revision.use_case.clone(), number);
        audit::append_with_rows(&mut transaction, by, &subject, &event, &[row]).await?;
        transaction.commit().await?;
        Ok(())
    }
}
