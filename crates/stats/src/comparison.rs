//! Champion against challenger, paired on identical rows.

use domain::Estimate;
use serde::{Deserialize, Serialize};

use crate::{
    ScoreTable,
    bootstrap::resample,
    delong::delong,
    intervals::percentile_interval,
    metrics::{Metric, Setting},
    report::figures,
    table::InputError,
};

/// One metric of two models on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared.
    pub metric: Metric,
    /// The model that is live.
    pub champion: Estimate,
    /// The model that wants to be.
    pub challenger: Estimate,
    /// Challenger − champion, with the paired interval.
    pub difference: Estimate,
    /// Two-sided, of "no difference"; `None` when it could not be computed.
    pub p_value: Option<f64>,
}

/// Compares every [`Metric`] of two scores of the same rows: DeLong's paired test for ROC AUC, a
/// paired stratified bootstrap (seeded, percentile) for the rest. `cutoffs` are those of champion
/// and challenger.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
///
/// ```
/// use stats::{Metric, comparison::compare};
///
/// let truth = [false, false, true, true];
/// let rows = compare(&truth, &[0.1, 0.4, 0.35, 0.8], &[0.1, 0.2, 0.3, 0.4], [0.5, 0.25], 42)?;
/// let area = rows.iter().find(|row| row.metric == Metric::RocAuc);
/// assert_eq!(area.and_then(|row| row.difference.value), Some(0.25));
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn compare(
    truth: &[bool],
    champion: &[f64],
    challenger: &[f64],
    cutoffs: [f64; 2],
    seed: u64,
) -> Result<Vec<Comparison>, InputError> {
    let (champion_table, champion_positions) = ScoreTable::with_positions(truth, champion)?;
    let (challenger_table, challenger_positions) = ScoreTable::with_positions(truth, challenger)?;
    let tables = [&champion_table, &challenger_table];
    let settings = [
        Setting::new(tables[0], cutoffs[0]),
        Setting::new(tables[1], cutoffs[1]),
    ];
    let samples = resample(
        truth,
        tables,
        [&champion_positions, &challenger_positions],
        seed,
        |resampled| {
            [
                resampled[0].values(&settings[0]),
                resampled[1].values(&settings[1]),
            ]
        },
    );
    let [champion_samples, challenger_samples] = [0, 1].map(|model| {
        samples
            .iter()
            .map(|pair| pair[model].clone())
            .collect::<Vec<_>>()
    });
    let mut champions = figures(tables[0], &settings[0], &champion_samples);
    let mut challengers = figures(tables[1], &settings[1], &challenger_samples);
    let areas = delong(truth, &[champion, challenger])?;
    let compared = |(position, &metric): (usize, &Metric)| {
        let (champion, challenger) = (champions.remove(&metric)?, challengers.remove(&metric)?);
        let unknown = || {
            (
                Estimate::unknown(
                    "this metric is undefined for one of the two models on this data",
                ),
                None,
            )
        };
        let (difference, p_value) = match (champion.value.zip(challenger.value), &areas) {
            (Some(_), Some(areas)) if metric == Metric::RocAuc => {
                let (difference, interval, _, p_value) = areas.difference(0, 1);
                (
                    Estimate::with_interval(difference, interval, truth.len()),
                    Some(p_value),
                )
            }
            (Some((champion, challenger)), _) => {
                let differences: Vec<f64> = samples
                    .iter()
                    .map(|[champion, challenger]| challenger[position] - champion[position])
                    .collect();
                let p_value = bootstrap_p(&differences);
                match percentile_interval(differences) {
                    Some(interval) => (
                        Estimate::with_interval(challenger - champion, interval, truth.len()),
                        p_value,
                    ),
                    None => (Estimate::point(challenger - champion, truth.len()), None),
                }
            }
            (None, _) => unknown(),
        };
        Some(Comparison {
            metric,
            champion,
            challenger,
            difference,
            p_value,
        })
    };
    Ok(Metric::ALL
        .iter()
        .enumerate()
        .filter_map(compared)
        .collect())
}

/// Twice the smaller share of resampled differences on one side of 0, counting the observed one
/// (Davison and Hinkley 1997, section 4.2).
fn bootstrap_p(differences: &[f64]) -> Option<f64> {
    let valid = differences
        .iter()
        .filter(|difference| difference.is_finite())
        .count();
    let side = |on_side: fn(&f64) -> bool| differences.iter().copied().filter(on_side).count();
    let smaller = side(|difference| *difference <= 0.0).min(side(|difference| *difference >= 0.0));
    (valid > 0).then(|| (2.0 * (smaller as f64 + 1.0) / (valid as f64 + 1.0)).min(1.0))
}
