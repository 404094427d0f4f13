//! Which parts a card has.

use std::collections::BTreeSet;

use model::UseCase;
use training::evaluate::Evaluation;
use training::gates::CardPart;

/// The parts that a card has, for the gate that asks for them.
pub(crate) fn parts(
    use_case: &UseCase,
    [holdout, cross_validated]: [&Evaluation; 2],
    has_explanation: bool,
    description: &str,
    has_limitations: bool,
) -> BTreeSet<CardPart> {
    let there = |part: &CardPart| match part {
        CardPart::Purpose => !use_case.description.trim().is_empty(),
        // Hashes, seed, code and parameters are columns that are never empty.
        CardPart::Lineage => true,
        CardPart::Metrics => holdout
            .report
            .metrics
            .values()
            .any(|figure| figure.value.is_some()),
        CardPart::Groups => use_case
            .audited
            .iter()
            .all(|attribute| cross_validated.fairness.contains_key(attribute)),
        CardPart::Explanation => has_explanation,
        CardPart::Description => !description.trim().is_empty(),
        CardPart::Limitations => has_limitations,
    };
    CardPart::ALL.into_iter().filter(there).collect()
}
