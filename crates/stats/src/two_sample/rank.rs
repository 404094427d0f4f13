//! Tests on ranks: Mann-Whitney, Cramér-von Mises, Anderson-Darling.

use statrs::function::gamma::ln_gamma;

use super::definition::{Applies, Definition, Value};
use super::{Pair, Test, normal_upper_tail};

pub(super) const MANN_WHITNEY: Definition = Definition::test(
    "Mann-Whitney U",
    Applies::Numbers(|samples| mann_whitney(&samples.pair).map(Value::from)),
);
pub(super) const CRAMER_VON_MISES: Definition = Definition::test(
    "Cramér-von Mises",
    Applies::Numbers(|samples| cramer_von_mises(&samples.pair).map(Value::from)),
);
pub(super) const ANDERSON_DARLING: Definition = Definition::test(
    "Anderson-Darling",
    Applies::Numbers(|samples| anderson_darling(&samples.pair).map(Value::from)),
);

/// Mann-Whitney U of the reference, two-sided, normal approximation with tie and continuity
/// correction (SciPy's asymptotic method); `None` when a sample is empty or every value is the
/// same.
///
/// ```
/// use stats::two_sample::{Pair, Sorted, rank::mann_whitney};
///
/// let pair = Pair::new(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[4.0, 5.0, 6.0]));
/// assert_eq!(mann_whitney(&pair).map(|found| found.statistic), Some(0.0));
/// ```
pub fn mann_whitney(pair: &Pair) -> Option<Test> {
    if !pair.is_comparable() {
        return None;
    }
    let (n, m) = (pair.n_reference as f64, pair.n_current as f64);
    let (mut rank_sum, mut ties) = (0.0, 0.0);
    pair.for_each_midrank(|a, b, rank| {
        let tied = f64::from(a) + f64::from(b);
        rank_sum += f64::from(a) * rank;
        ties += tied * (tied * tied - 1.0);
    });
    let statistic = rank_sum - n * (n + 1.0) / 2.0;
    let rows = n + m;
    let deviation = (n * m / 12.0 * (rows + 1.0 - ties / (rows * (rows - 1.0)))).sqrt();
    if deviation.is_nan() || deviation <= 0.0 {
        return None;
    }
    let z = (statistic.max(n * m - statistic) - n * m / 2.0 - 0.5) / deviation;
    Some(Test {
        statistic,
        p_value: (2.0 * normal_upper_tail(z)).clamp(0.0, 1.0),
    })
}

/// Two-sample Cramér-von Mises test with midranks and the limiting distribution (Anderson 1962;
/// Csörgő and Faraway 1996), as SciPy, whose series stops at 1e-7: smaller p-values only mean
/// "small". With heavy ties and unequal sizes the midranks inflate the statistic. `None` with fewer
/// than two rows on a side.
///
/// ```
/// use stats::two_sample::{Pair, Sorted, rank::cramer_von_mises};
///
/// let pair = Pair::new(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[4.0, 5.0, 6.0]));
/// assert!(cramer_von_mises(&pair).is_some_and(|found| (found.statistic - 19.0 / 36.0).abs() < 1e-12));
/// ```
pub fn cramer_von_mises(pair: &Pair) -> Option<Test> {
    if pair.n_reference < 2 || pair.n_current < 2 {
        return None;
    }
    let (n, m) = (pair.n_reference as f64, pair.n_current as f64);
    let (mut done_reference, mut done_current, mut u_reference, mut u_current) =
        (0.0, 0.0, 0.0, 0.0);
    pair.for_each_midrank(|a, b, rank| {
        u_reference += squares_from(rank - done_reference, a);
        u_current += squares_from(rank - done_current, b);
        done_reference += f64::from(a);
        done_current += f64::from(b);
    });
    let (product, rows) = (n * m, n + m);
    let statistic =
        (n * u_reference + m * u_current) / (product * rows) - (4.0 * product - 1.0) / (6.0 * rows);
    let mean = (1.0 + 1.0 / rows) / 6.0;
    let variance = (rows + 1.0) * (4.0 * product * rows - 3.0 * (n * n + m * m) - 2.0 * product)
        / (45.0 * rows * rows * 4.0 * product);
    let normalized = 1.0 / 6.0 + (statistic - mean) / (45.0 * variance).sqrt();
    Some(Test {
        statistic,
        p_value: if normalized < 0.003 {
            1.0
        } else {
            (1.0 - cramer_von_mises_cdf(normalized)).clamp(0.0, 1.0)
        },
    })
}

/// Σ (offset - i)² for i in 1..=count.
fn squares_from(offset: f64, count: u32) -> f64 {
    let k = f64::from(count);
    k * offset * offset - offset * k * (k + 1.0) + k * (k + 1.0) * (2.0 * k + 1.0) / 6.0
}

fn cramer_von_mises_cdf(x: f64) -> f64 {
    let mut total = 0.0;
    for k in 0..1000 {
        let order = f64::from(k);
        let y = 4.0 * order + 1.0;
        let q = y * y / (16.0 * x);
        let weight = (ln_gamma(order + 0.5) - ln_gamma(order + 1.0)).exp()
            / (std::f64::consts::PI.powf(1.5) * x.sqrt());
        let term = weight * y.sqrt() * (-2.0 * q).exp() * scaled_bessel_k_quarter(q);
        total += term;
        if term.abs() < 1e-7 {
            break;
        }
    }
    total
}

