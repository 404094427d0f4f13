//! Who may let a version loose: requests, evidence, decisions, waivers, and the pointer that they move.
//!
//! The rules stand twice: here, with sentences for people, and in the database, which refuses what would break them
//! (`crates/store/src/rules/`).

mod checklist;
mod decide;
mod evidence_package;
mod notes;
mod queries;
mod request;
mod side_by_side;

pub use checklist::{CHECKLIST, Checklist, Section};
pub use decide::{Choice, Decided, Ruling};
pub use evidence_package::{Package, Sources};
pub use notes::Waive;
pub use queries::{QueueRow, ReviewPage};

use crate::{Error, Result};

/// A text that must be there, without spaces around it.
pub(crate) fn required<'a>(text: &'a str, what: &str) -> Result<&'a str> {
    /// Letters of a reason or comment: the record is to be read.
    const LONGEST: usize = 4000;
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Invalid(format!("{what} is required")));
    }
    if text.chars().count() > LONGEST {
        return Err(Error::Invalid(format!("{what} may have up to {LONGEST} letters")));
    }
    Ok(text)
}

/// Titles of the gates that stand in the way of a version and are not waived. `waived`: titles of the gates with a waiver that holds today.
fn blocking<'a>(package: &'a Package, waived: &[String]) -> Vec<&'a str> {
    let blocks = |result: &&training::gates::GateResult| package.policy.blocks(result) && !waived.contains(&result.title);
    package.gates.results.iter().filter(blocks).map(|result| result.title.as_str()).collect()
}

/// Two names of the same account: letters count alike in both cases, as in the database.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
