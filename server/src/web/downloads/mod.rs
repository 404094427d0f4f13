//! Files to download (reports, tables, artifacts, exports), and forms that send files.

pub mod alerts;
pub mod cycles;
pub mod datasets;
pub mod files;
pub mod models;
pub mod monitoring;
pub mod outcomes;
pub mod predictions;
pub mod reports;
pub mod sources;
