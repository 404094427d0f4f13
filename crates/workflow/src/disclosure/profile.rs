//! The profile of a dataset as it is released.

use model::{Column, MISSING_LEVEL};
use monitoring::data_profile::{
    AgainstTarget, Bars, ColumnSummary, Correlations, DataProfile, GateLimits, Numbers, Released,
    TargetGroup,
};
use stats::groups::suppressed;
use stats::intervals::proportion;
use stats::outliers::outlier_bounds;

use super::Disclosure;
use super::numbers::{nice_up, to_grid};

/// Bars of a histogram, about.
const BARS: f64 = 24.0;
/// Ranges of a number that leavers are counted by, at most.
const RANGES: usize = 10;
/// A number with at most so many values is counted value by value.
const VALUES: usize = 12;
/// Levels that are drawn.
const LEVELS: usize = 30;
/// Grid of correlations and strengths.
const STRENGTH: f64 = 0.05;

/// A column without its outcomes: `exact` is what was measured on `values`.
pub fn column(exact: &ColumnSummary, values: &Column, rule: Disclosure) -> ColumnSummary {
    let rows = values.len() as u64;
    let present = present(values);
    let released = |numbers, bars, distinct| ColumnSummary {
        name: exact.name.clone(),
        kind: exact.kind,
        missing: rule.count(exact.missing),
        missing_rate: rule.share(exact.missing, rows),
        distinct,
        numbers,
        bars,
        against_target: None,
    };
    // Of so few values nothing is said, nor that there are any.
    if rule.is_small(rows - exact.missing) {
        return released(None, Bars::default(), 0);
    }
    match values {
        Column::Number(_) => {
            let distinct = if exact.distinct <= 1 {
                exact.distinct
            } else {
                rule.count(exact.distinct).max(2)
            };
            released(
                exact
                    .numbers
                    .as_ref()
                    .map(|own| numbers(own, &present, rule)),
                histogram(&present, rule),
                distinct,
            )
        }
        Column::Level { codes, levels } => {
            released(None, level_bars(codes, levels, rule), exact.distinct)
        }
        Column::Text(_) => released(None, Bars::default(), rule.count(exact.distinct)),
    }
}

/// The finite values of a number column, ascending.
fn present(values: &Column) -> Vec<f64> {
    let Column::Number(values) = values else {
        return Vec::new();
    };
    let mut present: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    present.sort_unstable_by(f64::total_cmp);
    present
}

fn numbers(exact: &Numbers, present: &[f64], rule: Disclosure) -> Numbers {
    let n = present.len() as u64;
    let step = rule.value_step(exact.standard_deviation, n);
    let quantiles = exact
        .quantiles
        .map(|own| own.map(|value| to_grid(value, step)));
    // A quantile near an end is the value of one of the few people beyond it.
    let inside = |share: f64| !rule.is_small((n as f64 * share.min(1.0 - share)) as u64);
    let kept = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map(inside);
    let quantiles = std::array::from_fn(|at| quantiles[at].filter(|_| kept[at]));
    let (mean, standard_deviation) = (
        to_grid(exact.mean, step),
        to_grid(exact.standard_deviation, step),
    );
    let fences = exact
        .fences
        .and_then(|_| outlier_bounds(mean, standard_deviation));
    let rows_of = |share: f64| (share * n as f64).round() as u64;
    Numbers {
        mean,
        standard_deviation,
        min: None,
        max: None,
        quantiles,
        zeros: rule.share(rows_of(exact.zeros), n),
        infinite: rule.count(exact.infinite),
        outliers: rule.count(exact.outliers),
        fences,
        outlier_rate_z: rule.share(rows_of(exact.outlier_rate_z), n),
        // One far value moves it much.
        skewness: to_grid(exact.skewness, 0.5),
    }
}

