//! Spearman's rank correlation (Spearman 1904), with the mean rank for ties.

/// Spearman's rank correlation of pairs, −1 to 1; `None` when one side is constant, or there are
/// fewer than two pairs.
///
/// ```
/// use stats::rank_correlation::spearman;
///
/// let is = |pairs: &[[f64; 2]], value: f64| (spearman(pairs).unwrap() - value).abs() < 1e-12;
/// assert!(is(&[[0.1, 3.0], [0.2, 5.0], [0.9, 7.0]], 1.0));
/// assert!(is(&[[0.1, 7.0], [0.2, 5.0], [0.9, 3.0]], -1.0));
/// assert_eq!(spearman(&[[0.1, 1.0], [0.2, 1.0]]), None);
/// ```
pub fn spearman(pairs: &[[f64; 2]]) -> Option<f64> {
    let side = |side: usize| midranks(&pairs.iter().map(|pair| pair[side]).collect::<Vec<_>>());
    correlation(&side(0), &side(1), &vec![1.0; pairs.len()])
}

/// The same over a square table of counts by row and column, both ascending: values of one cell are
/// ties.
pub fn spearman_of_counts(counts: &[Vec<u64>]) -> Option<f64> {
    let columns = counts.first().map_or(0, Vec::len);
    let rows: Vec<u64> = counts.iter().map(|row| row.iter().sum()).collect();
    let sums: Vec<u64> = (0..columns)
        .map(|column| counts.iter().map(|row| row[column]).sum())
        .collect();
    let (row_ranks, column_ranks) = (ranks_of_counts(&rows), ranks_of_counts(&sums));
    let (mut left, mut right, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (row, own) in counts.iter().enumerate() {
        for (column, count) in own.iter().enumerate().filter(|(_, count)| **count > 0) {
            left.push(row_ranks[row]);
            right.push(column_ranks[column]);
            weights.push(*count as f64);
        }
    }
    correlation(&left, &right, &weights)
}

/// The rank of each value from 1, the mean of their ranks for equal ones.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&left, &right| values[left].total_cmp(&values[right]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for group in order.chunk_by(|&left, &right| values[left] == values[right]) {
        let rank = from as f64 + (group.len() + 1) as f64 / 2.0;
        group.iter().for_each(|&place| ranks[place] = rank);
        from += group.len();
    }
    ranks
}

fn ranks_of_counts(counts: &[u64]) -> Vec<f64> {
    let mut before = 0;
    let rank = |count: &u64| {
        let rank = before as f64 + (count + 1) as f64 / 2.0;
        before += count;
        rank
    };
    counts.iter().map(rank).collect()
}

fn correlation(left: &[f64], right: &[f64], weights: &[f64]) -> Option<f64> {
    let total: f64 = weights.iter().sum();
    let mean = |values: &[f64]| {
        let sum: f64 = values
            .iter()
            .zip(weights)
            .map(|(value, own)| value * own)
            .sum();
        sum / total
    };
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    for ((left, right), weight) in left.iter().zip(right).zip(weights) {
        let (x, y) = (left - left_mean, right - right_mean);
        both += weight * x * y;
        own += weight * x * x;
        other += weight * y * y;
    }
    (own > 0.0 && other > 0.0).then(|| (both / (own.sqrt() * other.sqrt())).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn ties_have_their_mean_rank() {
        // Ranks 1.5 1.5 3 4 and 1 2.5 2.5 4, each with a sum of squares of 4.5 about 2.5, and of
        // products of 3.75.
        let value = spearman(&[[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [3.0, 3.0]]);
        assert!((value.unwrap() - 3.75 / 4.5).abs() < 1e-12);
        assert_eq!(spearman(&[[1.0, 2.0]]), None);
        assert_eq!(spearman(&[]), None);
    }

    #[test]
    fn a_table_of_counts_is_the_same_as_its_rows() {
        let counts = vec![vec![3, 1, 0], vec![0, 2, 2], vec![1, 0, 4]];
        let mut pairs = Vec::new();
        for (row, own) in counts.iter().enumerate() {
            for (column, count) in own.iter().enumerate() {
                pairs.extend((0..*count).map(|_| [row as f64, column as f64]));
            }
        }
        let (table, rows) = (
            spearman_of_counts(&counts).unwrap(),
            spearman(&pairs).unwrap(),
        );
        assert!((table - rows).abs() < 1e-12, "{table} {rows}");
        assert_eq!(spearman_of_counts(&[]), None);
        assert_eq!(spearman_of_counts(&[vec![0, 0], vec![0, 0]]), None);
    }
}
