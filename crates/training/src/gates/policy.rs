//! Policies: gates, and what follows when one does not hold.

use std::ops::Deref;

use domain::{FieldProblem, ProblemCode};
use serde::{Deserialize, Serialize};
use stats::Verdict;

use super::gate::Gate;
use super::judge::Evidence;
use super::report::{GateReport, GateResult};

/// A named set of gates, as it is written. [`GatePolicy::check`] makes it one that can judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatePolicy {
    /// By which use cases name it.
    pub name: String,
    /// For the person who chooses it.
    pub description: String,
    /// Whether a gate that the rows cannot decide blocks promotion.
    pub inconclusive_blocks: bool,
    /// Whether a gate on fairness that fails blocks promotion. Otherwise the reviewers answer for
    /// it: their approval is recorded as given in spite of it, with their reason.
    #[serde(default = "yes")]
    pub fairness_blocks: bool,
    /// Reviewers who must approve.
    #[serde(default = "one_reviewer")]
    pub approvals: u32,
    /// Whether a reviewer may waive a gate that blocks, with owner, reason and expiry.
    #[serde(default)]
    pub waivers: bool,
    /// Whether an approval needs the whole checklist.
    #[serde(default)]
    pub checklist_required: bool,
    /// Whether a version must have been trained under the name of an account: who works on the
    /// machine itself without signing in has no name that could be held against the reviewer's.
    #[serde(default)]
    pub named_author: bool,
    /// Days after its approval until a version has to be looked at again. The usual number is not
    /// written: policies of before there was one are the same.
    #[serde(default = "one_year", skip_serializing_if = "is_one_year")]
    pub review_days: u32,
    /// In the order in which reports list them.
    pub gates: Vec<Gate>,
}

fn yes() -> bool {
    true
}

/// Days until the next review where a policy states none.
const ONE_YEAR: u32 = 365;
/// A version that nobody has to look at for longer is not governed.
const MOST_REVIEW_DAYS: u32 = 3 * ONE_YEAR;

fn one_year() -> u32 {
    ONE_YEAR
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_one_year(days: &u32) -> bool {
    *days == ONE_YEAR
}

fn one_reviewer() -> u32 {
    1
}

/// A policy that was checked: the only kind that judges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "GatePolicy", into = "GatePolicy")]
pub struct ValidGatePolicy(pub(super) GatePolicy);

impl Deref for ValidGatePolicy {
    type Target = GatePolicy;

    fn deref(&self) -> &GatePolicy {
        &self.0
    }
}

impl From<ValidGatePolicy> for GatePolicy {
    fn from(policy: ValidGatePolicy) -> Self {
        policy.0
    }
}

impl TryFrom<GatePolicy> for ValidGatePolicy {
    type Error = String;

    fn try_from(policy: GatePolicy) -> Result<Self, String> {
        policy
            .check()
            .map_err(|problems| FieldProblem::list(&problems))
    }
}

impl GatePolicy {
    /// The policy as one that can judge.
    ///
    /// # Errors
    /// Everything in it that makes no sense; `gates[0]` is the first gate.
    pub fn check(self) -> Result<ValidGatePolicy, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(FieldProblem::required("name", "Enter a policy name."));
        }
        if self.approvals == 0 {
            problems.push(FieldProblem::new(
                "approvals",
                ProblemCode::OutOfRange,
                "A policy needs at least one approval.",
            ));
        }
        if !(1..=MOST_REVIEW_DAYS).contains(&self.review_days) {
            problems.push(FieldProblem::new(
                "review_days",
                ProblemCode::OutOfRange,
                format!("The days until the next review must be from 1 to {MOST_REVIEW_DAYS}."),
            ));
        }
        for (index, gate) in self.gates.iter().enumerate() {
            if let Some((field, code, message)) = gate.problem() {
                problems.push(FieldProblem::new(
                    format!("gates[{index}].{field}"),
                    code,
                    message,
                ));
            }
            if self.gates[..index].contains(gate) {
                problems.push(FieldProblem::new(
                    format!("gates[{index}]"),
                    ProblemCode::Duplicate,
                    "This gate is listed twice.",
                ));
            }
        }
        if problems.is_empty() {
            Ok(ValidGatePolicy(self))
        } else {
            Err(problems)
        }
    }
}

impl ValidGatePolicy {
    /// What versions are judged by: without the days until the next review, which can be changed
    /// without judging anything anew.
    pub fn as_judged(&self) -> Self {
        Self(GatePolicy {
            review_days: ONE_YEAR,
            ..self.0.clone()
        })
    }

    /// Judges every gate. A gate on fairness gives one result per audited attribute, and one that
    /// could not be computed when there is none; a gate against the live model gives none when
    /// nothing is live.
    pub fn judge(&self, evidence: &Evidence<'_>) -> GateReport {
        let results: Vec<GateResult> = self
            .gates
            .iter()
            .flat_map(|gate| gate.judge(evidence))
            .collect();
        GateReport {
            policy: self.name.clone(),
            passes: !results.iter().any(|result| self.blocks(result)),
            results,
        }
    }

    /// Whether an evaluated gate blocks promotion.
    pub fn blocks(&self, result: &GateResult) -> bool {
        if matches!(result.gate, Gate::Fairness { .. }) && !self.fairness_blocks {
            return false;
        }
        match result.verdict {
            Verdict::Pass => false,
            // What was not computed is not good: only rows that were looked at can be inconclusive.
            Verdict::Fail | Verdict::CouldNotCompute => true,
            Verdict::Inconclusive => self.inconclusive_blocks,
        }
    }

    /// Gates that keep a version out of Staging.
    pub fn block_staging<'a>(
        &'a self,
        report: &'a GateReport,
    ) -> impl Iterator<Item = &'a GateResult> {
        report
            .results
            .iter()
            .filter(|result| result.gate.is_of_staging() && self.blocks(result))
    }
}
