//! The four-fifths rule, with the tests that say whether a low ratio is more than luck.

use domain::Estimate;
use serde::{Deserialize, Serialize};
use statrs::function::factorial::ln_binomial;

use crate::intervals::{Bounded, proportion};

/// The ratio below which a selection rate counts as adverse impact (Uniform Guidelines on Employee
/// Selection Procedures, 29 CFR 1607.4 D).
pub const FOUR_FIFTHS: f64 = 0.8;

/// One group against the group with the highest selection rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdverseImpact {
    /// The group with the highest selection rate.
    pub against: String,
    /// Whether the impact ratio is below four fifths.
    pub below_four_fifths: bool,
    /// Fisher's exact test of equal selection rates, two-sided.
    pub p_fisher: f64,
    /// The same, adjusted for the number of groups tested (Holm).
    pub p_adjusted: f64,
    /// Difference of the rates in standard deviations (pooled); 0 when nobody or everybody is
    /// selected.
    pub standard_deviations: f64,
    /// Whether that is more than two (Hazelwood School District v. United States, 1977).
    pub beyond_two_standard_deviations: bool,
}

/// Selected and all people of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selected {
    pub selected: u32,
    pub people: u32,
}

impl Selected {
    fn rate(self) -> f64 {
        f64::from(self.selected) / f64::from(self.people)
    }

    pub fn rate_figure(self) -> Estimate {
        proportion(self.selected, self.people, "this group is empty")
    }
}

/// The group with the highest rate among those that `counts`; `None` when nobody is selected at
/// all.
pub(crate) fn highest(groups: &[Selected], counts: impl Fn(usize) -> bool) -> Option<usize> {
    (0..groups.len())
        .filter(|&group| counts(group) && groups[group].selected > 0)
        .max_by(|&left, &right| groups[left].rate().total_cmp(&groups[right].rate()))
}

/// Selection rate of `group` ÷ that of `reference`, with a MOVER interval.
pub(crate) fn impact_ratio(group: Selected, reference: Selected) -> Estimate {
    let (rate, reference_rate) = (group.rate_figure(), reference.rate_figure());
    let Some((rate, reference_rate)) = Bounded::of(&rate).zip(Bounded::of(&reference_rate)) else {
        return Estimate::unknown("this group is empty");
    };
    match rate.ratio(reference_rate) {
        Some(interval) => Estimate::with_interval(
            rate.value / reference_rate.value,
            interval,
            (group.people + reference.people) as usize,
        ),
        None => Estimate::unknown("nobody is selected in the reference group"),
    }
}

impl AdverseImpact {
    /// `group` against `reference`, as if it were the only test.
    pub(crate) fn new(group: Selected, reference: Selected, against: &str) -> Self {
        let z = standard_deviations(group, reference);
        let p_fisher = fisher_exact([
            [group.selected, group.people - group.selected],
            [reference.selected, reference.people - reference.selected],
        ]);
        Self {
            against: against.to_owned(),
            below_four_fifths: group.rate() < FOUR_FIFTHS * reference.rate(),
            p_fisher,
            p_adjusted: p_fisher,
            standard_deviations: z,
            beyond_two_standard_deviations: z.abs() > 2.0,
        }
    }
}

fn standard_deviations(group: Selected, reference: Selected) -> f64 {
    let people = f64::from(group.people + reference.people);
    let pooled = f64::from(group.selected + reference.selected) / people;
    let variance = pooled
        * (1.0 - pooled)
        * (1.0 / f64::from(group.people) + 1.0 / f64::from(reference.people));
    if variance > 0.0 {
        (group.rate() - reference.rate()) / variance.sqrt()
    } else {
        0.0
    }
}

/// Two-sided p-value of Fisher's exact test (Fisher 1935) on a 2 × 2 table: the probability, given
/// the margins, of all tables that are no more likely than this one.
///
/// ```
/// use stats::adverse_impact::fisher_exact;
///
/// assert!((fisher_exact([[3, 1], [1, 3]]) - 34.0 / 70.0).abs() < 1e-12);
/// ```
pub fn fisher_exact([[a, b], [c, d]]: [[u32; 2]; 2]) -> f64 {
    let [row, column, all] = [a + b, a + c, a + b + c + d].map(u64::from);
    let ln_p = |a: u64| ln_binomial(column, a) + ln_binomial(all - column, row - a);
    let observed = ln_p(u64::from(a));
    // Tables just as likely must count although their logarithms differ in the last digits, as in R
    // and SciPy.
    let tie = observed + 1e-7;
    let total = ln_binomial(all, row);
    let tables = (row + column).saturating_sub(all)..=row.min(column);
    tables
        .map(ln_p)
        .filter(|&ln_p| ln_p <= tie)
        .map(|ln_p| (ln_p - total).exp())
        .sum::<f64>()
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of R's `fisher.test` and closed forms.
    #[test]
    fn fisher_agrees_with_r() {
        for (table, expected) in [
            ([[3, 1], [1, 3]], 34.0 / 70.0),
            ([[8, 2], [1, 5]], 0.034_965_034_965_034_97),
            ([[0, 10], [10, 0]], 2.0 / 184_756.0),
            ([[0, 5], [0, 7]], 1.0),
            ([[1, 0], [0, 0]], 1.0),
        ] {
            let p = fisher_exact(table);
            assert!(
                (p - expected).abs() < 1e-10,
                "{table:?}: {p} instead of {expected}"
            );
        }
    }

    #[test]
    fn a_low_ratio_of_few_people_is_not_yet_proof() {
        let (few, many) = (
            Selected {
                selected: 2,
                people: 10,
            },
            Selected {
                selected: 40,
                people: 100,
            },
        );
        let impact = AdverseImpact::new(few, many, "them");
        assert!(
            impact.below_four_fifths
                && impact.p_fisher > 0.3
                && !impact.beyond_two_standard_deviations
        );
        let ratio = impact_ratio(few, many);
        assert_eq!(ratio.value, Some(0.5));
        assert!(
            ratio
                .interval
                .is_some_and(|[low, high]| low < 0.2 && high > 1.0)
        );
    }
}
