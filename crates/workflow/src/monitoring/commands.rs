//! Checks are made and acknowledged, outcomes imported.

use std::collections::HashSet;

use data::{OutcomeColumns, ReadOptions};
use domain::{AuditEvent, CheckId, Date, Subject};
use model::use_case::Terminology;
use monitoring::monthly::MonthlyCheck;
use store::monitoring::checks;
use store::monitoring::outcomes::{self, Import, Outcome};
use store::{audit, scoring};

use super::checks::current_people;
use super::cohorts::{BATCHES, days_of, horizon_of};
use super::matching::{Matching, OutcomesReport, match_people};
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
    /// How the file is to be read, where it does not say so itself.
    pub options: ReadOptions,
    pub columns: OutcomeColumns,
    pub matching: Matching,
    /// The files name everybody to whom it happened up to this day, YYYY-MM-DD.
    pub complete_until: Option<String>,
    /// Days that a score is about; when absent those that the use case states, else
    /// [`super::HORIZON_DAYS`].
    pub horizon_days: Option<i64>,
    pub simulated: bool,
}

/// What became of it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomesImported {
    pub import: Import,
    /// False: this file was there already.
    pub new: bool,
    /// People of the file who were never scored.
    pub never_scored: usize,
    #[schema(value_type = Object)]
    pub report: OutcomesReport,
}

