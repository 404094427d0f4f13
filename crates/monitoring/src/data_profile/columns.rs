//! One column of a profile.

use domain::Estimate;
use model::Column;
use serde::{Deserialize, Serialize};
use stats::association::{FEWEST_ROWS_PER_LEVEL, cramers_v_corrected};
use stats::intervals::proportion;
use stats::outliers::{is_outlier, outlier_bounds};
use stats::two_sample::{Pair, Sorted, rank};

use crate::check::sample;
use crate::compare::Sample;
use crate::kind::ValueKind;

/// A column in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Name of the column.
    pub name: String,
    /// What its values are.
    pub kind: ValueKind,
    /// Rows without a value.
    pub missing: u64,
    /// 0..=1.
    pub missing_rate: f64,
    /// Distinct values, missing apart.
    pub distinct: u64,
    /// For numbers.
    pub numbers: Option<Numbers>,
    /// Histogram of a number, or the most frequent levels.
    pub bars: Bars,
    /// How the outcome depends on the column.
    pub against_target: Option<AgainstTarget>,
}

/// Figures of a number column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// In the unit of the column.
    pub mean: f64,
    /// Divisor n - 1; 0 for one row.
    pub standard_deviation: f64,
    /// Smallest and largest value; `None` where they are not released: each is the value of one
    /// person.
    pub min: Option<f64>,
    /// Largest value, or `None` as for `min`.
    pub max: Option<f64>,
    /// At 1, 5, 25, 50, 75, 95 and 99 %; `None` where too few people lie beyond one to release it.
    pub quantiles: [Option<f64>; 7],
    /// Share of zeros, 0..=1.
    pub zeros: f64,
    /// Infinite values; they are left out of every other figure.
    pub infinite: u64,
    /// Values outside the fences (`stats::outliers`); 0 for ordinal columns.
    pub outliers: u64,
    /// Lowest and highest value that are no outliers; `None` for ordinal columns and for those that
    /// do not vary.
    pub fences: Option<[f64; 2]>,
    /// Share of outliers, 0..=1.
    pub outlier_rate_z: f64,
    /// Fisher's skewness; 0 for symmetric values.
    pub skewness: f64,
}

/// Bars of a histogram or of levels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Bars {
    /// Edges of a number's bins, one more than counts; empty for levels.
    pub edges: Vec<f64>,
    /// Levels, most frequent first, at most thirty; empty for numbers.
    pub levels: Vec<String>,
    /// Rows of each range or level.
    pub counts: Vec<u64>,
    /// Rows of the levels that are not shown.
    pub other: u64,
}

/// The outcome by value of the column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgainstTarget {
    /// Ranges of a number (tenths of the rows) or levels.
    pub groups: Vec<TargetGroup>,
    /// |2 ROC AUC - 1| for numbers, bias-corrected Cramér's V for levels (rare ones pooled), 0..=1; `None` where less than two classes or
    /// values have enough rows.
    pub strength: Option<f64>,
}

/// One range or level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// The range or level as displayed.
    pub label: String,
    /// Rows of it.
    pub n: u64,
    /// Share to whom it happened, with Wilson's interval.
    pub rate: Estimate,
}

impl ColumnSummary {
    /// Whether the column has one value only (and it is there).
    pub fn is_constant(&self) -> bool {
        self.distinct == 1
    }

    /// Whether a number is an integer that never repeats.
    pub(super) fn looks_like_an_identifier(&self, rows: u64) -> bool {
        let whole = |value: f64| value.fract() == 0.0;
        rows > 20
            && self.missing == 0
            && self.distinct == rows
            && self.numbers.as_ref().is_some_and(|n| {
                [n.min, n.max, n.quantiles[3].map(|median| median * 2.0)]
                    .into_iter()
                    .all(|own| own.is_some_and(whole))
            })
    }
}

const MOST_BARS: usize = 30;

