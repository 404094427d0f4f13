//! Outcomes: who left, when and why; joined with the scores of the cycle that preceded.

use data::OutcomeRow;
use domain::{AuditEvent, Date, PersonId, Subject};
use model::{Column, Table, UseCase};
use monitoring::performance::Realised;
use monitoring::simulation::{self, Snapshot};
use store::monitoring::outcomes::{self, Cohort, Import, Outcome};
use store::{audit, scoring};

use super::cycles::{BATCHES, HORIZON_DAYS, day, days_of};
use crate::{Admin, Error, Result, Tenure, Viewer, disclosure, error::compute};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct OutcomesImport {
    pub use_case: String,
    pub name: String,
    pub bytes: Vec<u8>,
    /// The files name everybody to whom it happened up to this day, YYYY-MM-DD.
    pub complete_until: Option<String>,
    /// Days that a score is about; [`HORIZON_DAYS`] when absent.
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

/// What is known of the outcomes of a use case.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// Newest first.
    pub imports: Vec<Import>,
    /// Oldest first.
    pub cohorts: Vec<CohortView>,
}

/// The people of one cycle and what became of them.
#[derive(Debug, Clone)]
pub struct CohortView {
    pub as_of: Date,
    pub day: i64,
    pub until: Date,
    pub scored: u32,
    pub known: u32,
    /// `None` while too few outcomes are known.
    pub realised: Option<Realised>,
}

impl Tenure {
    /// Checks a file of outcomes and stores it. The same file is one import; a later word about a person on a day takes the place of an
    /// earlier one.
    ///
    /// # Errors
    /// When the file cannot be read or breaks a rule: then nothing is stored.
    pub async fn import_outcomes(&self, admin: &Admin<'_>, import: OutcomesImport) -> Result<OutcomesImported> {
        let use_case = self.use_case(&import.use_case)?;
        let id = use_case.id.clone();
        let horizon_days = import.horizon_days.unwrap_or(HORIZON_DAYS);
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

    /// What is known of the outcomes, cycle by cycle.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn outcomes_coverage(&self, viewer: impl Into<Viewer>, use_case: &str) -> Result<Coverage> {
        let rule = self.rule_for(&viewer.into(), use_case);
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let mut imports = outcomes::imports(&mut connection, &use_case.into()).await?;
        let mut cohorts =
            outcomes::cohorts(&mut connection, &use_case.into()).await?.into_iter().map(cohort_view).collect::<Result<Vec<_>>>()?;
        if let Some(rule) = rule {
            for import in &mut imports {
                import.row_count = rule.count(import.row_count.unsigned_abs()).cast_signed();
                import.event_count = rule.count(import.event_count.unsigned_abs()).cast_signed();
            }
            cohorts
                .iter_mut()
                .for_each(|cohort| cohort.realised = cohort.realised.as_ref().map(|own| disclosure::drift::realised(own, rule)));
        }
        Ok(Coverage { imports, cohorts })
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

/// Checks a file of outcomes without a store.
///
/// # Errors
/// When it cannot be read or breaks a rule.
pub fn check_outcomes(bytes: &[u8], use_case: &UseCase) -> Result<Vec<OutcomeRow>> {
    Ok(data::check_outcomes(&data::read(bytes)?, use_case, |text| text.parse::<Date>().is_ok(), &store::today().to_string())?)
}

/// Who of a simulated snapshot left before the next one, as a file of outcomes has it: on the last day of the month.
pub fn simulated_outcomes(snapshot: &Snapshot) -> (Table, Date) {
    // Snapshots are of the first of a month: a day within the next one, brought back to its first.
    let within = snapshot.as_of.plus_days(31);
    let next = within.plus_days(1 - i32::from(within.parts().2));
    let last = next.plus_days(-1).to_string();
    let mut table = Table::default();
    let column = |text: &dyn Fn(&simulation::Outcome) -> String| Column::Text(snapshot.left.iter().map(text).collect());
    table.push("EmployeeNumber", column(&|outcome| outcome.id.clone()));
    table.push("date", column(&|_| last.clone()));
    table.push("Attrition", column(&|_| "Yes".to_owned()));
    table.push("reason", column(&|outcome| outcome.reason.clone()));
    (table, next)
}

fn cohort_view(cohort: Cohort) -> Result<CohortView> {
    Ok(CohortView {
        day: day(cohort.as_of),
        as_of: cohort.as_of,
        until: cohort.until_day,
        scored: cohort.scored as u32,
        known: cohort.known as u32,
        realised: cohort.report.map(|report| serde_json::from_str(&report).map_err(store::Error::from)).transpose()?,
    })
}
