//! The mean of a figure over the folds of cross-validation, and what it may be when other folds are
//! drawn.

use domain::Estimate;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// 97.5% quantile of Student's t distribution; `None` without degrees of freedom.
fn student_quantile(degrees: usize) -> Option<f64> {
    StudentsT::new(0.0, 1.0, degrees as f64)
        .ok()
        .map(|student| student.inverse_cdf(0.975))
}

/// Mean of `values`, one per fold, with its 95% interval by the corrected resampled t of Nadeau and
/// Bengio (2003): the variance over `J` folds is multiplied by `1/J + n_test/n_train` in place of
/// `1/J`, with `J - 1` degrees of freedom.
///
/// Folds share most of their training rows, so their figures are not independent and the plain
/// standard error is too small, for one draw of folds as for several (Bengio and Grandvalet 2004
/// show that no unbiased estimate of it exists). Bouckaert and Frank (2004) found that this form,
/// with all folds of all repeats counted, keeps its level; for folds forward in time, whose
/// training rows grow, it is a conservative choice. `test_over_train` is `n_test/n_train` of each
/// fold, of which the mean is taken; `range` is what the figure can be at all, and the interval
/// ends there. `rows` are the rows behind the mean. One fold alone has no interval.
///
/// ```
/// use stats::cross_validation::fold_mean;
///
/// let [low, high] = fold_mean(&[0.8, 0.9], &[0.25, 0.25], [0.0, 1.0], 100).interval.unwrap();
/// // Mean 0.85, t with one degree of freedom 12.7: two folds say next to nothing.
/// assert!(low < 0.08 && high == 1.0);
/// ```
pub fn fold_mean(
    values: &[f64],
    test_over_train: &[f64],
    range: [f64; 2],
    rows: usize,
) -> Estimate {
    let folds = values.len();
    if folds == 0 || test_over_train.len() != folds {
        return Estimate::unknown("there are no folds");
    }
    let mean = values.iter().sum::<f64>() / folds as f64;
    let Some(quantile) = student_quantile(folds - 1).filter(|_| folds > 1) else {
        return Estimate::point(mean, rows);
    };
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (folds - 1) as f64;
    let ratio = test_over_train.iter().sum::<f64>() / folds as f64;
    let half = quantile * (variance * (1.0 / folds as f64 + ratio)).sqrt();
    Estimate::with_interval(
        mean,
        [(mean - half).max(range[0]), (mean + half).min(range[1])],
        rows,
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// One and two degrees of freedom have a closed form: tan(π(p − ½)) and (2p − 1)·√(2 / (4p(1 −
    /// p))). The others are of the printed table.
    #[test]
    fn quantiles_of_student() {
        let two = 0.95 * (2.0_f64 / (4.0 * 0.975 * 0.025)).sqrt();
        let expected = [
            (1, (std::f64::consts::PI * 0.475).tan()),
            (2, two),
            (4, 2.776_445_105),
            (9, 2.262_157_163),
            (24, 2.063_898_562),
        ];
        for (degrees, expected) in expected {
            let own = student_quantile(degrees).unwrap();
            assert!(
                (own / expected - 1.0).abs() < 1e-8,
                "{degrees}: {own} {expected}"
            );
        }
        assert_eq!(student_quantile(0), None);
    }

    /// Five folds of 0.80, 0.82, 0.84, 0.86, 0.88: mean 0.84, variance 0.001. With a fifth judged
    /// each time the factor is 1/5 + 1/4.
    #[test]
    fn the_interval_counts_shared_training_rows() {
        let figure = fold_mean(&[0.80, 0.82, 0.84, 0.86, 0.88], &[0.25; 5], [0.0, 1.0], 50);
        let [low, high] = figure.interval.unwrap();
        let half = 2.776_445_105 * (0.001_f64 * 0.45).sqrt();
        assert!((figure.value.unwrap() - 0.84).abs() < 1e-12 && figure.n == Some(50));
        assert!(
            (low - (0.84 - half)).abs() < 1e-9 && (high - (0.84 + half)).abs() < 1e-9,
            "{low} {high}"
        );
    }

    #[test]
    fn the_interval_stays_in_its_range() {
        let [low, high] = fold_mean(&[0.02, 0.98], &[0.5, 0.5], [0.0, 1.0], 9)
            .interval
            .unwrap();
        assert_eq!((low, high), (0.0, 1.0));
        let [_, high] = fold_mean(&[0.02, 0.98], &[0.5, 0.5], [0.0, f64::INFINITY], 9)
            .interval
            .unwrap();
        assert!(high > 1.0);
    }

    #[test]
    fn one_fold_has_no_interval() {
        assert_eq!(
            fold_mean(&[0.7], &[0.25], [0.0, 1.0], 20),
            Estimate::point(0.7, 20)
        );
        assert_eq!(fold_mean(&[], &[], [0.0, 1.0], 0).value, None);
    }
}
