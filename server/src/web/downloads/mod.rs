//! Files to download: reports, tables, artifacts, exports.

pub mod cycles;
pub mod files;
pub mod monitoring;
pub mod outcomes;
pub mod reports;
pub mod sources;
