//! Who may let a version loose: requests, evidence, decisions, waivers, and the pointer that they move.
//!
//! The rules stand twice: here, with sentences for people, and in the database, which refuses what would break them
//! (`crates/store/src/rules/`).

mod checklist;
mod commands;
mod decide;
mod evidence;
mod evidence_package;
mod queries;
mod request;
mod side_by_side;

pub use checklist::{CHECKLIST, Checklist, Section};
pub use commands::Waive;
pub use decide::{Decided, DecisionInput};
pub use evidence_package::{EvidenceManifest, EvidencePackage};
pub use queries::{QueueRow, ReviewPage};

use domain::{FieldProblem, ProblemCode};

use crate::{Error, Result};

/// A text that must be there, without spaces around it.
pub(crate) fn required<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    let text = optional(field, text)?;
    let article = if field.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    if text.is_empty() { Err(Error::Fields(vec![FieldProblem::required(field, format!("Enter {article} {field}."))])) } else { Ok(text) }
}

/// A text that may be empty, without spaces around it.
pub(crate) fn optional<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    /// Letters of a reason or comment: the audit log is to be read.
    const LONGEST: usize = 4000;
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Error::field(field, ProblemCode::TooLong, format!("The {field} can have up to {LONGEST} characters.")));
    }
    Ok(text)
}

/// Titles of the gates that block a version and are not waived. `waived`: titles of the gates with a waiver that holds today.
fn blocking<'a>(package: &'a EvidencePackage, waived: &[String]) -> Vec<&'a str> {
    let blocks = |result: &&training::gates::GateResult| package.policy.blocks(result) && !waived.contains(&result.title);
    package.gates.results.iter().filter(blocks).map(|result| result.title.as_str()).collect()
}
