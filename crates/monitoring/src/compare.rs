//! One column of two samples: every test and distance that applies.

use std::collections::BTreeMap;

use stats::two_sample::{Counts, Method, Numbers, Pair, Sorted, Statistic, Value, bins};

use crate::kind::ValueKind;
use crate::report::{Chart, TestReport};

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What the policy decides by, the usual distances and the effect size.
    Usual,
    /// Every test that applies.
    All,
}

/// The values of one column of one sample, ready to be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    /// Numbers.
    Number {
        /// Those that are not missing.
        sorted: Sorted,
        /// Rows without a value.
        missing: u64,
    },
    /// Rows per level, by name, ascending; missing ones apart.
    Level {
        /// Rows of each level.
        counts: BTreeMap<String, u64>,
        /// Rows without a value.
        missing: u64,
    },
}

impl Sample {
    /// What its values are.
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::Number { .. } => ValueKind::Number,
            Self::Level { .. } => ValueKind::Level,
        }
    }

    /// Rows with a value.
    pub fn present(&self) -> u64 {
        match self {
            Self::Number { sorted, .. } => sorted.n(),
            Self::Level { counts, .. } => counts.values().sum(),
        }
    }

    /// Rows without a value.
    pub fn missing(&self) -> u64 {
        match self {
            Self::Number { missing, .. } | Self::Level { missing, .. } => *missing,
        }
    }
}

/// Both samples of a column with what was computed on them.
pub(crate) struct Comparison {
    pub tests: BTreeMap<Statistic, TestReport>,
    pub effect: Option<f64>,
    pub chart: Chart,
    /// Distinct values or levels of both samples together.
    pub distinct: usize,
    /// Shares of the pooled sample over (at most sixty or so) cells of the support, with the gap to
    /// the next cell: for false-alarm rates.
    pub cells: Vec<(f64, f64)>,
}

/// The statistics that were asked for and apply.
fn computed(
    detail: Detail,
    decider: Statistic,
    of: impl Fn(Statistic) -> Option<Value>,
    skip: impl Fn(Statistic) -> bool,
) -> BTreeMap<Statistic, TestReport> {
    let asked = |statistic: Statistic| match detail {
        _ if statistic == decider => true,
        _ if skip(statistic) => false,
        Detail::All => true,
        Detail::Usual => statistic.is_usual(),
    };
    let report = |Value { statistic, p_value }| TestReport {
        statistic,
        p_value,
        p_adjusted: None,
    };
    Statistic::ALL
        .iter()
        .filter(|&&own| asked(own))
        .filter_map(|&own| Some((own, report(of(own)?))))
        .collect()
}

/// Compares numbers. `decider` names the statistic that decides, by the number of distinct values.
pub(crate) fn numbers(
    reference: &Sorted,
    current: &Sorted,
    detail: Detail,
    method: Method,
    decider: impl FnOnce(usize) -> Statistic,
) -> Comparison {
    let samples = Numbers::new(reference, current, method);
    let distinct = samples.pair.support.len();
    let tests = computed(
        detail,
        decider(distinct),
        |statistic| statistic.of_numbers(&samples),
        |_| false,
    );
    let edges = chart_edges(reference, current);
    let over = |sample: &Sorted| bins::shares(&sample.histogram(&edges)).unwrap_or_default();
    let chart = Chart {
        reference: over(reference),
        current: over(current),
        edges,
        levels: Vec::new(),
    };
    let effect = tests
        .get(&Statistic::WassersteinNormed)
        .map(|test| test.statistic);
    Comparison {
        effect,
        distinct,
        cells: cells(&samples.pair),
        tests,
        chart,
    }
}

/// Compares counts per level.
pub(crate) fn levels(
    levels: Vec<String>,
    counts: &Counts,
    detail: Detail,
    decider: Statistic,
) -> Comparison {
    let tests = computed(
        detail,
        decider,
        |statistic| statistic.of_levels(counts),
        Statistic::needs_order,
    );
    let effect = tests
        .get(&Statistic::TotalVariation)
        .map(|test| test.statistic);
    let (reference, current) = counts.shares().cloned().unwrap_or_default();
    Comparison {
        effect,
        distinct: counts.pair().support.len(),
        cells: cells(counts.pair()),
        tests,
        chart: Chart {
            edges: Vec::new(),
            levels,
            reference,
            current,
        },
    }
}

/// Bins for drawing: one per value where there are few, thirty otherwise.
fn chart_edges(reference: &Sorted, current: &Sorted) -> Vec<f64> {
    let ends = |sample: &Sorted| Some((*sample.values().first()?, *sample.values().last()?));
    let (low, high) = match (ends(reference), ends(current)) {
        (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return Vec::new(),
    };
    if !(low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    let whole = |sample: &Sorted| {
        sample.values().len() <= 40 && sample.values().iter().all(|value| value.fract() == 0.0)
    };
    if whole(reference) && whole(current) && high - low < 40.0 {
        return (0..=(high - low) as usize + 1)
            .map(|step| low - 0.5 + step as f64)
            .collect();
    }
    (0..=30)
        .map(|step| {
            if step == 30 {
                high
            } else {
                low + (high - low) * f64::from(step) / 30.0
            }
        })
        .collect()
}

/// The pooled sample as at most `CELLS` cells: (share, gap to the next).
fn cells(pair: &Pair) -> Vec<(f64, f64)> {
    const CELLS: u64 = 60;
    let rows = pair.n_reference + pair.n_current;
    let mut cells = Vec::new();
    let (mut count, mut start) = (0u64, 0);
    for (i, value) in pair.support.iter().enumerate() {
        count += u64::from(pair.reference[i]) + u64::from(pair.current[i]);
        let last = i + 1 == pair.support.len();
        if last || count * CELLS >= rows {
            let middle = (pair.support[start] + value) / 2.0;
            cells.push((count as f64 / rows as f64, middle));
            count = 0;
            start = i + 1;
        }
    }
    let gaps: Vec<f64> = cells
        .windows(2)
        .map(|two| two[1].1 - two[0].1)
        .chain([0.0])
        .collect();
    cells
        .iter()
        .zip(gaps)
        .map(|(&(share, _), gap)| (share, gap))
        .collect()
}
