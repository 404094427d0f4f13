//! How well the scores did: realized on outcomes, and estimated before there are any.

use domain::Estimate;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use stats::ScoreTable;
use stats::delong::roc_auc_figure;
use stats::intervals::proportion;

/// Scored people whose outcome is known. Slices of equal length.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    /// Whether the person left.
    pub left: &'a [bool],
    /// The score given beforehand: a probability, 0..=1.
    pub scores: &'a [f64],
    /// Why the person left, where known; empty when it is known of nobody.
    pub reasons: &'a [Option<String>],
    /// The month in which the score was given (YYYY-MM); empty when all are of one.
    pub cohorts: &'a [String],
    /// What the version that scored knows of its own calibration, see
    /// [`model::Training::calibration_information`]; all zero: nothing.
    pub calibration: [f64; 3],
}

/// Predicted against actual for a group of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The risk band, reason or period.
    pub name: String,
    /// People of it.
    pub n: u64,
    /// Leavers among them.
    pub left: u64,
    /// Mean score.
    pub predicted: Estimate,
    /// Share that left, with Wilson's interval.
    pub actual: Estimate,
    /// `None` as a value with one class only.
    pub roc_auc: Estimate,
}

/// Performance on outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Realized {
    /// People with a known outcome.
    pub n: u64,
    /// Leavers among them.
    pub left: u64,
    /// Leavers that the scores add up to.
    pub expected_left: Estimate,
    /// Two-sided p-value of `left` against `expected_left`; `None` where nobody could leave or stay.
    pub calibration_p: Option<f64>,
    /// ROC AUC with DeLong's interval.
    pub roc_auc: Estimate,
    /// 0..=1, with a bootstrap interval.
    pub average_precision: Estimate,
    /// Brier score, 0 best.
    pub brier: Estimate,
    /// Expected calibration error over ten bins.
    pub calibration_error: Estimate,
    /// Share classified correctly at the cutoff.
    pub accuracy: Estimate,
    /// Leavers among those flagged at the cutoff, 0..=1, with Wilson's interval.
    #[serde(default = "not_recorded")]
    pub precision: Estimate,
    /// Flagged among those who left, 0..=1, with Wilson's interval.
    #[serde(default = "not_recorded")]
    pub recall: Estimate,
    /// Harmonic mean of precision and recall, 0..=1.
    #[serde(default = "not_recorded")]
    pub f1: Estimate,
    /// Leavers among the tenth with the highest scores, as a multiple of the rate among all.
    #[serde(default = "not_recorded")]
    pub top_decile_lift: Estimate,
    /// Probability at or above which somebody counts as flagged.
    pub cutoff: f64,
    /// By risk band, in the order given.
    pub by_band: Vec<Group>,
    /// By tenths of the score, lowest first: predicted against actual.
    pub by_decile: Vec<Group>,
    /// By month of scoring.
    pub by_cohort: Vec<Group>,
    /// By reason of leaving: those who left for it against all who stayed.
    pub by_reason: Vec<Group>,
}

/// What reports of before a figure was measured say.
fn not_recorded() -> Estimate {
    Estimate::unknown("not recorded")
}

/// Why observed performance could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PerformanceError {
    /// Nothing to measure by.
    #[error("no outcome is known yet")]
    NoOutcomes,
    /// A caller's mistake.
    #[error("{scores} scores for {outcomes} outcomes")]
    Lengths {
        /// Scores given.
        scores: usize,
        /// Outcomes given.
        outcomes: usize,
    },
    /// A score is not a number, or another error of the statistics.
    #[error("{0}")]
    Scores(String),
}