/// A histogram over round edges. The k lowest and the k highest values are in the first and the
/// last bar, wherever they lie.
fn histogram(present: &[f64], rule: Disclosure) -> Bars {
    let k = rule.least_people() as usize;
    let (Some(&low), Some(&high)) = (
        present.get(k - 1),
        present.len().checked_sub(k).and_then(|at| present.get(at)),
    ) else {
        return Bars::default();
    };
    let (low, high) = (low.min(high), high.max(low));
    let whole = present.iter().all(|value| value.fract() == 0.0);
    let step = nice_up((high - low) / BARS).max(if whole || high == low { 1.0 } else { 0.0 });
    // Whole numbers stand in the middle of their bars.
    let shift = if whole && step == 1.0 { 0.5 } else { 0.0 };
    let bar = |value: f64| ((value + shift) / step).floor();
    let (first, last) = (bar(low), bar(high));
    let mut counts = vec![0_u64; (last - first) as usize + 1];
    present
        .iter()
        .for_each(|value| counts[(bar(*value).clamp(first, last) - first) as usize] += 1);
    let edges = (0..=counts.len())
        .map(|at| (first + at as f64) * step - shift)
        .collect();
    Bars {
        edges,
        levels: Vec::new(),
        counts: counts.into_iter().map(|count| rule.count(count)).collect(),
        other: 0,
    }
}

/// Rows by level with the rare ones together, most frequent first.
fn level_bars(codes: &[u32], levels: &[String], rule: Disclosure) -> Bars {
    let mut counts = vec![0_u32; levels.len()];
    codes
        .iter()
        .filter(|code| **code != MISSING_LEVEL)
        .for_each(|code| counts[(*code as usize).min(levels.len() - 1)] += 1);
    let hidden = suppressed(&counts, rule.least_people());
    let mut shown: Vec<(usize, u32)> = (0..counts.len())
        .filter(|at| !hidden[*at] && counts[*at] > 0)
        .map(|at| (at, counts[at]))
        .collect();
    shown.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let together: u32 = (0..counts.len())
        .filter(|at| hidden[*at])
        .map(|at| counts[at])
        .sum();
    let beyond: u32 = shown.iter().skip(LEVELS).map(|(_, count)| count).sum();
    shown.truncate(LEVELS);
    Bars {
        edges: Vec::new(),
        levels: shown.iter().map(|(at, _)| levels[*at].clone()).collect(),
        counts: shown
            .iter()
            .map(|(_, count)| u64::from(rule.count_u32(*count)))
            .collect(),
        other: u64::from(rule.count_u32(together + beyond)),
    }
}

/// The outcome by value of a column, over the rows whose outcome is known: `strength` as it was
/// measured.
pub fn against(
    exact: &AgainstTarget,
    values: &Column,
    target: &[Option<bool>],
    rule: Disclosure,
) -> AgainstTarget {
    let groups = match values {
        Column::Number(values) => number_groups(values, target, rule),
        Column::Level { codes, levels } => {
            let mut counts = vec![[0_u32; 2]; levels.len()];
            for (code, hit) in codes.iter().zip(target) {
                if let (Some(slot), Some(hit)) = (counts.get_mut(*code as usize), hit) {
                    slot[usize::from(*hit)] += 1;
                }
            }
            pooled(levels.iter().cloned().zip(counts).collect(), rule)
        }
        Column::Text(_) => Vec::new(),
    };
    AgainstTarget {
        groups,
        strength: exact.strength.map(|value| to_grid(value, STRENGTH)),
    }
}

