//! Who may let a version loose: requests, evidence, decisions, waivers, and the pointer that they
//! move.
//!
//! The rules stand twice: here, with sentences for people, and in the database, which refuses what
//! would break them (`crates/store/src/rules/`).

mod checklist;
mod commands;
mod decide;
mod evidence;
mod evidence_package;
mod importance;
mod queries;
mod request;
mod side_by_side;

pub use checklist::{CHECKLIST, Checklist, Section};
pub use commands::Waive;
pub use decide::{Decided, DecisionInput};
pub use evidence_package::{EvidenceManifest, EvidencePackage};
pub use importance::{FieldImportance, ImportanceChange, RankedImportance};
pub use queries::{QueueRow, ReviewPage};
pub use request::Remedy;

use domain::{FieldProblem, ProblemCode};
use training::gates::GateResult;

use crate::{Error, Result};

/// A text that must be there, without spaces around it.
pub(crate) fn required<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    let text = optional(field, text)?;
    let article = if field.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    if text.is_empty() {
        Err(Error::Fields(vec![FieldProblem::required(
            field,
            format!("Enter {article} {field}."),
        )]))
    } else {
        Ok(text)
    }
}

/// A text that may be empty, without spaces around it.
pub(crate) fn optional<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    /// Letters of a reason or comment: the audit log is to be read.
    const LONGEST: usize = 4000;
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Error::field(
            field,
            ProblemCode::TooLong,
            format!("The {field} can have up to {LONGEST} characters."),
        ));
    }
    Ok(text)
}

/// The gates that block a version and are not waived. `waived`: what the waivers that hold today
/// call their gates.
fn blocking<'a>(package: &'a EvidencePackage, waived: &[String]) -> Vec<&'a GateResult> {
    let blocks = |result: &&GateResult| package.policy.blocks(result) && !is_waived(result, waived);
    package.gates.results.iter().filter(blocks).collect()
}

/// Whether a gate is among the waived ones. A waiver calls its gate by the key; those of earlier
/// versions by the title.
fn is_waived(result: &GateResult, waived: &[String]) -> bool {
    waived.iter().any(|gate| result.is_called(gate))
}

/// The titles of gates, as a message lists them.
fn titles<'a>(results: impl IntoIterator<Item = &'a GateResult>) -> String {
    results
        .into_iter()
        .map(|result| result.title.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}