/// Summarizes a column. The numbers of an `ordinal` one are levels, which have no outliers.
pub(super) fn summarize(
    name: &str,
    column: &Column,
    target: Option<&[Option<bool>]>,
    ordinal: bool,
) -> ColumnSummary {
    let rows = column.len() as u64;
    let rate = |missing: u64| {
        if rows == 0 {
            0.0
        } else {
            missing as f64 / rows as f64
        }
    };
    let summary = |kind: ValueKind, missing: u64, distinct: u64| ColumnSummary {
        name: name.into(),
        kind,
        missing,
        missing_rate: rate(missing),
        distinct,
        numbers: None,
        bars: Bars::default(),
        against_target: None,
    };
    match (column, sample(column)) {
        (Column::Number(values), Some(Sample::Number { sorted, missing })) => {
            let finite = if sorted.values().iter().all(|value| value.is_finite()) {
                None
            } else {
                Some(only_finite(&sorted))
            };
            let used = finite.as_ref().unwrap_or(&sorted);
            ColumnSummary {
                numbers: numbers(used, sorted.n() - used.n(), ordinal),
                bars: histogram(used),
                against_target: target.and_then(|target| number_against(values, target)),
                ..summary(ValueKind::Number, missing, sorted.values().len() as u64)
            }
        }
        (Column::Level { codes, levels }, Some(Sample::Level { counts, missing })) => {
            let mut ranked: Vec<(&String, u64)> = counts
                .iter()
                .filter(|(_, count)| **count > 0)
                .map(|(level, count)| (level, *count))
                .collect();
            let distinct = ranked.len() as u64;
            ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let other = ranked.iter().skip(MOST_BARS).map(|(_, count)| count).sum();
            ranked.truncate(MOST_BARS);
            let (levels_shown, shown): (Vec<String>, Vec<u64>) = ranked
                .into_iter()
                .map(|(level, count)| (level.clone(), count))
                .unzip();
            ColumnSummary {
                bars: Bars {
                    edges: Vec::new(),
                    levels: levels_shown,
                    counts: shown,
                    other,
                },
                against_target: target.map(|target| level_against(codes, levels, target)),
                ..summary(ValueKind::Level, missing, distinct)
            }
        }
        (Column::Text(values), _) => {
            let missing = values.iter().filter(|value| value.is_empty()).count() as u64;
            let distinct: std::collections::HashSet<&str> = values
                .iter()
                .filter(|value| !value.is_empty())
                .map(String::as_str)
                .collect();
            summary(ValueKind::Text, missing, distinct.len() as u64)
        }
        _ => summary(ValueKind::Text, 0, 0),
    }
}

fn only_finite(sorted: &Sorted) -> Sorted {
    Sorted::from_counts(sorted.iter().filter(|(value, _)| value.is_finite()))
}

