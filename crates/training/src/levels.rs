//! How often each level of a field occurs in the training rows, and what that makes of it: in a
//! field with many levels, those with few rows are read as one.

use model::Column;

/// Pseudo-rows at the overall rate that a level's event rate is drawn towards before levels are
/// ranked (Micci-Barreca 2001).
const RANK_SMOOTHING: f64 = 10.0;
/// Levels up to which each is read by itself, however rare.
const FEW_LEVELS: usize = 20;
/// Training rows from which a level of a field with more than [`FEW_LEVELS`] is read by itself.
const COMMON_ROWS: f64 = 10.0;

/// Rows and events of each level among the training rows.
pub(crate) struct LevelCounts {
    /// Event rate of all training rows.
    overall: f64,
    rows: Vec<f64>,
    events: Vec<f64>,
}

impl LevelCounts {
    /// Counts the rows `rows` of a column. `levels` are those that occur in them, sorted.
    pub(crate) fn of(
        column: Option<&Column>,
        levels: &[String],
        labels: &[bool],
        rows: &[usize],
    ) -> Self {
        let mut counts = Self {
            overall: rows.iter().filter(|&&row| labels[row]).count() as f64 / rows.len() as f64,
            rows: vec![0.0; levels.len()],
            events: vec![0.0; levels.len()],
        };
        let Some(Column::Level {
            codes,
            levels: names,
        }) = column
        else {
            return counts;
        };
        let own: Vec<Option<usize>> = names
            .iter()
            .map(|name| levels.binary_search(name).ok())
            .collect();
        for &row in rows {
            if let Some(level) = own.get(codes[row] as usize).copied().flatten() {
                counts.rows[level] += 1.0;
                counts.events[level] += f64::from(u8::from(labels[row]));
            }
        }
        counts
    }

    /// Whether a level is read together with all others that have few rows. What so few people did
    /// would otherwise be learned by heart: a level of one row is ranked by that row's own outcome.
    pub(crate) fn is_rare(&self, level: usize) -> bool {
        self.rows.len() > FEW_LEVELS && self.rows[level] < COMMON_ROWS
    }

    /// The position of each level among all, ordered by its event rate drawn towards the overall
    /// rate. All rare levels have one rate and one position.
    pub(crate) fn event_ranks(&self) -> Vec<f64> {
        let smoothed = |rows: f64, events: f64| {
            (events + RANK_SMOOTHING * self.overall) / (rows + RANK_SMOOTHING)
        };
        let of_rare = |values: &[f64]| -> f64 {
            let rare = (0..values.len()).filter(|&level| self.is_rare(level));
            rare.map(|level| values[level]).sum()
        };
        let rare = smoothed(of_rare(&self.rows), of_rare(&self.events));
        let rate = |level: usize| {
            if self.is_rare(level) {
                rare
            } else {
                smoothed(self.rows[level], self.events[level])
            }
        };
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        // Rare levels stand together, also among common ones of the same rate.
        let key = |level: usize| (rate(level), self.is_rare(level));
        order.sort_by(|&a, &b| {
            let ((one, rare), (other, also_rare)) = (key(a), key(b));
            one.total_cmp(&other)
                .then(rare.cmp(&also_rare))
                .then(a.cmp(&b))
        });
        let mut ranks = vec![0.0; self.rows.len()];
        let mut rank = -1.0;
        let mut rare_before = false;
        for level in order {
            let is_rare = self.is_rare(level);
            if !(is_rare && rare_before) {
                rank += 1.0;
            }
            rare_before = is_rare;
            ranks[level] = rank;
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::LevelCounts;

    fn counts(overall: f64, levels: &[(f64, f64)]) -> LevelCounts {
        LevelCounts {
            overall,
            rows: levels.iter().map(|level| level.0).collect(),
            events: levels.iter().map(|level| level.1).collect(),
        }
    }

    #[test]
    fn few_levels_are_each_read_by_themselves() {
        let counts = counts(0.5, &[(1.0, 1.0), (50.0, 25.0), (1.0, 0.0)]);
        assert!((0..3).all(|level| !counts.is_rare(level)));
        assert_eq!(counts.event_ranks(), [2.0, 1.0, 0.0]);
    }

    /// Rates by hand, (events + 10 × 0.2) / (rows + 10): 0.1 for 30 rows with 2 events, 0.3 for 10
    /// with 4, and 0.2 for the twenty rare levels together (20 rows with 4 events).
    #[test]
    fn rare_levels_of_many_have_one_rank_whatever_their_own_outcome() {
        let mut levels = vec![(30.0, 2.0), (10.0, 4.0)];
        levels.extend((0..20).map(|level| (1.0, if level % 5 == 0 { 1.0 } else { 0.0 })));
        let counts = counts(0.2, &levels);
        assert!(!counts.is_rare(0) && !counts.is_rare(1));
        assert!((2..22).all(|level| counts.is_rare(level)));
        let mut expected = vec![0.0, 2.0];
        expected.extend([1.0; 20]);
        assert_eq!(counts.event_ranks(), expected);
    }
}
