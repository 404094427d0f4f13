//! The audit log: read, filtered, exported, verified, and how a person is erased from it.

mod commands;
mod queries;

pub use queries::{AuditExport, AuditQuery, AuditRow, verify_export};
