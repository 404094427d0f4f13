//! McNemar's test: do two models decide differently on the same people?

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::table::{InputError, check_lengths};

/// Discordant decisions and their p-values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// Rows that only the first decides right.
    pub first_only: u32,
    /// Rows that only the second decides right.
    pub second_only: u32,
    /// Exact two-sided binomial p-value.
    pub p_exact: f64,
    /// Chi-square statistic with continuity correction (Edwards 1948).
    pub statistic: f64,
    /// p-value of the statistic, one degree of freedom.
    pub p_asymptotic: f64,
}

/// McNemar's test (McNemar 1947) of two decisions on the same rows.
///
/// # Errors
/// [`InputError`] when there are no rows or lengths differ.
///
/// ```
/// use stats::mcnemar::mcnemar;
///
/// let truth = [true; 6];
/// let found = mcnemar(&truth, &[true, false, false, false, false, false], &[false, true, true, true, true, true])?;
/// assert_eq!((found.first_only, found.second_only), (1, 5));
/// assert!((found.p_exact - 14.0 / 64.0).abs() < 1e-12);
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn mcnemar(truth: &[bool], first: &[bool], second: &[bool]) -> Result<McNemar, InputError> {
    check_lengths(truth, first.len())?;
    check_lengths(truth, second.len())?;
    let only = |one: &[bool], other: &[bool]| {
        truth
            .iter()
            .zip(one)
            .zip(other)
            .filter(|((truth, one), other)| truth == one && truth != other)
            .count() as u32
    };
    let (first_only, second_only) = (only(first, second), only(second, first));
    let discordant = first_only + second_only;
    let tail = Binomial::new(0.5, u64::from(discordant)).map_or(0.5, |binomial| {
        binomial.cdf(u64::from(first_only.min(second_only)))
    });
    let excess = (f64::from(first_only.abs_diff(second_only)) - 1.0).max(0.0);
    let statistic = if discordant == 0 {
        0.0
    } else {
        excess * excess / f64::from(discordant)
    };
    Ok(McNemar {
        first_only,
        second_only,
        p_exact: (2.0 * tail).min(1.0),
        statistic,
        p_asymptotic: crate::intervals::two_sided_p(statistic.sqrt()),
    })
}
