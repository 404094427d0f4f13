//! Distribution of the one-sample Kolmogorov statistic: P(D_n >= d).
//!
//! Simard and L'Ecuyer, Computing the two-sided Kolmogorov-Smirnov distribution, J. Stat. Software
//! 39(11), 2011; Marsaglia, Tsang and Wang 2003 (small n); Pelz and Good 1976 (large n); Miller
//! 1956 (tail).

use std::f64::consts::PI;

/// From here on the one-sided tail uses its expansion (Maag and Dicaire 1971): relative error of
/// order 1 / n.
const EXPANSION_FROM: u64 = 10_000;

/// P(D_n >= d) for a sample of `n` and `d` in 0..=1.
pub(super) fn upper_tail(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let nd = size * d;
    if n == 0 || nd <= 0.5 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let square = nd * d;
    let tail = if nd <= 1.0 {
        // P(D_n < d) = n! (2d - 1/n)^n
        let log = (1..=n)
            .map(|k| ((k as f64) * (2.0 * nd - 1.0) / size).ln())
            .sum::<f64>();
        1.0 - log.exp()
    } else if nd >= size - 1.0 {
        2.0 * (1.0 - d).powf(size)
    } else if d >= 0.5 || square >= if n <= 140 { 4.0 } else { 2.2 } {
        2.0 * one_sided_tail(n, d)
    } else if n <= 140 || (n <= 100_000 && size * d.powf(1.5) <= 1.4) {
        1.0 - durbin_matrix(n, d)
    } else {
        pelz_good_tail(size, d)
    };
    tail.clamp(0.0, 1.0)
}

/// P(D_n+ >= d), exact (Birnbaum and Tingey 1951) in logarithms; by expansion for large n.
fn one_sided_tail(n: u64, d: f64) -> f64 {
    let size = n as f64;
    if n > EXPANSION_FROM {
        return (-(6.0 * size * d + 1.0).powi(2) / (18.0 * size)).exp();
    }
    let mut log_binomial = 0.0;
    let mut sum = 0.0;
    for j in 0..=(size * (1.0 - d)).floor() as u64 {
        let share = j as f64 / size;
        let rest = 1.0 - d - share;
        if rest > 0.0 {
            sum += (log_binomial
                + (j as f64 - 1.0) * (d + share).ln()
                + (size - j as f64) * rest.ln())
            .exp();
        } else if j == n {
            sum += (log_binomial + (j as f64 - 1.0) * (d + share).ln()).exp();
        }
        log_binomial += ((n - j) as f64 / (j + 1) as f64).ln();
    }
    d * sum
}

/// P(D_n < d) by Durbin's matrix (Marsaglia, Tsang and Wang), with the power of ten kept apart.
fn durbin_matrix(n: u64, d: f64) -> f64 {
    let nd = n as f64 * d;
    let k = nd.floor() as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - nd;
    let mut matrix = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m {
            matrix[i * m + j] = if i + 1 >= j { 1.0 } else { 0.0 };
        }
    }
    for i in 0..m {
        matrix[i * m] -= h.powi(i as i32 + 1);
        matrix[(m - 1) * m + i] -= h.powi((m - i) as i32);
    }
    if 2.0 * h > 1.0 {
        matrix[(m - 1) * m] += (2.0 * h - 1.0).powi(m as i32);
    }
    for i in 0..m {
        for j in 0..m {
            if i + 1 > j {
                for g in 1..=(i + 1 - j) {
                    matrix[i * m + j] /= g as f64;
                }
            }
        }
    }
    let (power, mut exponent) = matrix_power(&matrix, m, n);
    let mut result = power[(k - 1) * m + k - 1];
    for i in 1..=n {
        result *= i as f64 / n as f64;
        if result < 1e-140 {
            result *= 1e140;
            exponent -= 140;
        }
    }
    result * 10f64.powi(exponent)
}

fn matrix_power(matrix: &[f64], m: usize, n: u64) -> (Vec<f64>, i32) {
    if n == 1 {
        return (matrix.to_vec(), 0);
    }
    let (half, half_exponent) = matrix_power(matrix, m, n / 2);
    let mut power = multiply(&half, &half, m);
    let mut exponent = 2 * half_exponent;
    if n % 2 == 1 {
        power = multiply(matrix, &power, m);
    }
    if power[(m / 2) * m + m / 2] > 1e140 {
        power.iter_mut().for_each(|value| *value *= 1e-140);
        exponent += 140;
    }
    (power, exponent)
}

fn multiply(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut product = vec![0.0; m * m];
    for i in 0..m {
        for k in 0..m {
            let factor = a[i * m + k];
            for j in 0..m {
                product[i * m + j] += factor * b[k * m + j];
            }
        }
    }
    product
}

/// 1 - P(D_n < d) by the expansion of Pelz and Good to the order n^-3/2, in its form for small
/// arguments.
fn pelz_good_tail(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, z4, z6) = (z.powi(2), z.powi(4), z.powi(6));
    let (p2, p4, p6) = (PI.powi(2), PI.powi(4), PI.powi(6));
    let root = (2.0 * PI).sqrt();
    let terms = (16.0 * z / PI).ceil() as i32;
    let mut sums = [0.0f64; 4];
    for k in (1..=terms).rev() {
        let odd = f64::from(2 * k - 1);
        let (m2, m4, m6) = (odd.powi(2), odd.powi(4), odd.powi(6));
        let weight = (-p2 * m2 / (8.0 * z2)).exp();
        sums[0] += weight;
        sums[1] += weight * (p2 / 4.0 * m2 - z2);
        sums[2] += weight
            * (6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * p2 / 4.0 * m2
                + p4 * (1.0 - 2.0 * z2) / 16.0 * m4);
        sums[3] += weight
            * (-30.0 * z6 - 90.0 * z.powi(8)
                + p2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + p4 * (-60.0 * z2 + 212.0 * z4) / 16.0 * m4
                + p6 * (5.0 - 30.0 * z2) / 64.0 * m6);
    }
    let scales = [z, 6.0 * z4, 72.0 * z.powi(7), 6480.0 * z.powi(10)];
    for (sum, scale) in sums.iter_mut().zip(scales) {
        *sum *= root / scale;
    }
    for k in 1..=terms {
        let k2 = f64::from(k * k);
        let weight = (-p2 * k2 / (2.0 * z2)).exp();
        sums[2] -= k2 * weight * p2 * root / (36.0 * z.powi(3));
        sums[3] += (3.0 * z2 - p2 * k2) * k2 * weight * p2 * root / (216.0 * z6);
    }
    1.0 - sums[0] - sums[1] / n.sqrt() - sums[2] / n - sums[3] / n.powf(1.5)
}
