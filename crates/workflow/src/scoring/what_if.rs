//! What the what-if page starts from.

use std::sync::Arc;

use domain::audit::PersonViewDetail;
use domain::{AuditEvent, BatchId, Subject};
use model::{Record, Role};
use store::audit;

use crate::datasets::Under;
use crate::registry::Fold;
use crate::{Analyst, Error, Live, Purpose, Result, Tenure};

impl Tenure {
    /// The version that serves, ready to score and explain.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing is in service.
    pub async fn live_model(&self, _: &Analyst<'_>, use_case: &str) -> Result<Arc<Live>> {
        self.expect_live(use_case).await
    }

    /// The values of a person last scored that the live version reads (no id, and no protected field
    /// unless it is an input), and which of its models scores this person. The view is on record, with the purpose where one must be named:
    /// `why` is its key.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the person is not among those last scored, [`Error::Invalid`] without a purpose, [`Error::Conflict`] when
    /// nothing is in service or the file does not fit the definition of the live version.
    pub async fn what_if_start(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        person: &str,
        why: &str,
    ) -> Result<(Record, Fold)> {
        let use_case = self.use_case(use_case)?;
        let why = self.purpose(&use_case.id, why)?;
        let unknown = || {
            Error::NotFound(format!(
                "No {} with this number was scored.",
                use_case.words.one
            ))
        };
        let scored = self.scored(&use_case.id).await?.ok_or_else(unknown)?;
        let row = scored
            .people
            .ids
            .iter()
            .position(|other| other == person)
            .ok_or_else(unknown)?;
        self.record_view(analyst, &use_case.id, person, &scored.batch.batch_id, why)
            .await?;
        // The version that scored the person may have read the file otherwise than the one that is
        // asked now.
        let live = self.expect_live(&use_case.id).await?;
        let own = &live.model().use_case;
        let everybody = self
            .people_for(
                &self.dataset(&scored.batch.dataset_id).await?,
                Under::Model(own),
            )
            .await?;
        let is_input = |name: &str| {
            own.field(name)
                .is_some_and(|field| own.is_input(field) && field.role != Role::Ignored)
        };
        let position = scored.scores[row].position as usize;
        let mut record = everybody.table.record(position);
        record.retain(|name, _| is_input(name));
        let fold = live
            .scorer
            .model_for(&everybody.table, position, Some(person));
        Ok((record, fold))
    }

    /// Writes down that somebody looked at a person's score; the record knows the person by a
    /// pseudonym.
    pub(crate) async fn record_view(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        person: &str,
        batch: &BatchId,
        why: Option<&Purpose>,
    ) -> Result<()> {
        let subject = Subject::Person(use_case.into(), person.into());
        let view = PersonViewDetail {
            batch: batch.clone(),
            why: why.map(|purpose| purpose.key.clone()),
        };
        let mut transaction = self.store.begin().await?;
        audit::append(
            &mut transaction,
            analyst.name(),
            &subject,
            &AuditEvent::PersonView { view },
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