impl OutcomesImported {
    /// What became of the file, in words.
    pub fn sentence(&self, words: &Terminology) -> String {
        let import = &self.import;
        let state = if self.new {
            "imported"
        } else {
            "already imported"
        };
        let counts = format!(
            "{} rows, {} {}",
            import.row_count, import.event_count, words.event_many
        );
        [format!("{} {state}: {counts}.", import.name)]
            .into_iter()
            .chain(self.report.sentences(words))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Tenure {
    /// Compares the newest people for scoring on or before `as_of` with the baseline of the live
    /// version, and keeps the report.
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
        let live_version = live.version.version;
        let current = self.dataset_as_of(use_case, as_of).await?;
        let as_of = as_of.unwrap_or(current.as_of);
        let people = self
            .people_for(&current, Under::Model(&live.model().use_case))
            .await?;
        let material = self
            .drift_material(
                &contributor.member(),
                live,
                people.leavers_are_known(),
                Some(current.as_of),
            )
            .await?;
        self.renew_cohorts(use_case).await?;
        let recent = self.recent_outcomes(use_case, live_version, as_of).await?;
        let cycle = self
            .time_to_next_scoring(use_case, as_of, recent.as_ref())
            .await?;
        let version = material.live.version.version;
        let report =
            compute(move || material.check(&current_people(&people), recent.as_ref(), cycle))
                .await?;

        let policy = self
            .monitoring_policy(&contributor.member(), use_case)
            .await?
            .policy;
        let bytes = serde_json::to_vec(&report).map_err(store::Error::from)?;
        let size = bytes.len();
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
        let found = self.findings_of(&check, &report).await;
        let mut transaction = self.store.begin().await?;
        checks::insert(&mut transaction, &check).await?;
        self.record_as_run(&mut transaction, &check, &report, &policy, size)
            .await?;
        self.tell_of_check(&mut transaction, &check, &found, check.created_at)
            .await?;
        let event = AuditEvent::DriftCheck {
            version: check.version,
            dataset: check.dataset_id.clone(),
            verdict: check.verdict,
        };
        audit::append(
            &mut transaction,
            contributor.name(),
            &Subject::Check(check.check_id.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok((check, report))
    }

    /// Writes down that somebody has seen a check, and what they had to say.
    ///
    /// # Errors
    /// When there is no such check, or the note is empty or very long.
    pub async fn acknowledge(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        check_id: &CheckId,
        note: &str,
    ) -> Result<checks::Note> {
        let note = note.trim();
        if note.is_empty() || note.chars().count() > LONGEST_NOTE {
            return Err(Error::Invalid(format!(
                "Enter a note of 1 to {LONGEST_NOTE} characters."
            )));
        }
        let mut transaction = self.store.begin().await?;
        let found = checks::find(&mut transaction, &use_case.into(), check_id).await?;
        let check = found
            .ok_or_else(|| Error::NotFound(format!("{use_case} has no drift check {check_id}.")))?;
        let note = checks::Note {
            note_id: store::new_id(),
            check_id: check.check_id,
            note: note.to_owned(),
            created_by: contributor.name().clone(),
            created_at: store::now(),
        };
        checks::insert_note(&mut transaction, &note).await?;
        let (subject, row) = (
            Subject::Check(note.check_id.clone()),
            audit::Row::DriftNote(&note.note_id),
        );
        audit::append_with_rows(
            &mut transaction,
            contributor.name(),
            &subject,
            &AuditEvent::DriftAcknowledge {},
            &[row],
        )
        .await?;
        transaction.commit().await?;
        Ok(note)
    }

    /// Checks a file of outcomes and stores it. The same file is one import; a later word about a
    /// person on a day takes the place of an earlier one.
    ///
    /// # Errors
    /// When the file cannot be read or breaks a rule, or more than a small share of its leavers
    /// match nobody: then nothing is stored.
    pub async fn import_outcomes(
        &self,
        admin: &Admin<'_>,
        import: OutcomesImport,
    ) -> Result<OutcomesImported> {
        let use_case = self.use_case(&import.use_case)?;
        let id = use_case.id.clone();
        let horizon_days = import.horizon_days.unwrap_or_else(|| horizon_of(&use_case));
        if horizon_days < 1 {
            return Err(Error::Invalid("The horizon must be at least 1 day.".into()));
        }
        let up_to_today = |day: &str| {
            let date = day
                .parse::<Date>()
                .ok()
                .filter(|date| *date <= store::today());
            date.ok_or_else(|| {
                Error::Invalid(format!(
                    "“{day}” is not a valid date up to today. Use YYYY-MM-DD."
                ))
            })
        };
        let complete_until = import
            .complete_until
            .as_deref()
            .map(up_to_today)
            .transpose()?;
        let hash = hash_of(&import, horizon_days);
        let events = use_case.words.event_many.clone();
        let (bytes, options, columns) = (
            import.bytes.clone(),
            import.options.clone(),
            import.columns.clone(),
        );
        let checked =
            compute(move || check_outcomes(&bytes, &options, &columns, &use_case)).await?;
        let scored = self.ever_scored(&id).await?;
        let known = self.known_people(&id, &scored, &checked).await?;
        let matching = import.matching.clone();
        let (rows, report) = compute(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Ok(match_people(checked, &known, &matching, &events)?)
        })
        .await?;
        let file_hash = self.store.put_artifact(import.bytes).await?;
        let never_scored = rows
            .iter()
            .map(|row| &row.person)
            .filter(|person| !scored.contains(*person))
            .collect::<HashSet<_>>()
            .len();
        let mut transaction = self.store.begin().await?;
        if let Some(import) =
            outcomes::by_hash(&mut transaction, &id.as_str().into(), &hash).await?
        {
            return Ok(OutcomesImported {
                import,
                new: false,
                never_scored,
                report,
            });
        }
        let outcome = |row: data::OutcomeRow| Outcome {
            person_id: row.person.into(),
            day: row.day,
            happened: row.happened,
            reason: row.reason,
        };
        let list: Vec<Outcome> = rows.into_iter().map(outcome).collect();
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
            withdrawn_at: None,
            withdrawn_by: None,
            withdrawn_because: None,
        };
        outcomes::insert(&mut transaction, &record, &list).await?;
        let kept = serde_json::to_string(&report).map_err(store::Error::from)?;
        outcomes::insert_report(&mut transaction, &record.import_id, &kept).await?;
        let event = AuditEvent::OutcomesImport {
            file: file_hash,
            name: record.name.clone(),
            rows: record.row_count,
            events: record.event_count,
            complete_until,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Outcomes(record.import_id.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        self.renew_cohorts(&id).await?;
        Ok(OutcomesImported {
            import: record,
            new: true,
            never_scored,
            report,
        })
    }

    /// Imports outcomes that somebody sent from a page. `Err` holds the number of the refusal, see
    /// [`Tenure::import_form`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_outcomes_form(
        &self,
        admin: &Admin<'_>,
        import: OutcomesImport,
    ) -> Result<std::result::Result<OutcomesImported, String>> {
        let file = import.name.clone();
        match self.import_outcomes(admin, import).await {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => self.hold_refusal(admin, file, error).map(Err),
        }
    }

    async fn ever_scored(&self, use_case: &str) -> Result<HashSet<String>> {
        let mut connection = self.store.read().await?;
        let mut people = HashSet::new();
        for batch in days_of(scoring::batches(&mut connection, &use_case.into(), BATCHES).await?) {
            let scores = outcomes::scores_of(&mut connection, &batch.batch_id).await?;
            people.extend(
                scores
                    .into_iter()
                    .map(|scored| scored.person_id.as_str().to_owned()),
            );
        }
        Ok(people)
    }

    /// Everybody who was scored; where leavers are not among them, also everybody of the datasets.
    async fn known_people(
        &self,
        use_case: &str,
        scored: &HashSet<String>,
        checked: &data::CheckedOutcomes,
    ) -> Result<HashSet<String>> {
        let mut known = scored.clone();
        if checked
            .rows
            .iter()
            .any(|row| row.happened && !known.contains(&row.person))
        {
            let datasets = self.all_datasets(Some(use_case)).await?;
            // A withdrawn dataset may be the one with wrong identifiers.
            for dataset in datasets
                .into_iter()
                .filter(|dataset| dataset.withdrawn_at.is_none())
            {
                known.extend(self.people_of(&dataset).await?.ids.iter().cloned());
            }
        }
        Ok(known)
    }
}

/// What makes an import the same: the bytes, and what was said about them.
fn hash_of(import: &OutcomesImport, horizon_days: i64) -> String {
    let bytes = store::artifacts::hash(&import.bytes);
    let mut text = format!(
        "{bytes}\n{horizon_days}\n{}",
        import.complete_until.as_deref().unwrap_or("")
    );
    // Imports of before there was more to say keep their hash.
    if (&import.options, &import.columns, &import.matching)
        != (
            &ReadOptions::default(),
            &OutcomeColumns::default(),
            &Matching::default(),
        )
    {
        text += &format!(
            "\n{:?}\n{:?}\n{:?}",
            import.options, import.columns, import.matching
        );
    }
    store::artifacts::hash(text.as_bytes())
}
