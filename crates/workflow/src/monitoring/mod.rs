//! Drift checks, their history, and what outcomes say about the scores.

mod baseline;
mod check_run;
mod checks;
mod cohorts;
mod commands;
mod files;
mod history;
mod matching;
mod outcomes;
mod policy;
mod queries;
mod rows;
mod simulate;
mod withdrawal;

pub(crate) use checks::Material;
pub use cohorts::HORIZON_DAYS;
pub(crate) use cohorts::{CycleWindow, known_outcomes};
pub use commands::{OutcomesImport, OutcomesImported};
pub use files::ExportFormat;
pub use history::{
    CheckPage, DriftHistory, FeatureLine, HistoryEvent, HistoryPoint, Mark, by_weight,
};
pub use matching::{Matching, OutcomesReport};
pub use monitoring::simulation::Shift;
pub use outcomes::{CohortView, Coverage, check_outcomes, simulated_outcomes};
pub use policy::{MonitoringPolicyVersion, PolicyChange};
pub use rows::RowsReport;
pub use simulate::SimulatedCheck;
