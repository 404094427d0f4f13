//! The audit log: read, filtered, exported, verified, and how a person is erased from it.

mod log;

pub use log::{AuditExport, AuditQuery, AuditRow, verify_export};
