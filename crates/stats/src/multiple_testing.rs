//! Adjusting p-values for many tests at once.

/// Benjamini-Hochberg adjusted p-values (false discovery rate; Benjamini and Hochberg 1995), in the
/// order given.
///
/// ```
/// use stats::multiple_testing::benjamini_hochberg;
///
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04, 0.03]), [0.03, 0.04, 0.04]);
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let count = p_values.len() as f64;
    let mut adjusted = vec![1.0; p_values.len()];
    let mut smallest = 1.0f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * count / (rank + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

/// Holm adjusted p-values (family-wise error rate; Holm 1979), in the order given.
///
/// ```
/// use stats::multiple_testing::holm;
///
/// assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p_values[index] * (p_values.len() - rank) as f64).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: &[f64], right: &[f64]) {
        assert!(
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-12),
            "{left:?} {right:?}"
        );
    }

    #[test]
    fn adjusts_as_r_p_adjust() {
        close(
            &benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005]),
            &[0.02, 0.04, 0.04, 0.02],
        );
        close(&holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02]);
        close(&benjamini_hochberg(&[]), &[]);
    }
}