fn numbers(sorted: &Sorted, infinite: u64, ordinal: bool) -> Option<Numbers> {
    let n = sorted.n() as f64;
    let mean = sorted.mean()?;
    let (min, max) = (*sorted.values().first()?, *sorted.values().last()?);
    let squares = sorted.squared_deviations();
    let deviation = sorted.standard_deviation();
    let found: [f64; 7] = sorted
        .quantiles(&[0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
        .try_into()
        .ok()?;
    let rows_where = |wanted: &dyn Fn(f64) -> bool| {
        sorted
            .iter()
            .filter(|&(value, _)| wanted(value))
            .map(|(_, count)| u64::from(count))
            .sum::<u64>()
    };
    let outliers = if ordinal {
        0
    } else {
        rows_where(&|value| is_outlier(value, mean, deviation))
    };
    let cubes: f64 = sorted
        .iter()
        .map(|(value, count)| (value - mean).powi(3) * f64::from(count))
        .sum();
    Some(Numbers {
        mean,
        standard_deviation: if n > 1.0 {
            (squares / (n - 1.0)).sqrt()
        } else {
            0.0
        },
        min: Some(min),
        max: Some(max),
        quantiles: found.map(Some),
        zeros: rows_where(&|value| value == 0.0) as f64 / n,
        infinite,
        outliers,
        fences: if ordinal {
            None
        } else {
            outlier_bounds(mean, deviation)
        },
        outlier_rate_z: outliers as f64 / n,
        skewness: if deviation > 0.0 {
            cubes / n / deviation.powi(3)
        } else {
            0.0
        },
    })
}

/// A bar per value where there are few, thirty bins otherwise.
fn histogram(sorted: &Sorted) -> Bars {
    let (Some(&low), Some(&high)) = (sorted.values().first(), sorted.values().last()) else {
        return Bars::default();
    };
    let whole = sorted.values().len() <= 40
        && high - low < 40.0
        && sorted.values().iter().all(|value| value.fract() == 0.0);
    let edges: Vec<f64> = if whole {
        (0..=(high - low) as usize + 1)
            .map(|step| low - 0.5 + step as f64)
            .collect()
    } else {
        (0..=MOST_BARS)
            .map(|step| {
                if step == MOST_BARS {
                    high
                } else {
                    low + (high - low) * step as f64 / MOST_BARS as f64
                }
            })
            .collect()
    };
    Bars {
        counts: sorted.histogram(&edges),
        edges,
        ..Bars::default()
    }
}

fn number_against(values: &[f64], target: &[Option<bool>]) -> Option<AgainstTarget> {
    let side = |wanted: bool| {
        let chosen: Vec<f64> = values
            .iter()
            .zip(target)
            .filter(|(_, hit)| **hit == Some(wanted))
            .map(|(value, _)| *value)
            .collect();
        Sorted::new(&chosen)
    };
    let (hits, others) = (side(true), side(false));
    let pair = Pair::new(&hits, &others);
    if pair.support.is_empty() {
        return None;
    }
    let strength = rank::mann_whitney(&pair)
        .map(|test| (2.0 * test.statistic / (hits.n() as f64 * others.n() as f64) - 1.0).abs());
    let pooled = Sorted::from_counts(
        pair.support
            .iter()
            .zip(&pair.reference)
            .zip(&pair.current)
            .map(|((&value, a), b)| (value, a + b)),
    );
    let mut cuts = if pooled.values().len() <= 12 {
        pooled.values().to_vec()
    } else {
        pooled.quantiles(
            &(0..10)
                .map(|tenth| f64::from(tenth) / 10.0)
                .collect::<Vec<_>>(),
        )
    };
    cuts.dedup();
    let inner = cuts.get(1..).unwrap_or_default();
    let (with, without) = (hits.digitize(inner), others.digitize(inner));
    let last = pooled.values().last().copied().unwrap_or_default();
    let label = |bin: usize| {
        let (from, to) = (cuts[bin], inner.get(bin).copied());
        match to {
            _ if pooled.values().len() <= 12 => from.to_string(),
            Some(to) => format!("{from} to under {to}"),
            None => format!("{from} to {last}"),
        }
    };
    let groups = with
        .iter()
        .zip(&without)
        .enumerate()
        .map(|(bin, (&hit, &other))| group(label(bin), hit, hit + other))
        .collect();
    Some(AgainstTarget { groups, strength })
}

fn level_against(codes: &[u32], levels: &[String], target: &[Option<bool>]) -> AgainstTarget {
    let mut counts = vec![[0u64; 2]; levels.len()];
    for (&code, &hit) in codes.iter().zip(target) {
        if let (Some(slot), Some(hit)) = (counts.get_mut(code as usize), hit) {
            slot[usize::from(hit)] += 1;
        }
    }
    let strength = cramers_v_corrected(counts.as_flattened(), 2, FEWEST_ROWS_PER_LEVEL);
    let groups = levels
        .iter()
        .zip(&counts)
        .filter(|(_, [a, b])| a + b > 0)
        .map(|(level, [a, b])| group(level.clone(), *b, a + b))
        .collect();
    AgainstTarget { groups, strength }
}

fn group(label: String, hits: u64, n: u64) -> TargetGroup {
    TargetGroup {
        label,
        n,
        rate: proportion(hits as u32, n as u32, "no row has this value"),
    }
}
