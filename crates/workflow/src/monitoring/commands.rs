//! Checks are made and acknowledged, outcomes imported.

use domain::{AuditEvent, CheckId, Date, PersonId, Subject};
use monitoring::monthly::MonthlyCheck;
use store::monitoring::checks;
use store::monitoring::outcomes::{self, Import, Outcome};
use store::{audit, scoring};

use super::checks::current_people;
use super::cycles::{BATCHES, days_of, horizon_of};
use super::outcomes::check_outcomes;
use crate::datasets::Under;
use crate::{Admin, Contributor, Error, Result, Tenure, error::compute};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 2000;

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct OutcomesImport {
    pub use_case: String,
    pub name: String,
    pub bytes: Vec<u8>,
    /// The files name everybody to whom it happened up to this day, YYYY-MM-DD.
    pub complete_until: Option<String>,
    /// Days that a score is about; when absent those that the use case states, else [`super::HORIZON_DAYS`].
    pub horizon_days: Option<i64>,
    pub simulated: bool,
}

/// What became of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OutcomesImported {
    pub import: Import,
    /// False: this file was there already.
    pub new: bool,
    /// People of the file who were never scored.
    pub never_scored: usize,
}

impl Tenure {
    /// Compares the newest people for scoring on or before `as_of` with the baseline of the live version, and keeps the report.
    ///
    /// # Errors
    /// When nothing is in service, or there is no such data.
    pub async fn check_drift(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        as_of: Option<&str>,
    ) -> Result<(checks::Check, MonthlyCheck)> {
        let as_of = as_of.map(str::parse::<Date>).transpose()?;
        let live = self.expect_live(use_case).await?;
        let current = self.dataset_as_of(use_case, as_of).await?;
        let as_of = as_of.unwrap_or(current.as_of);
        let people = self.people_for(&current, Under::Model(&live.model().use_case)).await?;
        let material = self.drift_material(&contributor.member(), live, people.leavers_are_known(), Some(current.as_of)).await?;
        self.renew_cohorts(use_case).await?;
        let recent = self.recent_outcomes(use_case, as_of).await?;
        let cycle = self.cycle(use_case, as_of, recent.as_ref()).await?;
        let version = material.live.version.version;
        let report = compute(move || Ok(material.check(&current_people(&people), recent.as_ref(), cycle))).await?;

        let bytes = serde_json::to_vec(&report).map_err(store::Error::from)?;
        let check = checks::Check {
            check_id: store::new_id(),
            use_case: use_case.into(),
            version,
            dataset_id: current.dataset_id.clone(),
            as_of,
            verdict: report.features.verdict,
            share_drifted: report.features.share_drifted,
            prediction_verdict: report.prediction.verdict,
            recommendation: report.recommendation.action,
            reason: report.recommendation.sentence.clone(),
            report_hash: self.store.put_artifact(bytes).await?,
            created_by: contributor.name().clone(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        checks::insert(&mut transaction, &check).await?;
        let event = AuditEvent::DriftCheck { version: check.version, dataset: check.dataset_id.clone(), verdict: check.verdict };
        audit::append(&mut transaction, contributor.name(), &Subject::Check(check.check_id.clone()), &event).await?;
        transaction.commit().await?;
        Ok((check, report))
    }

    /// Writes down that somebody has seen a check, and what they had to say.
    ///
    /// # Errors
    /// When there is no such check, or the note is empty or very long.
    pub async fn acknowledge(&self, contributor: &Contributor<'_>, use_case: &str, check_id: &CheckId, note: &str) -> Result<checks::Note> {
        let note = note.trim();
        if note.is_empty() || note.chars().count() > LONGEST_NOTE {
            return Err(Error::Invalid(format!("Enter a note of 1 to {LONGEST_NOTE} characters.")));
        }
        let mut transaction = self.store.begin().await?;
        let found = checks::find(&mut transaction, &use_case.into(), check_id).await?;
        let check = found.ok_or_else(|| Error::NotFound(format!("{use_case} has no drift check {check_id}.")))?;
        let note = checks::Note {
            note_id: store::new_id(),
            check_id: check.check_id,
            note: note.to_owned(),
            created_by: contributor.name().clone(),
            created_at: store::now(),
        };
        checks::insert_note(&mut transaction, &note).await?;
        let (subject, row) = (Subject::Check(note.check_id.clone()), audit::Row::DriftNote(&note.note_id));
        audit::append_with_rows(&mut transaction, contributor.name(), &subject, &AuditEvent::DriftAcknowledge {}, &[row]).await?;
        transaction.commit().await?;
        Ok(note)
    }

    /// Checks a file of outcomes and stores it. The same file is one import; a later word about a person on a day takes the place of an
    /// earlier one.
    ///
    /// # Errors
    /// When the file cannot be read or breaks a rule: then nothing is stored.
    pub async fn import_outcomes(&self, admin: &Admin<'_>, import: OutcomesImport) -> Result<OutcomesImported> {
        let use_case = self.use_case(&import.use_case)?;
        let id = use_case.id.clone();
        let horizon_days = import.horizon_days.unwrap_or_else(|| horizon_of(&use_case));
        if horizon_days < 1 {
            return Err(Error::Invalid("The horizon must be at least 1 day.".into()));
        }
        let up_to_today = |day: &str| {
            let date = day.parse::<Date>().ok().filter(|date| *date <= store::today());
            date.ok_or_else(|| Error::Invalid(format!("“{day}” is not a valid date up to today. Use YYYY-MM-DD.")))
        };
        let complete_until = import.complete_until.as_deref().map(up_to_today).transpose()?;
        let hash = store::artifacts::hash(
            format!("{}\n{horizon_days}\n{}", store::artifacts::hash(&import.bytes), import.complete_until.as_deref().unwrap_or(""))
                .as_bytes(),
        );
        let bytes = import.bytes.clone();
        let rows = compute(move || check_outcomes(&bytes, &use_case)).await?;
        let file_hash = self.store.put_artifact(import.bytes).await?;
        let known: std::collections::HashSet<PersonId> = self.ever_scored(&id).await?;
        let never_scored = rows
            .iter()
            .map(|row| &row.person)
            .filter(|person| !known.contains(&PersonId::from(person.as_str())))
            .collect::<std::collections::HashSet<_>>()
            .len();
        let mut transaction = self.store.begin().await?;
        if let Some(import) = outcomes::by_hash(&mut transaction, &id.as_str().into(), &hash).await? {
            return Ok(OutcomesImported { import, new: false, never_scored });
        }
        let list: Vec<Outcome> = rows
            .into_iter()
            .map(|row| {
                let day = row.day.parse::<Date>()?;
                Ok(Outcome { person_id: row.person.into(), day, happened: row.happened, reason: row.reason })
            })
            .collect::<Result<_>>()?;
        let days = || list.iter().map(|outcome| outcome.day);
        let (Some(first_day), Some(last_day)) = (days().min(), days().max()) else {
            return Err(Error::Invalid("The file contains no outcomes.".into()));
        };
        let record = Import {
            import_id: store::new_id(),
            use_case: id.as_str().into(),
            hash,
            name: import.name,
            row_count: list.len() as i64,
            event_count: list.iter().filter(|outcome| outcome.happened).count() as i64,
            first_day,
            last_day,
            complete_until,
            horizon_days,
            simulated: import.simulated,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        outcomes::insert(&mut transaction, &record, &list).await?;
        let event = AuditEvent::OutcomesImport {
            file: file_hash,
            name: record.name.clone(),
            rows: record.row_count,
            events: record.event_count,
            complete_until,
        };
        audit::append(&mut transaction, admin.name(), &Subject::Outcomes(record.import_id.clone()), &event).await?;
        transaction.commit().await?;
        self.renew_cohorts(&id).await?;
        Ok(OutcomesImported { import: record, new: true, never_scored })
    }

    async fn ever_scored(&self, use_case: &str) -> Result<std::collections::HashSet<PersonId>> {
        let mut connection = self.store.read().await?;
        let mut people = std::collections::HashSet::new();
        for batch in days_of(scoring::batches(&mut connection, &use_case.into(), BATCHES).await?) {
            people.extend(outcomes::scores_of(&mut connection, &batch.batch_id).await?.into_iter().map(|scored| scored.person_id));
        }
        Ok(people)
    }
}
