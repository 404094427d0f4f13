//! Dataset versions that few people tell apart.
//!
//! Two snapshots with one newcomer between them, released each by itself, give the newcomer's
//! values by subtraction, whatever is rounded: now and then a rounded figure flips, and says so. So
//! a figure that fewer than k people tell apart is released once. Going through the versions of a
//! use case in the order of their import, each column takes its figures from the first earlier
//! version whose column fewer than k people changed, joined or left since; only where there is none
//! are its own released. The difference of two released figures is then either exactly nothing, or
//! one of k people or more.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use model::Column;

use super::Disclosure;
use crate::StoredPeople;

/// The values of everybody in a dataset version, hashed: enough to see who changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hashes of the ids, ascending. A person with several rows is there once.
    people: Vec<u64>,
    /// For each column a hash of each person's values, in the order of `people`.
    columns: BTreeMap<String, Vec<u64>>,
    /// The same of the outcome; `None` where it is not known.
    outcome: Option<Vec<u64>>,
}

/// The version that the figures of each column are those of: positions in the history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    pub columns: BTreeMap<String, usize>,
    /// Of a column against the outcome.
    pub against: BTreeMap<String, usize>,
    pub outcome: usize,
}

fn hash(value: &impl Hash) -> u64 {
    // Fixed keys: only equality within one process counts.
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Fingerprint {
    /// Of the rows of a dataset version.
    pub fn new(people: &StoredPeople) -> Self {
        let mut rows: Vec<(u64, u64, usize)> = (0..people.ids.len())
            .map(|row| {
                (
                    hash(&people.ids[row]),
                    people
                        .periods
                        .as_ref()
                        .map_or(0, |periods| hash(&periods[row])),
                    row,
                )
            })
            .collect();
        rows.sort_unstable();
        let of_people = |cell: &dyn Fn(usize) -> u64| -> Vec<u64> {
            let person = |rows: &[(u64, u64, usize)]| {
                hash(
                    &rows
                        .iter()
                        .map(|(_, period, row)| (*period, cell(*row)))
                        .collect::<Vec<_>>(),
                )
            };
            rows.chunk_by(|a, b| a.0 == b.0).map(person).collect()
        };
        let of_column = |(name, column): (&String, &Column)| {
            // A position stands for a level, and two definitions may have another one there.
            let levels = people.levels.get(name);
            let level = |number: f64| {
                levels.and_then(|levels| levels.get((number as usize).checked_sub(1)?))
            };
            of_people(&|row| match column {
                Column::Number(values) if levels.is_some() && !values[row].is_nan() => {
                    hash(&level(values[row]))
                }
                Column::Number(values) => hash(&(values[row] + 0.0).to_bits()),
                Column::Level { codes, levels } => hash(&levels.get(codes[row] as usize)),
                Column::Text(texts) => hash(&texts[row]),
            })
        };
        Self {
            columns: people
                .table
                .names
                .iter()
                .cloned()
                .zip(
                    people
                        .table
                        .names
                        .iter()
                        .zip(&people.table.columns)
                        .map(of_column),
                )
                .collect(),
            outcome: people
                .labels
                .as_ref()
                .map(|labels| of_people(&|row| hash(&labels[row]))),
            people: rows
                .chunk_by(|a, b| a.0 == b.0)
                .map(|rows| rows[0].0)
                .collect(),
        }
    }

    /// People who are in one of two versions only, or differ in one of the pairs of columns.
    fn changed(&self, other: &Self, columns: &[(&[u64], &[u64])]) -> u64 {
        let (mut own, mut others, mut changed) = (0, 0, 0);
        while own < self.people.len() || others < other.people.len() {
            match (self.people.get(own), other.people.get(others)) {
                (Some(a), Some(b)) if a == b => {
                    changed += u64::from(
                        columns
                            .iter()
                            .any(|(left, right)| left[own] != right[others]),
                    );
                    (own, others) = (own + 1, others + 1);
                }
                (Some(a), Some(b)) if a < b => (own, changed) = (own + 1, changed + 1),
                (Some(_), None) => (own, changed) = (own + 1, changed + 1),
                _ => (others, changed) = (others + 1, changed + 1),
            }
        }
        changed
    }

    /// People behind the difference of a column; `None` where one of the versions does not have it,
    /// so that there is no difference.
    fn changed_in(&self, other: &Self, column: &str) -> Option<u64> {
        let pair = (
            self.columns.get(column)?.as_slice(),
            other.columns.get(column)?.as_slice(),
        );
        Some(self.changed(other, &[pair]))
    }

    fn changed_outcome(&self, other: &Self) -> Option<u64> {
        let pair = (
            self.outcome.as_ref()?.as_slice(),
            other.outcome.as_ref()?.as_slice(),
        );
        Some(self.changed(other, &[pair]))
    }

    fn changed_against(&self, other: &Self, column: &str) -> Option<u64> {
        let of_column = (
            self.columns.get(column)?.as_slice(),
            other.columns.get(column)?.as_slice(),
        );
        let of_outcome = (
            self.outcome.as_ref()?.as_slice(),
            other.outcome.as_ref()?.as_slice(),
        );
        Some(self.changed(other, &[of_column, of_outcome]))
    }
}

/// Where the figures of each version come from; `history` in the order of the imports. The sources
/// of a version never change by later ones.
pub fn sources(history: &[Fingerprint], rule: Disclosure) -> Vec<Sources> {
    let mut found: Vec<Sources> = Vec::with_capacity(history.len());
    for (at, own) in history.iter().enumerate() {
        let next = next_sources(&history[..at].iter().collect::<Vec<_>>(), &found, own, rule);
        found.push(next);
    }
    found
}

/// The sources of the version after `history`, whose sources are `before`.
pub fn next_sources(
    history: &[&Fingerprint],
    before: &[Sources],
    own: &Fingerprint,
    rule: Disclosure,
) -> Sources {
    let at = history.len();
    let first = |is_source: &dyn Fn(usize) -> bool,
                 changed: &dyn Fn(&Fingerprint) -> Option<u64>| {
        let few = |earlier: &usize| {
            is_source(*earlier)
                && changed(history[*earlier]).is_some_and(|people| rule.is_small(people))
        };
        (0..at).find(few).unwrap_or(at)
    };
    let per_column =
        |pick: fn(&Sources) -> &BTreeMap<String, usize>,
         changed: fn(&Fingerprint, &Fingerprint, &str) -> Option<u64>| {
            let source = |name: &String| {
                let is_source = |earlier: usize| pick(&before[earlier]).get(name) == Some(&earlier);
                (
                    name.clone(),
                    first(&is_source, &|other| changed(own, other, name)),
                )
            };
            own.columns.keys().map(source).collect()
        };
    Sources {
        columns: per_column(|sources| &sources.columns, Fingerprint::changed_in),
        against: per_column(|sources| &sources.against, Fingerprint::changed_against),
        outcome: first(&|earlier| before[earlier].outcome == earlier, &|other| {
            own.changed_outcome(other)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Table;

    fn people(rows: &[(u32, f64, u32)], labels: bool) -> Fingerprint {
        let mut table = Table::default();
        table.push(
            "pay",
            Column::Number(rows.iter().map(|row| row.1).collect()),
        );
        table.push(
            "sex",
            Column::Level {
                codes: rows.iter().map(|row| row.2).collect(),
                levels: vec!["f".into(), "m".into()],
            },
        );
        Fingerprint::new(&StoredPeople {
            table,
            ids: rows.iter().map(|row| row.0.to_string()).collect(),
            labels: labels.then(|| rows.iter().map(|row| Some(row.0 % 5 == 0)).collect()),
            periods: None,
            sources: Vec::new(),
            levels: BTreeMap::new(),
        })
    }

    #[test]
    fn a_position_in_another_list_of_levels_is_the_same_value() {
        let ordinal = |position: f64, levels: &[&str]| {
            let mut table = Table::default();
            table.push("grade", Column::Number(vec![position, f64::NAN]));
            let levels = levels.iter().map(|&level| level.to_owned()).collect();
            let (ids, levels) = (
                vec!["1".to_owned(), "2".to_owned()],
                [("grade".to_owned(), levels)].into(),
            );
            Fingerprint::new(&StoredPeople {
                table,
                ids,
                labels: None,
                periods: None,
                sources: Vec::new(),
                levels,
            })
        };
        assert_eq!(
            ordinal(1.0, &["low", "high"]),
            ordinal(2.0, &["very low", "low", "high"])
        );
        assert_ne!(
            ordinal(1.0, &["low", "high"]),
            ordinal(1.0, &["very low", "low", "high"])
        );
    }

    fn staff(from: u32, to: u32, rise: f64) -> Vec<(u32, f64, u32)> {
        (from..to)
            .map(|id| (id, 1000.0 + f64::from(id) + rise, id % 2))
            .collect()
    }

    fn of(history: &[Fingerprint]) -> Vec<[usize; 4]> {
        let flat = |own: &Sources| {
            [
                own.columns["pay"],
                own.columns["sex"],
                own.against["pay"],
                own.outcome,
            ]
        };
        sources(history, Disclosure::default())
            .iter()
            .map(flat)
            .collect()
    }

    #[test]
    fn a_newcomer_is_not_released_alone() {
        let history = [
            people(&staff(0, 299, 0.0), true),
            people(&staff(0, 300, 0.0), true),
            people(&staff(0, 309, 0.0), true),
        ];
        assert_eq!(
            of(&history),
            [[0; 4], [0; 4], [2; 4]],
            "one, then ten joined since the version that was released"
        );
        let shuffled: Vec<_> = staff(0, 299, 0.0).into_iter().rev().collect();
        assert_eq!(
            of(&[people(&staff(0, 299, 0.0), true), people(&shuffled, true)])[1],
            [0; 4],
            "the order of rows says nothing"
        );
    }

    #[test]
    fn each_column_counts_for_itself() {
        let all_paid_more = people(&staff(0, 300, 50.0), true);
        assert_eq!(
            of(&[people(&staff(0, 299, 0.0), true), all_paid_more])[1],
            [1, 0, 1, 0],
            "pay changed for many, the rest for one"
        );
        let one_paid_more: Vec<_> = staff(0, 299, 0.0)
            .into_iter()
            .map(|row| if row.0 == 7 { (7, 9000.0, 1) } else { row })
            .collect();
        assert_eq!(
            of(&[
                people(&staff(0, 299, 0.0), true),
                people(&one_paid_more, true)
            ])[1],
            [0; 4]
        );
    }

    #[test]
    fn small_steps_do_not_add_up() {
        // Each differs from the one before by four people, and from the released ones by ten at
        // least or not at all.
        let history: Vec<Fingerprint> = (0..8)
            .map(|step| people(&staff(4 * step, 300 + 4 * step, 0.0), true))
            .collect();
        let found = of(&history);
        let released: Vec<usize> = (0..8).filter(|at| found[*at][1] == *at).collect();
        assert_eq!(released, [0, 2, 4, 6]);
        assert!((0..8).all(|at| released.contains(&found[at][1])));
    }

    #[test]
    fn without_outcomes_there_is_no_difference_of_outcomes() {
        let history = [
            people(&staff(0, 299, 0.0), false),
            people(&staff(0, 300, 0.0), true),
        ];
        assert_eq!(of(&history)[1], [0, 0, 1, 1]);
    }
}