/// Realized performance. `bands` are `(name, from)`, ascending; `cutoff` is the score from which a
/// person counts as a leaver.
///
/// # Errors
/// Without outcomes, with slices of different lengths, or with a score that is not a finite number.
pub fn realized(
    outcomes: Outcomes<'_>,
    bands: &[(String, f64)],
    cutoff: f64,
) -> Result<Realized, PerformanceError> {
    let Outcomes {
        left,
        scores,
        reasons,
        cohorts,
        calibration,
    } = outcomes;
    if left.is_empty() {
        return Err(PerformanceError::NoOutcomes);
    }
    let lengths = [
        scores.len(),
        if reasons.is_empty() {
            left.len()
        } else {
            reasons.len()
        },
        if cohorts.is_empty() {
            left.len()
        } else {
            cohorts.len()
        },
    ];
    if lengths.iter().any(|&length| length != left.len()) {
        return Err(PerformanceError::Lengths {
            scores: scores.len(),
            outcomes: left.len(),
        });
    }
    let table = ScoreTable::new(left, scores)
        .map_err(|error| PerformanceError::Scores(error.to_string()))?;
    let n = left.len();
    let right = left
        .iter()
        .zip(scores)
        .filter(|&(&left, &score)| left == (score >= cutoff))
        .count();
    let is_flagged = |score: &f64| *score >= cutoff;
    let flagged = scores.iter().filter(|score| is_flagged(score)).count() as u32;
    let caught = left
        .iter()
        .zip(scores)
        .filter(|&(&left, score)| left && is_flagged(score))
        .count() as u32;
    let losses: Vec<f64> = left
        .iter()
        .zip(scores)
        .map(|(&left, score)| (f64::from(u8::from(left)) - score).powi(2))
        .collect();
    let one_class = "needs people with and without the event";
    let known = |value: Option<f64>| {
        value.map_or_else(
            || Estimate::unknown(one_class),
            |value| Estimate::point(value, n),
        )
    };
    Ok(Realized {
        n: n as u64,
        left: u64::from(table.positive_count()),
        expected_left: expected_leavers(scores, calibration),
        calibration_p: calibration_p(u64::from(table.positive_count()), scores, calibration),
        roc_auc: roc_auc_figure(&table),
        average_precision: known(table.average_precision()),
        brier: if table.are_probabilities() {
            mean_figure(&losses)
        } else {
            Estimate::unknown("the scores are not probabilities")
        },
        calibration_error: known(table.ece()),
        accuracy: proportion(right as u32, n as u32, "no outcome is known"),
        precision: proportion(caught, flagged, "nobody is flagged at the cutoff"),
        recall: proportion(caught, table.positive_count(), one_class),
        f1: if flagged + table.positive_count() == 0 {
            Estimate::unknown(one_class)
        } else {
            let both = f64::from(flagged + table.positive_count());
            Estimate::point(2.0 * f64::from(caught) / both, n)
        },
        top_decile_lift: lift(&table),
        cutoff,
        by_band: by_band(left, scores, bands),
        by_decile: by_decile(left, scores),
        by_cohort: by_key(left, scores, cohorts.iter().map(String::as_str)),
        by_reason: by_reason(left, scores, reasons),
    })
}

fn lift(table: &ScoreTable) -> Estimate {
    let (caught, people) = table.top(0.1);
    let rate = f64::from(table.positive_count()) / f64::from(table.count());
    if rate == 0.0 {
        return Estimate::unknown("nobody left");
    }
    Estimate::point(caught / f64::from(people) / rate, table.count() as usize)
}

/// The sum of the scores with the 95% interval of the number of leavers. Two things make it
/// uncertain: who leaves, with the probability of each score (Poisson binomial, normal limit), and
/// how well the scores are calibrated. `calibration` is the Fisher information of a logistic
/// recalibration ([`model::Training::calibration_information`]); its inverse moves the sum by the
/// delta method. All zero: only the first is in the interval.
pub fn expected_leavers(scores: &[f64], calibration: [f64; 3]) -> Estimate {
    let (sum, draws) = sum_and_variance(scores);
    let half = 1.96 * (draws + variance_of_level(scores, calibration)).sqrt();
    Estimate::with_interval(
        sum,
        [(sum - half).max(0.0), (sum + half).min(scores.len() as f64)],
        scores.len(),
    )
}

/// The sum of the scores and the variance of the number of events (Poisson binomial).
fn sum_and_variance(scores: &[f64]) -> (f64, f64) {
    scores.iter().fold((0.0, 0.0), |(sum, variance), score| {
        (sum + score, variance + f64::max(score * (1.0 - score), 0.0))
    })
}

/// How far the sum of the scores moves as offset and slope of their calibration do: g′ I⁻¹ g, where
/// g are the derivatives of the sum.
fn variance_of_level(scores: &[f64], [one, x1, x2]: [f64; 3]) -> f64 {
    let determinant = one * x2 - x1 * x1;
    // Also where every score is the same: then there is no slope.
    if determinant <= 1e-9 * one * x2 {
        let [level, _] = derivatives(scores);
        return if one > 0.0 { level * level / one } else { 0.0 };
    }
    let [level, slope] = derivatives(scores);
    (level * level * x2 - 2.0 * level * slope * x1 + slope * slope * one) / determinant
}

