//! Outcomes: who left, when and why; joined with the scores of the cycle that preceded.

use data::{CheckedOutcomes, OutcomeColumns, ReadOptions};
use domain::{Date, VersionNumber};
use model::{Column, Table, UseCase};
use monitoring::performance::Realized;
use monitoring::simulation::{self, Snapshot};
use store::monitoring::outcomes::Import;

use crate::Result;

/// What is known of the outcomes of a use case.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// Newest first.
    pub imports: Vec<Import>,
    /// Leavers of each import who match nobody, in the same order; `None` when it is not known.
    pub unmatched: Vec<Option<u64>>,
    /// Oldest first.
    pub cohorts: Vec<CohortView>,
}

/// The people of one cycle and what became of them.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CohortView {
    /// The version that scored them; `None` where the batch is gone.
    pub version: Option<VersionNumber>,
    pub as_of: Date,
    #[serde(skip)]
    pub day: i64,
    pub until: Date,
    pub scored: u32,
    pub known: u32,
    /// `None` while too few outcomes are known.
    pub realized: Option<Realized>,
}

/// Checks a file of outcomes without a store.
///
/// # Errors
/// When it cannot be read or breaks a rule.
pub fn check_outcomes(
    bytes: &[u8],
    options: &ReadOptions,
    columns: &OutcomeColumns,
    use_case: &UseCase,
) -> Result<CheckedOutcomes> {
    Ok(data::check_outcomes(
        &data::read(bytes, options)?,
        use_case,
        columns,
        store::today(),
    )?)
}

/// Who of a simulated snapshot left before the next one, as a file of outcomes has it: on the last
/// day of the month.
pub fn simulated_outcomes(snapshot: &Snapshot) -> (Table, Date) {
    // Snapshots are of the first of a month: a day within the next one, brought back to its first.
    let within = snapshot.as_of.plus_days(31);
    let next = within.plus_days(1 - i32::from(within.parts().2));
    let last = next.plus_days(-1).to_string();
    let mut table = Table::default();
    let column = |text: &dyn Fn(&simulation::Outcome) -> String| {
        Column::Text(snapshot.left.iter().map(text).collect())
    };
    table.push("EmployeeNumber", column(&|outcome| outcome.id.clone()));
    table.push("date", column(&|_| last.clone()));
    table.push("Attrition", column(&|_| "Yes".to_owned()));
    table.push("reason", column(&|outcome| outcome.reason.clone()));
    (table, next)
}
