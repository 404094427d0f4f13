//! How strongly two columns depend on each other, without the strength that many levels show by
//! chance.

/// Levels with fewer rows say nothing by themselves: they are pooled before a dependence is
/// measured.
pub const FEWEST_ROWS_PER_LEVEL: u64 = 10;

/// For each level its place among those that are kept: the rare ones share the last place, unless
/// they are rare together; then they have none. Gives the places and how many there are.
fn places(rows_of_level: &[u64], fewest: u64) -> (Vec<Option<usize>>, usize) {
    let rare: u64 = rows_of_level.iter().filter(|&&rows| rows < fewest).sum();
    let mut kept = 0;
    let mut places: Vec<Option<usize>> = rows_of_level
        .iter()
        .map(|&rows| {
            (rows >= fewest).then(|| {
                kept += 1;
                kept - 1
            })
        })
        .collect();
    if rare >= fewest.max(1) {
        places
            .iter_mut()
            .zip(rows_of_level)
            .filter(|(place, rows)| place.is_none() && **rows > 0)
            .for_each(|(place, _)| *place = Some(kept));
        kept += 1;
    }
    (places, kept)
}

/// Cramér's V of a table of counts (row by row with `columns` columns), 0..=1, with the correction
/// for bias of Bergsma (2013, "A bias-correction for Cramér's V and Tschuprow's T"): around 0 for
/// independent columns however many levels they have. Levels with fewer than `fewest` rows are
/// pooled. `None` when fewer than two rows or columns are left.
///
/// ```
/// use stats::association::cramers_v_corrected;
///
/// // One row in each cell: uncorrected this is 1, and it says nothing.
/// assert_eq!(cramers_v_corrected(&[1, 0, 0, 1], 2, 10), None);
/// assert_eq!(cramers_v_corrected(&[25, 25, 25, 25], 2, 10), Some(0.0));
/// ```
pub fn cramers_v_corrected(table: &[u64], columns: usize, fewest: u64) -> Option<f64> {
    if columns == 0 {
        return None;
    }
    let of_row: Vec<u64> = table.chunks(columns).map(|row| row.iter().sum()).collect();
    let of_column: Vec<u64> = (0..columns)
        .map(|column| {
            table
                .chunks(columns)
                .filter_map(|row| row.get(column))
                .sum()
        })
        .collect();
    let ((row_place, r), (column_place, c)) = (places(&of_row, fewest), places(&of_column, fewest));
    if r < 2 || c < 2 {
        return None;
    }
    let mut counts = vec![0.0; r * c];
    for (row, cells) in table.chunks(columns).enumerate() {
        for (column, &count) in cells.iter().enumerate() {
            if let (Some(row), Some(column)) = (row_place[row], column_place[column]) {
                counts[row * c + column] += count as f64;
            }
        }
    }
    let rows: Vec<f64> = counts.chunks(c).map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..c)
        .map(|column| counts.chunks(c).map(|row| row[column]).sum())
        .collect();
    let n: f64 = rows.iter().sum();
    if rows.iter().chain(&columns).any(|sum| *sum == 0.0) || n < 2.0 {
        return None;
    }
    let share = |(cell, count): (usize, &f64)| count * count / (rows[cell / c] * columns[cell % c]);
    let phi2 = counts.iter().enumerate().map(share).sum::<f64>() - 1.0;
    let (r, c) = (r as f64, c as f64);
    let by_chance = (r - 1.0) * (c - 1.0) / (n - 1.0);
    let corrected = |levels: f64| levels - (levels - 1.0).powi(2) / (n - 1.0);
    let most = (corrected(r) - 1.0).min(corrected(c) - 1.0);
    (most > 0.0).then(|| ((phi2 - by_chance).max(0.0) / most).sqrt().min(1.0))
}