/// Derivatives of the sum of the scores by offset and slope of their log-odds.
fn derivatives(scores: &[f64]) -> [f64; 2] {
    scores.iter().fold([0.0; 2], |[level, slope], &score| {
        let weight = score * (1.0 - score);
        [level + weight, slope + weight * model::scorer::logit(score)]
    })
}

/// Two-sided p-value of so many leavers where each person leaves with the probability of the score
/// (Poisson binomial, normal limit with continuity correction; Spiegelhalter 1986 tests the same
/// hypothesis by squared errors).
fn calibration_p(left: u64, scores: &[f64], calibration: [f64; 3]) -> Option<f64> {
    let (sum, draws) = sum_and_variance(scores);
    let variance = draws + variance_of_level(scores, calibration);
    let far = ((left as f64 - sum).abs() - 0.5).max(0.0);
    (variance > 0.0).then(|| stats::intervals::two_sided_p(far / variance.sqrt()))
}

fn mean_figure(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0).max(1.0);
    let half = 1.96 * (variance / n).sqrt();
    Estimate::with_interval(mean, [(mean - half).max(0.0), mean + half], values.len())
}

fn group(name: &str, left: &[bool], scores: &[f64], rows: &[usize]) -> Group {
    let truth: Vec<bool> = rows.iter().map(|&row| left[row]).collect();
    let chosen: Vec<f64> = rows.iter().map(|&row| scores[row]).collect();
    let leavers = truth.iter().filter(|&&left| left).count();
    let nobody = "nobody is in this group";
    Group {
        name: name.into(),
        n: rows.len() as u64,
        left: leavers as u64,
        predicted: if rows.is_empty() {
            Estimate::unknown(nobody)
        } else {
            Estimate::point(chosen.iter().sum::<f64>() / rows.len() as f64, rows.len())
        },
        actual: proportion(leavers as u32, rows.len() as u32, nobody),
        roc_auc: ScoreTable::new(&truth, &chosen).map_or_else(
            |_| Estimate::unknown(nobody),
            |table| roc_auc_figure(&table),
        ),
    }
}

fn by_band(left: &[bool], scores: &[f64], bands: &[(String, f64)]) -> Vec<Group> {
    let band = |score: f64| {
        bands
            .iter()
            .rposition(|&(_, from)| score >= from)
            .unwrap_or(0)
    };
    let mut rows = vec![Vec::new(); bands.len()];
    if !bands.is_empty() {
        scores
            .iter()
            .enumerate()
            .for_each(|(row, &score)| rows[band(score)].push(row));
    }
    bands
        .iter()
        .zip(rows)
        .map(|((name, _), rows)| group(name, left, scores, &rows))
        .collect()
}

fn by_decile(left: &[bool], scores: &[f64]) -> Vec<Group> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let tenth = |i: usize| &order[order.len() * i / 10..order.len() * (i + 1) / 10];
    (0..10)
        .filter(|&i| !tenth(i).is_empty())
        .map(|i| group(&(i + 1).to_string(), left, scores, tenth(i)))
        .collect()
}

fn by_key<'a>(left: &[bool], scores: &[f64], keys: impl Iterator<Item = &'a str>) -> Vec<Group> {
    let mut rows: std::collections::BTreeMap<&str, Vec<usize>> = Default::default();
    keys.enumerate()
        .for_each(|(row, key)| rows.entry(key).or_default().push(row));
    rows.into_iter()
        .map(|(key, rows)| group(key, left, scores, &rows))
        .collect()
}

fn by_reason(left: &[bool], scores: &[f64], reasons: &[Option<String>]) -> Vec<Group> {
    let stayed: Vec<usize> = (0..left.len()).filter(|&row| !left[row]).collect();
    let mut rows: std::collections::BTreeMap<&str, Vec<usize>> = Default::default();
    for (row, reason) in reasons.iter().enumerate().filter(|&(row, _)| left[row]) {
        rows.entry(reason.as_deref().unwrap_or("unknown"))
            .or_default()
            .push(row);
    }
    rows.into_iter()
        .map(|(reason, leavers)| {
            let all: Vec<usize> = leavers.iter().chain(&stayed).copied().collect();
            let of_leavers = group(reason, left, scores, &leavers);
            Group {
                roc_auc: group(reason, left, scores, &all).roc_auc,
                ..of_leavers
            }
        })
        .collect()
}