/// e^q K_¼(q): the integral ∫ exp(-q (cosh t - 1)) cosh(t / 4) dt over t >= 0 by the trapezoidal
/// rule, which converges geometrically here.
fn scaled_bessel_k_quarter(q: f64) -> f64 {
    let end = (1.0 + 40.0 / q).acosh();
    let steps = 400;
    let width = end / f64::from(steps);
    let sum: f64 = (1..=steps)
        .map(|i| {
            let t = f64::from(i) * width;
            (-2.0 * q * (t / 2.0).sinh().powi(2)).exp() * (t / 4.0).cosh()
        })
        .sum();
    width * (0.5 + sum)
}

/// Two-sample Anderson-Darling test (Scholz and Stephens 1987, midranks), normalized statistic. The
/// p-value is interpolated between tabulated critical values and so lies in 0.001..=0.25, as
/// SciPy's. `None` when a sample has fewer than two rows or all values are the same.
pub fn anderson_darling(pair: &Pair) -> Option<Test> {
    if pair.n_reference < 2 || pair.n_current < 2 || pair.support.len() < 2 {
        return None;
    }
    let (n, m) = (pair.n_reference as f64, pair.n_current as f64);
    let rows = n + m;
    let one_sample = |counts: &[u32], size: f64| {
        let (mut below, mut below_all, mut sum) = (0.0, 0.0, 0.0);
        for (i, &count) in counts.iter().enumerate() {
            let (own, tied) = (
                f64::from(count),
                f64::from(pair.reference[i]) + f64::from(pair.current[i]),
            );
            let (middle_all, middle) = (below_all + tied / 2.0, below + own / 2.0);
            let spread = middle_all * (rows - middle_all) - rows * tied / 4.0;
            sum += tied / rows * (rows * middle - middle_all * size).powi(2) / spread;
            below += own;
            below_all += tied;
        }
        sum / size
    };
    let raw = (one_sample(&pair.reference, n) + one_sample(&pair.current, m)) * (rows - 1.0) / rows;
    let size = rows as u64;
    let harmonic: f64 = (1..size).map(|i| 1.0 / i as f64).sum();
    // Σ_{i=1}^{N-2} Σ_{j=i+1}^{N-1} 1 / ((N - i) j), by partial sums of 1 / j.
    let (mut g, mut partial) = (0.0, 0.0);
    for i in (1..size - 1).rev() {
        partial += 1.0 / (i + 1) as f64;
        g += partial / (size - i) as f64;
    }
    let inverse = 1.0 / n + 1.0 / m;
    let k = 2.0;
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * inverse;
    let b =
        (2.0 * g - 4.0) * k * k + 8.0 * harmonic * k + (2.0 * g - 14.0 * harmonic - 4.0) * inverse
            - 8.0 * harmonic
            + 4.0 * g
            - 6.0;
    let c = (6.0 * harmonic + 2.0 * g - 2.0) * k * k
        + (4.0 * harmonic - 4.0 * g + 6.0) * k
        + (2.0 * harmonic - 6.0) * inverse
        + 4.0 * harmonic;
    let d = (2.0 * harmonic + 6.0) * k * k - 4.0 * harmonic * k;
    let variance = (a * rows.powi(3) + b * rows.powi(2) + c * rows + d)
        / ((rows - 1.0) * (rows - 2.0) * (rows - 3.0));
    if variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let statistic = (raw - (k - 1.0)) / variance.sqrt();
    Some(Test {
        statistic,
        p_value: anderson_p(statistic),
    })
}

/// Quadratic in the critical values, fitted to the logarithm of the significance levels (Scholz and
/// Stephens, table 2, two samples).
fn anderson_p(statistic: f64) -> f64 {
    const SIGNIFICANCE: [f64; 7] = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
    const B0: [f64; 7] = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
    const B1: [f64; 7] = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
    const B2: [f64; 7] = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];
    let critical: Vec<f64> = (0..7).map(|i| B0[i] + B1[i] + B2[i]).collect();
    if statistic <= critical[0] {
        return 0.25;
    }
    if statistic >= critical[6] {
        return 0.001;
    }
    // Normal equations of the quadratic fit, solved by Cramer's rule.
    let moment = |power: i32| critical.iter().map(|c| c.powi(power)).sum::<f64>();
    let cross = |power: i32| {
        critical
            .iter()
            .zip(SIGNIFICANCE)
            .map(|(c, s)| c.powi(power) * s.ln())
            .sum::<f64>()
    };
    let matrix = [
        [moment(0), moment(1), moment(2)],
        [moment(1), moment(2), moment(3)],
        [moment(2), moment(3), moment(4)],
    ];
    let right = [cross(0), cross(1), cross(2)];
    let determinant = |m: &[[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(&matrix);
    let log: f64 = (0..3)
        .map(|column| {
            let mut replaced = matrix;
            for (row, value) in right.iter().enumerate() {
                replaced[row][column] = *value;
            }
            determinant(&replaced) / whole * statistic.powi(column as i32)
        })
        .sum();
    log.exp().clamp(0.001, 0.25)
}
