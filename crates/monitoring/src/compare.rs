//! One column of two samples: every test and distance that applies.

use std::collections::BTreeMap;

use stats::two_sample::{Pair, Sorted, Test, contingency, divergence, ks, location, rank};

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
    Number {
        sorted: Sorted,
        missing: u64,
    },
    /// Rows per level, by name, ascending; missing ones apart.
    Level {
        counts: BTreeMap<String, u64>,
        missing: u64,
    },
}

impl Sample {
    /// "number" or "level".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::Level { .. } => "level",
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
    pub tests: BTreeMap<String, TestReport>,
    pub effect: Option<f64>,
    pub chart: Chart,
    /// Distinct values or levels of both samples together.
    pub distinct: usize,
    /// Shares of the pooled sample over (at most sixty or so) cells of the support, with the gap to the next cell: for false-alarm rates.
    pub cells: Vec<(f64, f64)>,
}

/// Collects reports; what is not finite is left out.
#[derive(Default)]
struct Tests(BTreeMap<String, TestReport>);

impl Tests {
    fn test(&mut self, name: &str, test: Option<Test>) {
        if let Some(Test { statistic, p_value }) = test.filter(|test| test.p_value.is_finite()) {
            // An infinite statistic (a level that the reference lacks) keeps its p-value of 0.
            let statistic = if statistic.is_finite() { statistic } else { f64::MAX };
            self.0.insert(name.into(), TestReport { statistic, p_value: Some(p_value), p_adjusted: None });
        }
    }

    fn distance(&mut self, name: &str, distance: Option<f64>) {
        if let Some(statistic) = distance.filter(|distance| distance.is_finite()) {
            self.0.insert(name.into(), TestReport { statistic, p_value: None, p_adjusted: None });
        }
    }
}

/// Compares numbers.
pub(crate) fn numbers(reference: &Sorted, current: &Sorted, detail: Detail, method: ks::Method) -> Comparison {
    let pair = Pair::new(reference, current);
    let mut tests = Tests::default();
    tests.test("ks", ks::ks(&pair, method).map(|found| Test { statistic: found.statistic, p_value: found.p_value }));
    let wasserstein = location::wasserstein(&pair);
    let normed = wasserstein.map(|distance| distance / reference.standard_deviation().max(0.001));
    tests.distance("wasserstein", wasserstein);
    tests.distance("wasserstein_normed", normed);
    tests.distance("standardised_mean_difference", location::standardised_mean_difference(reference, current));
    if let Some((p, q)) = divergence::decile_shares(reference, current) {
        tests.distance("psi", Some(divergence::psi(&p, &q)));
        tests.distance("total_variation", Some(divergence::total_variation(&p, &q)));
        tests.distance("l_infinity", Some(divergence::l_infinity(&p, &q)));
    }
    if let Some((p, q)) = divergence::evidently_shares(reference, current) {
        tests.distance("jensen_shannon", Some(divergence::jensen_shannon(&p, &q)));
        if detail == Detail::All {
            tests.distance("jensen_shannon_base_2", Some(divergence::jensen_shannon_base_2(&p, &q)));
            tests.distance("psi_evidently", Some(divergence::psi_evidently(&p, &q)));
            tests.distance("kl_divergence", Some(divergence::kullback_leibler_evidently(&p, &q)));
            tests.distance("hellinger", divergence::hellinger_evidently(reference, current));
        }
    }
    // Few values: the tests on counts apply too.
    if pair.support.len() <= 5 {
        let widen = |counts: &[u32]| counts.iter().map(|&count| u64::from(count)).collect::<Vec<_>>();
        counted(&mut tests, &widen(&pair.reference), &widen(&pair.current), detail);
    }
    if detail == Detail::All {
        tests.distance("energy_distance", location::energy_distance(&pair));
        tests.test("t_test", location::t_test(reference, current));
        tests.test("welch", location::welch(reference, current));
        tests.test("mann_whitney", rank::mann_whitney(&pair));
        tests.test("cramer_von_mises", rank::cramer_von_mises(&pair));
        tests.test("anderson_darling", rank::anderson_darling(&pair));
    }
    let edges = chart_edges(reference, current);
    let over = |sample: &Sorted| divergence::shares(&sample.histogram(&edges)).unwrap_or_default();
    let chart = Chart { reference: over(reference), current: over(current), edges, levels: Vec::new() };
    Comparison { effect: normed, distinct: pair.support.len(), cells: cells(&pair), tests: tests.0, chart }
}