/// Performance estimated from calibrated scores alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// People that were scored.
    pub n: u64,
    /// Expected area under the ROC curve.
    pub roc_auc: Estimate,
    /// Expected share classified correctly at the cutoff.
    pub accuracy: Estimate,
    /// Sum of the probabilities.
    pub expected_left: Estimate,
    /// What the estimate does not cover.
    pub limits: String,
}

/// Draws behind the interval of the estimated ROC AUC.
const DRAWS: usize = 200;

/// Confidence-based performance estimation (CBPE; NannyML): the expected performance of calibrated
/// scores on these people, with the 95% interval of the observed one (labels drawn from the scores,
/// seeded).
pub fn estimated(scores: &[f64], cutoff: f64, seed: u64) -> Estimated {
    let limits = "Valid only while the scores are calibrated: reflects changes in who is scored, not in why people leave.".to_owned();
    let n = scores.len() as u64;
    if scores.is_empty() || scores.iter().any(|score| !(0.0..=1.0).contains(score)) {
        let why = if scores.is_empty() {
            "nobody was scored"
        } else {
            "the scores are not probabilities"
        };
        let unknown = || Estimate::unknown(why);
        return Estimated {
            n,
            roc_auc: unknown(),
            accuracy: unknown(),
            expected_left: unknown(),
            limits,
        };
    }
    let right = |score: f64| if score >= cutoff { score } else { 1.0 - score };
    let (sum, variance) = scores.iter().fold((0.0, 0.0), |(sum, variance), &score| {
        (sum + right(score), variance + score * (1.0 - score))
    });
    let (mean, half) = (
        sum / n as f64,
        1.96 * f64::max(variance, 0.0).sqrt() / n as f64,
    );
    Estimated {
        n,
        roc_auc: estimated_roc_auc(scores, seed),
        accuracy: Estimate::with_interval(
            mean,
            [(mean - half).max(0.0), (mean + half).min(1.0)],
            scores.len(),
        ),
        // Labels are drawn from the scores as they are.
        expected_left: expected_leavers(scores, [0.0; 3]),
        limits,
    }
}

fn estimated_roc_auc(scores: &[f64], seed: u64) -> Estimate {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let promised = area(&sorted, |score| score);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let draws = if scores.len() > 100_000 {
        DRAWS / 4
    } else {
        DRAWS
    };
    let mut areas: Vec<f64> = (0..draws)
        .filter_map(|_| {
            area(&sorted, |score| {
                f64::from(u8::from(rng.random::<f64>() < score))
            })
        })
        .collect();
    areas.sort_unstable_by(f64::total_cmp);
    match promised {
        Some(value) if areas.len() > draws / 2 => {
            let end = |share: f64| areas[((areas.len() - 1) as f64 * share).round() as usize];
            Estimate::with_interval(
                value,
                [end(0.025).min(value), end(0.975).max(value)],
                scores.len(),
            )
        }
        _ => Estimate::unknown("too few expected people with or without the event for a ROC AUC"),
    }
}

