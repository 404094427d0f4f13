//! The bias audit table of New York City Local Law 144 of 2021 (rules of the city, title 6, chapter
//! 5, subchapter T).

use domain::Estimate;
use serde::{Deserialize, Serialize};

use crate::{
    adverse_impact::{Selected, highest, impact_ratio},
    groups::Groups,
    table::{InputError, ScoreTable, check_lengths},
};

/// Categories with a smaller share of the people may be left out of impact ratios (section 5-301).
pub const SMALL_CATEGORY: f64 = 0.02;

/// One category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryRow {
    /// Name of the group.
    pub category: String,
    /// People; `None` when suppressed.
    pub n: Option<u32>,
    /// People selected ÷ people.
    pub selection_rate: Estimate,
    /// Selection rate ÷ the highest selection rate.
    pub selection_impact_ratio: Estimate,
    /// People who score above the median of all ÷ people.
    pub scoring_rate: Estimate,
    /// Scoring rate ÷ the highest scoring rate.
    pub scoring_impact_ratio: Estimate,
    /// Whether the category holds under 2 % of the people and is left out of impact ratios.
    pub excluded: bool,
}

/// The table of one attribute or intersection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalLaw144 {
    /// Median score of all people.
    pub median: f64,
    /// Categories with a known value.
    pub categories: Vec<CategoryRow>,
    /// People without a value, who are in no category.
    pub unknown: u32,
}

/// Selection rate, scoring rate above the sample's median, and impact ratios by category. Small
/// categories are pooled ([`Groups::pooled`]) and named without figures.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
///
/// ```
/// use stats::{groups::Groups, local_law_144::local_law_144};
///
/// // Of 40 women 10 are selected, of 40 men 20.
/// let groups = Groups::from_labels((0..80).map(|row| Some(if row < 40 { "F" } else { "M" })));
/// let selected: Vec<bool> = (0..80).map(|row| row < 10 || row >= 60).collect();
/// let scores: Vec<f64> = (0..80).map(f64::from).collect();
/// let found = local_law_144(&selected, &scores, &groups, 10)?;
/// assert_eq!((found.median, found.unknown), (39.5, 0));
/// assert_eq!(found.categories[0].selection_impact_ratio.value, Some(0.5));
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn local_law_144(
    decision: &[bool],
    scores: &[f64],
    groups: &Groups,
    suppress_below: u32,
) -> Result<LocalLaw144, InputError> {
    check_lengths(decision, groups.codes().len())?;
    let median = ScoreTable::new(decision, scores)?.quantiles(&[0.5])[0];
    let (groups, pooled) = groups.pooled(suppress_below);
    let sizes = groups.counts();
    let hidden = || {
        Estimate::unknown(format!(
            "not shown, to protect groups of fewer than {suppress_below} people"
        ))
    };
    let hidden_row = |category: String| CategoryRow {
        category,
        n: None,
        selection_rate: hidden(),
        selection_impact_ratio: hidden(),
        scoring_rate: hidden(),
        scoring_impact_ratio: hidden(),
        excluded: false,
    };
    let tally = |chosen: &dyn Fn(usize) -> bool| -> Vec<Selected> {
        let of = |rows: Vec<usize>| Selected {
            people: rows.len() as u32,
            selected: rows.into_iter().filter(|&row| chosen(row)).count() as u32,
        };
        groups.rows().into_iter().map(of).collect()
    };
    let (selected, above) = (
        tally(&|row| decision[row]),
        tally(&|row| scores[row] > median),
    );
    let excluded = |group: usize| f64::from(sizes[group]) < SMALL_CATEGORY * decision.len() as f64;
    let counts = |group: usize| !excluded(group) && !groups.is_missing(group);
    let ratio = |group: usize, of: &[Selected]| match highest(of, counts) {
        _ if excluded(group) => {
            Estimate::unknown("under 2% of people: excluded from impact ratios")
        }
        None => Estimate::unknown("nobody is selected in any category"),
        Some(reference) if reference == group => Estimate::point(1.0, sizes[group] as usize),
        Some(reference) => impact_ratio(of[group], of[reference]),
    };
    let row = |group: usize| {
        let category = groups.names()[group].clone();
        if sizes[group] < suppress_below {
            return hidden_row(category);
        }
        CategoryRow {
            category,
            n: Some(sizes[group]),
            selection_rate: selected[group].rate_figure(),
            selection_impact_ratio: ratio(group, &selected),
            scoring_rate: above[group].rate_figure(),
            scoring_impact_ratio: ratio(group, &above),
            excluded: excluded(group),
        }
    };
    let (unknown, known): (Vec<usize>, Vec<usize>) =
        (0..sizes.len()).partition(|&group| groups.is_missing(group));
    let categories = known
        .into_iter()
        .map(row)
        .chain(pooled.into_iter().map(hidden_row))
        .collect();
    Ok(LocalLaw144 {
        median,
        categories,
        unknown: unknown.into_iter().map(|group| sizes[group]).sum(),
    })
}
