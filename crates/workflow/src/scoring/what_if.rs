//! What the what-if page starts from.

use std::sync::Arc;
use std::time::Instant;

use domain::audit::PersonViewDetail;
use domain::{AuditEvent, BatchId, PredictionKind, ScoreBasis, Subject};
use model::{Record, Role};
use store::audit;

use crate::datasets::Under;
use crate::error::compute;
use crate::prediction_log::{Scored as Logged, Source};
use crate::registry::Fold;
use crate::scoring::predict_again;
use crate::{Analyst, Error, Live, Purpose, Result, Tenure};

/// Reasons that the log keeps of a person on the what-if page.
const REASONS: usize = 3;

/// A person on the what-if page.
struct Opened<'a> {
    kind: PredictionKind,
    person: &'a str,
    record: &'a Record,
    fold: Fold,
    /// Key of the purpose.
    purpose: Option<String>,
}

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
        let purpose = why.map(|purpose| purpose.key.clone());
        let opened = Opened {
            kind: PredictionKind::WhatIf,
            person,
            record: &record,
            fold,
            purpose,
        };
        self.log_what_if(analyst, &live, opened).await?;
        Ok((record, fold))
    }

    /// Writes a scenario of a person, that somebody saved, to the prediction log.
    ///
    /// # Errors
    /// [`Error::Refused`] when a value breaks a rule, [`Error::NotFound`] when the person is not among those last scored,
    /// [`Error::Invalid`] without a purpose, [`Error::NotLogged`].
    pub async fn save_scenario(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        person: &str,
        why: &str,
        values: &Record,
    ) -> Result<()> {
        let use_case = self.use_case(use_case)?;
        let purpose = self.purpose(&use_case.id, why)?;
        let scored = self.scored(&use_case.id).await?;
        let position = scored
            .as_ref()
            .and_then(|scored| scored.people.ids.iter().position(|id| id == person));
        let (Some(scored), Some(row)) = (scored, position) else {
            return Err(Error::NotFound(format!(
                "No {} with this number was scored.",
                use_case.words.one
            )));
        };
        let live = self.expect_live(&use_case.id).await?;
        let dataset = self.dataset(&scored.batch.dataset_id).await?;
        let everybody = self
            .people_for(&dataset, Under::Model(&live.model().use_case))
            .await?;
        let position = scored.scores[row].position as usize;
        let fold = live
            .scorer
            .model_for(&everybody.table, position, Some(person));
        let saved = Opened {
            kind: PredictionKind::Scenario,
            person,
            record: values,
            fold,
            purpose: purpose.map(|purpose| purpose.key.clone()),
        };
        self.log_what_if(analyst, &live, saved).await
    }

    async fn log_what_if(
        &self,
        analyst: &Analyst<'_>,
        live: &Arc<Live>,
        opened: Opened<'_>,
    ) -> Result<()> {
        let started = Instant::now();
        let day = store::today();
        let (own, record, fold) = (Arc::clone(live), opened.record.clone(), opened.fold);
        let basis = if fold.is_some() {
            ScoreBasis::OutOfFold
        } else {
            ScoreBasis::Final
        };
        let prediction = compute(move || {
            let version = own.version.version;
            predict_again(&own.scorer, version, &record, fold, basis, day, REASONS)
        })
        .await;
        let prediction = match prediction {
            // The page tells what the version cannot read, and shows no score.
            Err(Error::Refused(_)) if opened.kind == PredictionKind::WhatIf => return Ok(()),
            prediction => prediction?,
        };
        let use_case = &live.model().use_case;
        let mut record = opened.record.clone();
        if let Some(column) = &use_case.id_column {
            record.insert(column.clone(), opened.person.to_owned());
        }
        let source = Source {
            kind: opened.kind,
            caller: analyst.name().clone(),
            purpose: opened.purpose,
            started,
            part: None,
        };
        let scored = Logged {
            use_case,
            version: live.version.version,
            model: &live.version.model_hash,
            day,
            reasons_asked: REASONS,
            records: vec![record],
            predictions: &[prediction],
        };
        let policy = self.log_policy(&use_case.id).await?;
        self.log_scores(policy, source, scored).await?;
        Ok(())
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