/// ROC AUC over ascending scores where `positive` is each one's weight as a leaver, the rest its
/// weight as a stayer; ties half.
fn area(sorted: &[f64], mut positive: impl FnMut(f64) -> f64) -> Option<f64> {
    let (mut positives, mut negatives, mut area) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a == b) {
        let (mut here_positive, mut here_negative) = (0.0, 0.0);
        for &score in tied {
            let weight = positive(score);
            here_positive += weight;
            here_negative += 1.0 - weight;
        }
        area += here_positive * (negatives + here_negative / 2.0);
        positives += here_positive;
        negatives += here_negative;
    }
    (positives * negatives > 0.0).then(|| area / (positives * negatives))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn drawn(n: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let scores: Vec<f64> = (0..n).map(|_| rng.random::<f64>().powi(3)).collect();
        let left = scores
            .iter()
            .map(|&score| rng.random::<f64>() < score)
            .collect();
        (scores, left)
    }

    #[test]
    fn the_estimate_covers_what_is_realized_when_scores_are_calibrated() {
        let mut covered = 0;
        for seed in 0..60 {
            let (scores, left) = drawn(400, seed);
            let estimate = estimated(&scores, 0.5, 1).roc_auc;
            let realized = realized(
                Outcomes {
                    left: &left,
                    scores: &scores,
                    reasons: &[],
                    cohorts: &[],
                    calibration: [0.0; 3],
                },
                &[],
                0.5,
            )
            .unwrap();
            let [low, high] = estimate.interval.unwrap();
            covered += usize::from((low..=high).contains(&realized.roc_auc.value.unwrap()));
            assert!((realized.expected_left.value.unwrap() - realized.left as f64).abs() < 40.0);
        }
        assert!(covered >= 53, "{covered} of 60");
    }

    /// One score for everybody: the variance of the level is n²·w / N, for n people of today and N
    /// behind the calibration.
    #[test]
    fn the_interval_of_expected_leavers_covers_chance_and_calibration() {
        let scores = [0.2; 400];
        let half = |calibration| {
            let found = expected_leavers(&scores, calibration);
            let [low, high] = found.interval.unwrap();
            assert!((found.value.unwrap() - 80.0).abs() < 1e-9);
            (high - low) / 2.0 / 1.96
        };
        assert!((half([0.0; 3]) - 8.0).abs() < 1e-9, "√(400 · 0.16)");
        let (w, x) = (0.16, (0.2f64 / 0.8).ln());
        let people = 1000.0 * w;
        let both = half([people, people * x, people * x * x]);
        assert!((both - (64.0 + 400.0 * 400.0 * w / 1000.0).sqrt()).abs() < 1e-6);
        // With the slope known only from two places far apart, the middle is known worse than the
        // whole.
        let spread = half([people, 0.0, people]);
        let level = (400.0 * w).powi(2) * (1.0 + x * x) / people;
        assert!((spread - (64.0 + level).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn groups_add_up_and_reasons_are_told_apart() {
        let (scores, left) = drawn(500, 9);
        let reasons: Vec<Option<String>> = left
            .iter()
            .enumerate()
            .map(|(i, &left)| {
                left.then(|| {
                    if i % 2 == 0 {
                        "resignation"
                    } else {
                        "retirement"
                    }
                    .to_owned()
                })
            })
            .collect();
        let bands = [("low".to_owned(), 0.0), ("high".to_owned(), 0.3)];
        let cohorts: Vec<String> = (0..500).map(|i| format!("2025-{:02}", i % 3 + 1)).collect();
        let found = realized(
            Outcomes {
                left: &left,
                scores: &scores,
                reasons: &reasons,
                cohorts: &cohorts,
                calibration: [0.0; 3],
            },
            &bands,
            0.3,
        )
        .unwrap();
        let total = |groups: &[Group]| groups.iter().map(|group| group.left).sum::<u64>();
        for groups in [
            &found.by_band,
            &found.by_decile,
            &found.by_cohort,
            &found.by_reason,
        ] {
            assert_eq!(total(groups), found.left);
        }
        assert_eq!(
            (
                found.by_reason.len(),
                found.by_cohort.len(),
                found.by_decile.len()
            ),
            (2, 3, 10)
        );
        assert!(
            found
                .by_reason
                .iter()
                .all(|group| group.roc_auc.value.unwrap() > 0.7)
        );
    }

    #[test]
    fn one_outcome_or_none_is_no_performance() {
        let none = Outcomes {
            left: &[],
            scores: &[],
            reasons: &[],
            cohorts: &[],
            calibration: [0.0; 3],
        };
        assert_eq!(realized(none, &[], 0.5), Err(PerformanceError::NoOutcomes));
        let one = realized(
            Outcomes {
                left: &[true],
                scores: &[0.4],
                reasons: &[],
                cohorts: &[],
                calibration: [0.0; 3],
            },
            &[],
            0.5,
        )
        .unwrap();
        assert!(one.roc_auc.value.is_none() && one.roc_auc.why.is_some());
        assert!(
            estimated(&[], 0.5, 1).roc_auc.why.is_some()
                && estimated(&[2.0], 0.5, 1).roc_auc.why.is_some()
        );
        assert!(
            realized(
                Outcomes {
                    left: &[true],
                    scores: &[f64::NAN],
                    reasons: &[],
                    cohorts: &[],
                    calibration: [0.0; 3],
                },
                &[],
                0.5
            )
            .is_err()
        );
    }
}