fn number_groups(values: &[f64], target: &[Option<bool>], rule: Disclosure) -> Vec<TargetGroup> {
    let known = values
        .iter()
        .zip(target)
        .filter_map(|(value, hit)| Some((*value, (*hit)?)));
    let mut rows: Vec<(f64, bool)> = known.filter(|(value, _)| value.is_finite()).collect();
    rows.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut distinct: Vec<f64> = rows.iter().map(|(value, _)| *value).collect();
    distinct.dedup();
    let counted = |part: &[(f64, bool)]| {
        let hits = part.iter().filter(|(_, hit)| *hit).count() as u32;
        [part.len() as u32 - hits, hits]
    };
    if distinct.len() <= VALUES {
        return pooled(
            rows.chunk_by(|a, b| a.0 == b.0)
                .map(|part| (part[0].0.to_string(), counted(part)))
                .collect(),
            rule,
        );
    }
    // Ranges of as many people each, cut at round values: no end of a range is somebody's own
    // value, and the outer ends are open.
    let k = rule.least_people() as usize;
    let (n, mean) = (
        rows.len() as f64,
        rows.iter().map(|(value, _)| value).sum::<f64>() / rows.len().max(1) as f64,
    );
    let deviation = (rows
        .iter()
        .map(|(value, _)| (value - mean).powi(2))
        .sum::<f64>()
        / n.max(1.0))
    .sqrt();
    let step = rule.value_step(deviation, rows.len() as u64);
    let ranges = (rows.len() / (2 * k)).clamp(1, RANGES);
    let mut cuts: Vec<f64> = (1..ranges)
        .map(|at| to_grid(rows[at * rows.len() / ranges].0, step))
        .collect();
    cuts.dedup();
    let place = |value: f64| cuts.partition_point(|cut| *cut <= value);
    let mut counts = vec![[0_u32; 2]; cuts.len() + 1];
    rows.iter()
        .for_each(|(value, hit)| counts[place(*value)][usize::from(*hit)] += 1);
    let label = |at: usize| match (at.checked_sub(1).map(|below| cuts[below]), cuts.get(at)) {
        (None, Some(to)) => format!("under {to}"),
        (Some(from), Some(to)) => format!("{from} to under {to}"),
        (Some(from), None) => format!("{from} and more"),
        (None, None) => "all".to_owned(),
    };
    pooled(
        counts
            .into_iter()
            .enumerate()
            .map(|(at, count)| (label(at), count))
            .collect(),
        rule,
    )
}

/// Groups in their order, those that are hidden as one at the end. `[without, with]` the event.
fn pooled(groups: Vec<(String, [u32; 2])>, rule: Disclosure) -> Vec<TargetGroup> {
    let sizes: Vec<u32> = groups
        .iter()
        .map(|(_, [without, with])| without + with)
        .collect();
    let hidden = suppressed(&sizes, rule.least_people());
    let group = |label: String, [without, with]: [u32; 2]| {
        let n = without + with;
        TargetGroup {
            label,
            n: rule.count(u64::from(n)),
            rate: rule.rate(&proportion(with, n, "no row has this value")),
        }
    };
    let mut rest = [0, 0];
    let mut shown = Vec::new();
    for ((label, counts), hidden) in groups.into_iter().zip(hidden) {
        if hidden {
            rest = [rest[0] + counts[0], rest[1] + counts[1]];
        } else if counts != [0, 0] {
            shown.push(group(label, counts));
        }
    }
    if !rule.is_small(u64::from(rest[0] + rest[1])) {
        shown.push(group("other values".to_owned(), rest));
    }
    shown
}

/// The profile of released columns. `exact` holds the same columns as they were measured, for the
/// verdicts of the gates; `released` says where the figures come from.
pub fn profile(
    exact: &DataProfile,
    columns: Vec<ColumnSummary>,
    correlations: Correlations,
    released: Released,
    rule: Disclosure,
) -> DataProfile {
    let duplicates = rule.count(exact.duplicate_rows);
    let limits = GateLimits::default();
    let profile = DataProfile::of_columns(exact.rows, columns, correlations, duplicates, &limits)
        .judged_as(exact);
    DataProfile {
        released: Some(released),
        ..profile
    }
}

/// Correlations on a grid. `same_source` says whether two columns are of one dataset: only then is
/// their correlation one of the same people.
pub fn correlations(
    exact: &Correlations,
    same_source: impl Fn(&str, &str) -> bool,
    rule: Disclosure,
) -> Correlations {
    if rule.is_small(exact.rows) {
        return Correlations::default();
    }
    let names = &exact.names;
    let shown = |first: usize, second: usize| {
        names
            .get(first)
            .zip(names.get(second))
            .is_some_and(|(a, b)| same_source(a, b))
    };
    let width = names.len();
    let cell = |(at, value): (usize, &Option<f64>)| {
        value
            .filter(|_| shown(at / width, at % width))
            .map(|value| to_grid(value, STRENGTH))
    };
    let strongest = exact
        .strongest
        .iter()
        .filter(|pair| shown(pair.first, pair.second))
        .map(|pair| {
            let mut pair = *pair;
            pair.value = to_grid(pair.value, STRENGTH);
            pair.spearman = pair.spearman.map(|value| to_grid(value, STRENGTH));
            pair
        });
    Correlations {
        names: names.clone(),
        matrix: exact.matrix.iter().enumerate().map(cell).collect(),
        strongest: strongest.collect(),
        rows: exact.rows,
    }
}