/// Correlation ratio of a number and levels, 0..=1, with the correction for bias of Kelley (1935;
/// ε² in place of η²): the square root of the share of the variance between levels, less what so
/// many levels take up by chance. `codes` beyond `levels` and NaN are left out; levels with fewer
/// than `fewest` rows are pooled. `None` when fewer than two levels are left, or the number does
/// not vary.
pub fn correlation_ratio_corrected(
    codes: &[u32],
    levels: usize,
    values: &[f64],
    fewest: u64,
) -> Option<f64> {
    let present = || {
        codes
            .iter()
            .zip(values)
            .map(|(&code, &value)| (code as usize, value))
            .filter(|(code, value)| *code < levels && !value.is_nan())
    };
    let mut rows_of_level = vec![0; levels];
    present().for_each(|(code, _)| rows_of_level[code] += 1);
    let (place, groups) = places(&rows_of_level, fewest);
    let mut sums = vec![(0.0, 0.0); groups];
    let (mut n, mut total, mut squares) = (0.0, 0.0, 0.0);
    for (group, value) in present().filter_map(|(code, value)| Some((place[code]?, value))) {
        sums[group] = (sums[group].0 + 1.0, sums[group].1 + value);
        n += 1.0;
        total += value;
        squares += value * value;
    }
    let freedom = n - groups as f64;
    let mean = total / n;
    let variance = squares - n * mean * mean;
    if groups < 2 || freedom < 1.0 || variance.is_nan() || variance <= 1e-12 * squares {
        return None;
    }
    let between: f64 = sums
        .iter()
        .filter(|(count, _)| *count > 0.0)
        .map(|(count, sum)| count * (sum / count - mean).powi(2))
        .sum();
    Some(
        (1.0 - (1.0 - between / variance) * (n - 1.0) / freedom)
            .clamp(0.0, 1.0)
            .sqrt(),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// φ² = (15·15 − 5·5)² / 20⁴ = ¼ with 40 rows: (¼ − 1/39) / (2 − 1/39 − 1) by Bergsma's
    /// formulas.
    #[test]
    fn two_by_two_in_closed_form() {
        let expected = ((0.25 - 1.0 / 39.0) / (1.0 - 1.0 / 39.0_f64)).sqrt();
        assert!((cramers_v_corrected(&[15, 5, 5, 15], 2, 1).unwrap() - expected).abs() < 1e-12);
        // The same rows and more levels that nobody has.
        assert!(
            (cramers_v_corrected(&[15, 0, 5, 0, 0, 0, 5, 0, 15], 3, 1).unwrap() - expected).abs()
                < 1e-12
        );
        assert!((cramers_v_corrected(&[30, 0, 0, 30], 2, 10).unwrap() - 1.0).abs() < 1e-12);
    }

    /// Levels that have nothing to do with each other: row i has level i mod 97 of one and i² mod
    /// 101 mod 50 of the other, 485 rows. Without the correction, V is 0.44.
    #[test]
    fn many_levels_are_no_dependence() {
        let (rows, first, second) = (485_u64, 97, 50);
        let mut table = vec![0; first * second];
        (0..rows).for_each(|row| {
            table[(row % 97) as usize * second + (row * row % 101 % 50) as usize] += 1
        });
        assert_eq!(cramers_v_corrected(&table, second, 1), Some(0.0));
        assert_eq!(
            cramers_v_corrected(&table, second, FEWEST_ROWS_PER_LEVEL),
            None
        );
    }

    #[test]
    fn rare_levels_are_pooled_and_left_out_when_rare_together() {
        // Rows of 20, 20, 6 and 6: the last two make one of 12.
        let table = [18, 2, 2, 18, 6, 0, 0, 6];
        let pooled = [18, 2, 2, 18, 6, 6];
        assert_eq!(
            cramers_v_corrected(&table, 2, 10),
            cramers_v_corrected(&pooled, 2, 10)
        );
        // Rows of 20, 20 and 3: the last are no group.
        assert_eq!(
            cramers_v_corrected(&[18, 2, 2, 18, 3, 0], 2, 10),
            cramers_v_corrected(&[18, 2, 2, 18], 2, 10)
        );
        assert_eq!(cramers_v_corrected(&[30, 30], 2, 10), None);
        assert_eq!(cramers_v_corrected(&[], 0, 10), None);
    }

    /// Two groups of three, 1 2 3 and 3 4 5: between 6, total 10, so η² = 0.6 and ε² = 1 − 0.4 ·
    /// 5/4 = 0.5.
    #[test]
    fn the_correlation_ratio_in_closed_form() {
        let (codes, values) = (
            [0, 0, 0, 1, 1, 1, 2, 9],
            [1.0, 2.0, 3.0, 3.0, 4.0, 5.0, f64::NAN, 100.0],
        );
        assert!(
            (correlation_ratio_corrected(&codes, 3, &values, 1).unwrap() - 0.5_f64.sqrt()).abs()
                < 1e-12
        );
        assert_eq!(correlation_ratio_corrected(&codes, 3, &values, 10), None);
        assert_eq!(
            correlation_ratio_corrected(&[0, 0, 1, 1], 2, &[7.0; 4], 1),
            None
        );
        // A level of its own for every row takes up all of the variance and says nothing.
        assert_eq!(
            correlation_ratio_corrected(&[0, 1, 2, 3], 4, &[1.0, 2.0, 3.0, 4.0], 1),
            None
        );
    }
}
