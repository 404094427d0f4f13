//! Outliers: one rule for data profiles, gates and pages. It holds for numbers; categories, ordered
//! or not, have no outliers.

/// A number is an outlier when it lies more than this many standard deviations (divisor n) from the
/// mean of its column.
pub const OUTLIER_DEVIATIONS: f64 = 3.0;

/// Whether `value` is an outlier of a column with this mean and standard deviation. A column that
/// does not vary has none.
///
/// ```
/// use stats::outliers::is_outlier;
///
/// assert!(is_outlier(81.0, 50.0, 10.0) && !is_outlier(80.0, 50.0, 10.0));
/// ```
pub fn is_outlier(value: f64, mean: f64, deviation: f64) -> bool {
    deviation > 0.0 && (value - mean).abs() > OUTLIER_DEVIATIONS * deviation
}

/// Lowest and highest value that are no outliers; `None` when the column does not vary.
///
/// ```
/// assert_eq!(stats::outliers::outlier_bounds(50.0, 10.0), Some([20.0, 80.0]));
/// ```
pub fn outlier_bounds(mean: f64, deviation: f64) -> Option<[f64; 2]> {
    let reach = OUTLIER_DEVIATIONS * deviation;
    (deviation > 0.0).then_some([mean - reach, mean + reach])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_deviations_on_either_side_are_inside() {
        assert_eq!(outlier_bounds(10.0, 2.0), Some([4.0, 16.0]));
        assert!(
            [4.0, 10.0, 16.0]
                .iter()
                .all(|value| !is_outlier(*value, 10.0, 2.0))
        );
        assert!(
            [3.9, 16.1]
                .iter()
                .all(|value| is_outlier(*value, 10.0, 2.0))
        );
    }

    #[test]
    fn a_constant_column_has_no_outliers() {
        assert_eq!(outlier_bounds(10.0, 0.0), None);
        assert!(!is_outlier(11.0, 10.0, 0.0));
    }
}