/// Compares counts per level. `by_code` asks for Kolmogorov-Smirnov on the codes too, as label-encoded columns are compared.
pub(crate) fn levels(levels: Vec<String>, reference: &[u64], current: &[u64], detail: Detail, by_code: Option<ks::Method>) -> Comparison {
    let mut tests = Tests::default();
    counted(&mut tests, reference, current, detail);
    let (p, q) = (divergence::shares(reference).unwrap_or_default(), divergence::shares(current).unwrap_or_default());
    let both = !p.is_empty() && !q.is_empty();
    let over = |distance: fn(&[f64], &[f64]) -> f64| both.then(|| distance(&p, &q));
    let effect = over(divergence::total_variation);
    tests.distance("psi", over(divergence::psi));
    tests.distance("jensen_shannon", over(divergence::jensen_shannon));
    tests.distance("total_variation", effect);
    tests.distance("l_infinity", over(divergence::l_infinity));
    let codes = |counts: &[u64]| Sorted::from_counts(counts.iter().enumerate().map(|(code, &count)| (code as f64, count as u32)));
    let pair = Pair::new(&codes(reference), &codes(current));
    tests.test(
        "ks",
        by_code.and_then(|method| ks::ks(&pair, method)).map(|found| Test { statistic: found.statistic, p_value: found.p_value }),
    );
    if detail == Detail::All {
        tests.distance("jensen_shannon_base_2", over(divergence::jensen_shannon_base_2));
        tests.distance("psi_evidently", over(divergence::psi_evidently));
        tests.distance("kl_divergence", over(divergence::kullback_leibler_evidently));
        tests.distance("hellinger", over(divergence::hellinger));
    }
    Comparison {
        effect,
        distinct: pair.support.len(),
        cells: cells(&pair),
        tests: tests.0,
        chart: Chart { edges: Vec::new(), levels, reference: p, current: q },
    }
}

/// The tests on counts.
fn counted(tests: &mut Tests, reference: &[u64], current: &[u64], detail: Detail) {
    let chi = |yates| {
        let found = contingency::chi_square(reference, current, yates)?;
        (found.degrees > 0).then_some(Test { statistic: found.statistic, p_value: found.p_value })
    };
    tests.test("chi2", chi(false));
    tests.test("chi2_pooled", pooled(reference, current));
    tests.distance("cramers_v", contingency::cramers_v(reference, current));
    tests.test("chi2_evidently", contingency::chi_square_evidently(reference, current));
    tests.test("z_evidently", contingency::z_evidently(reference, current));
    if let ([a, b], [c, d]) = (reference, current) {
        tests.test("z", contingency::two_proportion_z(*b, a + b, *d, c + d));
    }
    if detail == Detail::All {
        tests.test("chi2_yates", chi(true));
        tests.test("g_test", contingency::g_test(reference, current));
    }
}

/// Chi-square after levels with an expected count under five were put together (Cochran's rule): else its p-value is not to be trusted.
fn pooled(reference: &[u64], current: &[u64]) -> Option<Test> {
    let (n, m) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    let mut cells: Vec<(u64, u64)> = reference.iter().zip(current).map(|(&a, &b)| (a, b)).filter(|(a, b)| a + b > 0).collect();
    cells.sort_unstable_by_key(|(a, b)| a + b);
    let rare = |(a, b): (u64, u64)| (a + b) as f64 * n.min(m) / (n + m) < 5.0;
    let mut kept: Vec<(u64, u64)> = Vec::with_capacity(cells.len());
    let mut rest = (0, 0);
    for cell in cells {
        if rare(cell) || (rest != (0, 0) && rare(rest)) {
            rest = (rest.0 + cell.0, rest.1 + cell.1);
        } else {
            kept.push(cell);
        }
    }
    if rest != (0, 0) {
        kept.push(rest);
    }
    let (a, b): (Vec<u64>, Vec<u64>) = kept.into_iter().unzip();
    let found = contingency::chi_square(&a, &b, false)?;
    (found.degrees > 0).then_some(Test { statistic: found.statistic, p_value: found.p_value })
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
    let whole = |sample: &Sorted| sample.values().len() <= 40 && sample.values().iter().all(|value| value.fract() == 0.0);
    if whole(reference) && whole(current) && high - low < 40.0 {
        return (0..=(high - low) as usize + 1).map(|step| low - 0.5 + step as f64).collect();
    }
    (0..=30).map(|step| if step == 30 { high } else { low + (high - low) * f64::from(step) / 30.0 }).collect()
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
    let gaps: Vec<f64> = cells.windows(2).map(|two| two[1].1 - two[0].1).chain([0.0]).collect();
    cells.iter().zip(gaps).map(|(&(share, _), gap)| (share, gap)).collect()
}
